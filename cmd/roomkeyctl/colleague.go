package main

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// scriptColleague has the simulated colleague run a script.
func scriptColleague(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "colleague FILE", Short: "On a simulated tenant, run a script and get its result file", Args: cobra.ExactArgs(1),
		Long: "An Exchange administrator runs a script in PowerShell. On a simulated tenant " +
			"the simulator does that: it applies the intent file (.intent.json) that was written " +
			"with the script and returns the result file that the script would have written. " +
			"For the script itself (.ps1), pwsh runs it on Linux, with modules that speak to the " +
			"simulator in place of Microsoft's.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			row, err := s.Cloud()
			if err != nil {
				return err
			}
			if u, err := url.Parse(row.Authority); err != nil || !connection.IsLoopback(u.Hostname()) {
				return problem.New(wire.CodeNotSimulated, words.T("The cloud %s is not simulated.", row.Name)).
					Fix(words.T("Give the script to an Exchange administrator; its result file is read with roomkeyctl script result FILE."))
			}
			if strings.EqualFold(filepath.Ext(args[0]), ".ps1") {
				return a.runScript(c.Context(), row, args[0], out)
			}
			intent, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			client, err := a.env.HTTP(row.Endpoints())
			if err != nil {
				return err
			}
			r, err := http.NewRequestWithContext(c.Context(), http.MethodPost, row.Authority+"/simulator/intent", bytes.NewReader(intent))
			if err != nil {
				return err
			}
			r.Header.Set("Content-Type", "application/json")
			resp, err := client.Do(r)
			if err != nil {
				return row.Owner().Problem(err, r.URL.Host)
			}
			defer resp.Body.Close()
			result, err := io.ReadAll(resp.Body)
			if err != nil {
				return row.Owner().Problem(err, r.URL.Host)
			}
			if resp.StatusCode != http.StatusOK {
				return problem.New(wire.CodeIntent, words.T("The simulated colleague cannot run this.")).With(words.Plain(strings.TrimSpace(string(result))))
			}
			if err := a.write(out, result); err != nil || out == "-" || !bytes.Contains(intent, []byte(`"calendar-processing-show"`)) {
				return err
			}
			ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, row.Authority+"/simulator/calendar-processing.csv", nil)
			if err != nil {
				return err
			}
			resp, err = client.Do(ask)
			if err != nil {
				return row.Owner().Problem(err, r.URL.Host)
			}
			defer resp.Body.Close()
			table, err := io.ReadAll(resp.Body)
			if err != nil {
				return row.Owner().Problem(err, r.URL.Host)
			}
			return a.write(strings.TrimSuffix(strings.TrimSuffix(out, ".json"), ".result")+".csv", table)
		}),
	}
	c.Flags().StringVar(&out, "out", "-", "`file` to write, - for standard output")
	return c
}
