package session

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// The forms in which webhooks take a message.
const (
	WebhookTeams = "teams"
	WebhookSlack = "slack"
	WebhookPlain = "plain"
)

// Webhook is the kind of secret that the address of a webhook is.
const Webhook vault.Kind = "webhook"

// WebhookForms are all of them.
func WebhookForms() []string { return []string{WebhookTeams, WebhookSlack, WebhookPlain} }

const (
	// webhookOwner stands in the vault where others have the connection's id.
	webhookOwner = "schedule"
	// mostTold is how many connections a message names: Teams takes 28 KB.
	mostTold = 20
)

// setWebhook keeps the address to which surveys are told. It is a secret: whoever
// has it can write there.
func (e *Environment) setWebhook(ctx context.Context, address vault.Secret) error {
	address = vault.NewSecret(strings.TrimSpace(address.Reveal()))
	u, err := url.Parse(address.Reveal())
	// Plain http is for a receiver on this computer only.
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost") {
		return problem.New(CodeWebhookAddress, words.T("This is not the address of a webhook.")).
			Fix(words.T("Copy the whole address from Teams, Slack or the program that takes the message; it begins with https://."))
	}
	return e.Vault.Set(ctx, webhookOwner, Webhook, address)
}

// noWebhook is that there is nobody to tell.
func noWebhook() *problem.Problem {
	return problem.New(CodeWebhookMissing, words.T("No webhook address is in the keychain.")).
		Lead(words.T("Give the address of the webhook."), problem.PlaceSchedule)
}

// hasWebhook tells whether an address is kept.
func (e *Environment) hasWebhook(ctx context.Context) (bool, error) {
	_, err := e.Vault.Get(ctx, webhookOwner, Webhook)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return false, nil
	}
	return err == nil, err
}

// tell sends what a survey found to the webhook, well or not: a message that
// stays away says that nothing was asked.
func (e *Environment) tell(ctx context.Context, form string, all []Health, unread []*problem.Problem) error {
	address, err := e.Vault.Get(ctx, webhookOwner, Webhook)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return noWebhook()
	}
	if err != nil {
		return err
	}
	body, err := json.Marshal(message(form, all, unread))
	if err != nil {
		return err
	}
	// Without the log: the path of the address opens the door.
	client, err := transport.New(transport.Options{Timeout: 30 * time.Second, InsecureLoopback: true, Proxy: e.Policy.Proxy, ProxySetBy: e.Policy.Source})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return problem.New(CodeWebhookAddress, words.T("This is not the address of a webhook."))
	}
	req.Header.Set("Content-Type", "application/json")
	host := req.URL.Hostname()
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return problem.New(codeWebhookSilent, words.T("The webhook at %s did not accept the message.", host)).
			With(words.Plain(strings.ReplaceAll(transport.Owner{}.Problem(err, host).Title.String(), address.Reveal(), address.String())))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 500)) // what is missing of it is not needed
		return problem.New(codeWebhookRefused, words.T("The webhook at %s refused the message: %s.", host, resp.Status)).
			With(words.Plain(problem.Clean(string(said)))).
			Lead(words.T("Create a new webhook there and give its address."), problem.PlaceSchedule)
	}
	return nil
}

// message is what a survey found, in the form that a webhook takes.
func message(form string, all []Health, unread []*problem.Problem) any {
	title, lines := told(all, unread)
	switch form {
	case WebhookTeams:
		block := func(text string, more map[string]any) map[string]any {
			b := map[string]any{"type": "TextBlock", "text": text, "wrap": true}
			for k, v := range more {
				b[k] = v
			}
			return b
		}
		body := []any{block(title, map[string]any{"weight": "Bolder", "size": "Medium"})}
		for _, line := range lines {
			body = append(body, block(markdown.Replace(line), nil))
		}
		return map[string]any{"type": "message", "attachments": []any{map[string]any{
			"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
			"content": map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body},
		}}}
	case WebhookSlack:
		text := "*" + title + "*"
		for _, line := range lines {
			text += "\n• " + slack.Replace(line)
		}
		return map[string]any{"text": text}
	}
	return map[string]any{"text": strings.Join(append([]string{title}, lines...), "\n"), "connections": all, "problems": unread}
}

// markdown and slack keep names from being read as formatting or mentions.
var (
	markdown = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`", "#", `\#`, "<", "&lt;")
	slack    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// told is a title and a line for each connection that wants attention.
func told(all []Health, unread []*problem.Problem) (title string, lines []string) {
	for _, h := range all {
		if h.Well() {
			continue
		}
		var wants []string
		for _, t := range h.Wants {
			wants = append(wants, t.String())
		}
		lines = append(lines, problem.Line(h.Name+": "+strings.Join(wants, " · ")))
	}
	for _, p := range unread {
		lines = append(lines, problem.Line(p.Title.String()))
	}
	n, of := len(lines), len(all)+len(unread)
	if n == 0 {
		return words.N(of, "Roomkey: %d connection works.", "Roomkey: all %d connections work.", of).String(), nil
	}
	if n > mostTold {
		lines = append(lines[:mostTold], words.T("and %d more", n-mostTold).String())
	}
	return words.N(n, "Roomkey: %d of %d connections needs attention.", "Roomkey: %d of %d connections need attention.", n, of).String(), lines
}
