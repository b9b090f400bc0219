package booking

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// contractVersion is the version of the booking-server contract that this build
// speaks (resources/contract/booking-server.v1.yaml).
const contractVersion = 1

const wellKnown = "/.well-known/room-booking-integration"

// contract is the adapter for servers that implement the contract.
type contract struct {
	caller
	server connection.Server
	now    func() time.Time
	mu     sync.Mutex
	said   *Description
}

// Describe reads the well-known document of the typed host. A server of another
// contract version is described together with booking.contract-version, one with
// another key than the confirmed one together with booking.recipient-changed.
func (c *contract) Describe(ctx context.Context) (Description, error) {
	var d Description
	a, err := c.call(ctx, http.MethodGet, strings.TrimRight(c.server.URL, "/")+wellKnown, nil, nil)
	switch {
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		return d, problem.New(codeGuarded, words.T("%s requires a sign-in before it describes itself (HTTP %d).", hostOf(c.server.URL), a.status)).By(err).
			Fix(words.T("Have whoever runs the booking server allow %s without a sign-in, also in a proxy or firewall in front of it.", wellKnown)).
			Lead(words.T("Check the address of the booking server."), problem.PlaceServerURL)
	case problem.CodeOf(err) == CodeNotFound, problem.CodeOf(err) == codeRefused:
		return d, problem.New(codeNoContract, words.T("%s does not describe itself as a booking server.", hostOf(c.server.URL))).
			Lead(words.T("Check the address of the booking server."), problem.PlaceServerURL).
			Fix(words.T("If it is right, this booking server is too old to be configured directly: update it.")).
			Lead(words.T("Until then, export the configuration as a file."), problem.PlaceExport).
			Lead(words.T("Or type the values into the vendor's form."), problem.PlaceForm)
	}
	if err != nil {
		return d, err
	}
	var said struct {
		Description
		ContractVersion *int `json:"contractVersion"`
	}
	err = c.decode(a, &said)
	if d = said.Description; err != nil {
		return d, err
	}
	if said.ContractVersion == nil {
		return d, c.unexpected(a, words.T("The field “%s” is missing.", "contractVersion"))
	}
	c.met.Store(true)
	d.ContractVersion = *said.ContractVersion
	if d.ContractVersion != contractVersion {
		return d, problem.New(codeContractVersion, words.T("The booking server uses another version of the contract.")).
			With(words.T("It speaks version %d, Roomkey speaks version %d.", d.ContractVersion, contractVersion)).
			Fix(words.T("Update the booking server if its version is lower. Otherwise update Roomkey.")).
			Lead(words.T("Until then, export the configuration as a file."), problem.PlaceExport).
			Lead(words.T("Or type the values into the vendor's form."), problem.PlaceForm)
	}
	if err := c.valid(a, d); err != nil {
		return d, err
	}
	d.APIBase = strings.TrimRight(d.APIBase, "/")
	d.Product, d.ProductVersion = problem.Line(d.Product), problem.Line(d.ProductVersion)
	if confirmed := c.server.PinnedRecipient; confirmed != "" && confirmed != d.SealingRecipient {
		// Every call with the token begins with the description, and ends here.
		return d, recipientChanged(c.server, d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = &d
	return d, nil
}

func (c *contract) valid(a answer, d Description) error {
	if strings.TrimSpace(d.Product) == "" {
		return c.unexpected(a, words.T("The field “%s” is missing.", "product"))
	}
	for field, u := range map[string]string{"apiBase": d.APIBase, "notificationUrl": d.NotificationURL, "lifecycleNotificationUrl": d.LifecycleNotificationURL} {
		if (u != "" || field == "apiBase") && webAddress(u) != nil {
			return c.unexpected(a, words.T("The field “%s” is not an https address.", field))
		}
	}
	if strings.ContainsAny(d.APIBase, "?#") {
		return c.unexpected(a, words.T("The field “apiBase” has a query, so no path can follow it."))
	}
	if n := len(d.RedirectURIs); n > connection.MaxRedirectURIs {
		return c.unexpected(a, words.T("The field “%s” has %d addresses, but an application can have only %d.", "redirectUris", n, connection.MaxRedirectURIs))
	}
	for _, u := range d.RedirectURIs {
		if webAddress(u) != nil {
			return c.unexpected(a, words.T("The field “%s” is not an https address.", "redirectUris"))
		}
	}
	if _, err := vault.ParseRecipient(d.SealingRecipient); err != nil {
		return c.unexpected(a, words.T("The field “sealingRecipient” is not an age recipient.")).By(err)
	}
	return nil
}

// at is an address of the API. The token goes to another host than the typed
// one only after the administrator has confirmed that host.
func (c *contract) at(ctx context.Context, path string) (string, error) {
	c.mu.Lock()
	said := c.said
	c.mu.Unlock()
	if said == nil {
		d, err := c.Describe(ctx)
		if err != nil {
			return "", err
		}
		said = &d
	}
	if err := pinned(c.server, Description{APIBase: said.APIBase}); err != nil {
		return "", err
	}
	return said.APIBase + "/microsoft365" + path, nil
}

// stored is the contract's Stored.
type stored struct {
	Configuration *Configuration  `json:"configuration"`
	StoredAt      json.RawMessage `json:"storedAt"`
}

// moment is a time that a server says, zero when it says none that can be
// believed: nothing, a spelling of its own, or the future.
func (c *contract) moment(raw json.RawMessage) time.Time {
	var at time.Time
	if json.Unmarshal(raw, &at) != nil || at.After(c.now().Add(skew)) || at.Year() < 2000 {
		return time.Time{}
	}
	return at
}

func (c *contract) Current(ctx context.Context) (Current, error) {
	url, err := c.at(ctx, "")
	if err != nil {
		return Current{}, err
	}
	a, err := c.authorized(ctx, http.MethodGet, url, nil, nil)
	if problem.CodeOf(err) == CodeNothingStored {
		return Current{}, nil
	}
	if err != nil {
		return Current{}, err
	}
	return c.current(a)
}

var strongETag = regexp.MustCompile(`^"[\x21\x23-\x7e]*"$`)

func (c *contract) current(a answer) (Current, error) {
	var s stored
	if err := c.decode(a, &s); err != nil {
		return Current{}, err
	}
	now := Current{Configuration: s.Configuration, StoredAt: c.moment(s.StoredAt)}
	if tags := a.header.Values("ETag"); len(tags) == 1 { // of two nobody knows which is meant
		now.ETag = tags[0]
	}
	switch {
	case s.Configuration == nil || s.Configuration.Tenant.ID == "" || s.Configuration.Application.ClientID == "" || s.Configuration.Digest == "" || s.Configuration.Credential.Fingerprint == "", s.Configuration.Rooms.Items == nil:
		return Current{}, c.unexpected(a, words.T("The response does not contain a complete configuration."))
	case slices.ContainsFunc(s.Configuration.Rooms.Items, func(r Room) bool { return r.EmailAddress == "" }):
		return Current{}, c.unexpected(a, words.T("The response names a room without its address."))
	case !strongETag.MatchString(now.ETag):
		return Current{}, c.unexpected(a, words.T("The response does not have exactly one strong ETag. A proxy in front of the booking server may remove or weaken it."))
	}
	return now, nil
}

// After is cfg itself: the contract's servers hold all of it.
func (c *contract) After(_ Current, cfg Configuration, _ Choices) Configuration { return cfg }

func (c *contract) DryRun(ctx context.Context, cfg Configuration) (DryRun, error) {
	url, err := c.at(ctx, "/dry-run")
	if err != nil {
		return DryRun{}, err
	}
	h := http.Header{}
	transport.Repeatable(h) // it stores nothing
	a, err := c.authorized(ctx, http.MethodPost, url, h, cfg)
	if err != nil {
		return DryRun{}, err
	}
	var said struct {
		Acceptable *bool           `json:"acceptable"`
		Changes    []Change        `json:"changes"`
		Problems   []DryRunProblem `json:"problems"`
	}
	if err := c.decode(a, &said); err != nil {
		return DryRun{}, err
	}
	if said.Acceptable == nil || said.Changes == nil || said.Problems == nil {
		return DryRun{}, c.unexpected(a, words.T("The response to the dry run is incomplete."))
	}
	d := DryRun{Acceptable: *said.Acceptable, Changes: said.Changes, Problems: said.Problems, Said: true}
	for i, change := range d.Changes {
		d.Changes[i] = Change{problem.Line(change.Path), problem.Line(change.Kind), problem.Line(change.From), problem.Line(change.To)}
	}
	for i := range d.Problems {
		d.Problems[i].Detail = c.hide(d.Problems[i].Detail)
		// An error that the server itself calls acceptable is still an error, and so
		// is what it calls neither an error nor a warning.
		if d.Problems[i].Severity != "warning" {
			d.Problems[i].Severity, d.Acceptable = "error", false
		}
	}
	return d, nil
}

func (c *contract) Put(ctx context.Context, p attempt) error {
	url, err := c.at(ctx, "")
	if err != nil {
		return err
	}
	if p.sealed == nil {
		p.sealed = new(string)
	}
	if *p.sealed == "" {
		cfg := p.Configuration
		*p.sealed, err = vault.Seal(p.Recipient, vault.Sealable{
			Kind: cfg.Credential.Kind, TenantID: cfg.Tenant.ID, ClientID: cfg.Application.ClientID, Value: p.Credential,
		})
		if err != nil {
			return err
		}
	}
	body, err := withSealed(p.Configuration, *p.sealed)
	if err != nil {
		return err
	}
	h := http.Header{"Idempotency-Key": {p.IdempotencyKey}}
	if p.ETag == "" {
		h.Set("If-None-Match", "*")
	} else {
		h.Set("If-Match", p.ETag)
	}
	own := c.caller
	own.secrets = append([]vault.Secret{p.Credential}, c.secrets...)
	a, err := own.authorized(ctx, http.MethodPut, url, h, body)
	if err != nil || a.status == http.StatusNoContent {
		return err // what it holds is read back all the same
	}
	_, err = c.current(a)
	return err
}

// withSealed is the body of a PUT: the configuration with the sealed credential
// in its place.
func withSealed(cfg Configuration, sealed string) (json.RawMessage, error) {
	type sealedCredential struct {
		Credential
		Sealed string `json:"sealed"`
	}
	return json.Marshal(struct {
		Configuration
		Credential sealedCredential `json:"credential"`
	}{cfg, sealedCredential{cfg.Credential, sealed}})
}

func (c *contract) Status(ctx context.Context) (Status, error) {
	url, err := c.at(ctx, "/status")
	if err != nil {
		return Status{}, err
	}
	a, err := c.authorized(ctx, http.MethodGet, url, nil, nil)
	if problem.CodeOf(err) == CodeNothingStored {
		return Status{State: StatusNotConfigured, Checks: []StatusCheck{}}, nil
	}
	if err != nil {
		return Status{}, err
	}
	var said struct {
		Status
		CheckedAt json.RawMessage `json:"checkedAt"`
	}
	if err := c.decode(a, &said); err != nil {
		return Status{}, err
	}
	s := said.Status
	s.Undated = false // no server says that
	s.CheckedAt = c.moment(said.CheckedAt)
	// A weak tag is of the answer, not of the configuration: frameworks and proxies
	// add it by themselves. The digest says what the view is about.
	if tag := a.header.Get("ETag"); strongETag.MatchString(tag) {
		s.ETag = tag
	}
	proven, failed := c.checks(&s)
	if failed && s.State == StatusOK {
		return Status{}, c.unexpected(a, words.T("The server reports that everything works and names a failure in the same response."))
	}
	switch s.State {
	case StatusFailing, StatusUnknown, StatusNotConfigured:
	case StatusOK:
		// The contract allows ok only with these two tried, and a try has a time.
		if s.Undated = proven["token"] && proven["rooms"] && s.CheckedAt.IsZero(); s.Undated || !proven["token"] || !proven["rooms"] {
			s.State = StatusUnknown
		}
	default:
		return Status{}, c.unexpected(a, words.T("The server's state is “%s”, which the contract does not know.", problem.Line(s.State)))
	}
	return s, nil
}

// checks makes unknown what is not said as the contract says it: a state of
// another spelling, a check without a name, or one that is there twice.
func (c *contract) checks(s *Status) (proven map[string]bool, failed bool) {
	times := map[string]int{}
	for _, check := range s.Checks {
		times[check.ID]++
	}
	proven = map[string]bool{}
	for i := range s.Checks {
		check := &s.Checks[i]
		check.Detail = c.hide(check.Detail)
		switch {
		case check.State == "failed":
			failed = true
		case check.State != StatusOK || check.ID == "" || times[check.ID] > 1:
			check.State = StatusUnknown
		default:
			proven[check.ID] = true
		}
	}
	return proven, failed
}

func (c *contract) Delete(ctx context.Context, etag string) error {
	url, err := c.at(ctx, "")
	if err != nil {
		return err
	}
	_, err = c.authorized(ctx, http.MethodDelete, url, http.Header{"If-Match": {etag}}, nil)
	return err
}
