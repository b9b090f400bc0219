package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func newConnection(a *app) *cobra.Command {
	return group("connection", "Connections: one tenant joined to one booking server",
		connectionList(a), connectionNew(a), connectionShow(a), connectionSet(a), connectionFind(a),
		connectionDelete(a), connectionRemove(a), connectionImport(a), connectionExport(a))
}

func connectionList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the connections", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			entries, problems := env.Store.List()
			docs := []*connection.Connection{}
			var cells [][]string
			for _, e := range entries {
				c, err := env.Store.Load(e.ID)
				if err != nil {
					problems = append(problems, problem.Of(err))
					continue
				}
				docs = append(docs, c)
				cells = append(cells, []string{c.Name, c.Cloud, c.Tenant.Domain, c.Product.ID, c.Server.URL, c.ID})
			}
			if err := a.show(docs, func(w io.Writer) {
				rows(w, []words.Key{"name", "cloud", "tenant", "product", "server", "id"}, cells)
			}); err != nil {
				return err
			}
			for _, p := range problems {
				a.problem(p)
			}
			if len(problems) > 0 {
				return &status{code: exitFailed, err: problems[0], silent: true}
			}
			return nil
		},
	}
}

// described are the flags that describe a connection.
type described struct {
	cloud, tenant, product, server, clientID string
	options                                  []string
	elsewhere, offline                       bool
}

func connectionNew(a *app) *cobra.Command {
	var d described
	c := &cobra.Command{
		Use: "new NAME", Short: "Create a connection", Args: cobra.ExactArgs(1),
		Example: "  roomkeyctl connection new Contoso --tenant contoso.com --product flexo --server https://booking.contoso.com",
		RunE: func(c *cobra.Command, args []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			values := []string{"cloud=" + d.cloud, "tenant=" + d.tenant, "product=" + d.product, "server=" + d.server, "clientId=" + d.clientID}
			for _, o := range d.options {
				values = append(values, "product.options="+o)
			}
			draft := connection.New(args[0])
			if err := assign(env, draft, values, true); err != nil {
				return err
			}
			s, err := env.Create(c.Context(), args[0], func(doc *connection.Connection) {
				draft.ID = doc.ID
				*doc = *draft
			})
			if err != nil {
				return err
			}
			defer s.Close()
			if !d.offline {
				err = a.findAdapter(c.Context(), s)
			}
			if err == nil {
				err = a.settle(c.Context(), s, d)
			}
			if err != nil && !a.json {
				a.say("The connection %s was created anyway. After you correct this: %s", problem.Line(args[0]), "roomkeyctl connection find-tenant")
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&d.cloud, "cloud", "global", "`id` of the Microsoft cloud")
	f.StringVar(&d.tenant, "tenant", "", "`domain` or ID of the tenant, or an address copied from a portal")
	f.StringVar(&d.product, "product", "", "`id` of the booking product")
	f.StringSliceVar(&d.options, "option", nil, "`id` of an option of the product; may be repeated")
	f.StringVar(&d.server, "server", "", "`address` of the booking server")
	f.StringVar(&d.clientID, "client-id", "", "application (client) `ID`, if the application exists")
	discoverFlags(c, &d)
	return c
}

func discoverFlags(c *cobra.Command, d *described) {
	c.Flags().BoolVar(&d.elsewhere, "elsewhere", false, "if the cloud does not know the tenant, ask the other clouds, which sends its name to them")
	c.Flags().BoolVar(&d.offline, "offline", false, "do not look the tenant up now")
}

// settle looks the tenant up, asks before other clouds are told its name, and
// shows the connection.
func (a *app) settle(ctx context.Context, s *session.Session, d described) error {
	if c := s.Document(); !d.offline && c.Tenant.Domain+c.Tenant.ID != "" {
		err := s.Discover(ctx)
		if code := problem.CodeOf(err); code == cloud.CodeTenantUnknown || code == cloud.CodeWrongCloud {
			if !d.elsewhere {
				var cancelled error
				if d.elsewhere, cancelled = a.yes(ctx, words.T("Ask the other clouds, too? They will be told the tenant's name.")); cancelled != nil {
					return cancelled
				}
			}
			if d.elsewhere {
				err = s.DiscoverElsewhere(ctx, a.progress())
			}
		}
		if err != nil {
			return err
		}
	}
	return a.showConnection(ctx, s)
}

// short names for what is typed most often.
var shorthand = map[string]string{
	"tenant": "tenant.domain", "product": "product.id", "server": "server.url", "clientId": "application.clientId",
}

// assign sets KEY=VALUE pairs and says for every wrong one what is wrong. With
// skipEmpty an empty value is left alone.
func assign(env *session.Environment, c *connection.Connection, pairs []string, skipEmpty bool) error {
	var wrong []error
	all, err := changes(pairs, skipEmpty)
	if err != nil {
		return err
	}
	if err := c.Apply(all...); err != nil {
		wrong = append(wrong, err)
	}
	if len(wrong) == 0 {
		for _, f := range env.Lint(c) {
			if assigned(pairs, f.Field) {
				wrong = append(wrong, f.Problem)
			}
		}
	}
	return errors.Join(wrong...)
}

// changes reads KEY=VALUE pairs.
func changes(pairs []string, skipEmpty bool) (all []connection.Change, err error) {
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usage("%q is not KEY=VALUE.", pair)
		}
		if skipEmpty && value == "" {
			continue
		}
		if long, ok := shorthand[key]; ok {
			key = long
		}
		if key == "server.caFile" && value != "" {
			var err error
			if value, err = filepath.Abs(value); err != nil { // as typed in this folder
				return nil, err
			}
		}
		all = append(all, connection.Put(key, value))
	}
	return all, nil
}

// assigned reports whether one of the pairs set the field at path.
func assigned(pairs []string, path string) bool {
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		if long, ok := shorthand[key]; ok {
			key = long
		}
		if value != "" && (path == key || strings.HasPrefix(path, key+"[") || strings.HasPrefix(path, key+".")) {
			return true
		}
	}
	return false
}

func connectionShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show a connection, and what is wrong with its fields", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			return a.showConnection(c.Context(), s)
		}),
	}
}

func (a *app) showConnection(ctx context.Context, s *session.Session) error {
	c := s.Document()
	data, err := c.Encode()
	if err != nil {
		return err
	}
	if a.json {
		_, err = escaping{a.out}.Write(data)
		return err
	}
	rows(a.out, []words.Key{"field", "value"}, fieldsOf(c))
	for _, f := range a.env.Lint(c) {
		if f.Field == "application.clientId" && c.Application.ClientID == "" {
			a.say("There is no application yet. To create one: %s. To use an existing one: %s", "roomkeyctl register apply", "roomkeyctl connection set clientId=ID")
			continue
		}
		fmt.Fprintf(a.err, "%s: ", f.Field)
		f.Problem.Terminal(a.err, nil)
	}
	if _, err := s.Secret(ctx, vault.ServerToken); problem.CodeOf(err) == vault.CodeAbsent && takesPush(s) {
		a.say("This booking server can be configured directly. To store its token: %s", "roomkeyctl secret set server-token")
	}
	a.asks(c, "")
	return nil
}

// findAdapter asks a new server what it speaks; without a product that is of no use.
// A certificate that is not trusted stops nothing: the authority is named later.
func (a *app) findAdapter(ctx context.Context, s *session.Session) error {
	if _, err := s.Product(); err != nil {
		return nil
	}
	err := s.FindAdapter(ctx)
	if problem.KindOf(err) != problem.Untrusted {
		return err
	}
	if !a.json {
		a.say("%s If it is your own authority: %s", say(problem.Of(err).Title), "roomkeyctl connection set server.caFile=FILE")
	}
	return nil
}

// takesPush is whether the booking server gets its configuration by a push.
func takesPush(s *session.Session) bool {
	p, err := s.Product()
	server := s.Document().Server
	return err == nil && server.URL != "" && p.AdapterOf(server.Adapter) != booking.AdapterForm
}

// asks says what the vendor's guide leaves open on a page, "" for all.
func (a *app) asks(c *connection.Connection, page string) {
	if a.json {
		return
	}
	for _, p := range a.env.Asks(c, page) {
		a.problem(p)
	}
}

func fieldsOf(c *connection.Connection) [][]string {
	rooms := word(c.Rooms.Mode)
	switch c.Rooms.Mode {
	case "":
		rooms = l("all (not chosen yet)")
	case connection.Selected:
		rooms = say(words.N(len(c.Rooms.Items), "%d selected", "%d selected", len(c.Rooms.Items)))
	case connection.Lists:
		rooms = l("rooms of %s", strings.Join(c.Rooms.Lists, ", "))
	case connection.ByRule:
		rooms = l("by rule: %s", say(c.Rooms.Rule.Text()))
	}
	fields := [][]string{
		{l("name"), c.Name}, {l("cloud"), c.Cloud}, {l("tenant"), strings.TrimSpace(c.Tenant.Domain + " " + c.Tenant.ID)},
		{l("product"), strings.Join(append([]string{c.Product.ID}, c.Product.Options...), " + ")},
		{l("client ID"), c.Application.ClientID}, {l("credential"), say(credentialOf(c.Application.Credential))},
		{l("rooms"), rooms}, {l("people"), word(c.People.Mode)}, {l("server"), c.Server.URL}, {l("id"), c.ID},
	}
	if c.Server.CAFile != "" {
		fields = append(fields, []string{l("certificate authority of the server"), c.Server.CAFile})
	}
	for _, uri := range c.SingleSignOn.RedirectURIs {
		fields = append(fields, []string{l("redirect URI"), uri})
	}
	return fields
}

func connectionSet(a *app) *cobra.Command {
	var d described
	var blanks map[string]string
	c := &cobra.Command{
		Use: "set KEY=VALUE…", Short: "Change fields of a connection", Args: cobra.ArbitraryArgs,
		Long: "Changes fields by their dotted path, as in connection show --output json. " +
			"Short forms: tenant, product, server, clientId. Separate the items of a list with commas. " +
			"--fill fills in the blanks of the guide's redirect URIs, such as <company>.",
		Example: "  roomkeyctl connection set clientId=8d3c… server=https://booking.contoso.com\n" +
			"  roomkeyctl connection set --fill company=contoso",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && len(blanks) == 0 {
				return usage("Name a field and its value: KEY=VALUE.")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			doc := s.Document()
			before := doc.Clone()
			if err := assign(a.env, doc, args, false); err != nil {
				return err
			}
			all, err := changes(args, false)
			if err != nil {
				return err
			}
			if err := s.Change(c.Context(), all...); err != nil {
				return err
			}
			if len(blanks) > 0 {
				if err := s.FillRedirects(c.Context(), blanks); err != nil {
					return err
				}
			}
			if was, now := before.Server, doc.Server; !d.offline && (was.URL != now.URL || was.CAFile != now.CAFile) {
				if err := a.findAdapter(c.Context(), s); err != nil {
					return err
				}
			}
			if before.Cloud == doc.Cloud && before.Tenant == doc.Tenant {
				d.offline = true
			}
			return a.settle(c.Context(), s, d)
		},
	}
	c.Flags().StringToStringVar(&blanks, "fill", nil, "`NAME=VALUE` for a blank in the product's redirect URIs; may be repeated")
	discoverFlags(c, &d)
	return c
}

func connectionFind(a *app) *cobra.Command {
	var d described
	c := &cobra.Command{
		Use: "find-tenant", Short: "Look up the tenant in the connection's cloud", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			return a.settle(c.Context(), s, d)
		}),
	}
	discoverFlags(c, &d)
	return c
}

func connectionDelete(a *app) *cobra.Command {
	var sure bool
	c := &cobra.Command{
		Use: "delete", Short: "Delete a connection and its secrets in the keychain", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			if left := s.LeftBehind(); left != nil {
				a.problem(left)
			}
			if !sure {
				var err error
				if sure, err = a.yes(c.Context(), words.T("Delete %s and its secrets? Nothing changes in the tenant or on the booking server.", problem.Line(s.Document().Name))); err != nil {
					return err
				}
			}
			if !sure {
				return usage("Nothing was deleted. To delete without being asked, add --yes.")
			}
			name := s.Document().Name
			if err := s.Delete(c.Context()); err != nil {
				return err
			}
			return a.show(map[string]string{"deleted": name}, func(io.Writer) {})
		}),
	}
	c.Flags().BoolVar(&sure, "yes", false, "do not ask")
	return c
}

func connectionImport(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Read an exported connection; FILE - is standard input", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			data, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			s, notes, err := env.Import(c.Context(), data, args[0])
			if err != nil {
				return err
			}
			defer s.Close()
			for _, note := range notes {
				a.say("%s", note)
			}
			a.say("What was proven elsewhere does not count here. To test the connection: %s", "roomkeyctl check")
			return a.showConnection(c.Context(), s)
		},
	}
}

func connectionExport(a *app) *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use: "export", Short: "Write the configuration as a file, without any secret", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			data, err := s.Export(c.Context(), format)
			if err != nil {
				return err
			}
			if err := a.write(out, data); err != nil || out == "-" {
				return err
			}
			return a.written(out)
		}),
	}
	c.Flags().StringVar(&format, "format", "json", "`format`: json (can be imported), yaml, env, ics (a reminder when the credential expires) or age (the credential, sealed for the booking server)")
	c.Flags().StringVar(&out, "out", "-", "`file` to write, - for standard output")
	return c
}

// write writes a file, or standard output for "-".
func (a *app) write(name string, data []byte) error {
	if name == "-" {
		_, err := a.out.Write(data)
		return err
	}
	if err := session.WriteFile(name, data); err != nil {
		return err
	}
	a.say("Written: %s", name)
	return nil
}
