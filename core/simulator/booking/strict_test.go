package booking

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/vault"
)

// TestBookingServerIsStrict: what the contract forbids is refused with the
// contract's code, and changes nothing.
func TestBookingServerIsStrict(t *testing.T) {
	b := newBench(t)
	receipt, err := push(t, b.client(&memoryLog{}), validConfiguration("d1", "a@contoso.example"))
	if err != nil {
		t.Fatal(err)
	}
	etag := receipt.Current.ETag
	put := func(body string, h map[string]string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, b.URL+base+"/microsoft365", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+testToken)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "0123456789abcdef")
		r.Header.Set("X-Deliberately-Wrong", "yes")
		for k, v := range h {
			r.Header.Set(k, v)
			if v == "" {
				r.Header.Del(k)
			}
		}
		resp, err := b.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(raw)
	}
	for _, c := range []struct {
		name   string
		body   string
		header map[string]string
		status int
		code   string
	}{
		{"no precondition", `{}`, nil, 428, "precondition-required"},
		{"weak tag", `{}`, map[string]string{"If-Match": "W/" + etag}, 400, "malformed"},
		{"any tag", `{}`, map[string]string{"If-Match": "*"}, 400, "malformed"},
		{"both", `{}`, map[string]string{"If-Match": etag, "If-None-Match": "*"}, 400, "malformed"},
		{"old tag", `{}`, map[string]string{"If-Match": `"r0"`}, 412, "etag-mismatch"},
		{"taken for new", `{}`, map[string]string{"If-None-Match": "*"}, 412, "etag-mismatch"},
		{"no key", `{}`, map[string]string{"If-Match": etag, "Idempotency-Key": ""}, 400, "idempotency-key-missing"},
		{"not JSON", `<html>`, map[string]string{"If-Match": etag}, 400, "malformed"},
		{"wrong type", `{"tenant":7}`, map[string]string{"If-Match": etag}, 400, "malformed"},
		{"form", `a=b`, map[string]string{"If-Match": etag, "Content-Type": "text/plain"}, 415, "unsupported-media-type"},
		{"empty", `{}`, map[string]string{"If-Match": etag}, 422, "invalid-configuration"},
		{"wrong token", `{}`, map[string]string{"Authorization": "Bearer other"}, 401, "unauthorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := put(c.body, c.header)
			if status != c.status || !strings.Contains(body, `"code":"`+c.code+`"`) {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
	if now, err := b.client(&memoryLog{}).Current(t.Context()); err != nil || now.ETag != etag {
		t.Errorf("something changed: %+v %v", now, err)
	}
}

// TestSealedCredentialStaysWithItsApplication: sealed text is refused in a
// configuration that it was not made for, and by a server that it was not
// sealed to.
func TestSealedCredentialStaysWithItsApplication(t *testing.T) {
	b := newBench(t)
	s := &server{}
	var err error
	if s.identity, err = Identity(b.dir, "identity.txt"); err != nil {
		t.Fatal(err)
	}
	if s.other, err = Identity(b.dir, "identity-2.txt"); err != nil {
		t.Fatal(err)
	}
	stranger, err := Identity(b.dir, "identity-3.txt")
	if err != nil {
		t.Fatal(err)
	}
	cfg := configuration{Tenant: tenantPart{ID: "t"}, Application: applicationPart{ClientID: "c"}, Credential: credentialPart{Kind: "secret"}}
	for want, seal := range map[string]vault.Sealable{
		"":                 {Kind: "secret", TenantID: "T", ClientID: "C", Value: vault.NewSecret("x")},
		"other-credential": {Kind: "secret", TenantID: "t", ClientID: "other", Value: vault.NewSecret("x")},
	} {
		cfg.Credential.Sealed, err = vault.Seal(s.identity.Recipient().String(), seal)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if wrong := s.sealMistakes(cfg, true); len(wrong) > 0 {
			got = wrong[0].Code
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	cfg.Credential.Sealed, err = vault.Seal(stranger.Recipient().String(), vault.Sealable{Kind: "secret", TenantID: "t", ClientID: "c", Value: vault.NewSecret("x")})
	if err != nil {
		t.Fatal(err)
	}
	if wrong := s.sealMistakes(cfg, true); len(wrong) != 1 || wrong[0].Code != "cannot-unseal" {
		t.Errorf("%+v", wrong)
	}
}
