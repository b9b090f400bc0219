package kit

import (
	"reflect"
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// What is carried of chroma reads PowerShell as the whole of it does.
func TestPowerShellAsChromaReadsIt(t *testing.T) {
	const script = "<# about #>\nparam([string]$Name = \"a $b\")\n# one\nforeach ($r in Get-Mailbox) { if ($r -eq 'x') { Write-Host @'\nhere\n'@ } }\n"
	tokens := func(l chroma.Lexer) []chroma.Token {
		i, err := chroma.Coalesce(l).Tokenise(nil, script)
		if err != nil {
			t.Fatal(err)
		}
		return i.Tokens()
	}
	got, want := tokens(powershell()), tokens(lexers.Get("powershell"))
	if len(want) < 20 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
