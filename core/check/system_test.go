package check

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
)

func TestSystemProbes(t *testing.T) {
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(site.Close)
	plain, err := transport.New(transport.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := System{Microsoft: plain}
	if _, err := n.Probe(t.Context(), site.URL); problem.Code(err) != "net.tls-untrusted" && problem.Code(err) != "net.tls-intercepted" {
		t.Errorf("a certificate that nobody signed: %v", err)
	}
	site.Config.Close()
	if _, err := n.Probe(t.Context(), site.URL); problem.Code(err) != "net.refused" {
		t.Errorf("nobody listening: %v", err)
	}
	if _, err := n.Resolve(t.Context(), "no-such-host.invalid"); problem.Code(err) != "net.dns" {
		t.Errorf("a name that does not exist: %v", err)
	}
	if found, err := n.Resolve(t.Context(), "localhost"); err != nil || len(found) == 0 {
		t.Errorf("localhost: %v, %v", found, err)
	}
}
