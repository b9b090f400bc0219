package main

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/vault"
)

// TestTheCommandsOfTheSimulatorWorkAsTheyArePrinted: on Windows in the command
// prompt and in PowerShell, which has no "<", whatever the folder is called.
func TestTheCommandsOfTheSimulatorWorkAsTheyArePrinted(t *testing.T) {
	s := simulated{
		Seatsurfing: "https://127.0.0.1:8445", CAFile: `C:\my lab\ca.pem`, CloudsFile: `C:\my lab\clouds.yaml`, config: `C:\Users\Ada L\AppData\Roaming\Roomkey\clouds.yaml`,
		SecretFiles: map[vault.Kind]string{vault.ClientSecret: `C:\my lab\secret.txt`, vault.ServerToken: `C:\my lab\token.txt`},
	}
	for system, wanted := range map[string][]string{
		"windows": {`copy "C:\my lab\clouds.yaml" "C:\Users\Ada L\AppData\Roaming\Roomkey\clouds.yaml"`, `"server.caFile=C:\my lab\ca.pem"`,
			`type "C:\my lab\secret.txt" | roomkeyctl secret set client-secret`, `type "C:\my lab\token.txt" | roomkeyctl secret set server-token`},
		"linux": {`cp "C:\my lab\clouds.yaml" `, `cat "C:\my lab\secret.txt" | roomkeyctl secret set client-secret`, "Open https://127.0.0.1:8445 in a browser", "roomkeyctl form -c Desks --entered"},
	} {
		var out strings.Builder
		s.printFor(&out, shellOf(system))
		for _, line := range wanted {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%s: no %s in\n%s", system, line, out.String())
			}
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if system == "windows" && (strings.Contains(line, "<") || strings.Contains(line, "mkdir -p") || strings.HasPrefix(line, "  cp ")) {
				t.Errorf("not for Windows: %s", line)
			}
			if _, command, is := strings.Cut(line, "roomkeyctl "); is {
				if err := exists(strings.Fields(command)); err != nil {
					t.Errorf("%s: %v", line, err)
				}
			}
		}
	}
}
