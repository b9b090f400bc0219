package booking

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

const (
	ssAuthorize = "/oauth2/v2.0/authorize"
	ssUserInfo  = "/oidc/userinfo"
)

func splitAuthority(authURL string) (authority, tenant string) {
	root := strings.TrimSuffix(authURL, ssAuthorize)
	i := strings.LastIndex(root, "/")
	if i < 0 {
		return root, ""
	}
	return root[:i], root[i+1:]
}

// DryRun is Roomkey's own: Seatsurfing has none.
func (s *seatsurfing) DryRun(ctx context.Context, cfg Configuration) (DryRun, error) {
	state, err := s.read(ctx)
	if err != nil {
		return DryRun{}, err
	}
	now := state.current()
	d := DryRun{Changes: Changes(now.Configuration, s.After(now, cfg)), Problems: []DryRunProblem{}}
	if p := s.obstacle(state, cfg); p != nil {
		d.Problems = append(d.Problems, DryRunProblem{Severity: "error", Code: p.Code.String(), Detail: p.Title.String()})
	}
	wanted := ssRooms(cfg)
	for _, l := range state.locations {
		for _, name := range l.spaces {
			if !slices.Contains(wanted, Room{DisplayName: name, Building: l.Name}) {
				d.Problems = append(d.Problems, DryRunProblem{Severity: "warning", Pointer: "/rooms/items", Code: "space-stays",
					Detail: "The space " + name + " in " + l.Name + " is not among the rooms and stays: deleting it would delete its bookings."})
			}
		}
	}
	d.Acceptable = !slices.ContainsFunc(d.Problems, func(p DryRunProblem) bool { return p.Severity == "error" })
	return d, nil
}

// obstacle is why Seatsurfing cannot take cfg.
func (s *seatsurfing) obstacle(state ssState, cfg Configuration) *problem.Problem {
	if cfg.Credential.Kind == connection.CredentialCertificate {
		return problem.New(codeCertificate, words.T("Seatsurfing signs people in with a client secret; it cannot use a certificate.")).
			Lead(words.T("Use a client secret instead of a certificate."), problem.PlaceClientSecret)
	}
	if state.provider != nil && state.provider.ReadOnly {
		return problem.New(codeReadOnly, words.T("Seatsurfing's sign-in “%s” was set up by its own configuration and cannot be changed.", seatsurfingProvider)).
			Fix(words.T("Ask whoever runs Seatsurfing to take it out of the server's configuration."))
	}
	for _, r := range ssRooms(cfg) {
		if slices.Contains(state.foreign, r.Building) && !slices.ContainsFunc(state.locations, func(l ssLocation) bool { return l.Name == r.Building }) {
			return problem.New(codeNameTaken, words.T("Seatsurfing has a location “%s” that was not made by Roomkey.", r.Building)).
				Fix(words.T("Rename that location in Seatsurfing under “Areas”, so that Roomkey can make its own."))
		}
	}
	return nil
}

// Put writes sign-in, locations and spaces, and the digest last: a push that
// was cut off half-way is seen to be one.
func (s *seatsurfing) Put(ctx context.Context, p Put) error {
	own := *s
	own.secrets = append([]vault.Secret{p.Credential}, s.secrets...)
	err := own.put(ctx, p)
	s.began = own.began
	return err
}

func (s *seatsurfing) put(ctx context.Context, p Put) error {
	state, err := s.read(ctx)
	if err != nil {
		return err
	}
	if state.current().ETag != p.ETag && s.began != p.IdempotencyKey {
		return s.ofStatus(hostOf(s.server.URL), answer{status: http.StatusPreconditionFailed}, refusal{})
	}
	if p := s.obstacle(state, p.Configuration); p != nil {
		return p
	}
	s.began = p.IdempotencyKey
	// A new secret leaves no trace that could be read, so what is about to
	// change loses its digest first: cut off in the middle, it is seen to be.
	if err := s.mark(ctx, state.locations, "", ""); err != nil {
		return err
	}
	if err := s.putProvider(ctx, state.provider, p); err != nil {
		return err
	}
	if state.locations, err = s.putSpaces(ctx, state.locations, ssRooms(p.Configuration)); err != nil {
		return err
	}
	return s.mark(ctx, state.locations, p.Configuration.Digest, p.Configuration.Credential.Fingerprint)
}

// mark writes into the description of the locations what they belong to.
func (s *seatsurfing) mark(ctx context.Context, locations []ssLocation, digest, fingerprint string) error {
	for _, l := range locations {
		l.Description = ssMark.ReplaceAllLiteralString(l.Description, "[roomkey digest="+digest+" credential="+fingerprint+"]")
		if err := s.write(ctx, http.MethodPut, "/location/"+l.ID, l.request()); err != nil {
			return err
		}
	}
	return nil
}

func (s *seatsurfing) putProvider(ctx context.Context, old *ssProvider, p Put) error {
	cfg := p.Configuration
	root := cfg.Cloud.Authority + "/" + cfg.Tenant.ID
	next := ssProvider{
		Name: seatsurfingProvider, ProviderType: seatsurfingOAuth2,
		AuthURL: root + ssAuthorize, TokenURL: root + "/oauth2/v2.0/token",
		Scopes: "openid,profile,email", UserInfoURL: cfg.Cloud.Graph + ssUserInfo,
		UserInfoEmail: "email", UserInfoFirstname: "given_name", UserInfoLastname: "family_name",
		ClientID: cfg.Application.ClientID,
	}
	// Seatsurfing has no sealing: the secret is in the clear inside TLS, in
	// the one request that needs it.
	request := struct {
		ssProvider
		ClientSecret string `json:"clientSecret"`
	}{next, p.Credential.Reveal()}
	if old == nil {
		_, err := s.create(ctx, "/auth-provider/", request)
		return err
	}
	request.LogoutURL, request.ProfilePageURL, request.AuthStyle = old.LogoutURL, old.ProfilePageURL, old.AuthStyle
	return s.write(ctx, http.MethodPut, "/auth-provider/"+old.ID, request)
}

// putSpaces makes the locations and spaces that are missing and gives all of
// Roomkey's locations.
func (s *seatsurfing) putSpaces(ctx context.Context, have []ssLocation, rooms []Room) ([]ssLocation, error) {
	wanted := map[string][]string{}
	order := []string{}
	for _, r := range rooms {
		if wanted[r.Building] == nil {
			order = append(order, r.Building)
		}
		wanted[r.Building] = append(wanted[r.Building], r.DisplayName)
	}
	if len(order) == 0 && len(have) == 0 {
		order = []string{seatsurfingBuilding}
	}
	for _, building := range order {
		i := slices.IndexFunc(have, func(l ssLocation) bool { return l.Name == building })
		if i < 0 {
			l := ssLocation{Name: building, Enabled: true, Description: "Rooms of Microsoft 365, set up by Roomkey. [roomkey digest= credential=]"}
			id, err := s.create(ctx, "/location/", l.request())
			if err != nil {
				return nil, err
			}
			l.ID = id
			have, i = append(have, l), len(have)
		}
		missing := []ssSpace{}
		for _, name := range wanted[building] {
			if !slices.Contains(have[i].spaces, name) {
				missing = append(missing, ssSpace{Name: name})
			}
		}
		if err := s.createSpaces(ctx, have[i].ID, missing); err != nil {
			return nil, err
		}
	}
	return have, nil
}

func (s *seatsurfing) createSpaces(ctx context.Context, location string, spaces []ssSpace) error {
	if len(spaces) == 0 {
		return nil
	}
	a, err := s.authorized(ctx, http.MethodPost, s.url("/location/"+location+"/space/bulk"), nil,
		map[string]any{"creates": spaces, "updates": []ssSpace{}, "deleteIds": []string{}})
	if problem.CodeOf(err) == CodeNotFound {
		// Not every version takes them all at once.
		for _, space := range spaces {
			if _, err := s.create(ctx, "/location/"+location+"/space/", space); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	var done struct {
		Creates []struct {
			Success bool `json:"success"`
		} `json:"creates"`
	}
	if err := s.decode(a, &done); err != nil {
		return err
	}
	made := 0
	for _, c := range done.Creates {
		if c.Success {
			made++
		}
	}
	if made != len(spaces) {
		return problem.New(codeRefused, words.T("Seatsurfing made %d of %d spaces.", made, len(spaces))).
			Lead(words.T("Push again: what is there already is left alone. If the number stays the same, look at the limits of your Seatsurfing plan."), problem.PlacePush)
	}
	return nil
}

// request is the location as its own PUT and POST want it.
func (l ssLocation) request() ssLocation { l.ID = ""; return l }

func (s *seatsurfing) write(ctx context.Context, method, path string, body any) error {
	_, err := s.authorized(ctx, method, s.url(path), nil, body)
	return err
}

// create gives the id of what was made.
func (s *seatsurfing) create(ctx context.Context, path string, body any) (string, error) {
	a, err := s.authorized(ctx, http.MethodPost, s.url(path), nil, body)
	if err != nil {
		return "", err
	}
	id := a.header.Get("X-Object-Id")
	if a.status != http.StatusCreated || id == "" || strings.ContainsAny(id, "/?#") {
		return "", s.unexpected(a, words.T("Seatsurfing did not say what it made."))
	}
	return id, nil
}

// Status is unknown by nature: Seatsurfing does not say whether its sign-in
// works.
func (s *seatsurfing) Status(ctx context.Context) (Status, error) {
	now, err := s.Current(ctx)
	if err != nil {
		return Status{}, err
	}
	if now.Configuration == nil {
		return Status{State: StatusNotConfigured, Checks: []StatusCheck{}}, nil
	}
	return Status{State: StatusUnknown, Digest: now.Configuration.Digest, ETag: now.ETag, Checks: []StatusCheck{
		{ID: "token", State: "unknown", Detail: "Seatsurfing does not say whether it can reach Microsoft. Sign in there once to see."},
	}}, nil
}

// Delete removes the sign-in and lets go of the locations; spaces and their
// bookings stay.
func (s *seatsurfing) Delete(ctx context.Context, etag string) error {
	state, err := s.read(ctx)
	if err != nil {
		return err
	}
	if state.current().ETag != etag {
		return s.ofStatus(hostOf(s.server.URL), answer{status: http.StatusPreconditionFailed}, refusal{})
	}
	if state.provider != nil {
		if err := s.write(ctx, http.MethodDelete, "/auth-provider/"+state.provider.ID, nil); err != nil {
			return err
		}
	}
	for _, l := range state.locations {
		l.Description = strings.TrimSpace(ssMark.ReplaceAllLiteralString(l.Description, ""))
		if err := s.write(ctx, http.MethodPut, "/location/"+l.ID, l.request()); err != nil {
			return err
		}
	}
	return nil
}
