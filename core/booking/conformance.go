package booking

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// States of a Trial.
const (
	TrialPassed = "pass"
	TrialFailed = "fail"
	// TrialSkipped is one that could not be made, because another failed or
	// because nothing from outside brings it about.
	TrialSkipped = "skipped"
)

// Trial is one rule of the contract that an implementation was held to.
type Trial struct {
	ID    string     `json:"id"`
	Rule  words.Text `json:"rule"`
	State string     `json:"state"`
	// Seen is what was seen instead, or why the trial was skipped.
	Seen words.Text `json:"seen,omitzero"`
}

// Conform holds an implementation of the contract to its rules and tells its
// makers what it found. It stores invented configurations and deletes them
// again, and therefore refuses a server that holds one (booking.conformance-
// occupied). The token is made for it in the server's console; readOnly is one that
// may only read, the zero secret where there is none.
func Conform(ctx context.Context, address string, token, readOnly vault.Secret, client *http.Client) ([]Trial, error) {
	if p := webAddress(address); p != nil {
		return nil, p
	}
	asked, err := Open(Options{Server: connection.Server{URL: address, Adapter: AdapterContract}, Token: token, HTTP: client})
	if err != nil {
		return nil, err
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &conformance{ctx: ctx, http: &own, token: token, readOnly: readOnly, began: time.Now(), tags: map[string]bool{}, waits: map[int]bool{}, times: map[string]time.Time{}}
	if c.said, err = asked.Describe(ctx); notReached(err) {
		return nil, err
	} else if err != nil {
		c.add("describe", "The well-known document describes the server.", words.Sentences(problem.Of(err).Title, problem.Of(err).Detail))
		return c.trials, ctx.Err()
	}
	if host := hostOf(c.said.APIBase); host != hostOf(address) {
		return nil, problem.New(CodeUnconfirmed, words.T("The API is on another host, %s, to which the token is not sent.", host)).
			Fix(words.T("Run it with the address of that host."))
	}
	c.base = c.said.APIBase + "/microsoft365"
	switch now := c.do(http.MethodGet, "", nil, nil); now.status {
	case http.StatusUnauthorized:
		return nil, problem.New(codeTokenWrong, words.T("%s does not accept the token.", hostOf(address))).
			Fix(words.T("Create a token in the server's console, and give it on standard input."))
	case http.StatusOK:
		return nil, problem.New(codeOccupied, words.T("%s already has a configuration, which this test would replace.", hostOf(address))).
			Fix(words.T("Run the test on a server that has no configuration."))
	}
	c.add("describe", "The well-known document describes the server.", words.Text{})
	for _, part := range []func(){c.entry, c.empty, c.refusals, c.sealing, c.storing, c.reading, c.races, c.view, c.ending} {
		if ctx.Err() != nil {
			break
		}
		part()
	}
	c.clean()
	c.beyond()
	return c.trials, ctx.Err()
}

// notReached reports whether nothing was learned of the server: no connection to
// it is one that the contract allows. A redirect is its own answer.
func notReached(err error) bool {
	switch problem.KindOf(err) {
	case problem.Unreachable, problem.Untrusted, problem.Cancelled:
		return problem.CodeOf(err) != codeRedirected
	}
	return false
}

type conformance struct {
	ctx   context.Context
	http  *http.Client
	token vault.Secret
	// readOnly is a token that may only read, zero where there is none.
	readOnly vault.Secret
	said     Description
	base     string
	trials   []Trial
	// etag is of what is stored by now; tags are all that were ever seen.
	etag string
	tags map[string]bool
	// before is the first PUT and the answer to it.
	before struct {
		header map[string]string
		body   []byte
		got    reply
	}
	// began is when the trials began; hidden are the lines of the credentials that
	// were sealed for them, and of their keys.
	began  time.Time
	hidden []string
	// waits, under mu, are the answers seen that ask to wait, by status: whether each said
	// for how long.
	mu    sync.Mutex
	waits map[int]bool
	// times are what was said of when it was stored, by ETag; latest is the newest of
	// them, and heard when that was.
	times         map[string]time.Time
	latest, heard time.Time
}

// add notes a trial: seen is empty when the rule was kept.
func (c *conformance) add(id string, rule words.Key, seen words.Text) {
	c.note(id, words.T(rule), seen)
}

func (c *conformance) note(id string, rule, seen words.Text) {
	t := Trial{ID: id, Rule: rule, State: TrialPassed, Seen: seen}
	if !seen.IsZero() {
		t.State = TrialFailed
	}
	c.trials = append(c.trials, t)
}

// got quotes an answer, without what is secret.
func (c *conformance) got(r reply) words.Text {
	if r.err != nil {
		return transport.BookingServer.Problem(r.err, hostOf(c.base)).Title
	}
	text := problem.Line(caller{secrets: []vault.Secret{c.token, c.readOnly}}.hide(string(r.body)))
	if len(text) > 200 { // only now: half a secret would not be found
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return words.Plain(fmt.Sprintf("%d %s %s", r.status, problem.Line(r.header.Get("Content-Type")), text))
}

// reply is an answer, or why there was none.
type reply struct {
	answer
	err error
}

// kind is the content type without what may follow it.
func (r reply) kind() string {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	return kind
}

// longestWait is how long a server may ask to wait before the trials go on
// without its answer.
const longestWait = time.Minute

// do makes one call; body is sent as it is. A server that asks to wait, and says
// for how long, is given the time once.
func (c *conformance) do(method, path string, header map[string]string, body []byte) reply {
	r := c.once(method, path, header, body)
	if r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable {
		return r
	}
	seconds, err := strconv.Atoi(r.header.Get("Retry-After"))
	c.mu.Lock()
	said, before := c.waits[r.status]
	c.waits[r.status] = err == nil && (said || !before)
	c.mu.Unlock()
	wait := time.Duration(seconds) * time.Second
	if err != nil || wait < 0 || wait > longestWait {
		return r
	}
	select {
	case <-time.After(wait):
		return c.once(method, path, header, body)
	case <-c.ctx.Done():
		return r
	}
}

func (c *conformance) once(method, path string, header map[string]string, body []byte) reply {
	req, err := http.NewRequestWithContext(c.ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		if req.Header.Set(k, v); v == "" {
			req.Header.Del(k)
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	r := reply{answer: answer{status: resp.StatusCode, header: resp.Header}}
	r.body, r.err = read(resp)
	return r
}

// fits reads an answer with one of the statuses into v. Its text says what is
// wrong with the answer, and is empty when nothing is.
func (c *conformance) fits(r reply, v any, statuses ...int) words.Text {
	switch {
	case r.err != nil || !slices.Contains(statuses, r.status):
		return words.T("wanted %s; got %s", fmt.Sprint(statuses), c.got(r))
	case r.kind() != "application/json":
		return words.T("wanted application/json; got %s", c.got(r))
	case bytes.Contains(r.body, []byte("BEGIN AGE")):
		return words.T("the credential is in the response")
	}
	return c.reads(r, v)
}

// problem is fits for a problem of the contract's table.
func (c *conformance) problem(r reply, status int, code string) (refusal, words.Text) {
	var p struct {
		refusal
		Type   string
		Status int
	}
	if r.err != nil || r.status != status || r.kind() != "application/problem+json" || json.Unmarshal(r.body, &p) != nil ||
		p.Code != code || p.Status != status || p.Title == "" || p.Type != "urn:room-booking-integration:problem:"+code {
		return p.refusal, words.T("wanted %d %s as application/problem+json with title, status, code and the type %s; got %s", status, code, "urn:room-booking-integration:problem:"+code, c.got(r))
	}
	return p.refusal, c.reads(r, &p)
}

// reads is what fits and problem share: whatever an answer says, it is JSON that
// can be read in one way only, and repeats nothing that is secret.
func (c *conformance) reads(r reply, v any) words.Text {
	text := string(r.body)
	shown := func(line string) bool { return strings.Contains(text, line) }
	if vault.Hide(text, "", c.token, c.readOnly, vault.NewSecret(wrongToken)) != text {
		return words.T("the token is in the response")
	}
	if vault.Hide(text, "", vault.NewSecret(inventedSecret)) != text || slices.ContainsFunc(c.hidden, shown) {
		return words.T("the credential is in the response")
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		return words.T("the body is not what the contract describes: %s It is: %s", problem.OfJSON(err, r.body, v), c.got(r))
	}
	if field := doubled(json.NewDecoder(bytes.NewReader(r.body))); field != "" {
		return words.T("the response has the field “%s” twice: %s", problem.Line(field), c.got(r))
	}
	var all any
	if err := json.Unmarshal(r.body, &all); err == nil && nulled(all) {
		return words.T("the response has null in place of a field that is left out: %s", c.got(r))
	}
	return words.Text{}
}

// nulled reports whether there is a null anywhere.
func nulled(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(v, nulled)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), nulled)
	}
	return false
}

// refused holds an answer to a problem of the contract's table.
func (c *conformance) refused(id string, rule words.Key, r reply, status int, code string) {
	_, seen := c.problem(r, status, code)
	c.add(id, rule, seen)
}

// refusedAt is refused with an entry in errors.
func (c *conformance) refusedAt(id string, rule words.Key, r reply, pointer, code string) {
	p, seen := c.problem(r, http.StatusUnprocessableEntity, "invalid-configuration")
	if seen.IsZero() {
		seen = words.T("wanted %s %s in errors; got %s", pointer, code, c.got(r))
		for _, e := range p.Errors {
			if e.Pointer == pointer && e.Detail != "" && (code == "" || e.Code == code) {
				seen = words.Text{}
			}
		}
	}
	c.add(id, rule, seen)
}

// moment is what is wrong with a time that has to be of this test.
func (c *conformance) moment(field string, raw json.RawMessage) words.Text {
	var at time.Time
	switch {
	case len(raw) == 0:
		return words.T("the field “%s” is missing", field)
	case json.Unmarshal(raw, &at) != nil || at.IsZero():
		return words.T("%s is %s, which is not a time", field, problem.Line(string(raw)))
	case at.Before(c.began.Add(-skew)), at.After(time.Now().Add(skew)):
		return words.T("%s is %s, which is not during this test", field, at.Format(time.RFC3339))
	}
	return words.Text{}
}

// second is the digest of the configuration that differs from the others in kind.
const second = "second"

// invented is a configuration that belongs to nobody, with every field of the
// contract. The second has a certificate in place of a secret, and is for all
// rooms and people.
func (c *conformance) invented(digest string) Configuration {
	seats, none := 12, 0
	cfg := Configuration{
		Digest:      digest,
		Cloud:       Cloud{ID: "conformance", Authority: "https://login.contoso.example", Graph: "https://graph.contoso.example"},
		Tenant:      Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11", Domain: "contoso.example", DisplayName: "Contoso é"},
		Product:     Product{ID: "conformance", Options: []string{"displays", "check-in"}},
		Application: Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10", DisplayName: "Conformance"},
		Credential:  Credential{Kind: connection.CredentialSecret, Fingerprint: "f-" + digest, Expires: c.began.AddDate(1, 0, 0).UTC().Truncate(time.Second)},
		Permissions: []permission.Ref{{Value: "Calendars.ReadWrite", Kind: permission.Application}, {Value: "User.Read", Kind: permission.Delegated}},
		Rooms: Rooms{Mode: connection.Selected, Items: []Room{
			{EmailAddress: "boardroom@contoso.example", DisplayName: "Boardroom", Capacity: &seats, Building: "Main", Floor: "3"},
			{EmailAddress: "phone.booth@contoso.example", DisplayName: "Phone booth", Capacity: &none, Building: "Annex", Floor: "0"},
		}},
		People: People{
			Mode: connection.Groups, Groups: []string{"7c1f5b0e-52f1-4d6c-8a3b-0c1d2e3f4a51", "7c1f5b0e-52f1-4d6c-8a3b-0c1d2e3f4a52"},
			CardNumberAttribute: "extensionAttribute1", DefaultGroups: []string{"Staff", "Visitors"},
		},
		SingleSignOn: SingleSignOn{
			RedirectURIs: append(slices.Clone(c.said.RedirectURIs), "https://rooms.contoso.example/auth/callback", "https://rooms.contoso.example/auth/callback/"),
			LoginButton:  "Sign in",
		},
		Notifications: Notifications{
			URL:          cmp.Or(c.said.NotificationURL, "https://rooms.contoso.example/notifications"),
			LifecycleURL: cmp.Or(c.said.LifecycleNotificationURL, "https://rooms.contoso.example/lifecycle"),
		},
		ServiceAccount: "rooms@contoso.example",
	}
	if pair, err := inventedPair(); digest == second && err == nil {
		cfg.Credential.Kind, cfg.Credential.Thumbprint, cfg.Credential.Expires = connection.CredentialCertificate, pair.Thumbprint(), pair.Expires().UTC()
		cfg.Rooms.Mode, cfg.People.Mode, cfg.People.Groups = connection.All, connection.All, nil
	}
	return cfg
}

// inventedSecret is what the sealed credential holds, and what nothing may show.
const inventedSecret = "conformance-7Zq~NotASecretOfAnybody"

// inventedPair is the certificate in place of it; its key takes a while to make.
var inventedPair = sync.OnceValues(func() (vault.KeyPair, error) {
	return vault.NewCertificate("Conformance", 3072, 365*24*time.Hour, time.Now())
})

// armorLine is the length of a line of an age file and of a key, except for the
// last one, which may be too short to be told from other text.
const armorLine = 64

// wrongToken is the token of nobody.
const wrongToken = "conformance-wrong-token"

// body is a PUT of cfg with the credential sealed to recipient.
func (c *conformance) body(cfg Configuration, recipient, clientID string) []byte {
	value := vault.NewSecret(inventedSecret)
	if cfg.Credential.Kind == connection.CredentialCertificate {
		pair, err := inventedPair()
		if err != nil {
			return nil
		}
		value = pair.PEM()
	}
	sealed, err := vault.Seal(recipient, vault.Sealable{Kind: cfg.Credential.Kind, TenantID: cfg.Tenant.ID, ClientID: clientID, Value: value})
	if err != nil {
		return nil
	}
	raw, err := withSealed(cfg, sealed)
	if err != nil {
		return nil
	}
	key, _, _ := strings.Cut(value.Reveal(), "-----END PRIVATE KEY-----") // the certificate may be shown
	for line := range strings.Lines(sealed + key) {
		if line = strings.TrimSpace(line); len(line) == armorLine {
			c.hidden = append(c.hidden, line)
		}
	}
	return raw
}

func (c *conformance) good(digest string) []byte {
	cfg := c.invented(digest)
	return c.body(cfg, c.said.SealingRecipient, cfg.Application.ClientID)
}

// first and next are the headers of a PUT.
func first() map[string]string {
	return map[string]string{"If-None-Match": "*", "Idempotency-Key": rand.Text()}
}

func next(etag string) map[string]string {
	return map[string]string{"If-Match": etag, "Idempotency-Key": rand.Text()}
}

// stored holds an answer to what was put, redacted.
func (c *conformance) stored(id string, rule words.Key, r reply, digest string, statuses ...int) {
	var s stored
	seen, tag := c.fits(r, &s, statuses...), r.header.Get("ETag")
	switch {
	case !seen.IsZero():
	case s.Configuration == nil:
		seen = words.T("the body is not what GET returns: %s", c.got(r))
	case s.Configuration.Digest != digest || len(Changes(s.Configuration, c.invented(digest))) > 0:
		seen = words.T("it differs from what was sent: %s", listed(Changes(s.Configuration, c.invented(digest))))
	case !strongETag.MatchString(tag):
		seen = words.T("the ETag %q is not a strong one", tag)
	default:
		if seen = c.moment("storedAt", s.StoredAt); seen.IsZero() {
			seen = c.storedOnce(tag, s.StoredAt)
		}
	}
	if slices.Contains(statuses, r.status) && strongETag.MatchString(tag) {
		c.etag, c.tags[tag] = tag, true // what else is wrong with it is tried all the same
	}
	c.add(id, rule, seen)
}

// storedOnce is what is wrong with the time of what has this ETag: each PUT that
// stores has its own, and what is stored keeps it.
func (c *conformance) storedOnce(tag string, raw json.RawMessage) words.Text {
	var at time.Time
	_ = json.Unmarshal(raw, &at) // moment has read it
	switch before, known := c.times[tag]; {
	case known && !at.Equal(before):
		return words.T("storedAt is %s, and was %s before for the same ETag", at.Format(time.RFC3339Nano), before.Format(time.RFC3339Nano))
	case known:
	case !at.After(c.latest):
		return words.T("storedAt is %s, which is not after that of the PUT before, %s", at.Format(time.RFC3339Nano), c.latest.Format(time.RFC3339Nano))
	default:
		c.times[tag], c.latest, c.heard = at, at, time.Now()
	}
	return words.Text{}
}

// later waits until a PUT must have another time than the one before it, on a
// server that says whole seconds.
func (c *conformance) later() {
	if c.latest.Nanosecond() != 0 {
		return
	}
	select {
	case <-time.After(time.Until(c.heard.Add(time.Second))):
	case <-c.ctx.Done():
	}
}
