package booking

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

const (
	ssAuthorize = "/oauth2/v2.0/authorize"
	ssUserInfo  = "/oidc/userinfo"
	// ssOAuth2 is Seatsurfing's provider type for OAuth2.
	ssOAuth2 = 1
)

func splitAuthority(authURL string) (authority, tenant string) {
	root := strings.TrimSuffix(authURL, ssAuthorize)
	i := strings.LastIndex(root, "/")
	if i < 0 {
		return root, ""
	}
	return root[:i], root[i+1:]
}

// ssProviderFields are the fields of a sign-in that Roomkey owns, apart from its
// name and secret. Everything else in it is the server's administrator's.
func ssProviderFields(cfg Configuration) map[string]any {
	root := cfg.Cloud.Authority + "/" + cfg.Tenant.ID
	return map[string]any{
		"providerType": ssOAuth2,
		"authUrl":      root + ssAuthorize, "tokenUrl": root + "/oauth2/v2.0/token",
		"scopes": "openid,profile,email", "userInfoUrl": cfg.Cloud.Graph + ssUserInfo,
		"userInfoEmailField": "email", "userInfoFirstnameField": "given_name", "userInfoLastnameField": "family_name",
		"clientId":  cfg.Application.ClientID,
		"logoutUrl": root + "/oauth2/v2.0/logout?post_logout_redirect_uri={logoutRedirectUri}",
	}
}

// ssPlan is what a push has to write. Nothing in it: nothing differs.
type ssPlan struct {
	// provider is the sign-in to send, nil for none.
	provider ssObject
	// rename are our locations that get another name, by the building they
	// stood for, which may be the same: people renamed it. create are buildings
	// without a location.
	rename map[string]string
	create []string
	// clean are locations whose description carries a mark of old.
	clean []ssObject
	// spaces are the rooms to make or change, by building.
	spaces map[string][]Room
	// unwanted are keys of what is there and not wanted, spaces before locations.
	unwanted []string
}

// plan compares what is there with cfg.
func (state *ssState) plan(cfg Configuration) ssPlan {
	p := ssPlan{rename: map[string]string{}, spaces: map[string][]Room{}}
	p.provider = state.signIn(cfg)
	wanted := map[string]Room{}
	buildings := map[string]bool{}
	for _, r := range ssRooms(cfg) {
		wanted[ssSpaceKey(r.EmailAddress)], buildings[r.Building] = r, true
	}
	for building := range buildings {
		if l := state.location(building); l != nil {
			if l.text("name") != building {
				p.rename[building] = building
			}
			continue
		}
		if old := state.renamed(building, wanted, buildings); old != "" {
			p.rename[old] = building
		} else {
			p.create = append(p.create, building)
		}
	}
	slices.Sort(p.create)
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		r := wanted[key]
		o, in := state.space(key)
		home := state.location(r.Building)
		for old, building := range p.rename {
			if building == r.Building {
				home = state.location(old)
			}
		}
		if o == nil || home == nil || home.text("id") != in || o.text("name") != r.DisplayName {
			p.spaces[r.Building] = append(p.spaces[r.Building], r)
		}
	}
	for _, address := range state.addresses() {
		if _, still := wanted[ssSpaceKey(address)]; !still {
			p.unwanted = append(p.unwanted, ssSpaceKey(address))
		}
	}
	for _, l := range state.ownLocations() {
		if ssMark.MatchString(l.text("description")) {
			p.clean = append(p.clean, l)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(state.made.Objects)) {
		if building, ok := strings.CutPrefix(key, "location "); ok && state.location(building) != nil && !buildings[building] && p.rename[building] == "" {
			p.unwanted = append(p.unwanted, key)
		}
	}
	return p
}

// renamed is our building that is wanted no more and whose rooms, as far as they
// are, have all come to be in the new one: it is the same building.
func (state *ssState) renamed(building string, wanted map[string]Room, buildings map[string]bool) string {
	var found []string
	for key := range state.made.Objects {
		old, ok := strings.CutPrefix(key, "location ")
		l := state.location(old)
		if !ok || l == nil || buildings[old] {
			continue
		}
		came, others := 0, 0
		for _, address := range state.addresses() {
			r, still := wanted[ssSpaceKey(address)]
			_, in := state.space(ssSpaceKey(address))
			switch {
			case !still || in != l.text("id"):
			case r.Building == building:
				came++
			default:
				others++
			}
		}
		if came > 0 && others == 0 {
			found = append(found, old)
		}
	}
	if len(found) != 1 {
		return "" // two that became one: neither is the other
	}
	return found[0]
}

// signIn is the sign-in to write, nil when it is there as it should be.
// The secret cannot be read back; whether it is the one of now is told by the
// fingerprint of the last hand-over that wrote it.
func (state *ssState) signIn(cfg Configuration) ssObject {
	old := state.provider()
	next := ssObject{}
	maps.Copy(next, old)
	differs := old == nil || state.made.Fingerprint != cfg.Credential.Fingerprint
	for field, v := range ssProviderFields(cfg) {
		differs = next.set(field, v) || differs
	}
	switch name := cfg.SingleSignOn.LoginButton; {
	case name != "":
		differs = next.set("name", name) || differs
	case old == nil:
		next.set("name", ssSignIn)
	}
	if !differs {
		return nil
	}
	return next
}

// steps is how many requests the plan needs.
func (p ssPlan) steps(state *ssState, remove bool) int {
	n := len(p.rename) + len(p.create) + len(p.clean)
	if p.provider != nil {
		n++
	}
	for _, rooms := range p.spaces {
		n += (len(rooms) + ssBulk - 1) / ssBulk
	}
	if remove {
		n += len(state.parts(p.unwanted))
		for _, key := range p.unwanted {
			if strings.HasPrefix(key, "location ") {
				n++
			}
		}
	}
	return n
}

// parts are the spaces of ours among keys, up to ssBulk of one location together.
func (state *ssState) parts(keys []string) (parts [][]string) {
	in := map[string][]string{}
	for _, key := range keys {
		if _, location := state.space(key); location != "" {
			in[location] = append(in[location], key)
		}
	}
	for _, location := range slices.Sorted(maps.Keys(in)) {
		parts = slices.AppendSeq(parts, slices.Chunk(in[location], ssBulk))
	}
	return parts
}

// DryRun is Roomkey's own: Seatsurfing has none. It rests on what was read last.
func (s *seatsurfing) DryRun(ctx context.Context, cfg Configuration) (DryRun, error) {
	state := s.last
	if state == nil {
		var err error
		if state, err = s.read(ctx); err != nil {
			return DryRun{}, err
		}
	}
	d := DryRun{Changes: []Change{}, Problems: ssRemarks(cfg)}
	if p := state.obstacle(cfg); p != nil {
		detail := p.Title.String()
		for _, r := range p.Remedies {
			detail += " " + r.String()
		}
		d.Problems = append(d.Problems, DryRunProblem{Severity: "error", Code: strings.TrimPrefix(p.Code.String(), "booking."), Detail: detail})
		d.Takeable = p.Code == codeSignInTaken || p.Code == codeNameTaken
	}
	unwanted := state.plan(cfg).unwanted
	d.Unwanted = len(unwanted)
	for _, key := range unwanted {
		kind, name, _ := strings.Cut(key, " ")
		if kind == "space" {
			o, _ := state.space(key)
			name = o.text("name") + " (" + name + ")"
		}
		d.Problems = append(d.Problems, DryRunProblem{Severity: "warning", Pointer: "/rooms/items", Code: kind + "-stays",
			Detail: "The " + kind + " " + name + " was made by Roomkey and is wanted no more. It stays, with its bookings, unless you say yes to removing it (roomkeyctl push --remove)."})
	}
	d.Acceptable = !slices.ContainsFunc(d.Problems, func(p DryRunProblem) bool { return p.Severity == "error" })
	return d, nil
}

// obstacle is why Seatsurfing cannot take cfg. What people made is never taken
// for Roomkey's by its name.
func (state *ssState) obstacle(cfg Configuration) *problem.Problem {
	const command = "roomkeyctl push --take-over"
	takeOver := words.T("If Roomkey created it, on another computer or before this connection was deleted, reuse it with the command.")
	own := state.provider()
	switch {
	case cfg.Credential.Kind == connection.CredentialCertificate:
		return problem.New(codeCertificate, words.T("Seatsurfing signs people in with a client secret; it cannot use a certificate.")).
			Lead(words.T("Use a client secret instead of a certificate."), problem.PlaceClientSecret)
	case own != nil && string(own["readOnly"]) == "true":
		return problem.New(codeReadOnly, words.T("Seatsurfing's sign-in “%s” was set up by its own configuration and cannot be changed.", own.text("name"))).
			Fix(words.T("Ask whoever runs Seatsurfing to remove it from the server's configuration."))
	}
	name := cfg.SingleSignOn.LoginButton
	if name == "" && own == nil {
		name = ssSignIn
	}
	for _, p := range state.providers {
		if p.text("id") == own.text("id") {
			continue
		}
		if p.text("name") == name || own == nil && p.text("clientId") == cfg.Application.ClientID {
			return problem.New(codeSignInTaken, words.T("Seatsurfing has a sign-in “%s” that is not known to be from this connection.", p.text("name"))).
				Fix(words.T("A second one would lock out the people who use it. Rename or delete it in Seatsurfing, or choose another text for the button.")).
				Run(takeOver, command)
		}
	}
	plan := state.plan(cfg)
	ours := map[string]bool{}
	for _, o := range state.made.Objects {
		ours[o.ID] = true
	}
	taken := map[string]bool{}
	for _, l := range state.locations {
		taken[l.text("name")] = taken[l.text("name")] || !ours[l.text("id")]
	}
	for _, building := range slices.Concat(plan.create, slices.Collect(maps.Values(plan.rename))) {
		if taken[building] {
			return problem.New(codeNameTaken, words.T("Seatsurfing has a location “%s” that is not known to be from this connection.", building)).
				Fix(words.T("Rename that location in Seatsurfing under “Areas”, so that Roomkey can create its own.")).Run(takeOver, command)
		}
	}
	for building, rooms := range plan.spaces {
		taken := map[string]bool{}
		for _, o := range state.spaces[state.location(building).text("id")] {
			taken[o.text("name")] = taken[o.text("name")] || !ours[o.text("id")]
		}
		for _, r := range rooms {
			if taken[r.DisplayName] {
				return problem.New(codeNameTaken, words.T("Seatsurfing has a space “%s” in “%s” that is not known to be from this connection; the room %s would have the same name.", r.DisplayName, building, r.EmailAddress)).
					Fix(words.T("Rename that space in Seatsurfing under “Areas”.")).Run(takeOver, command)
			}
		}
	}
	return nil
}
