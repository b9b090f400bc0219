package booking

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"filippo.io/age"
)

// entry is who gets in.
func (c *conformance) entry() {
	for _, try := range [][2]string{{"no token", ""}, {"a wrong token", "Bearer wrong"}, {"another scheme", "Basic " + c.token.Reveal()}} {
		c.refused("authorization", "Everything under apiBase wants the token: "+try[0]+".", c.do(http.MethodGet, "", map[string]string{"Authorization": try[1]}, nil), 401, "unauthorized")
	}
	c.refused("not-found", "What the contract does not have is 404 not-found.", c.do(http.MethodGet, "/nothing-here", nil, nil), 404, "not-found")
}

// empty is a server that holds nothing.
func (c *conformance) empty() {
	c.refused("empty-get", "GET of nothing is 404 not-configured.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	c.refused("empty-delete", "DELETE of nothing is 404 not-configured, before its precondition is looked at.", c.do(http.MethodDelete, "", map[string]string{"If-Match": `"none"`}, nil), 404, "not-configured")
	r := c.do(http.MethodGet, "/status", nil, nil)
	saw := ""
	if r.status != 200 || !strings.Contains(string(r.body), `"not-configured"`) {
		saw = r.String()
	}
	c.add("empty-status", "The status of nothing is not-configured.", saw)
	r = c.do(http.MethodPost, "/dry-run", nil, c.good("dry"))
	var d struct {
		Acceptable *bool
		Changes    []Change
		Problems   []DryRunProblem
	}
	saw = ""
	if r.status != 200 || json.Unmarshal(r.body, &d) != nil || d.Acceptable == nil || !*d.Acceptable || len(d.Changes) == 0 || d.Problems == nil {
		saw = r.String()
	}
	c.add("dry-run", "A dry run says what would change.", saw)
	c.refused("dry-run-stores", "A dry run stores nothing.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	cfg := invented("dry")
	cfg.Tenant.ID = "contoso"
	raw, _ := json.Marshal(cfg) // texts
	r = c.do(http.MethodPost, "/dry-run", nil, raw)
	saw = ""
	if d.Acceptable = nil; r.status != 200 || json.Unmarshal(r.body, &d) != nil || d.Acceptable == nil || *d.Acceptable || !strings.Contains(string(r.body), "/tenant/id") {
		saw = r.String()
	}
	c.add("dry-run-refuses", "A dry run of what would be refused is 200, not acceptable, with the pointer.", saw)
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
	c.refused("match-of-nothing", "If-Match where nothing is stored is 412.", put(next(`"none"`), good), 412, "etag-mismatch")
	c.refused("key-missing", "A PUT without Idempotency-Key is 400.", put(with(map[string]string{"Idempotency-Key": ""}), good), 400, "idempotency-key-missing")
	c.refused("key-short", "An Idempotency-Key of less than 16 characters is 400.", put(with(map[string]string{"Idempotency-Key": "short"}), good), 400, "idempotency-key-missing")
	c.refused("not-json", "What is no JSON is 400 malformed.", put(first(), []byte("{")), 400, "malformed")
	c.refused("wrong-type", "A field of the wrong type is 400 malformed.", put(first(), bytes.Replace(good, []byte(`"digest":"refused"`), []byte(`"digest":7`), 1)), 400, "malformed")
	c.refused("media-type", "Another content type is 415.", put(with(map[string]string{"Content-Type": "text/plain"}), good), 415, "unsupported-media-type")
	c.refused("too-large", "More than 16 MiB is 413.", put(first(), append(bytes.Repeat([]byte(" "), bodyLimit+1), good...)), 413, "too-large")

	wrong := func(change func(*Configuration)) reply {
		cfg := invented("refused")
		change(&cfg)
		return put(first(), c.body(cfg, c.said.SealingRecipient, cfg.Application.ClientID))
	}
	c.refusedAt("tenant", "A tenant that is no GUID is named by its pointer.", wrong(func(cfg *Configuration) { cfg.Tenant.ID = "contoso" }), "/tenant/id", "")
	c.refusedAt("twice", "A room that is there twice, in another case, is named by its pointer.", wrong(func(cfg *Configuration) {
		cfg.Rooms.Items = append(cfg.Rooms.Items, Room{EmailAddress: "BOARDROOM@contoso.example"})
	}), "/rooms/items/1/emailAddress", "")
	raw, _ := json.Marshal(invented("refused")) // texts
	c.refusedAt("unsealed", "A PUT without a credential is refused at it.", put(first(), raw), "/credential/sealed", "")
	c.refused("refused-stores", "What was refused is not stored.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
}

// sealing is whether the credential is really opened.
func (c *conformance) sealing() {
	cfg := invented("sealed")
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return
	}
	c.refusedAt("sealed-to-another", "A credential that is sealed to another recipient cannot be opened.",
		c.do(http.MethodPut, "", first(), c.body(cfg, identity.Recipient().String(), cfg.Application.ClientID)), "/credential/sealed", "cannot-unseal")
	c.refusedAt("sealed-for-another", "A credential that belongs to another application is told from the configuration's own.",
		c.do(http.MethodPut, "", first(), c.body(cfg, c.said.SealingRecipient, "00000000-0000-4000-8000-000000000000")), "/credential/sealed", "other-credential")
}

// storing is the first push, its repetition, and a change.
func (c *conformance) storing() {
	body, header := c.good("first"), first()
	r := c.do(http.MethodPut, "", header, body)
	if !c.stored("first-put", "The first PUT is 201 with what GET will answer, a strong ETag and no credential.", r, "first", 201) {
		return
	}
	tag := c.etag
	c.stored("get", "GET answers what was put, field by field.", c.do(http.MethodGet, "", nil, nil), "first", 200)
	c.same("get-etag", "GET and PUT name the same content by the same ETag.", c.etag, tag)
	again := c.do(http.MethodPut, "", header, body)
	saw := ""
	if again.status != r.status || again.header.Get("ETag") != tag || !bytes.Equal(again.body, r.body) || again.header.Get("Idempotency-Replayed") != "true" {
		saw = again.String()
	}
	c.add("repeat", "The same PUT again gets the same status, ETag and body with Idempotency-Replayed: true.", saw)
	c.refused("key-reused", "The key with another body is 422 idempotency-key-reused.", c.do(http.MethodPut, "", header, c.good("other")), 422, "idempotency-key-reused")
	c.refused("first-again", "If-None-Match: * where something is stored is 412.", c.do(http.MethodPut, "", first(), c.good("other")), 412, "etag-mismatch")
	c.refused("stale-put", "A PUT for another ETag is 412.", c.do(http.MethodPut, "", next(`"stale"`), c.good("other")), 412, "etag-mismatch")
	c.refused("weak-put", "A weak ETag is 400 malformed.", c.do(http.MethodPut, "", next("W/"+tag), c.good("other")), 400, "malformed")
	c.stored("refused-keeps", "What was refused has changed nothing.", c.do(http.MethodGet, "", nil, nil), "first", 200)
	unknown := bytes.Replace(c.good("second"), []byte(`"digest"`), []byte(`"fieldOfTomorrow":{"a":1},"digest"`), 1)
	c.stored("change", "A PUT for the ETag of now is 200; fields that are not known are no mistake.", c.do(http.MethodPut, "", next(c.etag), unknown), "second", 200)
	saw = ""
	if c.etag == tag {
		saw = "it is still " + tag
	}
	c.add("new-etag", "The ETag changes with what is stored.", saw)
}

func (c *conformance) same(id, rule, got, want string) {
	saw := ""
	if got != want {
		saw = fmt.Sprintf("%s and %s", got, want)
	}
	c.add(id, rule, saw)
}

// reading is a token that may only read.
func (c *conformance) reading() {
	if c.readOnly.IsZero() || c.etag == "" {
		return
	}
	may := map[string]string{"Authorization": "Bearer " + c.readOnly.Reveal()}
	with := func(h map[string]string) map[string]string { h["Authorization"] = may["Authorization"]; return h }
	c.stored("read-only", "A token that may only read reads.", c.do(http.MethodGet, "", may, nil), "second", 200)
	c.refused("forbidden", "A token that may only read gets 403 on PUT.", c.do(http.MethodPut, "", with(next(c.etag)), c.good("forbidden")), 403, "forbidden")
	c.refused("forbidden", "A token that may only read gets 403 on DELETE.", c.do(http.MethodDelete, "", with(map[string]string{"If-Match": c.etag}), nil), 403, "forbidden")
	c.stored("forbidden-keeps", "What was forbidden has changed nothing.", c.do(http.MethodGet, "", nil, nil), "second", 200)
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
	saw := ""
	if won != 1 || lost != 1 {
		saw = got[0].String() + " and " + got[1].String()
	}
	c.add("race", "Of two PUTs for the same ETag one is stored and one is 412.", saw)
	header, body := next(c.etag), c.good("fifth")
	got = both(header, header, body, body)
	saw = ""
	for _, r := range got {
		if r.status != 200 && !(r.status == 409 && strings.Contains(string(r.body), `"in-progress"`)) {
			saw = r.String()
		}
	}
	if got[0].status == 200 && got[1].status == 200 && got[0].header.Get("ETag") != got[1].header.Get("ETag") {
		saw = "it was stored twice"
	}
	c.add("race-of-one", "The same PUT twice at once is stored once; the other gets its answer, or 409 in-progress.", saw)
	c.stored("race-kept", "What is stored is one of them, whole.", c.do(http.MethodGet, "", nil, nil), "fifth", 200)
}

// view is the server's own.
func (c *conformance) view() {
	began := time.Now()
	r := c.do(http.MethodGet, "/status", nil, nil)
	var s Status
	saw := ""
	switch {
	case r.status != 200 || json.Unmarshal(r.body, &s) != nil:
		saw = r.String()
	case s.State == StatusOK:
		saw = "it is ok with a tenant that does not exist"
	case s.State != StatusFailing && s.State != StatusUnknown:
		saw = "the state is " + s.State
	case s.CheckedAt.Before(began.Add(-2 * skew)), s.CheckedAt.After(time.Now().Add(skew)):
		saw = "checkedAt is " + s.CheckedAt.Format(time.RFC3339)
	case c.etag != "" && s.Digest != "fifth":
		saw = "the digest is " + s.Digest
	case time.Since(began) > 20*time.Second:
		saw = "it took more than 20 seconds"
	case strings.Contains(string(r.body), inventedSecret):
		saw = "the credential is in the answer"
	}
	c.add("status", "The status is the server's own try with what is stored: its digest, when it tried, and never ok for a tenant that does not exist.", saw)
}

// ending takes everything away again.
func (c *conformance) ending() {
	if c.etag == "" {
		return
	}
	c.refused("delete-precondition", "A DELETE without precondition is 428.", c.do(http.MethodDelete, "", nil, nil), 428, "precondition-required")
	c.refused("delete-stale", "A DELETE for another ETag is 412.", c.do(http.MethodDelete, "", map[string]string{"If-Match": `"stale"`}, nil), 412, "etag-mismatch")
	c.remove("delete", "A DELETE for the ETag of now is 204.")
	c.refused("deleted", "What was deleted is not there.", c.do(http.MethodGet, "", nil, nil), 404, "not-configured")
	r := c.do(http.MethodPut, "", first(), c.good("again"))
	saw := ""
	if tag := r.header.Get("ETag"); r.status != 201 || c.tags[tag] {
		saw = fmt.Sprintf("%s with the ETag %s", r, tag)
	}
	c.etag = r.header.Get("ETag")
	c.add("etag-once", "An ETag is never used again, also after a DELETE.", saw)
	c.remove("cleaned", "The server is left as it was found.")
}

func (c *conformance) remove(id, rule string) {
	r := c.do(http.MethodDelete, "", map[string]string{"If-Match": c.etag}, nil)
	saw := ""
	if r.status != http.StatusNoContent {
		saw = r.String()
	}
	c.add(id, rule, saw)
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
		c.add("left-behind", "What a trial stored can be deleted again.", "the invented configuration is still there: delete it in the server's console")
	}
}

// beyond are the rules that nothing from outside brings about. Whether a server
// that asks to wait says for how long is seen where it did.
func (c *conformance) beyond() {
	for _, rule := range []struct {
		id, why string
		status  int
	}{
		{"forbidden", "A token that may only read gets 403 on PUT and DELETE.", 0},
		{"too-many-requests", "429 carries Retry-After.", http.StatusTooManyRequests},
		{"unavailable", "503 carries Retry-After.", http.StatusServiceUnavailable},
		{"storage", "500 storage: nothing has changed.", 0},
		{"power", "A server that answered 2xx has it on stable storage.", 0},
		{"log", "No token, secret or sealed text is in the server's log: look for " + inventedSecret + ".", 0},
	} {
		said, seen := c.waits[rule.status]
		switch {
		case rule.id == "forbidden" && !c.readOnly.IsZero(): // tried
		case !seen:
			why := "nothing from outside brings it about"
			if rule.id == "forbidden" {
				why = "give such a token as the second line of standard input"
			}
			c.trials = append(c.trials, Trial{ID: rule.id, Rule: rule.why, State: TrialSkipped, Saw: why})
		case said:
			c.add(rule.id, rule.why, "")
		default:
			c.add(rule.id, rule.why, fmt.Sprintf("a %d without seconds in Retry-After", rule.status))
		}
	}
}
