package texts

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"unicode"
)

// glue finds sentences that are put together from parts, which no translation can
// put in another order: text joined by + with words or with a space, text made into
// words and then into text again, and keys that are the end of another's sentence.
func (s *source) glue(f ast.Node, info *types.Info) {
	wrong := func(n ast.Node, why string) {
		s.wrong = append(s.wrong, fmt.Errorf("%s: %s", s.files.Position(n.Pos()), why))
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Name.Name != "Error" // what Go's errors say is for the log
		case *ast.BinaryExpr:
			parts := sum(n)
			if len(parts) > 1 && s.anyText(parts, info) {
				for _, p := range parts {
					if literal, ok := stringOf(p, info); ok && (literal == " " || strings.ContainsFunc(literal, unicode.IsLetter)) {
						wrong(n, fmt.Sprintf("a text is joined with %q: make one sentence of it, or words.Sentences", literal))
					}
				}
				return false
			}
		case *ast.AssignStmt:
			if n.Tok == token.ADD_ASSIGN && s.isText(sum(n.Rhs[0])[0], info) {
				wrong(n, "a text is joined to another")
			}
		case *ast.CallExpr:
			if name := called(n); name == "Plain" && len(n.Args) == 1 && s.anyText(sum(n.Args[0]), info) {
				wrong(n, "a text becomes words and then a text again: words.Lines and words.Sentences keep it one")
			} else if strings.HasPrefix(name, "Sprint") || strings.HasPrefix(name, "Fprint") {
				for _, format := range n.Args {
					if literal, ok := stringOf(format, info); ok && s.anyText(n.Args, info) && strings.ContainsFunc(verb.ReplaceAllString(literal, ""), unicode.IsLetter) {
						wrong(n, fmt.Sprintf("a text is put into %q, which no translation reaches", literal))
					}
				}
			}
		case ast.Expr:
			if key, ok := keyOf(n, info); ok && (strings.HasPrefix(key, ",") || strings.HasPrefix(key, " (") || strings.HasSuffix(key, " ") || key == "%s %s") {
				wrong(n, fmt.Sprintf("%q is a part of a sentence", key))
			}
		}
		return true
	})
}

// sum is what an expression adds up.
func sum(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
		return append(sum(b.X), sum(b.Y)...)
	}
	return []ast.Expr{e}
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func stringOf(e ast.Expr, info *types.Info) (string, bool) {
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

func (s *source) anyText(all []ast.Expr, info *types.Info) bool {
	for _, e := range all {
		if s.isText(e, info) {
			return true
		}
	}
	return false
}

// isText is whether an expression is a text, or one that has become words: by its
// methods String and In, or by a function such as kit.L that takes a key or a text.
func (s *source) isText(e ast.Expr, info *types.Info) bool {
	if info.Types[e].Value == nil && ofWords(info.Types[e].Type) {
		return true
	}
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	if method, ok := c.Fun.(*ast.SelectorExpr); ok && (method.Sel.Name == "String" || method.Sel.Name == "In") {
		return ofWords(info.Types[method.X].Type)
	}
	f, ok := info.Types[c.Fun].Type.(*types.Signature)
	return ok && f.Params().Len() > 0 && f.Results().Len() == 1 && types.Identical(f.Results().At(0).Type(), types.Typ[types.String]) &&
		ofWords(f.Params().At(0).Type())
}

// ofWords is whether a type is one of package words.
func ofWords(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == words
}
