package booking

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/store"
)

// ssState is what the server has, and which of it is ours.
type ssState struct {
	made      store.Made
	providers []ssObject
	locations []ssObject
	// spaces are those of our locations, by the location's id.
	spaces map[string][]ssObject
	// byID finds locations and spaces.
	byID map[string]ssPlaced
}

// ssPlaced is a location, or a space with the id of its location.
type ssPlaced struct {
	object ssObject
	in     string
}

// index makes what was read findable.
func (state *ssState) index(in string, all []ssObject) {
	for _, o := range all {
		state.byID[o.text("id")] = ssPlaced{o, in}
	}
}

// fresh reports whether id can be that of something that was made just now.
func (state *ssState) fresh(id string) bool {
	for _, o := range state.made.Objects {
		if o.ID == id {
			return false
		}
	}
	return ssID.MatchString(id) && state.byID[id].object == nil && ssFind(state.providers, id) == nil
}

// noted are the keys of a kind, those of objects whose id is not known only.
func (state *ssState) noted(kind string) (keys []string) {
	for key, o := range state.made.Objects {
		if o.ID == "" && strings.HasPrefix(key, kind) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// ssMark is what Roomkey once wrote into descriptions, where people read it.
var ssMark = regexp.MustCompile(`\s*\[roomkey digest=(\S*) credential=(\S*)\]`)

// read asks for everything that is ours: two lists, and one a location.
func (s *seatsurfing) read(ctx context.Context) (*ssState, error) { return s.readAll(ctx, false) }

// readAll is read; it looks anew for spaces that were found nowhere before.
func (s *seatsurfing) readAll(ctx context.Context, anew bool) (*ssState, error) {
	made, err := s.made()
	if err != nil {
		return nil, err
	}
	state := &ssState{made: made, spaces: map[string][]ssObject{}, byID: map[string]ssPlaced{}}
	if state.providers, err = s.list(ctx, "/auth-provider/"); err != nil {
		return nil, err
	}
	if state.locations, err = s.list(ctx, "/location/"); err != nil {
		return nil, err
	}
	state.adopt("", ssProviderKey, state.providers)
	state.index("", state.locations)
	for _, key := range state.noted("location ") {
		state.adopt("", key, state.locations)
	}
	own := state.ownLocations()
	for i, l := range own {
		id := l.text("id")
		s.pace.ahead = len(own) - i
		if state.spaces[id], err = s.spacesIn(ctx, id); err != nil {
			return nil, err
		}
		state.index(id, state.spaces[id])
		state.confirm(id)
		for _, key := range state.noted("space ") {
			state.adopt(id, key, state.spaces[id])
		}
	}
	changed, err := s.readStrays(ctx, state, anew)
	if err != nil {
		return nil, err
	}
	if s.settled != nil { // read back after a push: what was made is there by its id
		if err := s.save(ctx, state.made); err != nil {
			return nil, err
		}
	} else if len(changed) > 0 {
		_ = s.update(ctx, func(m *store.Made) { // else the next look finds it out again
			for key, o := range changed {
				if m.Objects[key].ID == o.ID {
					m.Objects[key] = o
				}
			}
		})
	}
	s.settled, s.last = nil, state
	return state, nil
}

// confirm looks for the spaces that were made in a location that was read by now.
// An id that is not there may be that of something of somebody else's, whatever
// the server said.
func (state *ssState) confirm(location string) {
	for key, o := range state.made.Objects {
		if o.Unseen && o.In == location && state.byID[o.ID].in == location {
			o.Unseen = false
			state.made.Objects[key] = o
		}
	}
}

// spacesIn are the spaces of a location, as they were read if the last push left
// them alone.
func (s *seatsurfing) spacesIn(ctx context.Context, location string) ([]ssObject, error) {
	if spaces, ok := s.settled[location]; ok {
		return spaces, nil
	}
	return s.list(ctx, "/location/"+location+"/space/")
}

// readStrays looks for spaces of ours that people moved into locations of theirs:
// each is still ours, and nothing else there is. That takes a request a location,
// so that one that is nowhere is looked for once, and anew only before something
// is written. It gives what is to be remembered.
func (s *seatsurfing) readStrays(ctx context.Context, state *ssState, anew bool) (map[string]store.MadeObject, error) {
	missing := map[string]bool{}
	for key, o := range state.made.Objects {
		if strings.HasPrefix(key, "space ") && o.ID != "" && !o.Unseen && (anew || !o.Gone) && state.byID[o.ID].object == nil {
			missing[o.ID] = true
		}
	}
	for _, l := range state.locations {
		id := l.text("id")
		if _, read := state.spaces[id]; read || len(missing) == 0 {
			continue
		}
		all, err := s.spacesIn(ctx, id)
		if err != nil {
			return nil, err
		}
		strays := slices.DeleteFunc(slices.Clone(all), func(o ssObject) bool { return !missing[o.text("id")] })
		if len(strays) == 0 {
			continue
		}
		state.spaces[id] = strays
		state.index(id, strays)
		for _, o := range strays {
			delete(missing, o.text("id"))
		}
	}
	changed := map[string]store.MadeObject{}
	for key, o := range state.made.Objects {
		found := state.byID[o.ID].object != nil
		if gone := !found && (o.Gone || missing[o.ID]); gone != o.Gone {
			o.Gone = gone
			state.made.Objects[key], changed[key] = o, o
		}
	}
	return changed, nil
}

// adopt finds an object that was to be made and whose id was never heard: it is
// the one of its name that nobody else owns.
func (state *ssState) adopt(in, key string, among []ssObject) {
	own, noted := state.made.Objects[key]
	if !noted || own.ID != "" || own.Name == "" || in != "" && own.In != "" && own.In != in {
		return
	}
	known := map[string]bool{}
	for _, o := range state.made.Objects {
		known[o.ID] = true
	}
	for _, o := range among {
		if id := o.text("id"); !known[id] && o.text("name") == own.Name {
			state.made.Objects[key] = store.MadeObject{ID: id, Name: own.Name, In: in}
			return
		}
	}
}

func (state *ssState) provider() ssObject {
	return ssFind(state.providers, state.made.Objects[ssProviderKey].ID)
}

// location is ours of a building, nil when there is none.
func (state *ssState) location(building string) ssObject {
	return state.byID[state.made.Objects[ssLocationKey(building)].ID].object
}

func (state *ssState) ownLocations() (own []ssObject) {
	for _, key := range slices.Sorted(maps.Keys(state.made.Objects)) {
		if strings.HasPrefix(key, "location ") {
			if l := state.byID[state.made.Objects[key].ID].object; l != nil {
				own = append(own, l)
			}
		}
	}
	return own
}

// space is ours of a room with the id of its location, nil when there is none.
func (state *ssState) space(key string) (space ssObject, in string) {
	found := state.byID[state.made.Objects[key].ID]
	return found.object, found.in
}

// addresses are those of the rooms that have a space of ours.
func (state *ssState) addresses() (all []string) {
	for key := range state.made.Objects {
		if address, ok := strings.CutPrefix(key, "space "); ok {
			if o, _ := state.space(key); o != nil {
				all = append(all, address)
			}
		}
	}
	slices.Sort(all)
	return all
}

func (s *seatsurfing) Current(ctx context.Context) (Current, error) {
	state, err := s.read(ctx)
	if err != nil {
		return Current{}, err
	}
	return state.current(), nil
}

// current is what the server holds of ours, in the shape that After gives too.
func (state *ssState) current() Current {
	p := state.provider()
	rooms := []Room{}
	for _, address := range state.addresses() {
		o, in := state.space(ssSpaceKey(address))
		rooms = append(rooms, Room{EmailAddress: address, DisplayName: o.text("name"), Building: state.byID[in].object.text("name")})
	}
	if p == nil && len(rooms) == 0 && len(state.ownLocations()) == 0 {
		return Current{}
	}
	cfg := &Configuration{Digest: state.made.Digest, Rooms: Rooms{Mode: connection.Selected, Items: rooms}, People: People{Mode: connection.All}}
	now := Current{Configuration: cfg}
	if p != nil {
		authority, tenant := splitAuthority(p.text("authUrl"))
		cfg.Cloud = Cloud{Authority: authority, Graph: strings.TrimSuffix(p.text("userInfoUrl"), ssUserInfo)}
		cfg.Tenant.ID, cfg.Application.ClientID = tenant, p.text("clientId")
		cfg.Credential = Credential{Kind: connection.CredentialSecret, Fingerprint: state.made.Fingerprint}
		cfg.SingleSignOn.LoginButton = p.text("name")
		for field, want := range ssProviderFields(*cfg) {
			if !p.has(field, want) {
				raw, _ := json.Marshal(want) // texts and numbers
				now.Altered = append(now.Altered, Change{Path: "signIn." + field, Kind: changed, From: plain(p[field]), To: plain(raw)})
			}
		}
		slices.SortFunc(now.Altered, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	}
	now.Renamed = state.renamedByPeople()
	// What was read holds nothing that JSON does not know.
	seen := *cfg
	seen.Digest = "" // Roomkey's own note, not the server's content
	raw, _ := json.Marshal(struct {
		C Configuration
		P ssObject
		L []ssObject
		S map[string][]ssObject
	}{seen, p, state.ownLocations(), state.spaces})
	sum := sha256.Sum256(raw)
	now.ETag = `"` + hex.EncodeToString(sum[:12]) + `"`
	return now
}

// renamedByPeople is what the rooms and their locations are called by now, where
// that is not what was pushed. While a push has not ended, nobody knows whose
// doing it is.
func (state *ssState) renamedByPeople() (list []Change) {
	if state.made.Digest == "" {
		return nil
	}
	called := map[string]string{}
	for key, o := range state.made.Objects {
		if strings.HasPrefix(key, "location ") {
			called[o.ID] = o.Name
		}
	}
	for _, address := range state.addresses() {
		o, in := state.space(ssSpaceKey(address))
		own := state.made.Objects[ssSpaceKey(address)]
		add := func(field, was, is string) {
			if was != "" && was != is {
				list = append(list, Change{Path: roomPath(address) + field, Kind: changed, From: is, To: was})
			}
		}
		add("building", called[own.In], state.byID[in].object.text("name"))
		add("displayName", own.Name, o.text("name"))
	}
	return list
}

// plain is a JSON value as people write it.
func plain(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

// After is the part of cfg that Seatsurfing holds, and the rooms of ours that it
// holds already: those stay unless they are to be removed.
func (s *seatsurfing) After(now Current, cfg Configuration, choices Choices) Configuration {
	next := Configuration{
		Digest:       cfg.Digest,
		Cloud:        Cloud{Authority: cfg.Cloud.Authority, Graph: cfg.Cloud.Graph},
		Tenant:       Tenant{ID: cfg.Tenant.ID},
		Application:  Application{ClientID: cfg.Application.ClientID},
		Credential:   Credential{Kind: connection.CredentialSecret, Fingerprint: cfg.Credential.Fingerprint},
		Rooms:        Rooms{Mode: connection.Selected, Items: ssRooms(cfg)},
		People:       People{Mode: connection.All},
		SingleSignOn: SingleSignOn{LoginButton: cfg.SingleSignOn.LoginButton},
	}
	if next.SingleSignOn.LoginButton == "" {
		next.SingleSignOn.LoginButton = ssSignIn
		if now.Configuration != nil {
			next.SingleSignOn.LoginButton = cmp.Or(now.Configuration.SingleSignOn.LoginButton, ssSignIn)
		}
	}
	if now.Configuration != nil && !choices.Remove {
		for _, r := range now.Configuration.Rooms.Items {
			if !slices.ContainsFunc(next.Rooms.Items, func(n Room) bool { return n.EmailAddress == r.EmailAddress }) {
				next.Rooms.Items = append(next.Rooms.Items, r)
			}
		}
	}
	slices.SortFunc(next.Rooms.Items, func(a, b Room) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) })
	return next
}
