package page

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Settings is the page about this connection's file, the look, and Roomkey
// itself.
type Settings struct {
	env    *Env
	frame  *kit.Frame
	notice *notice
	remove *fyne.Container
	name   *kit.Field
	daily  *daily
	proxy  *proxyLogin
}

// NewSettings makes the page; without an open connection it is about Roomkey
// only.
func NewSettings(env *Env) *Settings {
	s := &Settings{env: env, notice: newNotice(env.Host), remove: kit.Column(kit.Gap), daily: newDaily(env), proxy: newProxyLogin(env)}
	look := kit.SelectField(kit.L("Appearance"), "", []kit.Option{
		{ID: "", Name: kit.L("As the system")}, {ID: "light", Name: kit.L("Light")}, {ID: "dark", Name: kit.L("Dark")}})
	look.SetValue(env.Variant)
	look.OnChanged = func(v string) {
		env.Variant = v
		if env.SetVariant != nil {
			env.SetVariant(v)
		}
	}
	body := kit.Column(kit.GapWide, s.notice.object)
	for _, p := range env.Home.Mistakes() {
		body.Add(kit.ProblemAs(env.Host, kit.MarkAttention, p))
	}
	body.Add(section("", look))
	body.Add(s.daily.object)
	body.Add(s.proxy.object)
	about := env.Home.About()
	body.Add(section(kit.L("Roomkey %s", about.Version), kit.Facts(env.Host, [][2]string{
		{kit.L("Connections"), about.ConfigFolder},
		{kit.L("Secrets"), kit.Say(about.Keychain)},
		{kit.L("Log"), about.LogFile},
		{kit.L("Own clouds"), about.CloudsFile},
		{kit.L("Own products"), about.ProductsFolder},
	}), kit.Small(kit.L("Secrets are only in the keychain of this computer: never in these folders, in the log or in an exported file."))))
	if locks := about.Policy.Locks(); len(locks) > 0 {
		column := kit.Column(kit.GapTight)
		for _, lock := range locks {
			column.Add(kit.NewText(kit.Say(lock)))
		}
		body.Add(section(kit.L("Locked on this computer"), kit.Muted(kit.L("Set by the administrator of this computer in %s.", about.Policy.Source)), column))
	}
	if env.Session != nil {
		export := kit.NewButtonWithIcon(kit.L("Export as a file…"), theme.DocumentSaveIcon(), s.export)
		remove := kit.NewButtonWithIcon(kit.L("Delete the connection…"), theme.DeleteIcon(), s.askDelete)
		line := kit.Row(kit.Gap, -1, export, remove)
		if env.product().Choose {
			line = kit.Row(kit.Gap, -1, export, kit.NewButtonWithIcon(kit.L("Save the product as a file…"), theme.DocumentSaveIcon(), s.saveProduct), remove)
		}
		body.Add(section(kit.L("This connection"), line, s.remove))
	}
	s.frame = kit.NewFrame(kit.L("Settings"), kit.L("What is kept where, and how Roomkey looks."), body)
	s.notice.top = s.frame.ToTop
	s.daily.notice.top = func() { s.frame.ToSee(s.daily.object) }
	s.frame.Spot("daily", s.daily.at, nil)
	s.frame.Spot("proxy", s.proxy.name, nil)
	return s
}

// Frame is the page.
func (s *Settings) Frame() *kit.Frame { return s.frame }

// Shown asks what is scheduled, and what the keychain has. A question that was left
// open is asked anew: what it said may have been done elsewhere since.
func (s *Settings) Shown() {
	s.remove.RemoveAll()
	s.daily.shown()
	s.proxy.shown()
}

func (s *Settings) export() {
	var data []byte
	s.env.Scope.Run(func(ctx context.Context) (err error) {
		data, err = s.env.Session.Export(ctx, "json")
		return err
	}, func(err error) {
		if err != nil {
			s.notice.fail(problem.Of(err))
			return
		}
		s.env.Files.Save(s.env.file(".roomkey", data), func(path string, p *problem.Problem) {
			s.notice.fail(p)
			if p == nil {
				s.notice.good(kit.L("Saved to %s. No secret is in it.", path))
			}
		})
	})
}

// saveProduct saves the product with the permissions that were chosen, as a file
// that another connection can choose.
func (s *Settings) saveProduct() {
	name := s.env.Connection().Name
	id := product.IDOf(name)
	var data []byte
	s.env.Scope.Run(func(context.Context) error {
		p, err := s.env.Session.OwnProduct(id, name)
		if err == nil {
			data, err = p.Encode()
		}
		return err
	}, func(err error) {
		if err != nil {
			s.notice.fail(problem.Of(err))
			return
		}
		s.env.Files.Save(File{Name: id + ".yaml", Data: data}, func(path string, p *problem.Problem) {
			s.notice.fail(p)
			if p == nil {
				s.notice.good(kit.L("Saved to %s. If it is in the folder of your own products, it appears as a product after a restart.", path))
			}
		})
	})
}

// askDelete wants the name typed.
func (s *Settings) askDelete() {
	name := problem.Line(s.env.Connection().Name) // what can be read and typed
	if r := []rune(name); len(r) > 60 {
		name = strings.TrimSpace(string(r[:60]))
	}
	s.name = kit.TextField(kit.L("Type its name to confirm"), "", name)
	s.name.Check = func(v string) words.Text {
		if !connection.Means(v, name) {
			return words.T("This is not the connection's name.")
		}
		return words.Text{}
	}
	extra := []fyne.CanvasObject{s.name}
	if left := s.env.Session.LeftBehind(); left != nil {
		extra = []fyne.CanvasObject{kit.ProblemAs(s.env.Host, kit.MarkAttention, left), s.name}
	}
	ask := kit.NewConfirmCard(kit.L("Delete %s?", name),
		kit.L("The document, its history and its secrets are deleted from this computer. The application in Microsoft Entra ID and the booking server stay as they are."),
		kit.L("Delete"), kit.L("Keep it"), true, func(yes bool) {
			if yes && !s.name.Validate() {
				return
			}
			s.remove.RemoveAll()
			s.frame.Object.Refresh()
			if yes {
				s.delete()
			}
		}, extra...)
	s.remove.Objects = []fyne.CanvasObject{ask}
	s.frame.Object.Refresh()
	s.frame.ToEnd()
}

func (s *Settings) delete() {
	s.env.Scope.Run(s.env.Session.Delete, func(err error) {
		s.notice.fail(problem.Of(err))
		if err == nil {
			s.env.Load("")
		}
	})
}
