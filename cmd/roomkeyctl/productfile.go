package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

func productCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Check a product file for mistakes and excess permissions", Args: cobra.ExactArgs(1),
		Example: "  roomkeyctl product check my-product.yaml",
		RunE: func(c *cobra.Command, args []string) error {
			data, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			env, err := a.environment()
			if err != nil {
				return err
			}
			r := product.ReviewFile(args[0], data)
			var clouds, products []string
			for _, one := range env.Clouds.All() {
				clouds = append(clouds, one.ID)
			}
			for _, one := range env.Products.All() {
				products = append(products, one.ID)
			}
			r.Open = append(r.Open, r.Product.Doubts(env.Now(), clouds, products)...)
			return a.review(r)
		},
	}
}

// review shows what there is to say about a file; a mistake is wrong input.
func (a *app) review(r product.Review) error {
	if err := a.show(r, func(w io.Writer) { describeReview(w, r) }); err != nil || len(r.Mistakes) == 0 {
		return err
	}
	return &status{code: exitUsage, err: fmt.Errorf("%d mistakes in the file", len(r.Mistakes)), silent: true}
}

func describeReview(w io.Writer, r product.Review) {
	for _, m := range r.Mistakes {
		if at := cmp.Or(m.Field, l("file")); m.Line > 0 {
			printLine(w, "Line %d, %s: %s", m.Line, at, m.Text)
		} else { // the file as a whole
			printLine(w, "%s: %s", at, m.Text)
		}
		if m.Example != "" {
			printLine(w, "  For example:\n    %s", strings.ReplaceAll(m.Example, "\n", "\n    "))
		}
	}
	if len(r.Mistakes) > 0 {
		fmt.Fprintln(w)
	} else {
		printLine(w, "The file is valid. This is what an administrator sees:")
		fmt.Fprintln(w)
	}
	if !r.Product.Legible() {
		return
	}
	describeProduct(w, r.Product)
	list(w, "More than needed:", r.Excess)
	list(w, "Left open:", r.Open)
}

func list(w io.Writer, title words.Key, texts []words.Text) {
	if len(texts) > 0 {
		fmt.Fprintln(w)
		printLine(w, title)
	}
	for _, t := range texts {
		printLine(w, "- %s", t)
	}
}

// drafted are the answers to the questions of product new.
type drafted struct {
	months                                                                                              int
	id, name, vendor, model, writes, clientID, publisher, application, account, delegation, source, out string
	permissions, lists                                                                                  []string
	fromConnection                                                                                      bool
}

func productNew(a *app) *cobra.Command {
	var d drafted
	c := &cobra.Command{
		Use: "new", Short: "Write a product file from the answers to a few questions", Args: cobra.NoArgs,
		Long: "Asks what the vendor's guide says and writes a product file. Every question has a " +
			"flag; without a terminal nothing is asked. With --from-connection the file has the " +
			"permissions that were chosen for the connection.",
		Example: "  roomkeyctl product new --name \"My server\" --source https://example.com/guide \\\n" +
			"    --permission \"Calendars.ReadWrite=It books rooms.\" --writes rooms",
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := a.draft(c.Context(), &d)
			if err != nil {
				return err
			}
			data, err := p.Encode()
			if err != nil {
				return err
			}
			if r := product.ReviewFile(p.ID+".yaml", data); len(r.Mistakes) > 0 {
				return a.review(r)
			}
			if d.out == "" {
				paths, err := wire.PathsOf(a.configDir)
				if err != nil {
					return err
				}
				if err := os.MkdirAll(paths.Products, 0o700); err != nil {
					return err
				}
				d.out = filepath.Join(paths.Products, p.ID+".yaml")
				if _, err := os.Lstat(d.out); err == nil { // it may have been worked on since
					return usage("The file %s exists. Choose another ID with --id, or name the file with --out to replace it.", d.out)
				}
			}
			if err := a.write(d.out, data); err != nil || d.out == "-" {
				return err
			}
			return a.written(d.out)
		},
	}
	f := c.Flags()
	f.StringVar(&d.id, "id", "", "`ID` of the product (default: derived from its name)")
	f.StringVar(&d.name, "name", "", "`name` of the product")
	f.StringVar(&d.vendor, "vendor", "", "`name` of the vendor")
	f.StringVar(&d.source, "source", "", "`address` of the vendor's guide")
	f.StringVar(&d.model, "model", "", "`model`: how the vendor gets access: own, vendor or user")
	f.StringVar(&d.clientID, "client-id", "", "application (client) `ID` of the vendor's application")
	f.StringVar(&d.application, "application-name", "", "`name` of the vendor's application")
	f.StringVar(&d.publisher, "publisher", "", "`publisher` of the vendor's application")
	f.StringVar(&d.account, "account", "", "`purpose` of the service account")
	f.StringVar(&d.delegation, "delegation", "", "`right` of the service account in each room: calendar, delegate or full-access")
	f.StringArrayVar(&d.permissions, "permission", nil, "`PERMISSION=REASON`, delegated:PERMISSION=REASON for a delegated one; may be repeated")
	f.StringSliceVar(&d.lists, "list", nil, "`list` that the product reads: rooms, people or groups")
	f.StringVar(&d.writes, "writes", "", "`whose` calendars it writes: none, rooms, people or rooms+organizers")
	f.IntVar(&d.months, "months", 0, "lifetime of the client secret that the guide suggests, in `months`")
	f.StringVar(&d.out, "out", "", "`file` to write, - for standard output (default: a file in the folder of your own products)")
	f.BoolVar(&d.fromConnection, "from-connection", false, "use product, options and permissions of the connection")
	return c
}

// draft asks for what no flag has said.
func (a *app) draft(ctx context.Context, d *drafted) (product.Product, error) {
	var stopped error
	ask := func(into *string, question words.Key, otherwise string, known ...string) {
		for *into == "" && stopped == nil {
			*into, stopped = a.typed(ctx, words.T(question))
			*into = cmp.Or(*into, otherwise)
			if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, *into) }); i >= 0 {
				*into = known[i]
			} else if len(known) > 0 && stopped == nil {
				a.say("%s", strictyaml.OneOf(*into, known...))
				*into = ""
				continue
			}
			return
		}
	}
	ask(&d.name, "Name of the product", "")
	if d.name == "" && stopped == nil {
		return product.Product{}, usage("The product needs a name: --name NAME")
	}
	d.id = cmp.Or(d.id, product.IDOf(d.name))
	ask(&d.id, "ID of the product, in lowercase letters, digits and hyphens", "")
	if d.fromConnection {
		s, err := a.open()
		if err != nil {
			return product.Product{}, err
		}
		defer s.Close()
		return s.OwnProduct(d.id, d.name)
	}
	ask(&d.vendor, "Vendor", "")
	ask(&d.source, "Address of the vendor's guide", "")
	ask(&d.model, "How the vendor gets access: own (an application of yours), vendor (the vendor's application), user (a service account) [own]", string(product.Own), string(product.Own), string(product.Vendor), string(product.User))
	model := product.Model(d.model)
	if model != product.Own {
		ask(&d.clientID, "Application (client) ID of the vendor's application, empty if the guide does not name it", "")
		ask(&d.publisher, "Its publisher, empty if not known", "")
	}
	if model == product.User {
		ask(&d.account, "What the service account is for", d.name+" books rooms as this account.")
		ask(&d.delegation, "Its right in each room: calendar, delegate or full-access (empty if the guide does not say)", "")
	}
	for asked := len(d.permissions) == 0; asked; {
		var value, why string
		if ask(&value, "Permission that the guide names, such as Calendars.ReadWrite or delegated:User.Read (empty to end)", ""); value == "" {
			break
		}
		value, why, _ = strings.Cut(value, "=")
		choice := value
		if model == product.User { // there all are delegated
			choice = "delegated:" + strings.TrimPrefix(value, "delegated:")
		}
		if unknown := product.UnknownPermission(choice); unknown != nil {
			a.say("%s", *unknown)
			continue
		}
		if ask(&why, "Why the product needs it", ""); why != "" {
			d.permissions = append(d.permissions, value+"="+why)
		}
	}
	ask(&d.writes, "Whose calendars it writes: none, rooms, people, rooms+organizers [rooms]", string(product.WritesRooms),
		string(product.WritesNothing), string(product.WritesRooms), string(product.WritesPeople), string(product.WritesRoomsAndOrganizers))
	if stopped != nil {
		return product.Product{}, stopped
	}
	return d.product(time.Now())
}

// clientIn is a client ID, taken out of the address of a consent page where that
// was pasted.
func clientIn(text string) string {
	if u, err := url.Parse(text); err == nil && u.Query().Get("client_id") != "" {
		text = u.Query().Get("client_id")
	}
	return strings.ToLower(text)
}

// product is the file that the answers make.
func (d *drafted) product(now time.Time) (product.Product, error) {
	p := product.Product{
		ID: d.id, Name: d.name, Vendor: d.vendor, About: words.Key(d.name + ", as its guide describes it."), Model: product.Model(d.model),
		Writes: product.Writes(d.writes), Adapter: product.AdapterForm, Needs: product.Needs{Lists: d.lists},
		Source: product.Source{Read: now.Format(time.DateOnly)}, Choose: len(d.permissions) == 0,
	}
	if d.source != "" {
		p.Source.Pages = []string{d.source}
	}
	for _, text := range d.permissions {
		value, reason, ok := strings.Cut(text, "=")
		if !ok {
			return p, usage("--permission takes PERMISSION=REASON, not %q.", text)
		}
		ref := permission.Ref{Value: strings.TrimSpace(value), Kind: permission.Application}
		if rest, delegated := strings.CutPrefix(ref.Value, "delegated:"); delegated || p.Model == product.User {
			ref = permission.Ref{Value: rest, Kind: permission.Delegated}
		}
		p.Needs.Permissions = append(p.Needs.Permissions, product.Permission{Ref: ref, Reason: words.Key(strings.TrimSpace(reason))})
	}
	if p.Choose {
		p.Unknown = append(p.Unknown, product.Unknown{What: product.UnknownPermissions, Ask: "Choose the permissions that the vendor's guide names."})
	}
	if p.Model != product.Own {
		p.VendorApplication = &product.VendorApplication{Name: d.application, Publisher: d.publisher, ClientID: clientIn(d.clientID)}
		if d.clientID == "" {
			p.Unknown = append(p.Unknown, product.Unknown{What: product.UnknownApplication, Ask: "Ask the vendor for the application (client) ID of its application."})
		}
	} else {
		p.Model, p.Credential = "", product.Credential{Kinds: []string{"secret"}, Months: d.months}
		p.Form = p.UsualForm()
	}
	if p.Model == product.User {
		p.ServiceAccount = &product.Account{Purpose: words.Key(d.account), Delegation: d.delegation}
	}
	return p, nil
}
