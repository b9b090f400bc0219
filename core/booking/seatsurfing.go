package booking

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// seatsurfing is the adapter for Seatsurfing's REST API (version 1.60): an OAuth
// provider for people's sign-in, a location a building and a space a room. The
// server knows neither digest nor ETag; the digest stands in the description of
// the locations, written last, and the ETag is computed over what was read.
//
// Nothing is ever deleted there: with a space, Seatsurfing deletes its bookings.
type seatsurfing struct {
	caller
	server connection.Server
	// began is the idempotency key of the push that has changed something.
	began string
}

const (
	// seatsurfingProvider is the name of the sign-in on Seatsurfing's log-in page.
	seatsurfingProvider = "Microsoft 365"
	// seatsurfingBuilding is the location of rooms that name no building.
	seatsurfingBuilding = "Microsoft 365 rooms"
	// seatsurfingOAuth2 is Seatsurfing's provider type for OAuth2.
	seatsurfingOAuth2 = 1
)

type ssProvider struct {
	ID                string `json:"id,omitempty"`
	ReadOnly          bool   `json:"readOnly,omitempty"`
	Name              string `json:"name"`
	ProviderType      int    `json:"providerType"`
	AuthURL           string `json:"authUrl"`
	TokenURL          string `json:"tokenUrl"`
	AuthStyle         int    `json:"authStyle"`
	Scopes            string `json:"scopes"`
	UserInfoURL       string `json:"userInfoUrl"`
	UserInfoEmail     string `json:"userInfoEmailField"`
	UserInfoFirstname string `json:"userInfoFirstnameField,omitempty"`
	UserInfoLastname  string `json:"userInfoLastnameField,omitempty"`
	ClientID          string `json:"clientId"`
	LogoutURL         string `json:"logoutUrl,omitempty"`
	ProfilePageURL    string `json:"profilePageUrl,omitempty"`
}

type ssLocation struct {
	ID                    string  `json:"id,omitempty"`
	Name                  string  `json:"name"`
	Description           string  `json:"description"`
	MaxConcurrentBookings int     `json:"maxConcurrentBookings"`
	Timezone              string  `json:"timezone,omitempty"`
	Enabled               bool    `json:"enabled"`
	MapScale              float64 `json:"mapScale,omitempty"`
	// spaces are the names of the location's spaces.
	spaces []string
}

type ssSpace struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// ssState is all that was read of the server.
type ssState struct {
	provider *ssProvider
	// locations are Roomkey's own, foreign the names of the others.
	locations []ssLocation
	foreign   []string
}

var ssMark = regexp.MustCompile(`\[roomkey digest=(\S*) credential=(\S*)\]`)

func (s *seatsurfing) url(path string) string { return strings.TrimRight(s.server.URL, "/") + path }

// Describe asks for the server's health, and with a token for the address to
// which people's sign-in comes back.
func (s *seatsurfing) Describe(ctx context.Context) (Description, error) {
	d := Description{Product: "Seatsurfing", APIBase: s.url("")}
	var health struct {
		Status string `json:"status"`
	}
	err := s.get(ctx, s.call, "/healthcheck", &health)
	switch {
	case problem.CodeOf(err) == CodeNotFound && !s.token.IsZero():
		// Not every version has one; the list of sign-ins tells as well.
	case err != nil:
		return d, err
	case health.Status != "success":
		return d, problem.New(codeServerError, words.T("%s has a problem of its own.", hostOf(s.server.URL))).
			With(words.T("Its health check says “%s”.", problem.Line(health.Status))).
			Fix(words.T("Ask whoever runs the booking server to look at its database."))
	}
	if s.token.IsZero() {
		return d, nil
	}
	p, err := s.provider(ctx)
	if p != nil {
		d.RedirectURIs = []string{s.url("/auth/" + p.ID + "/callback")}
	}
	return d, err
}

type method func(ctx context.Context, method, url string, header http.Header, body any) (answer, error)

func (s *seatsurfing) get(ctx context.Context, call method, path string, v any) error {
	a, err := call(ctx, http.MethodGet, s.url(path), nil, nil)
	if err != nil {
		return err
	}
	return s.decode(a, v)
}

func (s *seatsurfing) provider(ctx context.Context) (*ssProvider, error) {
	var all []ssProvider
	if err := s.get(ctx, s.authorized, "/auth-provider/", &all); err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Name == seatsurfingProvider && p.ID != "" {
			return &p, nil
		}
	}
	return nil, nil
}

func (s *seatsurfing) read(ctx context.Context) (ssState, error) {
	var state ssState
	var err error
	if state.provider, err = s.provider(ctx); err != nil {
		return state, err
	}
	var all []ssLocation
	if err := s.get(ctx, s.authorized, "/location/", &all); err != nil {
		return state, err
	}
	for _, l := range all {
		if !ssMark.MatchString(l.Description) {
			state.foreign = append(state.foreign, l.Name)
			continue
		}
		var spaces []ssSpace
		if err := s.get(ctx, s.authorized, "/location/"+l.ID+"/space/", &spaces); err != nil {
			return state, err
		}
		for _, space := range spaces {
			l.spaces = append(l.spaces, space.Name)
		}
		slices.Sort(l.spaces)
		state.locations = append(state.locations, l)
	}
	slices.SortFunc(state.locations, func(a, b ssLocation) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return state, nil
}

func (s *seatsurfing) Current(ctx context.Context) (Current, error) {
	state, err := s.read(ctx)
	if err != nil {
		return Current{}, err
	}
	return state.current(), nil
}

// current is what the server holds, in the shape that After gives too.
func (state ssState) current() Current {
	if state.provider == nil && len(state.locations) == 0 {
		return Current{}
	}
	cfg := &Configuration{Rooms: Rooms{Mode: connection.Selected, Items: []Room{}}, People: People{Mode: connection.All}}
	if p := state.provider; p != nil {
		authority, tenant := splitAuthority(p.AuthURL)
		cfg.Cloud = Cloud{Authority: authority, Graph: strings.TrimSuffix(p.UserInfoURL, ssUserInfo)}
		cfg.Tenant.ID, cfg.Application.ClientID = tenant, p.ClientID
		cfg.Credential.Kind = connection.CredentialSecret
	}
	for i, l := range state.locations {
		mark := ssMark.FindStringSubmatch(l.Description)
		if i == 0 {
			cfg.Digest, cfg.Credential.Fingerprint = mark[1], mark[2]
		} else if cfg.Digest != mark[1] {
			cfg.Digest = ""
		}
		for _, name := range l.spaces {
			cfg.Rooms.Items = append(cfg.Rooms.Items, Room{DisplayName: name, Building: l.Name})
		}
	}
	sortByName(cfg.Rooms.Items)
	// The struct holds nothing that JSON does not know.
	raw, _ := json.Marshal(struct {
		C *Configuration
		P *ssProvider
		L []ssLocation
	}{cfg, state.provider, state.locations})
	sum := sha256.Sum256(raw)
	return Current{Configuration: cfg, ETag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func sortByName(rooms []Room) {
	slices.SortFunc(rooms, func(a, b Room) int {
		return cmp.Or(strings.Compare(a.Building, b.Building), strings.Compare(a.DisplayName, b.DisplayName))
	})
}

// After is the part of cfg that Seatsurfing holds, and the rooms that it holds
// already: those stay.
func (s *seatsurfing) After(now Current, cfg Configuration) Configuration {
	next := Configuration{
		Digest:      cfg.Digest,
		Cloud:       Cloud{Authority: cfg.Cloud.Authority, Graph: cfg.Cloud.Graph},
		Tenant:      Tenant{ID: cfg.Tenant.ID},
		Application: Application{ClientID: cfg.Application.ClientID},
		Credential:  Credential{Kind: connection.CredentialSecret, Fingerprint: cfg.Credential.Fingerprint},
		Rooms:       Rooms{Mode: connection.Selected, Items: ssRooms(cfg)},
		People:      People{Mode: connection.All},
	}
	if now.Configuration != nil {
		for _, r := range now.Configuration.Rooms.Items {
			if !slices.Contains(next.Rooms.Items, r) {
				next.Rooms.Items = append(next.Rooms.Items, r)
			}
		}
	}
	sortByName(next.Rooms.Items)
	return next
}

// ssRooms are the rooms as spaces: a name that is unique in its building.
func ssRooms(cfg Configuration) []Room {
	type place struct{ building, name string }
	count := map[place]int{}
	at := func(r Room) place {
		return place{cmp.Or(problem.Line(r.Building), seatsurfingBuilding), cmp.Or(problem.Line(r.DisplayName), r.EmailAddress)}
	}
	for _, r := range cfg.Rooms.Items {
		count[at(r)]++
	}
	rooms := []Room{}
	for _, r := range cfg.Rooms.Items {
		p := at(r)
		if count[p] > 1 {
			p.name += " (" + r.EmailAddress + ")"
		}
		rooms = append(rooms, Room{DisplayName: p.name, Building: p.building})
	}
	return rooms
}
