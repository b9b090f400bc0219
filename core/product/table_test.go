package product

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of products into docs/products.md")

// The table in the documentation is that of the files.
func TestTable(t *testing.T) {
	const file, mark = "../../docs/products.md", "-run Table -update`.\n\n"
	var b strings.Builder
	b.WriteString("| product | ID | model | writes | limit | ends | left open | read |\n|---|---|---|---|---|---|---|---|\n")
	for _, p := range products(t).All() {
		var open []string
		for _, u := range p.Unknown {
			open = append(open, u.What)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s | %s | %s |\n", p.Name, p.ID, p.Model, p.Writes, cmp.Or(p.Scoping.Way, "–"), cmp.Or(p.Ends, "–"), cmp.Or(strings.Join(open, ", "), "–"), cmp.Or(p.Source.Read, "–"))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, table, found := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), mark)
	if *update {
		if err := os.WriteFile(file, []byte(text+mark+b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !found || table != b.String() {
		t.Error("docs/products.md is older than the product files: go test ./core/product -run Table -update")
	}
}
