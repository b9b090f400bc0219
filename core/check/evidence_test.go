package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// TestEveryCheckHasAClaim: what no claim names would be forgotten by the next
// run, and a claim that nothing proves could never be green.
func TestEveryCheckHasAClaim(t *testing.T) {
	// By scripts, by a look at the vendor's account, by a push.
	proven := map[evidence.Claim]bool{evidence.RoomSettings: true, evidence.Delegation: true, evidence.Account: true, evidence.HandedOver: true}
	for _, c := range Catalogue() {
		if !slices.Contains(evidence.Claims(), c.Claim) {
			t.Errorf("%s has the claim %q", c.ID, c.Claim)
		}
		proven[c.Claim] = proven[c.Claim] || c.Proves
	}
	for _, c := range evidence.Claims() {
		if !proven[c] {
			t.Errorf("no check proves %s", c)
		}
	}
}

// TestClaimsOfAConnection: a claim is wanted when the product has it, not only
// when a run tries it.
func TestClaimsOfAConnection(t *testing.T) {
	in := healthy(3).in
	in.Options, in.Registration = Options{}, nil
	in.Connection.Scope.Kind = connection.ScopeNone
	claims := func(in Input) (ids []string) {
		for _, w := range Claims(in) {
			if w.Optional {
				ids = append(ids, string(w.Claim)+"?")
			} else {
				ids = append(ids, string(w.Claim))
			}
		}
		return ids
	}
	if got := claims(in); !slices.Contains(got, "booking?") || !slices.Contains(got, "calendars") || slices.Contains(got, "scope?") || slices.Contains(got, "scope") {
		t.Errorf("claims %v", got)
	}
	in.Connection.Scope.Kind, in.Product.Writes = connection.ScopeRBAC, product.WritesNothing
	if got := claims(in); slices.Contains(got, "booking?") || !slices.Contains(got, "scope?") {
		t.Errorf("claims %v", got)
	}
	in.Connection.Server.URL = ""
	if got := claims(in); slices.Contains(got, "server") {
		t.Errorf("claims %v", got)
	}
}

func TestEvidenceOfARun(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	refused := refusal("graph.Authorization_RequestDenied")
	run := Run{Finished: at, Findings: []Finding{
		{ID: Token, Status: Pass, Exchanges: []transport.Evidence{{RequestID: "one"}, {RequestID: "two"}, {}}},
		{ID: Roles, Status: Fail, Problem: refused},
		{ID: RoomList, Status: Skipped, Because: Roles, Note: words.T("Not tested.")},
		{ID: PeopleList, Status: Skipped, Note: words.T("Not wanted.")},
		{ID: Excess, Status: Warn, Problem: refused},
		{ID: Declared, Status: Unknown, Problem: refused},
		{ID: TestBooking, Status: Unknown, Problem: problem.Of(t.Context().Err())},
		{ID: Clock, Status: Unknown, Optional: true, Problem: refused},
		{ID: "gone.since", Status: Fail, Problem: refused},
	}}
	run.Findings[6].Problem = problem.New(problem.CodeCancelled, words.T("Cancelled."))
	var got []string
	for _, r := range run.Evidence(evidence.Basis{evidence.Application: "a", evidence.Credential: "c"}) {
		if !r.At.Equal(at) || len(r.Basis) == 0 {
			t.Errorf("%s: at %s on %v", r.Source, r.At, r.Basis)
		}
		got = append(got, strings.Join([]string{string(r.Claim), r.Source, string(r.Outcome), r.RequestID}, " "))
	}
	want := []string{"sign-in token proven two", "permissions token.roles disproved ", "rooms rooms.list unanswered ", "people people.list not-tried ", "permissions token.excess doubtful "}
	if !slices.Equal(got, want) {
		t.Errorf("evidence\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestServersOwnSignIn: what Microsoft answers the booking server is explained
// as it is when this computer gets it.
func TestServersOwnSignIn(t *testing.T) {
	in := healthy(1).in
	view := View{Same: true, Now: time.Now(), From: "here", Cloud: in.Cloud, Connection: in.Connection}
	for _, tt := range []struct{ code, message, problem, remedy string }{
		{"AADSTS53003", "AADSTS53003: Access has been blocked.", "entra.AADSTS53003", "Named locations"},
		{"AADSTS90002", "", "entra.AADSTS90002", "Primary domain"},
		{"AADSTS7000215", "AADSTS7000215: Invalid client secret provided.", "entra.AADSTS7000215", "New client secret"},
		{"cannot-unseal", "The stored credential cannot be opened.", "server.view-differs", "Push the configuration again"},
	} {
		f := JudgeServer(ServerStatus{State: ServerFails, Code: tt.code, Message: tt.message}, view)
		if f.Status != Fail || f.Problem.Code.String() != tt.problem {
			t.Errorf("%s: %s %v", tt.code, f.Status, f.Problem)
			continue
		}
		if !slices.ContainsFunc(f.Problem.Remedies, func(r problem.Remedy) bool { return strings.Contains(r.String(), tt.remedy) }) {
			t.Errorf("%s: no remedy with %q in %v", tt.code, tt.remedy, f.Problem.Remedies)
		}
	}
}
