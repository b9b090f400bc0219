// Package texts makes the catalogue of everything that Roomkey says, out of its
// source: each constant of the type words.Key, with its other form where there
// is one for exactly one thing.
package texts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

const (
	module = "github.com/roomkey/roomkey/"
	words  = module + "core/words"
)

// Catalogue is the English sentences by their keys: those that a number decides
// with both forms, in the layout of go-i18n.
type Catalogue map[string]any

// forms are the English forms of a text that a number decides.
type forms struct {
	One   string `json:"one"`
	Other string `json:"other"`
}

// JSON is the catalogue as it is kept in the repository.
func (c Catalogue) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("the catalogue cannot be written: %w", err)
	}
	return b.Bytes(), nil
}

// verb is where an argument goes.
var verb = regexp.MustCompile(`%[-+#0-9.*\[\]]*[a-zA-Z]`)

// add takes a key, unless it has no words of its own.
func (c Catalogue) add(key string) {
	if _, known := c[key]; !known && strings.ContainsFunc(verb.ReplaceAllString(key, ""), unicode.IsLetter) {
		c[key] = key
	}
}

// source reads the packages of this module from their files, and takes the
// others for empty: whatever is not ours has no key in it.
type source struct {
	root  string
	files *token.FileSet
	known map[string]*types.Package
	into  Catalogue
	wrong []error
}

// Of reads the module whose folder is root.
func Of(root string) (Catalogue, error) {
	s := &source{root: root, files: token.NewFileSet(), known: map[string]*types.Package{}, into: Catalogue{}}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "internal" && filepath.Dir(name) == root):
			return fs.SkipDir
		}
		dir, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		_, err = s.Import(path.Join(strings.TrimSuffix(module, "/"), filepath.ToSlash(dir)))
		return err
	})
	if err == nil {
		err = s.into.resources(filepath.Join(root, "resources"))
	}
	if err == nil {
		err = s.into.page(filepath.Join(root, "core", "report", "page.html"))
	}
	return s.into, errors.Join(append(s.wrong, err)...)
}

// Import is a package, for the type checker.
func (s *source) Import(name string) (*types.Package, error) {
	if p, ok := s.known[name]; ok {
		return p, nil
	}
	if dir, ours := strings.CutPrefix(name+"/", module); ours {
		return s.read(name, filepath.Join(s.root, filepath.FromSlash(dir)))
	}
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	s.known[name] = p
	return p, nil
}

func (s *source) read(name, dir string) (*types.Package, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	// What is not ours is missing, so that there are errors; the constants are
	// found all the same.
	checker := types.Config{Importer: s, Error: func(error) {}, FakeImportC: true}
	p, _ := checker.Check(name, s.files, parsed, info)
	s.known[name] = p
	for _, f := range parsed {
		s.keys(f, info)
		if name != words {
			s.glue(f, info)
		}
	}
	return p, nil
}

// keys takes every constant key of a file or a part of one: the whole of one that is put
// together from parts, and both forms of a number's.
func (s *source) keys(f ast.Node, info *types.Info) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && s.number(call, info) {
			for _, a := range call.Args[3:] {
				s.keys(a, info)
			}
			return false
		}
		s.help(n, info)
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		key, ok := keyOf(e, info)
		if ok {
			s.into.add(key)
		}
		return !ok
	})
}

// number takes a call such as words.N(n, one, many, …): a function whose second
// and third parameters are called so.
func (s *source) number(call *ast.CallExpr, info *types.Info) bool {
	f, ok := info.Types[call.Fun].Type.(*types.Signature)
	if !ok || len(call.Args) < 3 || f.Params().Len() < 3 || f.Params().At(1).Name() != "one" || f.Params().At(2).Name() != "many" {
		return false
	}
	one, first := keyOf(call.Args[1], info)
	many, second := keyOf(call.Args[2], info)
	if !first || !second {
		return false
	}
	now := forms{one, many}
	if was, ok := s.into[many].(forms); ok && was != now {
		s.wrong = append(s.wrong, fmt.Errorf("%s: %q has two forms for one: %q and %q", s.files.Position(call.Pos()), many, was.One, one))
	}
	s.into[many] = now
	return true
}

// keyOf is the value of an expression that is a constant key.
func keyOf(e ast.Expr, info *types.Info) (string, bool) {
	known := info.Types[e]
	named, ok := known.Type.(*types.Named)
	if !ok || known.Value == nil || known.Value.Kind() != constant.String || named.Obj().Name() != "Key" || named.Obj().Pkg().Path() != words {
		return "", false
	}
	return constant.StringVal(known.Value), true
}
