package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"roomkeyctl": managed, "xdg-open": browse})
}

// managed is main on a computer whose policy is the file that the script names.
func managed() {
	policyFile = os.Getenv("POLICY")
	main()
}

// TestScripts plays the command line as it is typed. Each script has a
// simulated tenant of its own, whose cloud is in clouds.yaml; secrets come from
// the environment, as where there is no keychain.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			if err := os.MkdirAll(home, 0o700); err != nil {
				return err
			}
			sim, err := simulator.Start(t.Context(), simulator.Options{Dir: filepath.Join(env.WorkDir, "lab"), Seatsurfing: "1.125.0"})
			if err != nil {
				return err
			}
			env.Defer(func() { _ = sim.Close() })
			env.Values["simulator"] = sim
			entry, err := wire.CloudsYAML(sim.Cloud())
			if err != nil {
				return err
			}
			account := sim.Account()
			for name, value := range map[string]string{
				"ROOMKEY_HOME": home, "ROOMKEY_VAULT": "memory",
				"ROOMKEY_CLIENT_SECRET": account.ClientSecret, "ROOMKEY_SERVER_TOKEN": account.ServerToken,
				"TENANT": account.Domain, "TENANT_ID": account.TenantID, "CLIENT_ID": account.ClientID,
				"SERVER": sim.BookingURL(), "SEATSURFING": sim.SeatsurfingURL(), "READ_ONLY_TOKEN": account.ReadOnlyServerToken, "CA": sim.CAFile(), "AUTHORITY": sim.Cloud().Authority, "ORGANIZER": account.OrganizerUPN,
			} {
				env.Setenv(name, value)
			}
			logo, err := os.ReadFile(filepath.Join("..", "..", "resources", "icons", "roomkey.png"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "logo.png"), logo, 0o600); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "server-token.txt"), []byte(account.ServerToken), 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(home, "clouds.yaml"), []byte(entry), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// fault switches the named faults on, and all others off.
			"fault": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(ts.Value("simulator").(*simulator.Simulator).SetFaults(args...))
			},
			// exits CODE COMMAND… runs a command that must end with that status.
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				got := "0"
				if err != nil {
					got = strings.TrimPrefix(err.Error(), "exit status ")
				}
				if got != args[0] {
					ts.Fatalf("exit status %s, want %s", got, args[0])
				}
			},
			// forget-evidence leaves what a version that kept no evidence left.
			"forget-evidence": func(ts *testscript.TestScript, _ bool, _ []string) {
				files, err := filepath.Glob(filepath.Join(ts.Getenv("ROOMKEY_HOME"), "*", "*", "evidence.json"))
				ts.Check(err)
				if len(files) == 0 {
					ts.Fatalf("no evidence was kept")
				}
				for _, file := range files {
					ts.Check(os.Remove(file))
				}
			},
			"by-hand": byHand, "foreign": foreign, "no-english": noEnglish,
			"liar": liar,
			// receiver takes what is told to a webhook into told.json, and puts its
			// address where the keychain would have it.
			"receiver": func(ts *testscript.TestScript, _ bool, _ []string) {
				file := ts.MkAbs("told.json")
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					if err = errors.Join(err, os.WriteFile(file, body, 0o600)); err != nil || r.Header.Get("Content-Type") != "application/json" {
						w.WriteHeader(http.StatusBadRequest)
					}
				}))
				ts.Defer(server.Close)
				ts.Setenv("ROOMKEY_WEBHOOK", server.URL+"/secret-path")
			},
			// sign-in-at-seatsurfing is a person who presses the button there; the page
			// that comes of it is in sign-in.html.
			"sign-in-at-seatsurfing": func(ts *testscript.TestScript, _ bool, _ []string) {
				client, err := transport.New(transport.Options{CAFile: ts.Getenv("CA")})
				ts.Check(err)
				id := regexp.MustCompile(`"providers":\[\{[^]]*"id":"([^"]+)"`).FindStringSubmatch(ts.ReadFile("lab/seatsurfing.json"))
				if id == nil {
					ts.Fatalf("Seatsurfing has no sign-in")
				}
				req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, ts.Getenv("SEATSURFING")+"/auth/"+id[1]+"/login/ui/", nil)
				ts.Check(err)
				res, err := (&http.Client{Transport: client.Transport}).Do(req) // follows to Microsoft and back
				ts.Check(err)
				page, err := io.ReadAll(res.Body)
				ts.Check(errors.Join(err, res.Body.Close(), os.WriteFile(ts.MkAbs("sign-in.html"), page, 0o600)))
			},
			// confirm puts the value that the server wants confirmed into $CONFIRM.
			"confirm": func(ts *testscript.TestScript, _ bool, _ []string) {
				_, rest, ok := strings.Cut(ts.ReadFile("stdout"), `"value": "age1`)
				if !ok {
					ts.Fatalf("nothing to confirm")
				}
				key, _, _ := strings.Cut(rest, `"`)
				ts.Setenv("CONFIRM", "age1"+key)
			},
		},
	})
}
