package session

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

// TestMessage: each receiver gets its own form; a name is no formatting there, and
// a long list is cut so that Teams takes it.
func TestMessage(t *testing.T) {
	all := []Health{{Name: "Well"}, {Name: "<!channel> *Contoso*", Wants: []words.Text{words.T("The credential expires in %d days.", 5)}}}
	text := func(form string, all []Health) string {
		raw, err := json.Marshal(message(form, all, nil))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	var card struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				Body          []struct{ Type, Text string }
			}
		}
	}
	if err := json.Unmarshal([]byte(text(WebhookTeams, all)), &card); err != nil || card.Type != "message" || len(card.Attachments) != 1 ||
		card.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || card.Attachments[0].Content.Type != "AdaptiveCard" {
		t.Fatalf("%v: %+v", err, card)
	}
	body := card.Attachments[0].Content.Body
	if len(body) != 2 || body[0].Text != "Roomkey: 1 of 2 connections needs attention." || body[1].Text != `&lt;!channel> \*Contoso\*: The credential expires in 5 days.` {
		t.Errorf("%+v", body)
	}
	var slack struct{ Text string }
	if err := json.Unmarshal([]byte(text(WebhookSlack, all)), &slack); err != nil || !strings.Contains(slack.Text, "• &lt;!channel&gt; *Contoso*: The credential") {
		t.Errorf("%v: %s", err, slack.Text)
	}
	var plain struct {
		Text        string
		Connections []struct {
			Connection string
			Wants      []string
		}
	}
	if err := json.Unmarshal([]byte(text(WebhookPlain, all)), &plain); err != nil || len(plain.Connections) != 2 || plain.Connections[1].Wants[0] != "The credential expires in 5 days." {
		t.Errorf("%v: %+v", err, plain)
	}
	if got := text(WebhookSlack, all[:1]); !strings.Contains(got, "1 connection works") {
		t.Error(got)
	}
	two := []Health{{Name: "Two", Wants: []words.Text{words.T("Roles are missing: A, B"), words.T("Test it.")}}}
	if got := text(WebhookPlain, two); !strings.Contains(got, "A, B · Test it.") {
		t.Error(got)
	}
	var many []Health
	for i := range 500 {
		many = append(many, Health{Name: fmt.Sprint("Connection ", i), Wants: []words.Text{words.T("%s", strings.Repeat("x", 300))}})
	}
	if got := text(WebhookTeams, many); len(got) > 28<<10 || !strings.Contains(got, "and 480 more") {
		t.Errorf("%d bytes", len(got))
	}
}
