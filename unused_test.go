package roomkey_test

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	stdio "io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// askedByTests are the lists that tests of other packages go through entry by
// entry. Nothing else of core is exported for tests.
var askedByTests = []string{
	"core/evidence.Claims",  // that a check proves each
	"core/problem.Declared", // that none is tried again in vain
	"core/problem.Places",   // that the window and the command line show each
}

// TestExportedIsUsed: an exported identifier of core is used by production code of
// another package. The constants and variables of one group count as one, but each
// is used somewhere; a type counts when what is used is made of it, and a method
// when an interface has its name.
func TestExportedIsUsed(t *testing.T) {
	all, imports := production(t)
	u := usage{outside: map[string]bool{}, anywhere: map[string]bool{}, methods: map[string]bool{}, seen: map[types.Type]bool{}}
	for _, path := range []string{"encoding", "encoding/json", "fmt", "log/slog", "go.yaml.in/yaml/v4"} {
		p, err := imports.Import(path) // these libraries look for methods, not for types
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range p.Scope().Names() {
			u.interfaces(p.Scope().Lookup(name).Type())
		}
	}
	for _, p := range all {
		u.read(p)
	}
	for _, p := range all {
		u.groups(p)
	}
	unused, asked := []string{}, []string{}
	for _, p := range all {
		if path := strings.TrimPrefix(p.Path(), module); strings.HasPrefix(path, "core/") && !strings.HasPrefix(path, "core/simulator") {
			for _, name := range u.unused(p) {
				if slices.Contains(askedByTests, name) {
					asked = append(asked, name)
				} else {
					unused = append(unused, name)
				}
			}
		}
	}
	for _, name := range unused {
		t.Errorf("%s is exported, and no other package uses it in production", name)
	}
	slices.Sort(asked)
	if !slices.Equal(asked, askedByTests) {
		t.Errorf("only tests use %v; the exceptions are %v", asked, askedByTests)
	}
}

// source is a package of this module with its types, tests left out.
type source struct {
	*types.Package
	types.Info
	files []*ast.File
}

// production reads the packages of this module; those of others come from the
// build cache.
func production(t *testing.T) (all []source, imports types.Importer) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-tags", "migrated_fynedo", "-json=ImportPath,Dir,Export,GoFiles,CgoFiles", "./...")
	list.Stderr = os.Stderr
	out, err := list.StdoutPipe()
	if err == nil {
		err = list.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	files := token.NewFileSet()
	imports = importer.ForCompiler(files, "gc", func(path string) (stdio.ReadCloser, error) { return os.Open(exports[path]) })
	for dec := json.NewDecoder(out); dec.More(); {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles, CgoFiles       []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if !strings.HasPrefix(p.ImportPath, module) {
			continue
		}
		s := source{Info: types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			s.files = append(s.files, file)
		}
		if s.Package, err = (&types.Config{Importer: imports, FakeImportC: true}).Check(p.ImportPath, files, s.files, &s.Info); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := list.Wait(); err != nil {
		t.Fatal(err)
	}
	return all, imports
}

// usage is what production code uses, by [nameOf].
type usage struct {
	outside, anywhere map[string]bool // by other packages; by any
	methods           map[string]bool // names of methods of interfaces
	seen              map[types.Type]bool
}

// nameOf is a package's path within the module with the name of a declaration or
// of a method; "" for what is of another module or within something else.
func nameOf(o types.Object) string {
	if o == nil || o.Pkg() == nil || !strings.HasPrefix(o.Pkg().Path(), module) {
		return ""
	}
	path := strings.TrimPrefix(o.Pkg().Path(), module) + "."
	if f, ok := o.(*types.Func); ok {
		if recv := f.Origin().Signature().Recv(); recv != nil {
			of := recv.Type()
			if p, ok := of.(*types.Pointer); ok {
				of = p.Elem()
			}
			if named, ok := of.(*types.Named); ok {
				return path + "(" + named.Obj().Name() + ")." + o.Name()
			}
		}
	}
	if o.Parent() != o.Pkg().Scope() {
		return ""
	}
	return path + o.Name()
}

func (u usage) read(p source) {
	for _, o := range p.Uses {
		name := nameOf(o)
		u.anywhere[name] = true
		if name != "" && o.Pkg().Path() != p.Path() {
			u.outside[name] = true
			u.madeOf(o.Type())
		}
	}
	for _, tv := range p.Types {
		u.interfaces(tv.Type)
	}
}

// interfaces notes the methods of a type that is an interface.
func (u usage) interfaces(t types.Type) {
	if i, ok := t.Underlying().(*types.Interface); ok {
		for m := range i.Methods() {
			u.methods[m.Name()] = true
		}
	}
}

// madeOf marks what another package gets hold of with a type.
func (u usage) madeOf(t types.Type) {
	if u.seen[t] {
		return
	}
	u.seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		u.outside[nameOf(t.Obj())] = true
		for a := range t.TypeArgs().Types() {
			u.madeOf(a)
		}
		u.madeOf(t.Underlying())
	case *types.Alias:
		u.outside[nameOf(t.Obj())] = true
		u.madeOf(types.Unalias(t))
	case *types.Map:
		u.madeOf(t.Key())
		u.madeOf(t.Elem())
	case interface{ Elem() types.Type }: // a pointer, a list, a channel
		u.madeOf(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				u.madeOf(f.Type())
			}
		}
	case *types.Signature:
		u.madeOf(t.Params())
		u.madeOf(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			u.madeOf(v.Type())
		}
	case *types.Interface:
		for m := range t.Methods() {
			u.madeOf(m.Type())
		}
	}
}

// groups lets the members of a group count as one.
func (u usage) groups(p source) {
	for _, file := range p.files {
		for _, d := range file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST && group.Tok != token.VAR || !group.Lparen.IsValid() {
				continue
			}
			var names []string
			for _, s := range group.Specs {
				for _, id := range s.(*ast.ValueSpec).Names {
					names = append(names, nameOf(p.Defs[id]))
				}
			}
			if slices.ContainsFunc(names, func(n string) bool { return u.outside[n] }) {
				for _, n := range names {
					u.outside[n] = u.anywhere[n]
				}
			}
		}
	}
}

// unused are the exported declarations of a package that nobody else uses.
func (u usage) unused(p source) (names []string) {
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		if !u.outside[nameOf(o)] {
			names = append(names, nameOf(o))
		}
		named, ok := types.Unalias(o.Type()).(*types.Named)
		if _, isType := o.(*types.TypeName); !ok || !isType {
			continue
		}
		for m := range named.Methods() {
			if m.Exported() && !u.outside[nameOf(m)] && !u.methods[m.Name()] {
				names = append(names, nameOf(m))
			}
		}
	}
	return names
}
