package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
	"github.com/roomkey/roomkey/core/words"
)

// runScript runs a script in PowerShell, with modules that speak to the simulated
// tenant, and takes its result file and what it wrote beside.
func (a *app) runScript(ctx context.Context, row cloud.Cloud, script, out string) error {
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		return problem.New(wire.CodeIntent, words.T("There is no PowerShell on this computer: pwsh was not found.")).By(err).
			Fix(words.T("Install PowerShell 7, or name the intent file that was written with the script."))
	}
	text, err := a.read(ctx, script)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "roomkey-colleague-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	modules, work := filepath.Join(folder, "modules"), filepath.Join(folder, "run")
	name := filepath.Join(work, filepath.Base(script))
	if err := errors.Join(cmdlet.WriteModules(modules), os.Mkdir(work, 0o700), os.WriteFile(name, text, 0o600)); err != nil {
		return err
	}
	token, account, err := a.colleagueToken(ctx, row, strings.TrimSuffix(filepath.Base(script), filepath.Ext(script)))
	if err != nil {
		return err
	}
	run := exec.CommandContext(ctx, pwsh, "-NoProfile", "-File", name)
	run.Dir, run.Stdin, run.Stdout, run.Stderr = work, a.in, a.err, a.err
	run.Env = append(os.Environ(), "PSModulePath="+modules, "POWERSHELL_TELEMETRY_OPTOUT=1", "NO_COLOR=1", "SSL_CERT_FILE="+row.CAFile,
		"ROOMKEY_STANDIN_EXCHANGE="+row.Authority+"/simulator/powershell", "ROOMKEY_STANDIN_GRAPH="+row.Graph,
		"ROOMKEY_STANDIN_TOKEN="+token, "ROOMKEY_STANDIN_ACCOUNT="+account)
	ended := run.Run()
	results, _ := filepath.Glob(filepath.Join(work, "*.result.json"))
	if len(results) != 1 {
		return problem.New(wire.CodeIntent, words.T("The script left no result file.")).By(ended).
			Fix(words.T("Read what it printed above."))
	}
	data, err := os.ReadFile(results[0])
	if err == nil {
		err = a.write(out, data)
	}
	if err != nil || out == "-" {
		return err
	}
	tables, _ := filepath.Glob(filepath.Join(work, "*.csv"))
	for _, table := range tables {
		if data, err = os.ReadFile(table); err == nil {
			err = a.write(filepath.Join(filepath.Dir(out), filepath.Base(table)), data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// colleagueToken is the colleague's token for the scopes of a script.
func (a *app) colleagueToken(ctx context.Context, row cloud.Cloud, script string) (token, account string, err error) {
	var scopes []string
	for _, s := range exchange.Catalogue() {
		if s.Name == script {
			scopes = s.Scopes
		}
	}
	client, err := a.env.HTTP(row.Endpoints())
	if err != nil {
		return "", "", err
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, row.Authority+"/simulator/token?scope="+url.QueryEscape(strings.Join(scopes, " ")), nil)
	if err != nil {
		return "", "", err
	}
	resp, err := client.Do(ask)
	if err != nil {
		return "", "", row.Owner().Problem(err, ask.URL.Host)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = problem.New(wire.CodeIntent, words.T("The simulated colleague cannot run this.")).With(words.Plain(strings.TrimSpace(string(body))))
	}
	return string(body), resp.Header.Get("X-Account"), err
}
