package booking

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// writer makes one push. What it is about to make is noted before, and its id
// after, so that a push that is cut off anywhere is finished by the next one.
type writer struct {
	*seatsurfing
	state   *ssState
	put     attempt
	touched map[string]bool
	done    int
	total   int
}

// ssTries is how often a push looks anew and continues at most.
const ssTries = 3

// Put writes what differs: the sign-in first, then locations and spaces, then
// what is removed with a yes.
func (s *seatsurfing) Put(ctx context.Context, p attempt) error {
	own := *s
	own.secrets = append([]vault.Secret{p.Credential}, s.secrets...)
	err := own.apply(ctx, p)
	// What was not to be created for being too much may have been: look before asking again.
	for try := 1; try < ssTries && problem.CodeOf(err) == codeTooManyRequests && own.pace.patient(); try++ {
		err = own.apply(ctx, p)
	}
	s.began, s.wrote, s.last, s.settled, s.pace = own.began, own.wrote, own.last, own.settled, own.pace
	return err
}

func (s *seatsurfing) apply(ctx context.Context, p attempt) error {
	state, err := s.readAll(ctx, true)
	if err != nil {
		return err
	}
	if state.current().ETag != p.ETag && s.began != p.IdempotencyKey {
		return s.ofStatus(http.MethodPut, hostOf(s.server.URL), answer{status: http.StatusPreconditionFailed}, refusal{})
	}
	if obstacle := state.obstacle(p.Configuration); obstacle != nil {
		return obstacle
	}
	maps.DeleteFunc(state.made.Objects, func(_ string, o store.MadeObject) bool { return o.Gone })
	plan := state.plan(p.Configuration)
	w := &writer{seatsurfing: s, state: state, put: p, touched: map[string]bool{}, total: plan.steps(state, p.Choices.Remove)}
	if w.total > 0 {
		s.began = p.IdempotencyKey
		before := state.made
		state.made.Digest = ""
		err := w.write(ctx, plan)
		if err != nil && s.wrote == p.IdempotencyKey {
			return w.partly(err)
		}
		if err != nil { // refused before anything changed: it is as it was
			state.made.Digest, state.made.Fingerprint = before.Digest, before.Fingerprint
			return cmp.Or(w.save(ctx), err)
		}
	}
	state.made.Digest = p.Configuration.Digest
	if err := w.save(ctx); err != nil {
		return err
	}
	s.settled = map[string][]ssObject{}
	for id, spaces := range state.spaces {
		if !w.touched[id] {
			s.settled[id] = spaces
		}
	}
	return nil
}

// partly is a refusal in the middle: what was written before it stays.
func (w *writer) partly(err error) error {
	p := problem.Of(err)
	if !p.Code.In(codeRefused, codeForbidden, codeTokenWrong) {
		return err
	}
	return problem.New(codePartRefused, words.T("Seatsurfing refused one of %d steps; what was written before it remains.", w.total)).
		With(words.Lines(p.Title, p.Detail)).By(err).
		Lead(words.T("Push again: it continues where this one ended. If it is refused again, give this text to whoever runs Seatsurfing. Its log says more."), problem.PlacePush)
}

func (w *writer) write(ctx context.Context, plan ssPlan) error {
	if plan.provider != nil {
		if err := w.provider(ctx, plan.provider); err != nil {
			return err
		}
	}
	for _, l := range plan.clean {
		l.set("description", strings.TrimSpace(ssMark.ReplaceAllLiteralString(l.text("description"), "")))
		if err := w.send(ctx, http.MethodPut, "/location/"+l.text("id"), l.request(nil)); err != nil {
			return err
		}
	}
	for _, old := range slices.Sorted(maps.Keys(plan.rename)) {
		if err := w.rename(ctx, old, plan.rename[old]); err != nil {
			return err
		}
	}
	for _, building := range plan.create {
		if err := w.create(ctx, ssLocationKey(building), building, "/location/", map[string]any{"name": building, "enabled": true}); err != nil {
			return err
		}
	}
	for _, building := range slices.Sorted(maps.Keys(plan.spaces)) {
		for rooms := range slices.Chunk(plan.spaces[building], ssBulk) {
			if err := w.spaces(ctx, w.state.made.Objects[ssLocationKey(building)].ID, rooms); err != nil {
				return err
			}
		}
	}
	if w.put.Choices.Remove {
		return w.remove(ctx, plan.unwanted)
	}
	return nil
}

func (w *writer) save(ctx context.Context) error { return w.seatsurfing.save(ctx, w.state.made) }

// send changes or removes what is there already, which can be repeated.
func (w *writer) send(ctx context.Context, method, path string, body any) error {
	_, err := w.step(ctx, w.request, method, path, body)
	return err
}

// ssAsk is how a request is made: once, or again where it was too much.
type ssAsk func(ctx context.Context, method, path string, body any) (answer, error)

// step makes one request of the plan and says how far it is.
func (w *writer) step(ctx context.Context, ask ssAsk, method, path string, body any) (answer, error) {
	now := words.T("Seatsurfing: request %d of %d", w.done+1, w.total)
	if end := w.pace.end(w.total - w.done); !end.IsZero() {
		now = words.T("Seatsurfing: request %d of %d; it accepts %d a minute, so this ends at about %s", w.done+1, w.total, w.pace.limit, end.Local().Format("15:04"))
	}
	w.put.Progress.Say(w.done, w.total, now)
	w.pace.ahead = w.total - w.done
	a, err := ask(ctx, method, path, body)
	if err == nil || lost(err) {
		w.wrote = w.put.IdempotencyKey
	}
	w.done++
	return a, err
}

// provider writes the sign-in. Seatsurfing has no sealing: the secret is in the
// clear inside TLS, in the one request that needs it.
func (w *writer) provider(ctx context.Context, next ssObject) error {
	body := next.request(map[string]any{"clientSecret": w.put.Credential.Reveal()})
	// Which secret is there is not known from here until the answer.
	w.state.made.Fingerprint = ""
	if old := w.state.provider(); old != nil {
		if err := w.save(ctx); err != nil {
			return err
		}
		if err := w.send(ctx, http.MethodPut, "/auth-provider/"+old.text("id"), body); err != nil {
			return err
		}
	} else if err := w.create(ctx, ssProviderKey, next.text("name"), "/auth-provider/", body); err != nil {
		return err
	}
	w.state.made.Fingerprint = w.put.Configuration.Credential.Fingerprint
	return w.save(ctx)
}

// create notes what is to be made, makes it, and notes its id.
func (w *writer) create(ctx context.Context, key, name, path string, body map[string]any) error {
	w.state.made.Objects[key] = store.MadeObject{Name: name}
	if err := w.save(ctx); err != nil {
		return err
	}
	a, err := w.step(ctx, w.once, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	id := a.header.Get("X-Object-Id")
	if a.status != http.StatusCreated || !w.state.fresh(id) {
		return w.unexpected(a, words.T("Seatsurfing did not say what it created."))
	}
	w.state.made.Objects[key] = store.MadeObject{ID: id, Name: name}
	w.touched[id] = true
	return w.save(ctx)
}

// rename gives a location the building's new name; it stays the same location.
func (w *writer) rename(ctx context.Context, old, building string) error {
	l := w.state.location(old)
	l.set("name", building)
	if err := w.send(ctx, http.MethodPut, "/location/"+l.text("id"), l.request(nil)); err != nil {
		return err
	}
	delete(w.state.made.Objects, ssLocationKey(old))
	w.state.made.Objects[ssLocationKey(building)] = store.MadeObject{ID: l.text("id"), Name: building}
	return w.save(ctx)
}

// spaces makes and changes up to ssBulk spaces of one location. One that is in
// another location moves, with its bookings.
func (w *writer) spaces(ctx context.Context, location string, rooms []Room) error {
	creates, updates := []any{}, []any{}
	var made, changed []Room
	for _, r := range rooms {
		key := ssSpaceKey(r.EmailAddress)
		o, in := w.state.space(key)
		w.touched[in] = true
		if o == nil {
			w.state.made.Objects[key] = store.MadeObject{Name: r.DisplayName, In: location}
			creates, made = append(creates, map[string]any{"name": r.DisplayName, "enabled": true, "shape": "rect", "fontSize": "normal"}), append(made, r)
			continue
		}
		o.set("name", r.DisplayName)
		// Versions that have these two want them, also of spaces from before.
		for field, usual := range map[string]string{"shape": "rect", "fontSize": "normal"} {
			if o.text(field) == "" {
				o.set(field, usual)
			}
		}
		updates, changed = append(updates, o.request(map[string]any{"id": o.text("id")})), append(changed, r)
	}
	w.touched[location] = true
	if err := w.save(ctx); err != nil {
		return err
	}
	a, err := w.step(ctx, w.once, http.MethodPost, "/location/"+location+"/space/bulk", map[string]any{"creates": creates, "updates": updates, "deleteIds": []string{}})
	if err != nil {
		return err
	}
	var did struct{ Creates, Updates []ssDone }
	if err := w.decode(a, &did); err != nil {
		return err
	}
	if len(did.Creates) != len(made) || len(did.Updates) != len(changed) {
		return w.unexpected(a, words.T("Seatsurfing did not report the result for each space."))
	}
	var refused []string
	strange := false
	for i, r := range made {
		key := ssSpaceKey(r.EmailAddress)
		switch {
		case !did.Creates[i].Success:
			delete(w.state.made.Objects, key)
			refused = append(refused, r.EmailAddress)
		case w.state.fresh(did.Creates[i].ID):
			w.state.made.Objects[key] = store.MadeObject{ID: did.Creates[i].ID, Name: r.DisplayName, In: location, Unseen: true}
		default:
			strange = true // it stays noted by its name
		}
	}
	for i, r := range changed {
		if !did.Updates[i].Success {
			refused = append(refused, r.EmailAddress)
			continue
		}
		key := ssSpaceKey(r.EmailAddress)
		w.state.made.Objects[key] = store.MadeObject{ID: w.state.made.Objects[key].ID, Name: r.DisplayName, In: location}
	}
	switch err := w.save(ctx); {
	case err != nil:
		return err
	case strange:
		return w.unexpected(a, words.T("Seatsurfing did not say what it created."))
	case len(refused) == 0:
		return nil
	}
	return problem.New(codePartRefused, words.N(len(refused), "Seatsurfing did not write the space of %d room; everything before it was written.", "Seatsurfing did not write the spaces of %d rooms; everything before them was written.", len(refused))).
		With(words.Plain(strings.Join(refused, "\n"))).
		Lead(words.T("Push again: what is already there is left alone. If this continues, check the limits of your Seatsurfing plan."), problem.PlacePush)
}

// ssDone is what became of one item of a bulk.
type ssDone struct {
	ID      string `json:"id"`
	Success bool   `json:"success"`
}

// remove takes away what Roomkey made and nobody wants any more: spaces with
// their bookings, then locations in which nothing else is left. A space that the
// server keeps stays Roomkey's own and keeps its location.
func (w *writer) remove(ctx context.Context, keys []string) error {
	var kept []string
	for _, part := range w.state.parts(keys) {
		still, err := w.drop(ctx, part)
		if err != nil {
			return err
		}
		kept = append(kept, still...)
	}
	for _, key := range keys {
		id := w.state.made.Objects[key].ID
		switch o, in := w.state.space(key); {
		case o != nil && (in != "" || w.foreign(id)):
			continue // the server keeps the space, or what is in the location
		case o != nil:
			if err := w.send(ctx, http.MethodDelete, "/location/"+id, nil); err != nil {
				return err
			}
			delete(w.state.spaces, id)
		}
		delete(w.state.made.Objects, key)
		if err := w.save(ctx); err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return problem.New(codePartRefused, words.N(len(kept), "Seatsurfing did not delete the space of %d room; the space and its location remain.", "Seatsurfing did not delete the spaces of %d rooms; the spaces and their locations remain.", len(kept))).
		With(words.Plain(strings.Join(kept, "\n"))).
		Fix(words.T("Try again. If the same rooms are left, give this text to whoever runs Seatsurfing. Its log says more."))
}

// drop deletes the spaces of keys, all of one location, and gives the rooms whose
// spaces the server kept: it answers for each, and an answer of 200 may refuse all.
func (w *writer) drop(ctx context.Context, keys []string) (kept []string, err error) {
	_, in := w.state.space(keys[0])
	ids := []string{}
	for _, key := range keys {
		ids = append(ids, w.state.made.Objects[key].ID)
	}
	w.touched[in] = true
	a, err := w.step(ctx, w.request, http.MethodPost, "/location/"+in+"/space/bulk", map[string]any{"creates": []any{}, "updates": []any{}, "deleteIds": ids})
	if err != nil {
		return nil, err
	}
	var did struct{ Deletes []ssDone }
	if err := w.decode(a, &did); err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, d := range did.Deletes {
		gone[d.ID] = d.Success
	}
	for i, key := range keys {
		success, answered := gone[ids[i]]
		switch {
		case !answered || len(did.Deletes) != len(keys):
			return nil, w.unexpected(a, words.T("Seatsurfing did not report the result for each space."))
		case !success:
			own := w.state.made.Objects[key]
			own.In = in // where it was read to be, whoever put it there
			w.state.made.Objects[key] = own
			kept = append(kept, strings.TrimPrefix(key, "space "))
			continue
		}
		delete(w.state.made.Objects, key)
		delete(w.state.byID, ids[i])
	}
	w.state.spaces[in] = slices.DeleteFunc(w.state.spaces[in], func(s ssObject) bool { return gone[s.text("id")] })
	return kept, w.save(ctx)
}

// foreign reports whether a location holds spaces that are not to go: those of
// people, and those of ours that moved elsewhere do not count.
func (w *writer) foreign(location string) bool {
	left := map[string]bool{}
	for key, o := range w.state.made.Objects {
		if strings.HasPrefix(key, "space ") && o.In != location {
			left[o.ID] = true
		}
	}
	for _, s := range w.state.spaces[location] {
		if !left[s.text("id")] {
			return true
		}
	}
	return false
}

// takeOver makes what is there under the names that cfg would use this
// connection's own, where it has none that is still there.
func (s *seatsurfing) takeOver(ctx context.Context, cfg Configuration) error {
	state, err := s.read(ctx)
	if err != nil {
		return err
	}
	made := state.made
	want := func(key, name string) {
		if id := made.Objects[key].ID; state.byID[id].object == nil && ssFind(state.providers, id) == nil {
			made.Objects[key] = store.MadeObject{Name: name}
		}
	}
	want(ssProviderKey, cmp.Or(cfg.SingleSignOn.LoginButton, ssSignIn))
	for _, r := range ssRooms(cfg) {
		want(ssLocationKey(r.Building), r.Building)
		want(ssSpaceKey(r.EmailAddress), r.DisplayName)
	}
	return s.save(ctx, made)
}

// Status is unknown by nature: Seatsurfing does not say whether its sign-in
// works. That it is gone, it does.
func (s *seatsurfing) Status(ctx context.Context) (Status, error) {
	state := s.last
	if state == nil {
		var err error
		if state, err = s.read(ctx); err != nil {
			return Status{}, err
		}
	}
	now := state.current()
	if now.Configuration == nil {
		return Status{State: StatusNotConfigured, Checks: []StatusCheck{}}, nil
	}
	st := Status{State: StatusUnknown, Silent: true, Digest: now.Configuration.Digest, ETag: now.ETag, Checks: []StatusCheck{
		{ID: "token", State: StatusUnknown, Detail: "Seatsurfing does not say whether it can reach Microsoft. Sign in there once to see."},
	}}
	if state.provider() == nil {
		st.State, st.Silent = StatusFailing, false
		st.Checks[0] = StatusCheck{ID: "token", State: "failed", Code: "no-sign-in", Detail: "The sign-in that Roomkey made is not there any more. Nobody can sign in with it."}
	}
	return st, nil
}
