package seatsurfing

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

func (s *Server) listProviders(w http.ResponseWriter, _ *http.Request) {
	send(w, shown(s.Providers, "clientSecret", object{"readOnly": false, "organizationId": "00000000-0000-4000-9000-000000000000"}))
}

func (s *Server) createProvider(w http.ResponseWriter, r *http.Request) {
	o, ok := s.body(w, r, providerFields)
	switch {
	case !ok:
	case o["clientSecret"] == "" || o["providerType"] != 1.0:
		w.WriteHeader(http.StatusBadRequest)
	case s.named(o["name"], "") != nil:
		w.WriteHeader(http.StatusConflict)
	default:
		s.created(w, &s.Providers, o)
	}
}

// named is another sign-in of this name, of which the server takes only one.
func (s *Server) named(name any, except string) object {
	for _, p := range s.Providers {
		if p["name"] == name && p["id"] != except {
			return p
		}
	}
	return nil
}

func (s *Server) updateProvider(w http.ResponseWriter, r *http.Request) {
	o, ok := s.body(w, r, providerFields)
	if !ok {
		return
	}
	old := find(s.Providers, r.PathValue("id"))
	switch {
	case old == nil:
		w.WriteHeader(http.StatusBadRequest)
	case s.named(o["name"], r.PathValue("id")) != nil:
		w.WriteHeader(http.StatusConflict)
	default:
		if o["clientSecret"] == "" {
			o["clientSecret"] = old["clientSecret"]
		}
		replace(old, o)
		w.WriteHeader(http.StatusNoContent)
	}
}

// replace puts all of next in the place of old: what next leaves out is gone.
func replace(old, next object) {
	id := old["id"]
	clear(old)
	maps.Copy(old, next)
	old["id"] = id
}

func (s *Server) deleteProvider(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	switch {
	case find(s.Providers, id) == nil:
		w.WriteHeader(http.StatusNotFound)
	case slices.Contains(s.Users, id):
		w.WriteHeader(http.StatusBadRequest)
	default:
		s.Providers = without(s.Providers, id)
		w.WriteHeader(http.StatusNoContent)
	}
}

func without(all []object, id string) []object {
	return slices.DeleteFunc(all, func(o object) bool { return o["id"] == id })
}

func (s *Server) listLocations(w http.ResponseWriter, _ *http.Request) {
	all := shown(s.Locations, "", object{"organizationId": "00000000-0000-4000-9000-000000000000", "mapMimeType": ""})
	for _, l := range all {
		l["mapWidth"], l["mapHeight"] = 0, 0
		if l["mapType"] == "designed" {
			l["mapWidth"], l["mapHeight"] = 800, 600
		}
	}
	send(w, all)
}

func (s *Server) createLocation(w http.ResponseWriter, r *http.Request) {
	if o, ok := s.body(w, r, locationFields); ok {
		s.created(w, &s.Locations, o)
	}
}

func (s *Server) updateLocation(w http.ResponseWriter, r *http.Request) {
	o, ok := s.body(w, r, locationFields)
	if !ok {
		return
	}
	old := find(s.Locations, r.PathValue("id"))
	if old == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	replace(old, o)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) deleteLocation(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if find(s.Locations, id) == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.Locations = without(s.Locations, id)
	s.Spaces = slices.DeleteFunc(s.Spaces, func(o object) bool { return o["locationId"] == id })
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) listSpaces(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if find(s.Locations, id) == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	own := slices.DeleteFunc(slices.Clone(s.Spaces), func(o object) bool { return o["locationId"] != id })
	send(w, shown(own, "", object{"available": true}))
}

func (s *Server) updateSpace(w http.ResponseWriter, r *http.Request) {
	o, ok := s.body(w, r, spaceFields)
	if !ok {
		return
	}
	old := find(s.Spaces, r.PathValue("space"))
	if old == nil || find(s.Locations, r.PathValue("id")) == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o["locationId"] = r.PathValue("id")
	replace(old, o)
	w.WriteHeader(http.StatusNoContent)
}

// deleteSpace is for people: Roomkey deletes in bulk.
func (s *Server) deleteSpace(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("space")
	if find(s.Spaces, id) == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.Spaces = without(s.Spaces, id)
	w.WriteHeader(http.StatusNoContent)
}

// bulk makes, changes and deletes spaces; an update below another location
// moves the space there.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Creates, Updates []object
		DeleteIDs        []string `json:"deleteIds"`
	}
	location := r.PathValue("id")
	bad := json.NewDecoder(r.Body).Decode(&in) != nil || find(s.Locations, location) == nil ||
		len(in.Creates)+len(in.Updates)+len(in.DeleteIDs) > BulkLimit
	parse := func(all []object) (out []object) {
		for _, o := range all {
			next, ok := s.parse(o, spaceFields)
			bad = bad || !ok
			if ok {
				next["id"], next["locationId"] = o["id"], location
			}
			out = append(out, next)
		}
		return out
	}
	creates, updates := parse(in.Creates), parse(in.Updates)
	if bad {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	made, changed, deleted := []object{}, []object{}, []object{}
	for _, id := range in.DeleteIDs {
		gone := find(s.Spaces, id) != nil && !s.keeps[id]
		deleted = append(deleted, object{"id": id, "success": gone})
		if gone {
			s.Spaces = without(s.Spaces, id)
		}
	}
	for _, o := range creates {
		o["id"] = s.id()
		s.Spaces = append(s.Spaces, o)
		made = append(made, object{"id": o["id"], "success": true})
	}
	for _, o := range updates {
		old := find(s.Spaces, fmt.Sprint(o["id"]))
		if old == nil {
			changed = append(changed, object{"id": "", "success": false})
			continue
		}
		replace(old, o)
		changed = append(changed, object{"id": o["id"], "success": true})
	}
	send(w, object{"creates": made, "updates": changed, "deletes": deleted})
}
