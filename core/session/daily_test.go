package session

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/schedule"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// scheduling is an environment whose system only notes what it is told.
func scheduling(t *testing.T) (e *Environment, ran *[]string) {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ran = &[]string{}
	now := time.Date(2026, 11, 26, 7, 0, 0, 0, time.Local)
	e = &Environment{Store: s, Vault: vault.Memory(), Now: func() time.Time { return now }, Daily: Daily{Program: "/opt/roomkeyctl", Folder: dir,
		System: schedule.System{OS: "linux", Home: dir, Config: dir, Run: func(_ context.Context, name string, args ...string) (string, error) {
			*ran = append(*ran, name+" "+strings.Join(args, " "))
			return "there", nil
		}}}}
	return e, ran
}

// TestSchedule: what is wrong schedules nothing and keeps no address; a change of
// the time keeps the webhook; the end forgets it.
func TestSchedule(t *testing.T) {
	e, ran := scheduling(t)
	address := vault.NewSecret(" https://hooks.example/1\n")
	for code, try := range map[string]func() error{
		"schedule.time":            func() error { _, err := e.Schedule(t.Context(), "7 am", "", address); return err },
		"schedule.form":            func() error { _, err := e.Schedule(t.Context(), "07:00", "discord", address); return err },
		"schedule.webhook-missing": func() error { _, err := e.Schedule(t.Context(), "07:00", WebhookTeams, vault.Secret{}); return err },
		"schedule.webhook-address": func() error {
			_, err := e.Schedule(t.Context(), "07:00", WebhookTeams, vault.NewSecret("http://hooks.example"))
			return err
		},
		"schedule.no-program": func() error {
			e.Daily.Program = ""
			defer func() { e.Daily.Program = "/opt/roomkeyctl" }()
			_, err := e.Schedule(t.Context(), "07:00", "", address)
			return err
		},
		"schedule.needs-keychain": func() error {
			e.Daily.Forgets = true
			defer func() { e.Daily.Forgets = false }()
			_, err := e.Schedule(t.Context(), "07:00", "", address)
			return err
		},
	} {
		if got := problem.CodeOf(try()).String(); got != code {
			t.Errorf("%s instead of %s", got, code)
		}
	}
	if now, err := e.Scheduled(t.Context()); err != nil || now.On || now.Webhook || len(*ran) > 0 {
		t.Fatalf("%+v %v, ran %v", now, err, *ran)
	}
	j, err := e.Schedule(t.Context(), "07:05", WebhookSlack, address)
	if err != nil || strings.Join(j.Args, " ") != "status --all --config-dir "+e.Daily.Folder+" --tell slack" || j.Hour != 7 || j.Minute != 5 {
		t.Fatalf("%+v %v", j, err)
	}
	if _, err = e.Schedule(t.Context(), "08:00", WebhookTeams, vault.Secret{}); err != nil {
		t.Fatal(err)
	}
	if now, err := e.Scheduled(t.Context()); err != nil || now != (Scheduled{On: true, System: "there", At: "08:00", Form: WebhookTeams, Webhook: true}) {
		t.Errorf("%+v %v", now, err)
	}
	if kept, err := e.Vault.Get(t.Context(), webhookOwner, Webhook); err != nil || kept.Reveal() != "https://hooks.example/1" {
		t.Errorf("the address is kept with its spaces: %v", err)
	}
	if err := e.Unschedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := e.Scheduled(t.Context()); err != nil || now != (Scheduled{}) {
		t.Errorf("%+v %v", now, err)
	}
}

// TestLastSurvey: the start page learns how the last asking went, that the webhook
// was not told, and that nobody asked although the system should have.
func TestLastSurvey(t *testing.T) {
	e, _ := scheduling(t)
	if found, trouble := e.LastSurvey(); !found.IsZero() || len(trouble) > 0 {
		t.Errorf("nobody asked: %s %v", found, trouble)
	}
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()
	if _, err := e.Schedule(t.Context(), "07:00", WebhookPlain, vault.NewSecret(refuses.URL)); err != nil {
		t.Fatal(err)
	}
	_, problems := e.Survey(t.Context(), SurveyOptions{Tell: WebhookPlain}, nil)
	if len(problems) != 1 || problem.CodeOf(problems[0]) != codeWebhookRefused {
		t.Errorf("%v", problems)
	}
	found, trouble := e.LastSurvey()
	if !strings.Contains(found.String(), "2026-11-26 07:00") || len(trouble) != 1 || !strings.Contains(trouble[0].String(), "refused the message: 404") {
		t.Errorf("%s %v", found, trouble)
	}
	later := e.Now().Add(48 * time.Hour)
	e.Now = func() time.Time { return later }
	if _, trouble = e.LastSurvey(); len(trouble) != 2 || !strings.Contains(trouble[0].String(), "for more than a day") {
		t.Errorf("%v", trouble)
	}
}

// TestSince: trouble is as old as its newest part.
func TestSince(t *testing.T) {
	e, _ := scheduling(t)
	c := connection.New("One")
	if err := e.Store.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	day := func(n int, wants ...words.Text) time.Time {
		h := Health{ID: c.ID, At: time.Date(2026, 11, n, 7, 0, 0, 0, time.UTC), Wants: wants}
		h.Since = e.since(h)
		data, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Store.PutCache(c.ID, surveyCache, data); err != nil {
			t.Fatal(err)
		}
		return h.Since
	}
	gone, ended := words.T("The room %s is no longer listed.", "a@x"), words.T("The last test failed.")
	for i, step := range []struct {
		wants []words.Text
		since int
	}{{nil, 0}, {[]words.Text{gone}, 11}, {[]words.Text{gone}, 11}, {[]words.Text{gone, ended}, 13}, {[]words.Text{gone}, 13}, {nil, 0}, {[]words.Text{gone}, 16}} {
		got := day(10+i, step.wants...)
		if step.since == 0 && !got.IsZero() || step.since != 0 && got.Day() != step.since {
			t.Errorf("on day %d since %v, want %d", 10+i, got, step.since)
		}
	}
}
