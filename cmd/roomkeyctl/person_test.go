package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
)

// browse is the system's browser in the scripts: it signs the person in. With
// STRAY set, a preview calls the port first, as browsers do.
func browse() {
	client, err := transport.New(transport.Options{CAFile: os.Getenv("CA")})
	if os.Getenv("ROOMKEY_CLIENT_SECRET")+os.Getenv("ROOMKEY_SERVER_TOKEN") != "" || strings.Contains(os.Getenv("HTTPS_PROXY"), "@") {
		err = errors.New("the browser was given secrets in its environment")
	}
	if err == nil {
		if stray := os.Getenv("STRAY"); stray != "" && os.Remove(stray) == nil {
			port := regexp.MustCompile(`localhost%3A(\d+)`).FindStringSubmatch(os.Args[1])
			var res *http.Response
			if res, err = http.Get("http://localhost:" + port[1] + "/favicon.ico"); err == nil {
				err = res.Body.Close()
			}
		} else {
			err = simulator.Browse(context.Background(), client, os.Args[1])
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var deviceCode = regexp.MustCompile(`^ {4}([A-Z0-9]{9})$`)

// byHand COMMAND… runs a command that shows a device code, or with --no-browser
// an address, and does by hand what it asks for: types the code on Microsoft's
// page, or opens the address.
func byHand(ts *testscript.TestScript, neg bool, args []string) {
	client, err := transport.New(transport.Options{CAFile: ts.Getenv("CA")})
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	program, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.CommandContext(ctx, program, args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	for _, name := range []string{"ROOMKEY_HOME", "ROOMKEY_VAULT", "ROOMKEY_CLIENT_SECRET", "ROOMKEY_SERVER_TOKEN", "PATH", "HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stdout = ts.Stdout()
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		_, _ = fmt.Fprintln(ts.Stderr(), lines.Text())
		if code := deviceCode.FindStringSubmatch(lines.Text()); code != nil {
			_, err := simulator.TypeCode(ctx, client, ts.Getenv("AUTHORITY")+"/devicelogin", code[1])
			ts.Check(err)
		}
		if slices.Contains(args, "--no-browser") && strings.HasPrefix(lines.Text(), "https://") {
			ts.Check(simulator.Browse(ctx, client, lines.Text()))
		}
	}
	_, _ = io.Copy(io.Discard, stderr)
	if err := cmd.Wait(); (err != nil) != neg {
		ts.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
}
