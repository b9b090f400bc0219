package check

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func (w *world) run(t *testing.T) Run {
	t.Helper()
	return whole(t)(Diagnose(t.Context(), w.in, nil, nil))
}

// claim is where a claim stands after a run.
func (w *world) claim(r Run, c evidence.Claim) evidence.State {
	basis := evidence.Basis{evidence.Application: "a"}
	return evidence.Find(evidence.Assess(r.Evidence(basis), Claims(w.in), basis, r.Finished), c)
}

// whole is a run whose input was complete.
func whole(t *testing.T) func(Run, error) Run {
	return func(r Run, err error) Run {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func TestHealthyTenantPasses(t *testing.T) {
	w := healthy(9)
	var emitted []string
	r := whole(t)(Diagnose(t.Context(), w.in, func(f Finding) { emitted = append(emitted, f.ID) }, nil))
	if r.Verdict != Passed || r.RootCause != nil {
		t.Fatalf("verdict %s, cause %+v, findings %s", r.Verdict, r.RootCause, show(r))
	}
	if emitted[0] != Lint {
		t.Errorf("the first finding was %s; it must not wait for the network", emitted[0])
	}
	if len(emitted) != len(Catalogue()) {
		t.Errorf("%d findings were emitted of %d checks", len(emitted), len(Catalogue()))
	}
	if r.Digest == "" || r.Server != ServerWorks || r.Rooms.Proven != 9 {
		t.Errorf("digest %q, server %q, rooms %+v", r.Digest, r.Server, r.Rooms)
	}
	if most := w.mostUnderway.Load(); most > outlookAtATime {
		t.Errorf("%d mailboxes were checked at the same time", most)
	}
}

// TestShortLivedCertificates are renewed late: a certificate of six days is not
// overdue two days before its end, and is half a day before it.
func TestShortLivedCertificates(t *testing.T) {
	for left, want := range map[time.Duration]Status{48 * time.Hour: Pass, 12 * time.Hour: Warn} {
		s := &State{now: func() time.Time { return noon }, reached: transport.Evidence{ValidFrom: noon.Add(left - 6*24*time.Hour), ValidUntil: noon.Add(left)}}
		s.Connection = &connection.Connection{Server: connection.Server{URL: "https://booking.example"}}
		if f := checkServerCertificate(t.Context(), s); f.Status != want {
			t.Errorf("with %s left: %s, want %s", left, f.Status, want)
		}
	}
}

// TestFaultsAreNamed holds one fault after the other into a healthy world: what
// the verdict is, which check is the root cause, with which code.
func TestFaultsAreNamed(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(*world)
		verdict Verdict
		check   string
		code    string
	}{
		{"field", func(w *world) { w.in.FieldProblems = []*problem.Problem{refusal("connection.client-id")} }, Failed, Lint, "connection.client-id"},
		{"name unknown", func(w *world) { w.resolveErr, w.probe = refusal("net.dns"), down("net.dns") }, Failed, Names, "net.dns"},
		{"no address", func(w *world) { w.noAddress, w.probe = true, down("net.dns") }, Failed, Names, "net.dns"},
		{"intercepted, not trusted", func(w *world) { w.probe = down("net.tls-intercepted") }, Failed, Certificate, "net.tls-intercepted"},
		{"server's certificate expires in ten days", func(w *world) { w.see(func(e *transport.Evidence) { e.ValidUntil = noon.AddDate(0, 0, 10) }) }, Warned, ServerCertificate, "server.certificate-expires"},
		{"intercepted, trusted", func(w *world) { w.see(func(e *transport.Evidence) { e.Issuer = "Contoso Proxy CA" }) }, Warned, Certificate, "net.tls-intercepted"},
		{"time-out", func(w *world) { w.probe = down("net.timeout") }, Failed, Certificate, "net.timeout"},
		{"always cut", func(w *world) { w.probe = down("net.cut") }, Failed, Certificate, "net.cut"},
		{"Graph cut", func(w *world) { w.lose(w.in.Cloud.Graph, "net.cut") }, Incomplete, Certificate, "net.cut"},
		{"Graph silent", func(w *world) { w.lose(w.in.Cloud.Graph, "net.timeout") }, Incomplete, Certificate, "net.timeout"},
		{"Graph refuses", func(w *world) { w.lose(w.in.Cloud.Graph, "net.refused") }, Failed, Certificate, "net.refused"},
		{"sign-in cut, Graph intercepted", func(w *world) {
			w.lose(w.in.Cloud.Authority, "net.cut")
			w.lose(w.in.Cloud.Graph, "net.tls-intercepted")
		}, Failed, Certificate, "net.tls-intercepted"},
		{"captive portal", func(w *world) { w.see(func(e *transport.Evidence) { e.Status = 511 }) }, Failed, Certificate, "net.captive-portal"},
		{"empty answer", func(w *world) { w.see(func(e *transport.Evidence) { *e = transport.Evidence{} }) }, Incomplete, Certificate, "check.unexpected-answer"},
		{"clock", func(w *world) { w.see(func(e *transport.Evidence) { e.Skew = -6 * time.Minute }) }, Failed, Clock, "net.clock-skew"},
		{"slow", func(w *world) { w.see(func(e *transport.Evidence) { e.FirstByte = 9 * time.Second }) }, Warned, Speed, "net.slow"},
		{"slow server", func(w *world) {
			w.at("https://booking.example", func() (transport.Evidence, error) {
				return transport.Evidence{Status: 200, FirstByte: 4 * time.Second, ValidUntil: noon.AddDate(1, 0, 0)}, nil
			})
		}, Warned, ServerReach, "net.slow"},
		{"tenant unknown", func(w *world) { w.discoverErr = refusal("cloud.tenant-unknown") }, Failed, Tenant, "cloud.tenant-unknown"},
		{"tenant without id", func(w *world) { w.discovery.TenantID = "" }, Incomplete, Tenant, "check.unexpected-answer"},
		{"another tenant", func(w *world) { w.discovery.TenantID = "other" }, Failed, Tenant, "tenant.mismatch"},
		{"wrong secret", func(w *world) { w.tokenErr = refusal("entra.AADSTS7000215") }, Failed, Token, "entra.AADSTS7000215"},
		{"entra busy", func(w *world) { w.tokenErr = refusal("entra.unavailable") }, Incomplete, Token, "entra.unavailable"},
		{"empty token", func(w *world) { w.token.Value = vault.Secret{} }, Incomplete, Token, "check.unexpected-answer"},
		{"expired token", func(w *world) { w.token.Expires = noon.Add(-time.Hour) }, Incomplete, Token, "check.unexpected-answer"},
		{"token not a JWT", func(w *world) { w.token.Claims = nil }, Incomplete, Roles, "check.unexpected-answer"},
		{"token of another tenant", func(w *world) { w.token.Claims.TenantID = "x" }, Failed, Token, "token.wrong-tenant"},
		{"token for another service", func(w *world) { w.token.Claims.Audience = "https://graph.microsoft.us" }, Failed, Token, "token.wrong-audience"},
		{"no consent", func(w *world) {
			w.token.Claims.Roles = nil
			w.rooms, w.calendar = refusedList[tenant.Room](), func(string) error { return forbidden() }
		}, Failed, Roles, "permission.no-consent"},
		{"role missing", func(w *world) {
			w.token.Claims.Roles = w.token.Claims.Roles[1:]
			w.calendar = func(string) error { return forbidden() }
		}, Failed, Roles, "permission.missing"},
		{"superfluous role", func(w *world) { w.token.Claims.Roles = append(w.token.Claims.Roles, "Mail.Read") }, Warned, Excess, "permission.superfluous"},
		{"dangerous role", func(w *world) { w.token.Claims.Roles = append(w.token.Claims.Roles, "Directory.ReadWrite.All") }, Warned, Excess, "permission.dangerous"},
		{"no rooms", func(w *world) { w.rooms.Items = nil }, Failed, RoomList, "rooms.none-found"},
		{"rooms end early", func(w *world) { w.rooms.Complete, w.rooms.Problem = false, refusal("net.cut") }, Incomplete, RoomList, "net.cut"},
		{"rooms end early, silently", func(w *world) { w.rooms.Complete = false }, Incomplete, RoomList, "check.unexpected-answer"},
		{"rooms without addresses", func(w *world) { w.rooms.Items = make([]tenant.Room, 3) }, Failed, RoomList, "rooms.none-found"},
		{"a reserved room", func(w *world) { w.rooms.Items[0].BookingType = "reserved" }, Warned, RoomList, "rooms.reserved"},
		{"the server's credential has expired", func(w *world) {
			w.current = ServerCurrent{Stored: true, TenantID: tenantID, ClientID: clientID, CredentialExpires: noon.AddDate(0, 0, -1)}
		}, Warned, ServerToken, "server.credential-expired"},
		{"throttled", func(w *world) { w.calendar = func(string) error { return refusal("graph.TooManyRequests") } }, Incomplete, RoomCalendars, "graph.TooManyRequests"},
		{"one mailbox gone", func(w *world) {
			w.calendar = func(m string) error {
				if m == "room1@contoso.example" {
					return refusal("graph.ErrorInvalidUser")
				}
				return nil
			}
		}, Failed, RoomCalendars, "graph.ErrorInvalidUser"},
		{"nobody", func(w *world) { w.people.Items = nil }, Failed, PeopleList, "people.none-found"},
		{"people refused", func(w *world) { w.people = refusedList[tenant.Person]() }, Failed, PeopleList, "graph.Authorization_RequestDenied"},
		{"no groups", func(w *world) { w.groups.Items = nil }, Warned, GroupList, "groups.none-found"},
		{"server down", func(w *world) {
			w.atServer(func() (transport.Evidence, error) { return transport.Evidence{}, refusal("net.refused") })
		}, Failed, ServerReach, "net.refused"},
		{"server broken", func(w *world) {
			w.atServer(func() (transport.Evidence, error) { return transport.Evidence{Status: 502}, nil })
		}, Failed, ServerReach, "server.down"},
		{"server says nothing", func(w *world) { w.description = ServerDescription{} }, Incomplete, ServerContract, "server.unexpected-answer"},
		{"contract unknown", func(w *world) { w.description.ContractKnown = false }, Failed, ServerContract, "server.contract-unknown"},
		{"server token", func(w *world) { w.currentErr = refusal("booking.unauthorized") }, Failed, ServerToken, "booking.unauthorized"},
		{"server of another tenant", func(w *world) { w.current.TenantID = "other" }, Warned, ServerToken, "server.other-tenant"},
		{"server blocked by location", func(w *world) {
			w.status = ServerStatus{State: ServerFails, Code: "AADSTS53003", Digest: "digest of room0@contoso.example,room1@contoso.example,room2@contoso.example"}
		}, Failed, ServerStatusOf, "entra.AADSTS53003"},
		{"server fails with what it had before", func(w *world) { w.status = ServerStatus{State: ServerFails, Code: "AADSTS7000215", Digest: "old"} }, Warned, ServerStatusOf, "server.old-configuration"},
		{"may read calendars and not write them", func(w *world) { w.token.Claims.Roles[0] = "Calendars.Read" }, Failed, Roles, "permission.missing"},
		{"reads for the whole tenant, scope unseen", func(w *world) {
			w.token.Claims.Roles[0], w.in.Connection.Scope.Kind = "Calendars.ReadBasic.All", "rbac"
		}, Incomplete, Roles, "scope.unproven"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy(3)
			tt.spoil(w)
			r := w.run(t)
			want := &Cause{Check: tt.check, Code: tt.code}
			if r.Verdict != tt.verdict || !cmp.Equal(r.RootCause, want) {
				t.Errorf("verdict %s, cause %+v; want %s, %+v\n%s", r.Verdict, r.RootCause, tt.verdict, want, show(r))
			}
			f, _ := r.Finding(tt.check)
			if f.Problem == nil || f.Problem.Title.IsZero() {
				t.Errorf("%s says nothing", tt.check)
			}
			if r.Server == ServerWorks && tt.check == ServerStatusOf {
				t.Error("the booking server is said to work")
			}
			if r.Verdict == Incomplete && r.Digest != "" {
				t.Errorf("an incomplete run has the digest %q and would open the gate", r.Digest)
			}
		})
	}
}

// TestServerThatIsSilentIsUnproven is a server without a view of its own: what
// was proven is proven from here, and nothing is claimed of the server.
func TestServerThatIsSilentIsUnproven(t *testing.T) {
	for _, status := range []ServerStatus{{}, {State: ServerNothing}, {State: ServerWorks}, {State: ServerWorks, Token: true},
		{State: ServerWorks, Token: true, Room: true, CheckedAt: noon, Digest: "of another configuration"},
		{State: ServerWorks, Token: true, Room: true, CheckedAt: noon.Add(-2 * time.Hour)},
		{State: ServerWorks, Token: true, Room: true}} {
		w := healthy(2)
		w.status = status
		if r := w.run(t); r.Verdict != Passed || r.Server != ServerUnproven || len(r.Unproven) == 0 {
			t.Errorf("%+v: verdict %s, server %s, unproven %v", status, r.Verdict, r.Server, r.Unproven)
		}
	}
}

// TestViewOfWhatTheServerHolds: a view that names no configuration is of the one
// that the server has, and one from before it got that proves nothing.
func TestViewOfWhatTheServerHolds(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"of another": func(w *world) { w.current.Digest = "another" },
		"of none":    func(w *world) { w.current.Digest = "" },
		"of before":  func(w *world) { w.current.StoredAt = noon.Add(time.Minute) },
	} {
		w := healthy(2)
		spoil(w)
		if r := w.run(t); r.Verdict != Passed || r.Server != ServerUnproven {
			t.Errorf("%s: verdict %s, server %s", name, r.Verdict, r.Server)
		}
	}
}

func TestSkippedNamesTheFailureAndNotTheSkipBetween(t *testing.T) {
	w := healthy(2)
	w.probe = down("net.refused")
	r := w.run(t)
	f, _ := r.Finding(RoomCalendars)
	if f.Status != Skipped || f.Because != Certificate {
		t.Errorf("%+v, want skipped because of %s", f, Certificate)
	}
}

func TestNotWantedDoesNotSpoil(t *testing.T) {
	w := healthy(2)
	w.in.Needs.Lists = []string{"rooms"}
	w.in.Needs.Permissions = w.in.Needs.Permissions[:2]
	w.token.Claims.Roles = w.token.Claims.Roles[:2]
	w.people = refusedList[tenant.Person]()
	r := w.run(t)
	f, _ := r.Finding(PeopleList)
	if r.Verdict != Passed || f.Status != Skipped || f.Because != "" || f.Note.IsZero() {
		t.Errorf("verdict %s, people %+v", r.Verdict, f)
	}
}

// TestGrantedInExchange is RBAC for Applications: the calendar permission is
// not in the token, and the call proves it.
func TestGrantedInExchange(t *testing.T) {
	w := healthy(2)
	w.token.Claims.Roles = w.token.Claims.Roles[1:]
	r := w.run(t)
	if f, _ := r.Finding(Roles); r.Verdict.Passes() || f.Status != Unknown || f.Problem.Code != codeScopeUnproven {
		t.Fatalf("reading is taken for writing: verdict %s\n%s", r.Verdict, show(r))
	}
	w.in.Connection.Scope.Kind = "rbac"
	r = w.run(t)
	if f, _ := r.Finding(Roles); r.Verdict != Passed || !strings.Contains(f.Title.String(), "except for writing") || !strings.Contains(f.Note.String(), "shown only by a booking") {
		t.Fatalf("limited on purpose: verdict %s, %s: %s\n%s", r.Verdict, f.Title, f.Note, show(r))
	}
	if c := w.claim(r, evidence.Permissions); c.Standing != evidence.Works || c.Title.String() != notWritten.String() {
		t.Errorf("the claim says more than was tested: %s: %s", c.Standing, c.Title)
	}
	booked, _, _ := writing()
	booked.token.Claims.Roles, booked.in.Connection.Scope.Kind = booked.token.Claims.Roles[1:], "rbac"
	r = booked.run(t)
	if f, _ := r.Finding(Roles); f.Title.String() != rolesGranted.String() || !strings.Contains(f.Note.String(), "a booking was written") {
		t.Errorf("after a test booking: %s: %s", f.Title, f.Note)
	}
	if c := booked.claim(r, evidence.Permissions); c.Standing != evidence.Works || c.Title.String() != "The application has its permissions" {
		t.Errorf("the claim after a test booking: %s: %s", c.Standing, c.Title)
	}
	w.calendar = func(string) error { return forbidden() }
	r = w.run(t)
	if r.RootCause == nil || r.RootCause.Code != "scope.not-granted" {
		t.Errorf("cause %+v", r.RootCause)
	}
}

// TestCloudWithoutPlaces is a cloud whose Graph turns out to have no rooms: the
// rooms that were typed are proven all the same, and no list is claimed.
func TestCloudWithoutPlaces(t *testing.T) {
	w := healthy(2)
	w.rooms = tenant.Listing[tenant.Room]{Problem: refusal("graph.places-not-in-cloud")}
	if r := w.run(t); r.Verdict != Incomplete || r.RootCause.Code != "rooms.none-chosen" {
		t.Errorf("without rooms: %s, %+v", r.Verdict, r.RootCause)
	}
	w.in.KnownRooms = []tenant.Room{{EmailAddress: "room0@contoso.example"}}
	r := w.run(t)
	if r.Verdict != Passed || r.Rooms.Proven != 1 || stateOf(r, "rooms") == FeatureWorks {
		t.Errorf("with a typed room: %s, %+v, feature %s\n%s", r.Verdict, r.Rooms, stateOf(r, "rooms"), show(r))
	}
}

func TestOnlyRunsAndReportsWhatItStandsOn(t *testing.T) {
	w := healthy(2)
	w.in.Options.Only = []string{PeopleList}
	r := w.run(t)
	ids := []string{}
	for _, f := range r.Findings {
		ids = append(ids, f.ID)
	}
	if want := []string{Lint, Names, Certificate, Tenant, Token, RoomList, PeopleList}; !cmp.Equal(ids, want) {
		t.Errorf("ran %v, want %v", ids, want)
	}
	if r.Verdict != Passed || r.Digest != "" {
		t.Errorf("verdict %s, digest %q: a part of the checks must not open the gate", r.Verdict, r.Digest)
	}
}

func TestCancelEndsWithinASecondAndIsIncomplete(t *testing.T) {
	w := healthy(400)
	ctx, cancel := context.WithCancel(t.Context())
	w.calendar = func(string) error { // a client that does not listen
		cancel()
		time.Sleep(5 * time.Second)
		return nil
	}
	started := time.Now()
	r := whole(t)(Diagnose(ctx, w.in, nil, nil))
	if took := time.Since(started); took > 1500*time.Millisecond {
		t.Errorf("took %s", took)
	}
	if r.Verdict != Incomplete || r.Digest != "" {
		t.Errorf("verdict %s, digest %q", r.Verdict, r.Digest)
	}
}

func TestPanicIsUnknown(t *testing.T) {
	w := healthy(1)
	w.in.Server = nil
	w.calendar = nil // panics when called
	r := w.run(t)
	f, _ := r.Finding(RoomCalendars)
	if r.Verdict != Incomplete || f.Status != Unknown || f.Problem.Code != problem.CodeUnexpected {
		t.Errorf("verdict %s, %+v", r.Verdict, f)
	}
}

// TestMissing: without a part that it needs there is no run.
func TestMissing(t *testing.T) {
	for part, without := range map[string]func(*Input){
		"Connection": func(in *Input) { in.Connection = nil }, "Permissions": func(in *Input) { in.Permissions = nil },
		"Discover": func(in *Input) { in.Discover = nil }, "Network": func(in *Input) { in.Network = nil },
		"Tokens": func(in *Input) { in.Tokens = nil }, "Directory": func(in *Input) { in.Directory = nil },
		"Calendars": func(in *Input) { in.Calendars = nil }, "Subscriber": func(in *Input) { in.Subscriber = nil },
		"Journal": func(in *Input) { in.Journal = nil },
	} {
		w := healthy(1)
		without(&w.in)
		if r, err := Diagnose(t.Context(), w.in, nil, nil); err == nil || !strings.Contains(err.Error(), "without "+part) || len(r.Findings) > 0 {
			t.Errorf("without %s: %v, %d findings", part, err, len(r.Findings))
		}
	}
}

func TestRunSurvivesJSON(t *testing.T) {
	w := healthy(3)
	w.calendar = func(m string) error { return forbidden() }
	r := w.run(t)
	first, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Run
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(first), string(second)); d != "" {
		t.Error(d)
	}
}

// TestCatalogueIsOrdered holds the catalogue to what the root cause relies on:
// a check comes after all that it depends on.
func TestCatalogueIsOrdered(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Catalogue() {
		for _, id := range c.DependsOn {
			if !seen[id] {
				t.Errorf("%s comes before %s, on which it depends", c.ID, id)
			}
		}
		if seen[c.ID] || c.Title.IsZero() || c.Run == nil {
			t.Errorf("%s: twice, or without title or work", c.ID)
		}
		seen[c.ID] = true
	}
	for _, c := range Catalogue() {
		for _, id := range c.After {
			if !seen[id] {
				t.Errorf("%s waits for %s, which does not exist", c.ID, id)
			}
		}
	}
}

func (w *world) see(change func(*transport.Evidence)) {
	before := w.probe
	w.probe = func(url string) (transport.Evidence, error) {
		e, err := before(url)
		change(&e)
		return e, err
	}
}

func (w *world) atServer(answer func() (transport.Evidence, error)) {
	w.at(w.in.Connection.Server.URL, answer)
}

// at answers for the addresses that begin with root.
func (w *world) at(root string, answer func() (transport.Evidence, error)) {
	before := w.probe
	w.probe = func(url string) (transport.Evidence, error) {
		if strings.HasPrefix(url, root) {
			return answer()
		}
		return before(url)
	}
}

// lose has an address end with a problem.
func (w *world) lose(root, code string) {
	w.at(root, func() (transport.Evidence, error) { return transport.Evidence{}, refusal(code) })
}

func down(code string) func(string) (transport.Evidence, error) {
	return func(string) (transport.Evidence, error) { return transport.Evidence{}, refusal(code) }
}

// TestOneCutIsNoFinding: one connection that is cut while Microsoft and the
// server are looked at says nothing, and the second look counts.
func TestOneCutIsNoFinding(t *testing.T) {
	w := healthy(1)
	sound, seen, mu := w.probe, map[string]bool{}, sync.Mutex{}
	w.probe = func(url string) (transport.Evidence, error) {
		mu.Lock()
		defer mu.Unlock()
		if !seen[url] {
			seen[url] = true
			return transport.Evidence{}, refusal("net.cut")
		}
		return sound(url)
	}
	if r := w.run(t); r.Verdict != Passed || len(seen) != 3 {
		t.Errorf("verdict %s, cause %+v, %d addresses", r.Verdict, r.RootCause, len(seen))
	}
}

func refusedList[T any]() tenant.Listing[T] {
	return tenant.Listing[T]{Problem: refusal("graph.Authorization_RequestDenied")}
}

func show(r Run) (s string) {
	for _, f := range r.Findings {
		s += fmt.Sprintf("  %-20s %-8s %s %s\n", f.ID, f.Status, f.Because, words.T("%s", problem.CodeOf(f.err()).String()))
	}
	return s
}
