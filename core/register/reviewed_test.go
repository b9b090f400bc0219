package register

import (
	"bytes"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// TestReviewedPlan goes through a file: it is the plan of now, or what is
// different is said, and nothing is done either way.
func TestReviewedPlan(t *testing.T) {
	b := newBench(t)
	b.in.Options = Options{HomePage: "https://rooms.contoso.com", Logo: append([]byte("\x89PNG\r\n\x1a\n"), 1, 2, 3)}
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	data, err := plan.File()
	if err != nil {
		t.Fatal(err)
	}
	reviewed, err := ReadPlan(data, "plan.json")
	if err != nil {
		t.Fatal(err)
	}
	b.in.Options = Options{}
	now, err := MakeReviewed(t.Context(), b.in, reviewed)
	if err != nil || now.Digest != plan.Digest || len(now.Todo()) != len(plan.Todo()) {
		t.Fatalf("%d of %d to do, %v", len(now.Todo()), len(plan.Todo()), err)
	}
	b.apps = append(b.apps, &tenant.Application{ID: "o9", AppID: "a9", DisplayName: plan.Wanted.DisplayName, UniqueName: plan.Wanted.UniqueName, SignInAudience: "AzureADMyOrg"})
	_, err = MakeReviewed(t.Context(), b.in, reviewed)
	if stale := problem.Of(err); problem.CodeOf(err) != CodeStale || !strings.Contains(stale.Detail.String(), "App registration: "+plan.Wanted.DisplayName) {
		t.Errorf("another application: %v", err)
	}
	if len(b.calls) != 0 {
		t.Errorf("calls were made: %v", b.calls)
	}
}

func TestReadPlan(t *testing.T) {
	for name, data := range map[string]string{"nothing": "", "no JSON": "plan", "something else": `{"version":1}`} {
		if _, err := ReadPlan([]byte(data), "x.json"); problem.CodeOf(err).String() != "register.no-plan" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadPlan([]byte(`{"version":1,"digest":"sha256:0","options":{"logo":"bm8="}}`), "x.json"); problem.CodeOf(err).String() != "register.logo" {
		t.Errorf("a logo that is none: %v", err)
	}
}

func TestCheckLogo(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n")
	for name, tt := range map[string]struct {
		picture []byte
		says    string
	}{
		"PNG":       {png, ""},
		"JPEG":      {[]byte("\xff\xd8\xff\xe0"), ""},
		"GIF":       {[]byte("GIF89a"), ""},
		"nothing":   {nil, "not a PNG"},
		"drawing":   {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "not a PNG"},
		"the most":  {append(png, bytes.Repeat([]byte{1}, maxLogo-len(png))...), ""},
		"too large": {append(png, bytes.Repeat([]byte{1}, maxLogo)...), "larger than 100 KB"},
	} {
		p := CheckLogo(tt.picture)
		if p == nil && tt.says == "" {
			continue
		}
		if p == nil || tt.says == "" || !strings.Contains(p.Title.String(), tt.says) || len(p.Remedies) == 0 {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// TestHistoryNames: the record says by name what each step was about.
func TestHistoryNames(t *testing.T) {
	b := newBench(t)
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	records, err := History(b.in.Journal)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, r := range records {
		if r.Phase == change.PhaseAfter {
			titles = append(titles, r.Title.String())
		}
		if (r.Step == "") != r.Title.IsZero() {
			t.Errorf("the step %q is called %q", r.Step, r.Title)
		}
	}
	for _, want := range []string{"App registration: ", "Enterprise application", "Client secret: ", "Consent to an application permission: Calendars.ReadWrite"} {
		if !strings.Contains(strings.Join(titles, "\n"), want) {
			t.Errorf("%q is not in the record:\n%s", want, strings.Join(titles, "\n"))
		}
	}
}
