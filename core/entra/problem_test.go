package entra

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/internal/facts"
)

const (
	client      = "00000000-0000-0000-0000-000000000001"
	trace       = "b179b7db-c957-4917-a1b6-66fab2042a00"
	correlation = "4cfc9c81-660f-4a1a-ba0b-87db205c5461"
)

var global = cloud.Cloud{ID: "global", Authority: "https://login.microsoftonline.com", Graph: "https://graph.microsoft.com",
	Portals: cloud.Portals{Azure: "https://portal.azure.com", Entra: "https://entra.microsoft.com", Admin: "https://admin.microsoft.com"}}

// msalError is what MSAL gives for an HTTP answer; drained is the form in which
// it has read the body away.
func msalError(status int, body string, drained bool) error {
	resp := &http.Response{StatusCode: status, Header: http.Header{"X-Ms-Request-Id": {trace}}, Body: io.NopCloser(strings.NewReader(body))}
	if drained {
		_, _ = io.ReadAll(resp.Body)
	}
	return fmt.Errorf("outer: %w", msal.CallErr{Resp: resp,
		Err: fmt.Errorf("http call(https://login.microsoftonline.com/t/oauth2/v2.0/token)(POST) error: reply status code was %d:\n%s", status, body)})
}

func TestEveryShapeOfARefusal(t *testing.T) {
	text := "AADSTS7000215: Invalid client secret provided. Ensure it's the \"Value\"."
	older := text + "\r\nTrace ID: " + trace + "\r\nCorrelation ID: " + correlation + "\r\nTimestamp: 2023-06-02 21:00:26Z"
	newer := text + " Trace ID: " + trace + " Correlation ID: " + correlation + " Timestamp: 2024-12-18 23:10:03Z"
	encode := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	for name, err := range map[string]error{
		"older separator": msalError(401, encode(map[string]any{"error": "invalid_client", "error_description": older, "error_codes": []int{7000215}}), false),
		"newer separator": msalError(401, encode(map[string]any{"error": "invalid_client", "error_description": newer, "error_codes": []int{7000215},
			"trace_id": trace, "correlation_id": correlation}), false),
		"body drained":           msalError(401, encode(map[string]any{"error": "invalid_client", "error_description": newer}), true),
		"codes in strange order": msalError(401, encode(map[string]any{"error": "invalid_client", "error_description": newer, "error_codes": []int{50000, 7000215}}), false),
		"HTML-escaped text":      errors.New("AADSTS7000215: Invalid client secret provided. Ensure it&#39;s the &quot;Value&quot;. Trace ID: " + trace + " Correlation ID: " + correlation + " Timestamp: x"),
		"JSON cut off":           msalError(401, `{"error":"invalid_client","error_description":"`+newer, false),
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(err, BookingApplication, global, client, "contoso.com")
			if p.Code.String() != "entra.AADSTS7000215" || p.TraceID != trace || p.CorrelationID != correlation {
				t.Fatalf("code %s, trace %s, correlation %s", p.Code, p.TraceID, p.CorrelationID)
			}
			if p.Title.String() != "The client secret is not correct." || len(p.Remedies) < 2 {
				t.Errorf("title %q, remedies %d", p.Title, len(p.Remedies))
			}
			if d := p.Detail.String(); !strings.Contains(d, `it's the "Value"`) || strings.Contains(d, trace) || strings.Contains(d, "Timestamp") {
				t.Errorf("detail %q", d)
			}
			if len(p.Links) != 1 || p.Links[0].URL != global.Pages(client, "").Credentials {
				t.Errorf("links %v", p.Links)
			}
		})
	}
}

func TestUnknownCodeShowsMicrosoftsText(t *testing.T) {
	p := problemOf(msalError(400, `{"error":"invalid_request","error_description":"AADSTS4711: The moon is full. Trace ID: `+trace+` Correlation ID: `+correlation+` Timestamp: 2026-01-01 00:00:00Z","error_codes":[4711]}`, false), BookingApplication, global, client, "")
	if p.Code.String() != "entra.AADSTS4711" || !strings.Contains(p.Detail.String(), "The moon is full.") || p.TraceID != trace || p.CorrelationID != correlation {
		t.Errorf("%+v", p)
	}
	if p.Links[0].URL != "https://login.microsoftonline.com/error?code=4711" {
		t.Errorf("links %v", p.Links)
	}
}

func TestOtherFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"nothing":             {nil, ""},
		"cancelled":           {fmt.Errorf("x: %w", context.Canceled), problem.CodeCancelled.String()},
		"too late":            {fmt.Errorf("x: %w", context.DeadlineExceeded), "net.timeout"},
		"without a number":    {msalError(400, `{"error":"invalid_grant","suberror":"bad_token"}`, false), "entra.bad_token"},
		"hostile error word":  {msalError(400, `{"error":"../../<b>X"}`, false), "entra.bx"},
		"a web page":          {msalError(403, "<html>Sign in to the hotel</html>", false), "entra.unexpected-answer"},
		"a page with a brace": {msalError(403, "<html><style>a{b:c}</style></html>", false), "entra.unexpected-answer"},
		"empty":               {msalError(404, "", false), "entra.unexpected-answer"},
		"busy":                {msalError(429, "", false), "entra.unavailable"},
		"down":                {msalError(503, "<html>down</html>", false), "entra.unavailable"},
		"garbled":             {msal.InvalidJsonErr{Err: errors.New("json decode error: x\nraw message was: {\"access_token\":\"eyJhbGciOiJub25lIn0.secret.part\"")}, "entra.unexpected-answer"},
		"a problem already":   {fmt.Errorf("x: %w", problem.DeclareFamily("").New("net.plain-http", problem.Refused, words.T("t"))), "net.plain-http"},
		"anything else":       {errors.New("issuer does not match eyJhbGciOiJub25lIn0.secret.part"), "entra.failed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(tt.err, BookingApplication, global, client, "t")
			if tt.want == "" {
				if p != nil {
					t.Fatal(p)
				}
				return
			}
			if p.Code.String() != tt.want {
				t.Fatalf("%v, want %s", p, tt.want)
			}
			if strings.Contains(p.Error(), "secret.part") {
				t.Errorf("shows a token: %v", p)
			}
		})
	}
}

// The authority of one's own cloud is named in its row, not in the window.
func TestUntrustedLaboratory(t *testing.T) {
	lab := cloud.Cloud{ID: "lab", Authority: "https://login.lab.example", Own: true}
	p := problemOf(fmt.Errorf("outer: %w", x509.UnknownAuthorityError{}), BookingApplication, lab, client, "t")
	if p.Code.String() != "net.tls-untrusted" || !strings.Contains(p.Remedies[0].String(), `caFile of the cloud "lab"`) {
		t.Errorf("%v: %v", p, p.Remedies)
	}
}

// Whatever the answers of Entra ID look like, their number, trace and
// correlation id are found.
func TestContractOfErrors(t *testing.T) {
	bodies, err := facts.EntraErrors()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bodies {
		p := problemOf(msalError(b.Status, string(b.Body), true), BookingApplication, global, client, "t")
		if p.Code.String() != "entra.AADSTS"+strconv.Itoa(b.Code) || p.TraceID != b.TraceID || p.CorrelationID != b.CorrelationID {
			t.Errorf("%s: %v (trace %s, correlation %s)", b.Name, p, p.TraceID, p.CorrelationID)
		}
		if _, ok := Explain(b.Code, ""); !ok {
			t.Errorf("%s: the catalogue does not explain %d", b.Name, b.Code)
		}
	}
	if len(bodies) < 10 {
		t.Errorf("only %d samples", len(bodies))
	}
}

func FuzzReadRefusal(f *testing.F) {
	f.Add("AADSTS50076: x Trace ID: " + trace)
	f.Add(`{"error":"invalid_grant","error_description":"AADSTS1: a","error_codes":["7"],"claims":"{}"}`)
	f.Add(`reply status code was 400: {"error":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		p := problemOf(errors.New(text), BookingApplication, global, client, "t")
		if p == nil || p.Title.IsZero() || !strings.Contains(p.Code.String(), ".") || strings.ContainsAny(p.Code.String(), " \n<>\"") {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

// TestConsentOfTheSignInClient leads to the application that the person signs in
// with, and never to the booking application.
func TestConsentOfTheSignInClient(t *testing.T) {
	for _, code := range []int{65001, 65004, 90094, 90095} {
		refused := Refusal{Code: code, Text: "No."}
		p := refused.Problem(SignInClient, global, CommandLineTools, "contoso.com")
		said := ""
		for _, r := range p.Remedies {
			said += r.String() + "\n"
		}
		if strings.Contains(said, "App registrations") || !strings.Contains(said, "Enterprise applications > the application named below > Permissions") {
			t.Errorf("%d: %s", code, said)
		}
		want := []problem.Link{
			{Title: words.T("Admin consent for the application that you sign in with"), URL: "https://login.microsoftonline.com/contoso.com/adminconsent?client_id=" + CommandLineTools},
			{Title: words.T("Enterprise applications"), URL: global.Pages("", "").EnterpriseApplication},
		}
		if !slices.EqualFunc(p.Links, want, func(a, b problem.Link) bool { return a.URL == b.URL && a.Title.String() == b.Title.String() }) {
			t.Errorf("%d: %v", code, p.Links)
		}
		if code == 65004 { // nobody presses Cancel where an application signs in by itself
			continue
		}
		if own := refused.Problem(BookingApplication, global, client, "contoso.com"); own.Links[0].URL != global.Pages(client, "").Permissions {
			t.Errorf("%d: the booking application's page is %v", code, own.Links)
		}
	}
}
