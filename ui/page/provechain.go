package page

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// proofChain is what is proven as a picture, with the checks of the link that is
// open below it.
type proofChain struct {
	env     *Env
	object  *fyne.Container
	picture *kit.Chain
	panel   *fyne.Container
	// again runs one check until it passes, trace opens the options of the test
	// that leaves a trace, relayout lays the page out anew.
	again    func(id string)
	trace    func(evidence.LinkID)
	relayout func()

	chain    evidence.Chain
	findings []check.Finding
	rootID   string
	open     evidence.LinkID
}

func newProofChain(env *Env) *proofChain {
	c := &proofChain{env: env, panel: kit.Column(kit.Gap)}
	c.picture = kit.NewChain(func(id string) { c.show(evidence.LinkID(id)) })
	c.object = kit.Column(kit.GapWide, c.picture, c.panel)
	return c
}

// marks are how a standing is drawn in the window.
var marks = map[evidence.Standing]kit.Mark{
	evidence.Works: kit.MarkDone, evidence.Attention: kit.MarkAttention, evidence.Failed: kit.MarkFail,
	evidence.Unknown: kit.MarkUnknown, evidence.Void: kit.MarkAttention,
	evidence.Untested: kit.MarkTodo, evidence.NotReached: kit.MarkSkipped, evidence.Lacking: kit.MarkSkipped,
}

// set draws the chain with what the checks found, opened at the root cause or
// else at the first link that is not proven.
func (c *proofChain) set(chain evidence.Chain, findings []check.Finding, rootID string) {
	c.chain, c.findings, c.rootID = chain, findings, rootID
	open := evidence.LinkID("")
	if cause, ok := chain.Cause(); ok {
		open = cause.ID
	} else if i := slices.IndexFunc(chain, func(l evidence.Link) bool {
		return l.Standing == evidence.Attention || l.Standing == evidence.Unknown || l.Standing == evidence.Void
	}); i >= 0 {
		open = chain[i].ID
	}
	c.draw(c.linkShown)
	c.show(open)
}

// retested draws the chain anew after one check was tested again.
func (c *proofChain) retested(chain evidence.Chain, f check.Finding) {
	if chain == nil {
		return
	}
	c.chain = chain
	if i := slices.IndexFunc(c.findings, func(old check.Finding) bool { return old.ID == f.ID }); i >= 0 {
		c.findings = slices.Clone(c.findings)
		c.findings[i] = f
	}
	if f.Status == check.Pass {
		c.rootID = ""
	}
	c.draw(c.linkShown)
	c.show(c.open)
}

func (c *proofChain) draw(as func(evidence.Link) kit.ChainLink) {
	links := make([]kit.ChainLink, len(c.chain))
	for i, l := range c.chain {
		links[i] = as(l)
	}
	c.picture.Set(links)
}

func (c *proofChain) linkShown(l evidence.Link) kit.ChainLink {
	shown := kit.ChainLink{ID: string(l.ID), Title: kit.Say(l.Title), Mark: marks[l.Standing], Says: kit.Say(l.Says())}
	if !l.At.IsZero() && l.Standing != evidence.NotReached {
		shown.Detail = at(l.At, c.env.Now())
	}
	return shown
}

// coming draws a test that is running: what failed is red at once, and nothing
// is green before the end.
func (c *proofChain) coming(findings []check.Finding) {
	found := check.ByLink(findings)
	c.draw(func(l evidence.Link) kit.ChainLink {
		shown := kit.ChainLink{ID: string(l.ID), Title: kit.Say(l.Title), Mark: kit.MarkRunning, Says: kit.L("Testing…")}
		own := found[l.ID]
		if n := len(own.Open) + len(own.Passed); n > 0 {
			shown.Detail = kit.Say(words.N(n, "%d check so far", "%d checks so far", n))
		}
		if slices.ContainsFunc(own.Open, func(f check.Finding) bool { return f.Status == check.Fail }) {
			shown.Mark, shown.Says = kit.MarkFail, kit.L("Broken")
		}
		return shown
	})
	c.panel.RemoveAll()
	c.picture.Select("")
}

// show opens the checks of a link below the picture; the same link again, or "",
// closes them.
func (c *proofChain) show(id evidence.LinkID) {
	c.panel.RemoveAll()
	i := slices.IndexFunc(c.chain, func(l evidence.Link) bool { return l.ID == id })
	if i < 0 {
		id = ""
	}
	c.open = id
	c.picture.Select(string(id))
	if i >= 0 {
		c.panel.Add(c.card(c.chain[i]))
	} else if len(c.chain) > 0 {
		c.panel.Add(kit.Small(kit.L("Select a link to see its checks.")))
	}
	if f, ok := c.needsSignIn(); ok {
		c.panel.Add(c.signInRow(f))
	}
	c.relayout()
}

// card is one link: how it stands and why, and what its checks found.
func (c *proofChain) card(l evidence.Link) fyne.CanvasObject {
	text := kit.Column(kit.GapTight, kit.Heading(kit.Say(l.Title)))
	if l.Standing == evidence.Works {
		text.Add(kit.NewText(kit.L("Proven on %s.", l.At.Local().Format(time.DateTime))))
		text.Add(kit.Small(kit.Say(l.VoidWhen)))
	}
	body := kit.Column(kit.Gap, kit.Pad(6, 8, 0, 8, text))
	found := check.ByLink(c.findings)[l.ID]
	seen := slices.ContainsFunc(found.Open, func(f check.Finding) bool { return f.ID == l.Source })
	switch {
	case l.Standing == evidence.Works || seen:
	case l.Problem != nil: // an earlier test saw it, and the last one did not try
		body.Add(kit.ProblemAs(c.env.Host, marks[l.Standing], l.Problem))
		text.Add(kit.Small(kit.L("Seen on %s. It remains until the same test passes.", l.At.Local().Format(time.DateTime))))
	default:
		text.Add(kit.NewText(kit.Say(l.Reason)))
	}
	if len(found.Open) > 0 {
		body.Add(c.list(found.Open, true))
	}
	if press := c.way(l); press != nil {
		body.Add(kit.Pad(0, 8, 0, 8, kit.Row(0, -1, press)))
	}
	if n := len(found.Passed); n > 0 {
		body.Add(c.folded(kit.Say(words.N(n, "%d passed", "%d passed", n)), found.Passed))
	}
	if n := len(found.Left); n > 0 {
		title := kit.Say(words.N(n, "%d left out", "%d left out", n))
		if found.Left[0].Status == "" {
			title = kit.Say(words.N(n, "%d check", "%d checks", n))
		}
		body.Add(c.folded(title, found.Left))
	}
	card := kit.Card(body)
	card.Pad = 8
	return card
}

// way is the button to where a link is tested that an ordinary test leaves out.
func (c *proofChain) way(l evidence.Link) *kit.Button {
	if l.Standing == evidence.Works || l.Standing == evidence.NotReached {
		return nil
	}
	switch l.ID {
	case evidence.LinkBooking:
		return kit.NewButtonWithIcon(kit.L("Set up a test booking"), theme.MediaPlayIcon(), func() { c.trace(l.ID) })
	case evidence.LinkNotifications:
		return kit.NewButtonWithIcon(kit.L("Set up a test subscription"), theme.MediaPlayIcon(), func() { c.trace(l.ID) })
	case evidence.LinkServerView:
		return kit.NewButtonWithIcon(kit.L("Hand over"), theme.NavigateNextIcon(), func() { c.env.Go(setup.HandOver) })
	}
	return nil
}

// list shows findings; open is whether what went wrong stands there at once: the
// root cause alone where it is among them.
func (c *proofChain) list(findings []check.Finding, open bool) *kit.FindingList {
	list := kit.NewFindingList(c.env.Host)
	list.OnAgain = c.again
	rooted := slices.ContainsFunc(findings, func(f check.Finding) bool { return f.ID == c.rootID })
	for _, f := range findings {
		list.Put(findingOf(f, c.rootID))
		list.Open(f.ID, open && f.Because == "" && (!rooted || f.ID == c.rootID))
	}
	return list
}

func (c *proofChain) folded(title string, findings []check.Finding) fyne.CanvasObject {
	return newFold(title, c.list(findings, false), func() {}, c.relayout).object
}

// needsSignIn is what stands for all checks that need a sign-in.
func (c *proofChain) needsSignIn() (check.Finding, bool) {
	folded := check.Fold(c.findings)
	i := slices.IndexFunc(folded, func(f check.Finding) bool { return f.ID == check.SignInGroup })
	if i < 0 {
		return check.Finding{}, false
	}
	return folded[i], true
}

func (c *proofChain) signInRow(f check.Finding) fyne.CanvasObject {
	press := kit.NewButtonWithIcon(kit.L("Sign in"), theme.LoginIcon(), func() { c.env.Host.Lead(f.Problem.Remedies[0].Place) })
	card := kit.Card(kit.Row(kit.GapWide, 1, kit.MarkIcon(kit.MarkSkipped, 20), kit.Column(2, kit.Strong(kit.Say(f.Title)), kit.Small(kit.Say(f.Problem.Detail)).As(kit.Clip, kit.ColorMuted)), press))
	card.Pad = 12
	return card
}
