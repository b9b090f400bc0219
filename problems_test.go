package roomkey_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/problems.md anew")

// blank is where a title takes a name or a number.
var blank = regexp.MustCompile(`%[a-z]`)

// declared is a code as its package's register has it.
type declared struct {
	code, kind, title string
}

// kinds explains what follows from each kind, in the order of the page.
var kinds = [][2]string{
	{"Refused", "The other side understood the request and said no. Trying the same again does not help."},
	{"Denied", "The other side said no because a permission or a role is missing."},
	{"NoAnswer", "No reliable response arrived in time. It is not known whether the request was carried out."},
	{"Unreachable", "The request did not arrive: the name has no address, or nothing is listening."},
	{"Untrusted", "The server cannot be trusted: its certificate is wrong, or it is another host. No secret was sent."},
	{"Throttled", "The other side is busy and asks to try again later."},
	{"UnexpectedAnswer", "The response does not belong to the request. Often it comes from a proxy."},
	{"Absent", "The requested object does not exist."},
	{"Stale", "Something has changed since the decision was made. Check it, then decide again."},
	{"WrongInput", "What was typed, or a file that was given, is wrong. Nothing was sent."},
	{"SignInNeeded", "A sign-in, a secret or an unlocked keychain is needed first."},
	{"Blocked", "Roomkey continues only after a person has done or confirmed something."},
	{"Unmet", "It was read, and it is not as it must be."},
	{"Unsupported", "This cloud, product or server does not offer it."},
	{"Local", "Something on this computer failed: a disk, a file, a program."},
	{"Cancelled", "Someone stopped it."},
	{"Internal", "An error in Roomkey. Report it."},
}

// TestProblemsAreDocumented holds docs/problems.md to the registers: every code
// has its anchor there, with the title that people see. Run with -update after a
// code was added.
func TestProblemsAreDocumented(t *testing.T) {
	byKind := map[string][]declared{}
	for _, d := range registers(t) {
		byKind[d.kind] = append(byKind[d.kind], d)
	}
	var page bytes.Buffer
	page.WriteString("# Problems\n\nEvery problem that Roomkey shows carries a code and is of one kind. What happens next, and the exit status of `roomkeyctl`, follow from the kind. " +
		"Codes `entra.AADSTS…` and `graph.…` beyond those listed are Microsoft's own.\n")
	for _, k := range kinds {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n", k[0], k[1])
		for _, d := range byKind[k[0]] {
			anchor := strings.ToLower(strings.NewReplacer(".", "-", "_", "-").Replace(d.code))
			fmt.Fprintf(&page, "- <a id=\"%s\"></a>`%s`: %s\n", anchor, d.code, d.title)
		}
		delete(byKind, k[0])
	}
	for kind, left := range byKind {
		t.Errorf("the kind %s of %s is not explained", kind, left[0].code)
	}
	const file = "docs/problems.md"
	if *update {
		if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, _ := os.ReadFile(file); !bytes.Equal(have, page.Bytes()) {
		t.Errorf("%s is not what the registers say: go test . -run Problems -update", file)
	}
}

// registers reads every codes.go, and the title of the first problem that is
// made with each code.
func registers(t *testing.T) []declared {
	t.Helper()
	titles := map[string]string{} // package and identifier -> title
	var list []declared
	names := map[string]string{} // package and identifier -> code
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		own := f.Name.Name + "."
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) != 1 {
					return true
				}
				if args, ok := call(n.Values[0], "Declare"); ok && len(args) == 2 {
					list = append(list, declared{code: text(args[0]), kind: last(args[1])})
					names[own+n.Names[0].Name] = text(args[0])
				}
			case *ast.CallExpr:
				if args, ok := call(n, "New"); ok && len(args) == 2 {
					if title, ok := call(args[1], "T"); ok && len(title) > 0 {
						id := last(args[0])
						if _, qualified := args[0].(*ast.SelectorExpr); qualified {
							id = args[0].(*ast.SelectorExpr).X.(*ast.Ident).Name + "." + id
						} else {
							id = own + id
						}
						if _, known := titles[id]; !known {
							titles[id] = text(title[0])
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]string{}
	for id, code := range names {
		byCode[code] = titles[id]
	}
	seen := map[string]bool{}
	for i := range list {
		if seen[list[i].code] {
			t.Errorf("%s is declared twice", list[i].code)
		}
		seen[list[i].code] = true
		list[i].title = byCode[list[i].code]
		list[i].title = blank.ReplaceAllString(list[i].title, "…")
		if list[i].title == "" {
			list[i].title = "its text says what happened."
		}
	}
	slices.SortFunc(list, func(a, b declared) int { return strings.Compare(a.code, b.code) })
	if len(list) < 300 {
		t.Fatalf("only %d codes were found", len(list))
	}
	return list
}

// call gives the arguments of a call of a function with this name.
func call(e ast.Expr, name string) ([]ast.Expr, bool) {
	c, ok := e.(*ast.CallExpr)
	if !ok || last(c.Fun) != name {
		return nil, false
	}
	return c.Args, true
}

// last is the last part of a name.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func text(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}
