package texts

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// help takes what a command says of itself and of its flags: the fields Short and
// Long of a cobra.Command, and the last argument of a flag's declaration. Both
// are strings there, which the command line looks up when it shows its help.
func (s *source) help(n ast.Node, info *types.Info) {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if field, ok := n.Key.(*ast.Ident); ok && (field.Name == "Short" || field.Name == "Long") {
			s.helpText(n.Value, info)
		}
	case *ast.CallExpr:
		method, ok := n.Fun.(*ast.SelectorExpr)
		if ok && len(n.Args) >= 3 && (strings.HasSuffix(method.Sel.Name, "Var") || strings.HasSuffix(method.Sel.Name, "VarP")) {
			s.helpText(n.Args[len(n.Args)-1], info)
		}
	}
}

func (s *source) helpText(e ast.Expr, info *types.Info) {
	if known := info.Types[e]; known.Value != nil && known.Value.Kind() == constant.String {
		s.into.add(constant.StringVal(known.Value))
	}
}
