package report

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const hostile = "Room <script>alert(1)</script> \u202Egnp\x1b[31m {{.}} $(rm)"

// broken is a run with something of everything.
func broken() check.Run {
	denied := problem.DeclareFamily("").New("permission.missing", problem.Refused, words.T("The application lacks a permission: %s", "Calendars.ReadWrite")).
		With(words.Plain(hostile)).
		Fix(words.T("Press \"Grant admin consent\".")).
		Run(words.T("Or run this:"), "Connect-ExchangeOnline").
		See(words.T("API permissions"), "https://entra.microsoft.com/x").
		See(words.T("Trap"), "javascript:alert(1)")
	denied.RequestID = "9c1f"
	return check.Run{
		Connection: "Contoso", Verdict: check.Failed, RootCause: &check.Cause{Check: check.Roles, Code: "permission.missing"},
		From: "laptop (192.0.2.7)", Server: check.ServerUnproven, Started: noon, Finished: noon.Add(3 * time.Second),
		Findings: []check.Finding{
			{ID: check.Lint, Title: words.T("The connection's fields are valid"), Status: check.Pass, Note: words.T("Every field is filled in correctly.")},
			{ID: check.Roles, Title: words.T("Every permission that the product needs is granted"), Status: check.Fail, Problem: denied, Duration: 120 * time.Millisecond,
				Evidence:  map[string]any{"roles": []string{"Place.Read.All"}, "name": hostile},
				Exchanges: []transport.Evidence{{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users/anna@contoso.example/calendarView", Status: 403, RequestID: "9c1f", FirstByte: 40 * time.Millisecond}}},
			{ID: check.PeopleList, Title: words.T("The tenant's people can be listed"), Status: check.Skipped, Note: words.T("Offision does not ask the tenant for this list.")},
			{ID: check.Declared, Title: words.T("The application declares what the product needs"), Status: check.Skipped, NeedsSignIn: true},
			{ID: check.Consented, Title: words.T("An administrator consented to it"), Status: check.Skipped, NeedsSignIn: true},
		},
		Chain: evidence.Draw([]evidence.State{
			{Claim: evidence.SignIn, Standing: evidence.Works, At: noon}, {Claim: evidence.Permissions, Standing: evidence.Failed, At: noon, Source: check.Roles, Problem: denied, Reason: words.Plain(hostile)},
			{Claim: evidence.Rooms, Standing: evidence.Attention, At: noon, Reason: words.T("A room has no seats.")}, {Claim: evidence.Calendars, Standing: evidence.Untested}, {Claim: evidence.Scope, Standing: evidence.Void},
			{Claim: evidence.Server, Standing: evidence.Unknown, At: noon, Problem: denied}, {Claim: evidence.ServerWorks, Standing: evidence.Untested},
		}),
		Layers: []permission.Layers{{Ref: permission.Ref{Value: "Calendars.ReadWrite", Kind: permission.Application}, Wanted: true, InToken: permission.No}},
		Features: []check.Feature{{ID: "bookings", Title: words.T("Booking rooms"), State: check.FeatureBroken, Because: denied.Title, Check: check.Roles},
			{ID: "rooms", Title: words.T("Listing rooms"), State: check.FeatureWorks}},
		Unproven:  []words.Text{words.T("What the booking server itself can reach.")},
		Endpoints: []check.Endpoint{{Direction: "out", Host: "graph.microsoft.com", Port: 443, Why: words.T("Everything")}},
		Rooms:     check.RoomTally{Chosen: 2, Proven: 1, Failed: 1, Failures: []check.RoomProof{{Room: "anna@contoso.example", Status: check.Fail, Code: "graph.ErrorAccessDenied"}}},
	}
}

func page(t *testing.T, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, broken(), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageStandsAlone(t *testing.T) {
	p := page(t, Options{})
	for _, bad := range []string{"<script", "javascript:", "<img", "<link", "@import", "url(", "\u202E", "\x1b"} {
		if strings.Contains(p, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, good := range []string{"&lt;script&gt;", "prefers-color-scheme: dark", "@media print", "Repair this first", "Connect-ExchangeOnline", "9c1f", `id="token.roles"`} {
		if !strings.Contains(p, good) {
			t.Errorf("the page lacks %q", good)
		}
	}
}

func TestPageIsAsItWas(t *testing.T) {
	earlier := broken()
	earlier.Finished = noon.Add(-time.Hour)
	earlier.Findings[0].Status = check.Fail
	earlier.Findings[1].Status = check.Pass
	got := page(t, Options{Previous: &earlier})
	file := filepath.Join("testdata", "report.html")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("run with -update and look at the page in a browser:\n%s", d)
	}
}

// TestPageSpeaksTheReadersLanguage translates every fixed sentence of the page.
func TestPageSpeaksTheReadersLanguage(t *testing.T) {
	asked := map[words.Key]bool{}
	p := page(t, Options{Language: "de", Speak: func(t words.Text) string {
		asked[t.Key] = true
		if t.Key == "Repair this first:" {
			return "Zuerst beheben:"
		}
		return ""
	}})
	if !strings.Contains(p, "Zuerst beheben:") || !strings.Contains(p, `lang="de"`) {
		t.Error("the translation was not used")
	}
	for key := range statusesAndVerdicts() {
		if !asked[key] {
			t.Errorf("%q was not asked for", key)
		}
	}
}

func statusesAndVerdicts() map[words.Key]bool {
	return map[words.Key]bool{statuses[check.Fail].Key: true, verdicts[check.Failed].Key: true, truths[permission.No].Key: true}
}

func TestJSONHasTheDocumentedForm(t *testing.T) {
	data, err := json.Marshal(broken())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Connection string
		Verdict    string
		RootCause  struct{ Check, Code string }
		Checks     []struct {
			ID, Title, Status string
			Problem           *struct {
				Code, Title, Detail string
				Remedies            []string
				Links               []struct{ Title, URL string }
				RequestID           string
			}
			Evidence   map[string]any
			DurationMs *int64
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Checks[1]
	if doc.Verdict != "fail" || doc.RootCause.Code != "permission.missing" || c.Problem.RequestID != "9c1f" ||
		len(c.Problem.Remedies) != 2 || *c.DurationMs != 120 || doc.Checks[0].Evidence == nil || doc.Checks[0].Problem != nil {
		t.Errorf("%s", data)
	}
}

func TestBundleHoldsNoSecretAndNoName(t *testing.T) {
	const secret, token = "abc8Q~0123456789abcdefghijklmnopqrstuvwx", "eyJhbGciOiJub25lIn0.eyJ0aWQiOiIxIn0.sig"
	c := connection.New("Fabrikam meeting rooms")
	c.Tenant.Domain, c.Tenant.DisplayName = "contoso.example", "Contoso Ltd"
	c.Rooms.Items = []string{"anna@contoso.example"}
	run := broken()
	run.Connection = c.Name
	log := ""
	line := func(connection, text string) {
		var b strings.Builder
		slog.New(slog.NewJSONHandler(&b, nil)).Info(text, "connection", connection)
		log += b.String()
	}
	for _, text := range []string{
		"padding", "Authorization: Bearer " + token, "client_secret=" + secret + "&x=1",
		"-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n", "server token hunter22 p&amp;&#34;&lt;w 12 p%26%22%3Cw+12 for Anna@Contoso.example at Contoso Ltd",
		"a%40contoso.example and other7Q~zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
		"base64: " + base64.StdEncoding.EncodeToString([]byte("hunter22")), "base64: " + base64.URLEncoding.EncodeToString([]byte("user:hunter22:x")),
	} {
		line(c.ID, text)
	}
	line("another", "elsewhere.example")
	log += "stranger.example\n" + strings.Repeat("x", 100) + "\n" + `{"msg":"stranger.example"}` + "\n"
	var b bytes.Buffer
	err := Bundle{Connection: c, Run: &run, Log: strings.NewReader(log), Version: "1.0", At: noon,
		Secrets: []vault.Secret{vault.NewSecret(secret), vault.NewSecret("hunter22"), vault.NewSecret(`p&"<w 12`)}}.Write(&b)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	names, all := []string{}, ""
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".json") && !json.Valid(content) {
			t.Errorf("%s is no longer JSON", f.Name)
		}
		all += string(content)
	}
	if want := []string{"about.txt", "connection.json", "check.json", "report.html", "log.txt"}; !cmp.Equal(names, want) {
		t.Errorf("%v", names)
	}
	for _, leak := range []string{secret, token, "hunter22", "MIIEvQ", "w.{0,3}12", "7Q~", "(?i)anna@", "(?i)contoso", "Fabrikam", "laptop", "aHVudGVyMjI", "h1bnRlcjIy", "elsewhere", "stranger"} {
		if m := regexp.MustCompile(leak).FindString(all); m != "" {
			t.Errorf("%q leaked", m)
		}
	}
	if !strings.Contains(all, "9c1f") || !strings.Contains(all, "padding") {
		t.Error("request ids and the log have to stay")
	}
}

func TestTailKeepsWholeLines(t *testing.T) {
	in := strings.Repeat(`{"connection":"c"}`+"\n"+`{"connection":"d"}`+"\n", 1000)
	got, err := tail(strings.NewReader(in), 100, "c")
	if err != nil || len(got) > 100 || len(got) < 80 || string(got) != strings.Repeat(`{"connection":"c"}`+"\n", len(got)/19) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := tail(strings.NewReader(`{"connection":"c"}`), 100, "c"); err != nil || string(got) != `{"connection":"c"}`+"\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzRedactor looks for a known secret in whatever surrounds it.
func FuzzRedactor(f *testing.F) {
	f.Add("client_secret=", "&x")
	f.Add("eyJ", ".x")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "sEcr3t-Value~9"
		if got := newRedactor([]vault.Secret{vault.NewSecret(secret)}).text(before + secret + after); strings.Contains(got, secret) {
			t.Errorf("%q", got)
		}
	})
}

// TestPictureIsReadWithoutColour: each link says its state by sign and word, what
// was not tested is dashed, nothing is drawn over another, and the description
// says the same.
func TestPictureIsReadWithoutColour(t *testing.T) {
	run := broken()
	var page bytes.Buffer
	if err := HTML(&page, run, Options{}); err != nil {
		t.Fatal(err)
	}
	svg := page.String()
	svg = svg[strings.Index(svg, "<svg"):strings.Index(svg, "</svg>")]
	for _, want := range []string{"Microsoft sign-in: Proven.", "Application and permissions: Root cause.", "The server&#39;s own view: Not reached.", "idle", ">\u2717<", ">\u2713<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in the picture", want)
		}
	}
	if strings.Contains(svg, "script") {
		t.Error("the picture carries what came from outside")
	}
	for n := range len(run.Chain) + 1 {
		part := run
		part.Chain = run.Chain[:n]
		p := draw(part, func(l evidence.Link) (string, string, string) { return l.Title.String(), l.Says().String(), "" })
		if len(p.Boxes) != n || len(p.Lines) != max(n-1, 0) {
			t.Fatalf("%d links are %d boxes and %d lines", n, len(p.Boxes), len(p.Lines))
		}
		for i, a := range p.Boxes {
			if a.X < 0 || a.X+a.W > p.Width || a.Y+a.H > p.Height || len(a.Title) == 0 || a.Sign == "" || a.Says == "" || a.Class == "" {
				t.Errorf("%d links: %+v is not whole in %d by %d", n, a, p.Width, p.Height)
			}
			for _, b := range p.Boxes[i+1:] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("%d links: %s lies over %s", n, a.ID, b.ID)
				}
			}
		}
	}
}

// TestAccessIsShown has what reaches a room, with hostile names harmless.
func TestAccessIsShown(t *testing.T) {
	var page bytes.Buffer
	room := reach.Room{Address: "room@contoso.com", At: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC), Applications: []reach.Access{
		{Application: reach.Application{AppID: "a-1", Name: "<b>Badges</b>\u202e", Owner: "Vendor & Co"}, State: reach.Reaches, Level: permission.CalendarWrite, Ways: []words.Text{words.T("The role %s in Exchange has this room in its scope.", "R")}},
	}}
	if err := HTML(&page, check.Run{}, Options{Access: &room}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"What can read room@contoso.com", "Exchange was not asked.", "&lt;b&gt;Badges&lt;/b&gt;", "Vendor &amp; Co", "read and write", "The role R in Exchange", "2026-11-27 08:00:00 UTC"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if strings.Contains(page.String(), "\u202e") {
		t.Error("a name turns the text around")
	}
}
