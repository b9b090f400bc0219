package booking

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/roomkey/roomkey/core/words"
)

// entry is who gets in: nobody without the token, whatever is asked.
func (c *conformance) entry() {
	put, match := first(), map[string]string{"If-Match": `"none"`}
	calls := []struct {
		method, path string
		header       map[string]string
		body         []byte
	}{
		{http.MethodGet, "", nil, nil},
		{http.MethodGet, "/status", nil, nil},
		{http.MethodPost, "/dry-run", nil, c.good("intruder")},
		{http.MethodPut, "", put, c.good("intruder")},
		{http.MethodDelete, "", match, nil},
	}
	for _, try := range []struct {
		rule   words.Key
		header string
	}{
		{"Everything under apiBase requires the token: no token is 401.", ""},
		{"Everything under apiBase requires the token: a wrong token is 401.", "Bearer " + wrongToken},
		{"Everything under apiBase requires the token: another scheme is 401.", "Basic " + c.token.Reveal()},
	} {
		var seen []words.Text
		for _, call := range calls {
			header := map[string]string{"Authorization": try.header}
			maps.Copy(header, call.header)
			if _, wrong := c.problem(c.do(call.method, call.path, header, call.body), 401, "unauthorized"); !wrong.IsZero() {
				seen = append(seen, words.T("%s %s: %s", call.method, "/microsoft365"+call.path, wrong))
			}
		}
		c.add("authorization", try.rule, words.Lines(seen...))
	}
	c.clean() // of what a server stored for anybody
	c.refused("no-method", "A method outside the contract is 404 not-found.", c.do(http.MethodPatch, "", nil, []byte("{}")), 404, "not-found")
	c.refused("not-found", "A path outside the contract is 404 not-found.", c.do(http.MethodGet, "/nothing-here", nil, nil), 404, "not-found")
}

// empty is a server that holds nothing.
func (c *conformance) empty() {
	c.refused("empty-get", "GET without a configuration is 404 not-configured.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	c.refused("empty-delete", "DELETE without a configuration is 404 not-configured, whatever its precondition.", c.do(http.MethodDelete, "", map[string]string{"If-Match": `"none"`}, nil), 404, "not-configured")
	r := c.do(http.MethodGet, "/status", nil, nil)
	s, seen := c.status(r)
	if seen.IsZero() && s.State != StatusNotConfigured {
		seen = c.got(r)
	}
	c.add("empty-status", "The status without a configuration is not-configured.", seen)
	c.dryRun("dry-run", "A dry run says what would change.", c.good("dry"), "")
	c.refused("dry-run-stores", "A dry run stores nothing.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	cfg := c.invented("dry")
	raw, _ := json.Marshal(cfg) // texts
	c.dryRun("dry-run-unsealed", "A dry run needs no sealed credential.", raw, "")
	if stranger := stranger(); stranger != "" {
		c.dryRun("dry-run-of-another", "A dry run compares the sealed credential with the configuration, as a PUT would.", c.body(cfg, c.said.SealingRecipient, "00000000-0000-4000-8000-000000000000"), "/credential/sealed")
		c.dryRun("dry-run-opens", "A sealed credential in a dry run is opened, as a PUT would.", c.body(cfg, stranger, cfg.Application.ClientID), "/credential/sealed")
	}
	cfg.Tenant.ID = "contoso"
	raw, _ = json.Marshal(cfg)
	c.dryRun("dry-run-refuses", "A dry run of a configuration that would be refused is 200, not acceptable, with the pointer.", raw, "/tenant/id")
}

// dryRun holds the answer to a dry run: acceptable with what would change, or not
// acceptable because of an error at pointer.
func (c *conformance) dryRun(id string, rule words.Key, body []byte, pointer string) {
	r := c.do(http.MethodPost, "/dry-run", nil, body)
	var d struct {
		Acceptable *bool
		Changes    []Change
		Problems   []DryRunProblem
	}
	seen := c.fits(r, &d, 200)
	errs, found := 0, pointer == ""
	for _, p := range d.Problems {
		if p.Severity == "error" {
			errs++
			found = found || p.Pointer == pointer
		} else if p.Severity != "warning" {
			found = false
		}
	}
	whole := func(change Change) bool {
		return change.Path != "" && slices.Contains([]string{added, changed, removed}, change.Kind)
	}
	if seen.IsZero() && (d.Acceptable == nil || d.Changes == nil || d.Problems == nil || *d.Acceptable != (errs == 0) || *d.Acceptable != (pointer == "") || !found ||
		pointer == "" && len(d.Changes) == 0 || !all(d.Changes, whole)) {
		seen = c.got(r)
	}
	c.add(id, rule, seen)
}

// refusals are PUTs that are not taken, each for one reason.
func (c *conformance) refusals() {
	put := func(header map[string]string, body []byte) reply { return c.do(http.MethodPut, "", header, body) }
	with := func(change map[string]string) map[string]string {
		h := first()
		for k, v := range change {
			h[k] = v
		}
		return h
	}
	good := c.good("refused")
	c.refused("precondition", "A PUT without precondition is 428.", put(with(map[string]string{"If-None-Match": ""}), good), 428, "precondition-required")
	c.refused("both-preconditions", "Both preconditions are 400 malformed.", put(with(map[string]string{"If-Match": `"x"`}), good), 400, "malformed")
	c.refused("any-match", "If-Match: * is 400 malformed.", put(with(map[string]string{"If-None-Match": "", "If-Match": "*"}), good), 400, "malformed")
	c.refused("match-of-nothing", "If-Match without a stored configuration is 412.", put(next(`"none"`), good), 412, "etag-mismatch")
	c.refused("key-missing", "A PUT without Idempotency-Key is 400.", put(with(map[string]string{"Idempotency-Key": ""}), good), 400, "idempotency-key-missing")
	c.refused("key-short", "An Idempotency-Key shorter than 16 characters is 400.", put(with(map[string]string{"Idempotency-Key": "short"}), good), 400, "idempotency-key-missing")
	c.refused("key-long", "An Idempotency-Key longer than 128 characters is 400.", put(with(map[string]string{"Idempotency-Key": strings.Repeat("k", 129)}), good), 400, "idempotency-key-missing")
	c.refused("not-json", "Invalid JSON is 400 malformed.", put(first(), []byte("{")), 400, "malformed")
	c.refused("wrong-type", "A field of the wrong type is 400 malformed.", put(first(), bytes.Replace(good, []byte(`"digest":"refused"`), []byte(`"digest":7`), 1)), 400, "malformed")
	c.refused("media-type", "Another content type is 415.", put(with(map[string]string{"Content-Type": "text/plain"}), good), 415, "unsupported-media-type")
	c.refused("too-large", "More than 16 MiB gets 413.", put(first(), append(bytes.Repeat([]byte(" "), bodyLimit+1), good...)), 413, "too-large")

	wrong := func(change func(*Configuration)) reply {
		cfg := c.invented("refused")
		change(&cfg)
		return put(first(), c.body(cfg, c.said.SealingRecipient, cfg.Application.ClientID))
	}
	c.refusedAt("tenant", "A tenant ID that is not a GUID is reported with its pointer.", wrong(func(cfg *Configuration) { cfg.Tenant.ID = "contoso" }), "/tenant/id", "")
	c.refusedAt("twice", "A duplicate room, in another case, is reported with its pointer.", wrong(func(cfg *Configuration) {
		cfg.Rooms.Items = append(cfg.Rooms.Items, Room{EmailAddress: "BOARDROOM@contoso.example"})
	}), "/rooms/items/2/emailAddress", "")
	raw, _ := json.Marshal(c.invented("refused")) // texts
	c.refusedAt("unsealed", "A PUT without a credential is reported at the credential.", put(first(), raw), "/credential/sealed", "")
	c.refused("refused-stores", "A refused configuration is not stored.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
}

// stranger is a recipient that is not the server's.
func stranger() string {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return ""
	}
	return identity.Recipient().String()
}

// sealing is whether the credential is really opened.
func (c *conformance) sealing() {
	cfg := c.invented("sealed")
	if stranger := stranger(); stranger != "" {
		c.refusedAt("sealed-to-another", "A credential sealed to another recipient is refused.",
			c.do(http.MethodPut, "", first(), c.body(cfg, stranger, cfg.Application.ClientID)), "/credential/sealed", "cannot-unseal")
	}
	c.refusedAt("sealed-for-another", "A credential of another application is refused.",
		c.do(http.MethodPut, "", first(), c.body(cfg, c.said.SealingRecipient, "00000000-0000-4000-8000-000000000000")), "/credential/sealed", "other-credential")
}

// storing is the first push, its repetition, and a change.
func (c *conformance) storing() {
	body, header := c.good("first"), first()
	r := c.do(http.MethodPut, "", header, body)
	c.stored("first-put", "The first PUT gets 201 with the same body as GET, a strong ETag and no credential.", r, "first", 201)
	if c.etag == "" {
		return
	}
	c.before.header, c.before.body, c.before.got = header, body, r
	c.same("not-replayed", "The answer to a new request has no Idempotency-Replayed.", r.header.Get("Idempotency-Replayed"), "")
	tag := c.etag
	c.stored("get", "GET returns what was put, field by field.", c.do(http.MethodGet, "", nil, nil), "first", 200)
	c.same("get-etag", "GET and PUT return the same ETag for the same content.", c.etag, tag)
	c.repeat("repeat", "Repeating the PUT returns the same status, ETag and body with Idempotency-Replayed: true.")
	c.refused("key-for-another", "The same key with another precondition gets 422 idempotency-key-reused.",
		c.do(http.MethodPut, "", map[string]string{"If-Match": tag, "Idempotency-Key": header["Idempotency-Key"]}, body), 422, "idempotency-key-reused")
	c.refused("key-reused", "The same key with another body gets 422 idempotency-key-reused.", c.do(http.MethodPut, "", header, c.good("other")), 422, "idempotency-key-reused")
	c.refused("first-again", "If-None-Match: * with a stored configuration is 412.", c.do(http.MethodPut, "", first(), c.good("other")), 412, "etag-mismatch")
	stale := c.do(http.MethodPut, "", next(`"stale"`), c.good("other"))
	c.refused("stale-put", "A PUT with another ETag is 412.", stale, 412, "etag-mismatch")
	c.same("stale-etag", "A 412 carries the current ETag.", stale.header.Get("ETag"), tag)
	c.unchanged()
	c.refused("weak-put", "A weak ETag is 400 malformed.", c.do(http.MethodPut, "", next("W/"+tag), c.good("other")), 400, "malformed")
	c.stored("refused-keeps", "A refused PUT changes nothing.", c.do(http.MethodGet, "", nil, nil), "first", 200)
	unknown := bytes.Replace(c.good(second), []byte(`"digest"`), []byte(`"fieldOfTomorrow":{"a":1},"digest"`), 1)
	c.later()
	c.stored("change", "A PUT with the current ETag is 200; unknown fields are accepted.", c.do(http.MethodPut, "", next(c.etag), unknown), second, 200)
	var seen words.Text
	if c.etag == tag {
		seen = words.T("it is still %s", tag)
	}
	c.repeat("repeat-later", "Repeating the first PUT after another one still returns its answer.")
	c.stored("change-kept", "GET returns the configuration of the last PUT, with its time.", c.do(http.MethodGet, "", nil, nil), second, 200)
	c.add("new-etag", "The ETag changes with the stored configuration.", seen)
}

// repeat sends the first PUT again.
func (c *conformance) repeat(id string, rule words.Key) {
	first := c.before.got
	again := c.do(http.MethodPut, "", c.before.header, c.before.body)
	var seen words.Text
	if again.status != first.status || again.header.Get("ETag") != first.header.Get("ETag") || !bytes.Equal(again.body, first.body) || again.header.Get("Idempotency-Replayed") != "true" {
		seen = c.got(again)
	}
	c.add(id, rule, seen)
}

// unchanged is a dry run of what is stored.
func (c *conformance) unchanged() {
	raw, _ := json.Marshal(c.invented("first")) // texts
	r := c.do(http.MethodPost, "/dry-run", nil, raw)
	var d DryRun
	seen := c.fits(r, &d, 200)
	if seen.IsZero() && (!d.Acceptable || len(d.Changes) > 0) {
		seen = c.got(r)
	}
	c.add("dry-run-unchanged", "A dry run of what is stored changes nothing.", seen)
	c.same("dry-run-etag", "A dry run carries the ETag of what is stored, or none.", cmp.Or(r.header.Get("ETag"), c.etag), c.etag)
}

func (c *conformance) same(id string, rule words.Key, got, want string) {
	var seen words.Text
	if got != want {
		seen = words.T("%s and %s", got, want)
	}
	c.add(id, rule, seen)
}

// reading is a token that may only read.
func (c *conformance) reading() {
	if c.readOnly.IsZero() || c.etag == "" {
		return
	}
	may := map[string]string{"Authorization": "Bearer " + c.readOnly.Reveal()}
	with := func(h map[string]string) map[string]string { h["Authorization"] = may["Authorization"]; return h }
	c.stored("read-only", "A read-only token can read.", c.do(http.MethodGet, "", may, nil), second, 200)
	c.refused("forbidden", "A read-only token gets 403 on PUT.", c.do(http.MethodPut, "", with(next(c.etag)), c.good("forbidden")), 403, "forbidden")
	c.refused("forbidden", "A read-only token gets 403 on DELETE.", c.do(http.MethodDelete, "", with(map[string]string{"If-Match": c.etag}), nil), 403, "forbidden")
	c.stored("forbidden-keeps", "A 403 changes nothing.", c.do(http.MethodGet, "", nil, nil), second, 200)
}

// races are two at once.
func (c *conformance) races() {
	if c.etag == "" {
		return
	}
	both := func(a, b map[string]string, x, y []byte) [2]reply {
		done := make(chan reply)
		go func() { done <- c.do(http.MethodPut, "", a, x) }()
		mine := c.do(http.MethodPut, "", b, y)
		return [2]reply{<-done, mine}
	}
	won, lost := 0, 0
	tag := c.etag
	got := both(next(tag), next(tag), c.good("third"), c.good("fourth"))
	for _, r := range got {
		switch r.status {
		case 200:
			won++
			c.etag = r.header.Get("ETag")
			c.tags[c.etag] = true
		case 412:
			lost++
		}
	}
	var seen words.Text
	if won != 1 || lost != 1 {
		seen = words.T("%s and %s", c.got(got[0]), c.got(got[1]))
	}
	c.add("race", "Of two PUTs with the same ETag, one is stored and one gets 412.", seen)
	c.later()
	header, body := next(c.etag), c.good("fifth")
	got = both(header, header, body, body)
	seen = words.Text{}
	for _, r := range got {
		if r.status != 200 && !(r.status == 409 && strings.Contains(string(r.body), `"in-progress"`)) {
			seen = c.got(r)
		}
	}
	if got[0].status == 200 && got[1].status == 200 && got[0].header.Get("ETag") != got[1].header.Get("ETag") {
		seen = words.T("it was stored twice")
	}
	c.add("race-of-one", "Of two identical PUTs at the same time, one is stored; the other gets the same response or 409 in-progress.", seen)
	c.stored("race-kept", "Exactly one of them is stored, in full.", c.do(http.MethodGet, "", nil, nil), "fifth", 200)
}

// status holds a status to its form.
func (c *conformance) status(r reply) (Status, words.Text) {
	var s struct {
		Status
		CheckedAt json.RawMessage `json:"checkedAt"`
	}
	seen := c.fits(r, &s, 200)
	sound := func(check StatusCheck) bool {
		return check.ID != "" && slices.Contains([]string{StatusOK, "failed", StatusUnknown}, check.State)
	}
	switch {
	case !seen.IsZero():
	case s.Checks == nil || !all(s.Checks, sound):
		seen = words.T("the body is not what the contract describes (%s): %s", "checks", c.got(r))
	case twice(s.Checks):
		seen = words.T("a check is there twice: %s", c.got(r))
	default:
		if seen = c.moment("checkedAt", s.CheckedAt); seen.IsZero() {
			_ = json.Unmarshal(s.CheckedAt, &s.Status.CheckedAt) // moment has read it
		}
	}
	return s.Status, seen
}

func twice(checks []StatusCheck) bool {
	ids := map[string]bool{}
	for _, check := range checks {
		ids[check.ID] = true
	}
	return len(ids) < len(checks)
}

func all[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !is(v) })
}

// view is the server's own.
func (c *conformance) view() {
	asked := time.Now()
	r := c.do(http.MethodGet, "/status", nil, nil)
	took := time.Since(asked)
	s, seen := c.status(r)
	switch {
	case !seen.IsZero():
	case s.State == StatusOK:
		seen = words.T("it is ok with a tenant that does not exist")
	case s.State != StatusFailing && s.State != StatusUnknown:
		seen = words.T("the state is %s", s.State)
	case c.etag != "" && s.Digest != "fifth":
		seen = words.T("the digest is %s", s.Digest)
	case s.State == StatusUnknown && slices.ContainsFunc(s.Checks, func(check StatusCheck) bool { return check.State == "failed" }):
		seen = words.T("the state is %s although a check has failed", s.State)
	case cmp.Or(r.header.Get("ETag"), c.etag) != c.etag:
		seen = words.T("the ETag is %s, and what is stored has %s", r.header.Get("ETag"), c.etag)
	case s.CheckedAt.Before(c.latest.Truncate(time.Second)):
		seen = words.T("checkedAt is %s, which is before what is stored was stored, %s", s.CheckedAt.Format(time.RFC3339), c.latest.Format(time.RFC3339))
	case took > 20*time.Second:
		seen = words.T("it took more than 20 seconds")
	}
	c.add("status", "The status is the server's own test of the stored configuration, with its digest and time, and is never ok for a tenant that does not exist.", seen)
}

// ending takes everything away again.
func (c *conformance) ending() {
	if c.etag == "" {
		return
	}
	c.refused("delete-precondition", "A DELETE without precondition is 428.", c.do(http.MethodDelete, "", nil, nil), 428, "precondition-required")
	c.refused("delete-stale", "A DELETE with another ETag is 412.", c.do(http.MethodDelete, "", map[string]string{"If-Match": `"stale"`}, nil), 412, "etag-mismatch")
	c.remove("delete", "A DELETE with the current ETag is 204.")
	c.refused("deleted", "After a DELETE, GET is 404 not-configured.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	s, seen := c.status(c.do(http.MethodGet, "/status", nil, nil))
	if seen.IsZero() && (s.State != StatusNotConfigured || s.Digest != "") {
		seen = words.T("the state is %s", strings.TrimSpace(s.State+" "+s.Digest))
	}
	c.add("deleted-status", "After a DELETE, the status is not-configured.", seen)
	c.repeat("repeat-deleted", "Repeating the first PUT after the DELETE still returns its answer.")
	c.refused("repeat-stores", "A repeated PUT is not carried out again.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	c.clean() // of what was carried out again
	r := c.do(http.MethodPut, "", first(), c.good("again"))
	seen = words.Text{}
	if tag := r.header.Get("ETag"); r.status != 201 || c.tags[tag] {
		seen = words.T("%s with the ETag %s", c.got(r), tag)
	}
	c.etag = r.header.Get("ETag")
	c.add("etag-once", "An ETag is never reused, not even after a DELETE.", seen)
	c.remove("cleaned", "The server is as it was before the test.")
}

func (c *conformance) remove(id string, rule words.Key) {
	r := c.do(http.MethodDelete, "", map[string]string{"If-Match": c.etag}, nil)
	var seen words.Text
	if r.status != http.StatusNoContent {
		seen = c.got(r)
	}
	c.add(id, rule, seen)
}

// clean removes what a trial has left, because it failed or was cancelled.
func (c *conformance) clean() {
	if c.ctx.Err() != nil {
		var done context.CancelFunc
		c.ctx, done = context.WithTimeout(context.WithoutCancel(c.ctx), time.Second)
		defer done()
	}
	now := c.do(http.MethodGet, "", nil, nil)
	if now.status != http.StatusOK {
		return
	}
	c.do(http.MethodDelete, "", map[string]string{"If-Match": now.header.Get("ETag")}, nil)
	if c.do(http.MethodGet, "", nil, nil).status == http.StatusOK {
		c.add("left-behind", "The test configuration can be deleted.", words.T("the test configuration is still there: delete it in the server's console"))
	}
}

// beyond are the rules that nothing from outside brings about. Whether a server
// that asks to wait says for how long is seen where it did.
func (c *conformance) beyond() {
	for _, rule := range []struct {
		id     string
		rule   words.Text
		status int
	}{
		{"forbidden", words.T("A read-only token gets 403 on PUT and DELETE."), 0},
		{"too-many-requests", words.T("429 carries Retry-After."), http.StatusTooManyRequests},
		{"unavailable", words.T("503 carries Retry-After."), http.StatusServiceUnavailable},
		{"storage", words.T("500 storage: nothing changed."), 0},
		{"power", words.T("After a 2xx the configuration is on stable storage."), 0},
		{"log", words.T("The server's log contains no token, secret or sealed text. Search it for %s.", inventedSecret), 0},
	} {
		said, seen := c.waits[rule.status]
		switch {
		case rule.id == "forbidden" && !c.readOnly.IsZero(): // tried
		case !seen:
			why := words.T("cannot be tested from outside")
			if rule.id == "forbidden" {
				why = words.T("to test it, put a read-only token on the second line of standard input")
			}
			c.trials = append(c.trials, Trial{ID: rule.id, Rule: rule.rule, State: TrialSkipped, Seen: why})
		case said:
			c.note(rule.id, rule.rule, words.Text{})
		default:
			c.note(rule.id, rule.rule, words.T("a %d without seconds in Retry-After", rule.status))
		}
	}
}
