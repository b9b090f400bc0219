package booking

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// seatsurfing is the adapter for Seatsurfing's REST API, 1.92 and later: an
// OAuth provider for people's sign-in, a location a building and a space a room.
//
// The server keeps objects and no configuration, so that Roomkey remembers which
// are its own by their ids (store.Made). An object is read whole, changed in the
// fields that are Roomkey's and written back whole, since a PUT resets what it
// leaves out; one that does not differ is not written. With a space Seatsurfing
// deletes its bookings, so that nothing is removed without a yes.
type seatsurfing struct {
	caller
	server connection.Server
	memory Memory
	pace   pace
	// began is the idempotency key of the push that has begun to write, wrote that
	// of the push of which a write was, or may have been, carried out.
	began, wrote string
	// last is what was read last, for questions that follow at once.
	last *ssState
	// settled are the locations whose spaces the last push left alone: reading
	// back after it need not ask for them again.
	settled map[string][]ssObject
}

const (
	// ssSignIn is the name of the sign-in on Seatsurfing's log-in page, where
	// the connection has no text for the button.
	ssSignIn = "Microsoft 365"
	// ssBuilding is the location of rooms that name no building.
	ssBuilding = "Microsoft 365 rooms"
	// ssBulk is how many spaces one request may change.
	ssBulk = 64
	// ssName is the longest name of a location or space, in characters.
	ssName = 128
)

// Keys of store.Made.
const ssProviderKey = "sign-in"

func ssLocationKey(building string) string { return "location " + building }
func ssSpaceKey(address string) string     { return "space " + strings.ToLower(address) }

// ssID is an ID that can stand in an address.
var ssID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// ssObject is an object as the server has it, unknown fields included.
type ssObject map[string]json.RawMessage

func (o ssObject) text(field string) string {
	var s string
	_ = json.Unmarshal(o[field], &s) // what is no text is none
	return s
}

// has reports whether a field holds v, however the server writes it.
func (o ssObject) has(field string, v any) bool {
	if text, ok := v.(string); ok && len(o[field]) > 0 && o[field][0] == '"' {
		return o.text(field) == text
	}
	raw, err := json.Marshal(v)
	return err == nil && string(raw) == string(o[field])
}

// set puts v into a field and reports whether that changed anything.
func (o ssObject) set(field string, v any) bool {
	if o.has(field, v) {
		return false
	}
	o[field], _ = json.Marshal(v) // texts and numbers
	return true
}

// request is the object without what the server adds by itself.
func (o ssObject) request(with map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range o {
		switch k {
		case "id", "organizationId", "locationId", "available", "location", "readOnly", "mapWidth", "mapHeight", "mapMimeType":
		default:
			out[k] = v
		}
	}
	for k, v := range with {
		out[k] = v
	}
	return out
}

func ssFind(all []ssObject, id string) ssObject {
	for _, o := range all {
		if id != "" && o.text("id") == id {
			return o
		}
	}
	return nil
}

func (s *seatsurfing) url(path string) string { return strings.TrimRight(s.server.URL, "/") + path }

// Describe asks the health check, and the sign-in for its redirect URI once
// there is one: only the server knows under which domain people reach it.
func (s *seatsurfing) Describe(ctx context.Context) (Description, error) {
	d := Description{Product: "Seatsurfing", APIBase: strings.TrimRight(s.server.URL, "/")}
	var health struct {
		Status string `json:"status"`
	}
	a, err := s.call(ctx, http.MethodGet, s.url("/healthcheck"), nil, nil)
	if err == nil {
		err = s.decode(a, &health)
	}
	switch {
	case problem.CodeOf(err) == CodeNotFound: // not every version has it
	case err != nil:
		return d, err
	case health.Status != "success":
		return d, problem.New(codeServerError, words.T("%s reports an internal problem.", hostOf(s.server.URL))).
			With(words.T("Its health check says “%s”.", problem.Line(health.Status))).
			Fix(words.T("Ask whoever runs the booking server to look at its database."))
	default:
		s.met.Store(true)
	}
	made, err := s.made()
	if err != nil {
		return d, err
	}
	if id := made.Objects[ssProviderKey].ID; id != "" {
		if d.RedirectURIs, err = s.redirectURI(ctx, id); err != nil {
			return d, err
		}
	}
	if !slices.Equal(made.RedirectURIs, d.RedirectURIs) {
		err = s.update(ctx, func(m *store.Made) { m.RedirectURIs = d.RedirectURIs })
	}
	return d, err
}

// redirectURI is what the server sends people to Microsoft with; none when it
// has no such sign-in any more.
func (s *seatsurfing) redirectURI(ctx context.Context, provider string) ([]string, error) {
	a, err := s.call(ctx, http.MethodGet, s.url("/auth/"+provider+"/login/ui/"), nil, nil)
	switch code := problem.CodeOf(err); {
	case code == CodeNotFound || code == codeRefused:
		return nil, nil
	case err != nil && code != codeRedirected:
		return nil, err
	}
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || webAddress(to.Query().Get("redirect_uri")) != nil {
		return nil, s.unexpected(a, words.T("Seatsurfing's sign-in does not go to Microsoft with an address to return to."))
	}
	return []string{to.Query().Get("redirect_uri")}, nil
}

// mayWrite is nil when the token may write or the server does not say.
func (s *seatsurfing) mayWrite(ctx context.Context) error {
	var me struct {
		Role int `json:"role"`
	}
	a, err := s.request(ctx, http.MethodGet, "/user/me", nil)
	if err == nil {
		err = s.decode(a, &me)
	}
	if problem.CodeOf(err) == CodeNotFound {
		return nil
	}
	const readOnly = 21 // the role of a service account that may only read
	if err == nil && me.Role == readOnly {
		return problem.New(codeReadOnlyToken, words.T("The token of %s is read-only.", hostOf(s.server.URL))).
			Lead(words.T("In Seatsurfing, give the service account a role with write access, or create a token for one that has it and store that token."), problem.PlaceServerToken)
	}
	return err
}

// request is an authorized call that keeps to the server's limit: it waits when
// nothing is left, and repeats what was refused for being too much.
func (s *seatsurfing) request(ctx context.Context, method, path string, body any) (answer, error) {
	for {
		a, err := s.once(ctx, method, path, body)
		if problem.CodeOf(err) != codeTooManyRequests || !s.pace.patient() {
			return a, err
		}
	}
}

// once is request without the repetition.
func (s *seatsurfing) once(ctx context.Context, method, path string, body any) (answer, error) {
	if err := s.pace.ready(ctx); err != nil {
		return answer{}, err
	}
	a, err := s.authorized(transport.Paced(ctx), method, s.url(path), nil, body)
	s.pace.observe(a)
	if problem.CodeOf(err) == codeTooManyRequests {
		s.pace.refused(a)
	}
	return a, err
}

func (s *seatsurfing) list(ctx context.Context, path string) ([]ssObject, error) {
	a, err := s.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	var all []ssObject
	if err := s.decode(a, &all); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, o := range all {
		id := o.text("id")
		if !ssID.MatchString(id) || seen[id] {
			return nil, s.unexpected(a, words.T("The response contains an object without an ID of its own."))
		}
		seen[id] = true
	}
	s.met.Store(true)
	return all, nil
}

// Memory keeps what was made on a server that has no configuration as a whole.
// UpdateMade changes what is kept at that moment, and returns when it is on disk.
type Memory interface {
	Made() (store.Made, error)
	UpdateMade(context.Context, func(*store.Made)) error
}

// forgetful remembers until the program ends: for looking only.
type forgetful struct{ held store.Made }

func (f *forgetful) Made() (store.Made, error) { return f.held, nil }
func (f *forgetful) UpdateMade(_ context.Context, update func(*store.Made)) error {
	update(&f.held)
	return nil
}

// made is what this connection has made at this server.
func (s *seatsurfing) made() (store.Made, error) {
	made, err := s.memory.Made()
	return s.here(made), err
}

// here is what was made, as far as it was at this server.
func (s *seatsurfing) here(made store.Made) store.Made {
	if made.Server != s.server.URL {
		made = store.Made{Server: s.server.URL}
	}
	if made.Objects == nil {
		made.Objects = map[string]store.MadeObject{}
	}
	return made
}

// update changes what is remembered, as it is by now: a look may go on while
// another Roomkey pushes. What was found out is kept although it is cancelled.
func (s *seatsurfing) update(ctx context.Context, change func(*store.Made)) error {
	return s.memory.UpdateMade(context.WithoutCancel(ctx), func(m *store.Made) {
		*m = s.here(*m)
		change(m)
	})
}

// save keeps what this push knows of what it made.
func (s *seatsurfing) save(ctx context.Context, made store.Made) error {
	return s.update(ctx, func(m *store.Made) { *m = made })
}
