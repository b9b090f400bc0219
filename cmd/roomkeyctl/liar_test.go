package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/roomkey/roomkey/core/transport"
)

// liar KIND puts a server before the simulated one that does one thing wrong, and
// its address into $LIAR. A number is the status with which it answers every
// change.
func liar(ts *testscript.TestScript, _ bool, args []string) {
	real, err := url.Parse(ts.Getenv("SERVER"))
	ts.Check(err)
	client, err := transport.New(transport.Options{CAFile: ts.Getenv("CA")})
	ts.Check(err)
	forget(ts, client, ts.Getenv("SERVER")+"/api/room-booking/v1/microsoft365")
	proxy := httputil.NewSingleHostReverseProxy(real)
	proxy.Transport = client.Transport
	own := ""
	proxy.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		body = bytes.ReplaceAll(body, []byte(ts.Getenv("SERVER")), []byte(own))
		tag := r.Header.Get("ETag")
		switch kind := args[0]; {
		case kind == "weak-etag" && tag != "":
			r.Header.Set("ETag", "W/"+tag)
		case kind == "same-etag" && tag != "":
			r.Header.Set("ETag", `"always"`)
		case kind == "shows-credential":
			body = bytes.Replace(body, []byte(`"credential":{`), []byte(`"credential":{"sealed":"-----BEGIN AGE ENCRYPTED FILE-----",`), 1)
		case kind == "always-ok" && strings.HasSuffix(r.Request.URL.Path, "/status"):
			body = bytes.Replace(body, []byte(`"state":"failing"`), []byte(`"state":"ok"`), 1)
		case kind == "html" && r.StatusCode >= 400:
			r.Header.Set("Content-Type", "text/html")
			body = []byte("<h1>Error</h1>")
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return nil
	}
	status, _ := strconv.Atoi(args[0])
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = real.Host
		switch {
		case status > 0 && (r.Method == http.MethodPut || r.Method == http.MethodDelete):
			w.WriteHeader(status)
			return
		case args[0] == "busy-once" && asked.Add(1) == 5:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		case strings.HasPrefix(args[0], "two-tokens") && r.Header.Get("Authorization") == "Bearer of-a-reader":
			if args[0] == "two-tokens" && r.Method != http.MethodGet {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"type":"urn:room-booking-integration:problem:forbidden","title":"Forbidden","status":403,"code":"forbidden"}`)
				return
			}
			r.Header.Set("Authorization", "Bearer "+ts.Getenv("ROOMKEY_SERVER_TOKEN"))
		}
		proxy.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	own = server.URL
	ts.Check(os.WriteFile(ts.MkAbs("two-tokens.txt"), []byte(ts.Getenv("ROOMKEY_SERVER_TOKEN")+"\nof-a-reader\n"), 0o600))
	ts.Setenv("LIAR", own)
}

// forget has the simulated server forget what the liar before kept there.
func forget(ts *testscript.TestScript, client *http.Client, address string) {
	call := func(method, tag string) *http.Response {
		r, err := http.NewRequestWithContext(context.Background(), method, address, nil)
		ts.Check(err)
		r.Header.Set("Authorization", "Bearer "+ts.Getenv("ROOMKEY_SERVER_TOKEN"))
		if tag != "" {
			r.Header.Set("If-Match", tag)
		}
		res, err := client.Do(r)
		ts.Check(err)
		ts.Check(res.Body.Close())
		return res
	}
	if held := call(http.MethodGet, ""); held.StatusCode == http.StatusOK {
		call(http.MethodDelete, held.Header.Get("ETag"))
	}
}
