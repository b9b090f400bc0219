package product

import (
	"cmp"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// Catalog is the booking products that are known.
type Catalog struct{ products []Product }

// builtIn are the products that the program carries. A mistake in one of them
// is one in the program, which the tests find.
var builtIn = sync.OnceValue(func() []Product {
	c := &Catalog{}
	files, err := fs.Glob(resources.Products, "*.yaml")
	if err != nil {
		panic(err)
	}
	documents, products := make([]*strictyaml.Document, len(files)), make([]Product, len(files))
	var read sync.WaitGroup
	for i, file := range files {
		read.Go(func() { // they are half of what a command needs to start
			data, err := fs.ReadFile(resources.Products, file)
			if err != nil {
				panic(err)
			}
			documents[i] = strictyaml.Read(file, data, &products[i])
		})
	}
	read.Wait()
	for i, d := range documents {
		if problems := c.add(d, products[i]); len(problems) > 0 {
			panic(problems[0])
		}
	}
	return c.products
})

// All are the products in the order that their files give them: by place, those
// without one last, then by group and name.
func (c *Catalog) All() []Product {
	place := func(p Product) int { return cmp.Or(p.Place, math.MaxInt) }
	return slices.SortedStableFunc(slices.Values(c.products), func(a, b Product) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(strings.ToLower(a.Group), strings.ToLower(b.Group)),
			cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
}

// Load gives the built-in products and adds those of the administrator's own
// folder, "" or a folder that does not exist for none: one product in each file
// that ends in .yaml or .yml. Every mistake is a problem with file, line and
// field, and keeps only its own file out.
func Load(userDir string) (*Catalog, []*problem.Problem) {
	c := &Catalog{products: slices.Clone(builtIn())}
	if userDir == "" {
		return c, nil
	}
	entries, err := os.ReadDir(userDir)
	if _, missing := os.Lstat(userDir); os.IsNotExist(missing) {
		return c, nil // Windows calls a file in its place "not found", too
	}
	if err != nil {
		return c, []*problem.Problem{problem.New(codeFolderUnreadable, words.T("The folder of your own products cannot be read.")).
			With(words.Plain(err.Error())).By(err).
			Fix(words.T("Check that %s is a folder and that you can read it.", userDir))}
	}
	var problems []*problem.Problem
	for _, e := range entries {
		if ext := strings.ToLower(filepath.Ext(e.Name())); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		var p Product
		if d := strictyaml.ReadFile(filepath.Join(userDir, e.Name()), &p); d != nil {
			p.Own = true
			problems = append(problems, c.add(d, p)...)
		}
	}
	return c, problems
}

func (c *Catalog) add(d *strictyaml.Document, p Product) []*problem.Problem {
	if !d.Sound("") && p.ID == "" {
		return d.Problems(codeFileInvalid) // it could not be read; all else would follow from that
	}
	p.Model = cmp.Or(p.Model, Own)
	p.validate(d, c.products)
	if d.Sound("") {
		c.products = append(c.products, p)
	}
	return d.Problems(codeFileInvalid)
}

// Only drops the products that are not in ids; none keeps all. It gives the ids that
// no product has.
func (c *Catalog) Only(ids []string) (unknown []string) {
	for _, id := range ids {
		if _, known := c.Get(id); !known {
			unknown = append(unknown, id)
		}
	}
	if len(ids) > 0 {
		c.products = slices.DeleteFunc(c.products, func(p Product) bool { return !slices.Contains(ids, p.ID) })
	}
	return unknown
}

// Get finds a product by its id.
func (c *Catalog) Get(id string) (Product, bool) {
	i := slices.IndexFunc(c.products, func(p Product) bool { return p.ID == id })
	if i < 0 {
		return Product{}, false
	}
	return c.products[i], true
}

// MultiTenant reports whether one of the options wants the application to have
// a multi-tenant audience.
func (p Product) MultiTenant(options []string) bool {
	return slices.ContainsFunc(p.Options, func(o Option) bool { return o.MultiTenant && slices.Contains(options, o.ID) })
}

// Supports reports whether the vendor supports the cloud. An own cloud is taken
// to be a laboratory, where everything may be tried.
func (p Product) Supports(cloudID string, own bool) bool {
	return own || len(p.Operators) == 0 || slices.Contains(p.Operators, cloudID)
}

// With gives what the product needs with the options switched on and, where
// permissions are chosen, with the chosen ones: "Calendars.Read" for an
// application permission, "delegated:User.Read" for a delegated one. Options
// that the product does not have add nothing.
func (p Product) With(options []string, chosen []string) Needs {
	var n Needs
	n.add(p.Needs)
	for _, o := range p.Options {
		if slices.Contains(options, o.ID) {
			n.add(o.Needs)
		}
	}
	if p.Choose {
		for _, c := range chosen {
			n.add(ofChoice(c))
		}
	}
	return n
}

// add merges more into n: a permission is needed once, with the first reason.
func (n *Needs) add(more Needs) {
	for _, p := range more.Permissions {
		i := slices.IndexFunc(n.Permissions, func(q Permission) bool { return q.Ref == p.Ref })
		if i < 0 {
			n.Permissions = append(n.Permissions, p)
		} else if p.ServerSignIn {
			n.Permissions[i].ServerSignIn = true
		}
	}
	for _, l := range more.Lists {
		if !slices.Contains(n.Lists, l) {
			n.Lists = append(n.Lists, l)
		}
	}
}

// listsOf are the lists that a chosen application permission opens.
var listsOf = map[string]string{
	"Place.Read.All": listRooms, "Place.ReadWrite.All": listRooms,
	"User.ReadBasic.All": listPeople, "User.Read.All": listPeople,
	"GroupMember.Read.All": listGroups, "Group.Read.All": listGroups,
}

// refOf is the permission of a choice.
func refOf(choice string) permission.Ref {
	if value, ok := strings.CutPrefix(choice, "delegated:"); ok {
		return permission.Ref{Value: value, Kind: permission.Delegated}
	}
	return permission.Ref{Value: choice, Kind: permission.Application}
}

func ofChoice(choice string) Needs {
	ref := refOf(choice)
	n := Needs{Permissions: []Permission{{Ref: ref, Reason: "Chosen by you for this booking server."}}}
	if list, ok := listsOf[ref.Value]; ok && ref.Kind == permission.Application {
		n.Lists = []string{list}
	}
	return n
}
