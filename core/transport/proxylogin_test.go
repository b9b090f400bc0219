package transport

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// strictProxy leads every way to server, after a sign-in: says gives the status
// and the challenge for the authorizations that came on one connection so far.
func strictProxy(t *testing.T, server string, says func(came []string) (status int, header string)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	serve := func(conn net.Conn) {
		defer conn.Close()
		from := bufio.NewReader(conn)
		var came []string
		for {
			r, err := http.ReadRequest(from)
			if err != nil {
				return
			}
			came = append(came, r.Header.Get("Proxy-Authorization"))
			status, header := says(came)
			if status == http.StatusOK {
				break
			}
			fmt.Fprintf(conn, "HTTP/1.1 %d No\r\n%sContent-Length: 5\r\n\r\nsorry", status, header)
			if strings.Contains(header, "close") {
				return
			}
		}
		to, err := net.Dial("tcp", server)
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		_, _ = io.Copy(conn, to)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return "http://" + l.Addr().String()
}

// scripted signs in by one scheme with the answers of a script.
type scripted struct {
	scheme  string
	answers []string
}

type scriptedLogin struct{ *scripted }

func (s scriptedLogin) Begin(_ context.Context, host string, offers []string) (ProxyHandshake, error) {
	if s.scheme == "broken" {
		return nil, problem.New(CodeFailed, words.Plain("The keychain is missing."))
	}
	if host != "127.0.0.1" || !slices.Contains(offers, s.scheme) {
		return nil, nil
	}
	return &scriptedHandshake{*s.scripted}, nil
}

type scriptedHandshake struct{ scripted }

func (s *scriptedHandshake) Scheme() string { return s.scheme }
func (s *scriptedHandshake) Close()         {}
func (s *scriptedHandshake) Answer(challenge []byte) ([]byte, error) {
	if len(s.answers) == 0 {
		return nil, errors.New("the ticket has expired")
	}
	answer := strings.ReplaceAll(s.answers[0], "CHALLENGE", string(challenge))
	s.answers = s.answers[1:]
	return []byte(answer), nil
}

func TestSignInToProxies(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Proxy-Authorization") != "" {
			t.Error("the server was told the sign-in of the proxy")
		}
		fmt.Fprintf(w, "%s %s", r.Method, body)
	}))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	encoded := func(scheme, token string) string {
		return scheme + " " + base64.StdEncoding.EncodeToString([]byte(token))
	}
	basic := func(came []string) (int, string) {
		if came[len(came)-1] == encoded("Basic", "ada:secret") {
			return 200, ""
		}
		return 407, "Proxy-Authenticate: Basic realm=\"corp\"\r\n"
	}
	closing := func(came []string) (int, string) {
		status, header := basic(came)
		return status, header + "Connection: close\r\n"
	}
	negotiate := func(came []string) (int, string) {
		if came[len(came)-1] == encoded("Negotiate", "ticket") {
			return 200, ""
		}
		return 407, "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n"
	}
	ntlm := func(came []string) (int, string) { // both legs on one connection
		switch last := came[len(came)-1]; {
		case last == encoded("NTLM", "hello"):
			return 407, "Proxy-Authenticate: " + encoded("NTLM", "riddle") + "\r\n"
		case last == encoded("NTLM", "solved riddle") && slices.Contains(came, encoded("NTLM", "hello")):
			return 200, ""
		}
		return 407, "Proxy-Authenticate: NTLM\r\n"
	}
	for name, tt := range map[string]struct {
		proxy  func([]string) (int, string)
		scheme string
		by     []string
		says   string // "" when it goes through
	}{
		"Basic":                      {basic, "Basic", []string{"ada:secret"}, ""},
		"a new connection each time": {closing, "Basic", []string{"ada:secret"}, ""},
		"Negotiate":                  {negotiate, "Negotiate", []string{"ticket"}, ""},
		"NTLM":                       {ntlm, "NTLM", []string{"hello", "solved CHALLENGE"}, ""},
		"a wrong password":           {basic, "Basic", []string{"ada:wrong"}, "Roomkey signed in with Basic."},
		"an old ticket":              {negotiate, "Negotiate", nil, "Signing in with Negotiate failed: the ticket has expired"},
		"another scheme":             {ntlm, "Negotiate", []string{"ticket"}, "It offers: NTLM."},
		"another scheme, Basic":      {basic, "Negotiate", nil, "roomkeyctl proxy login NAME"},
		"no keychain":                {basic, "broken", nil, "could not be read: The keychain is missing"},
		"for ever":                   {func([]string) (int, string) { return 407, "Proxy-Authenticate: NTLM cmlkZGxl\r\n" }, "NTLM", slices.Repeat([]string{"again"}, 20), "did not accept"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := New(Options{CAFile: ca, Retry: true, Proxy: strictProxy(t, server.Listener.Addr().String(), tt.proxy),
				ProxyLogin: scriptedLogin{&scripted{tt.scheme, tt.by}}})
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			ctx, recorder := Record(t.Context())
			for range 2 { // the second finds the way at once
				_, got, err := send(ctx, client, "POST", "https://example.com/", "a body")
				if tt.says == "" {
					if err != nil || got != "POST a body" || recorder.Last().Proxy == "" {
						t.Fatalf("%q, %v, %+v", got, err, recorder.Last())
					}
					continue
				}
				var b strings.Builder
				p := Owner{}.Problem(err, "example.com")
				if p == nil || p.Code != CodeProxy {
					t.Fatalf("%v", err)
				}
				p.Terminal(&b, nil)
				if !strings.Contains(b.String(), tt.says) || strings.Contains(b.String(), "wrong") {
					t.Error(b.String())
				}
			}
		})
	}
}
