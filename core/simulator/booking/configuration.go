package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// get answers what is stored, without the credential.
func (s *server) get(w http.ResponseWriter, _ *http.Request) {
	state, ok := s.load(w)
	if !ok {
		return
	}
	if state.Stored == nil {
		refuse(w, http.StatusNotFound, "not-configured", "No Microsoft 365 configuration is stored.")
		return
	}
	w.Header().Set("ETag", state.etag())
	answer(w, http.StatusOK, state.Stored.shown())
}

func (b *stored) shown() *stored {
	c := *b
	c.Configuration.Credential.Sealed = ""
	return &c
}

func (s *server) load(w http.ResponseWriter) (*state, bool) {
	state, err := load(s.Dir)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "storage", "What is stored cannot be read.")
		return nil, false
	}
	return state, true
}

// read takes a configuration out of a request, strictly.
func (s *server) read(w http.ResponseWriter, r *http.Request) (c configuration, raw []byte, ok bool) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "unsupported-media-type", "application/json is needed.")
		return c, nil, false
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "too-large", "The body is cut off or larger than 16 MiB.")
		return c, nil, false
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		refuse(w, http.StatusBadRequest, "malformed", "The body is not a configuration: "+err.Error())
		return c, nil, false
	}
	return c, raw, true
}

// dryRun says what a push would change and what is wrong with it.
func (s *server) dryRun(w http.ResponseWriter, r *http.Request) {
	next, _, ok := s.read(w, r)
	if !ok {
		return
	}
	state, ok := s.load(w)
	if !ok {
		return
	}
	problems := []map[string]string{}
	for _, m := range append(next.mistakes(), s.sealMistakes(next, false)...) {
		problems = append(problems, map[string]string{"severity": "error", "pointer": m.Pointer, "code": m.Code, "detail": m.Detail})
	}
	acceptable := len(problems) == 0
	if e := next.Credential.Expires; !e.IsZero() && e.Before(s.Now().Add(30*24*time.Hour)) {
		problems = append(problems, map[string]string{"severity": "warning", "pointer": "/credential/expires", "code": "credential-expires-soon", "detail": "The credential has less than 30 days left."})
	}
	var old *configuration
	if state.Stored != nil {
		old = &state.Stored.Configuration
		w.Header().Set("ETag", state.etag())
	}
	answer(w, http.StatusOK, map[string]any{"acceptable": acceptable, "changes": changes(old, &next), "problems": problems})
}

// sealMistakes opens the sealed credential and compares it with the
// configuration around it.
func (s *server) sealMistakes(c configuration, needed bool) []mistake {
	at := "/credential/sealed"
	if c.Credential.Sealed == "" {
		if needed {
			return []mistake{{at, "missing", "The sealed credential is needed."}}
		}
		return nil
	}
	open, err := unseal(c.Credential.Sealed, s.identity, s.other)
	if err != nil {
		return []mistake{{at, "cannot-unseal", "The credential is not sealed to this server's recipient."}}
	}
	if open.Version != 1 || open.Kind != c.Credential.Kind || open.Value == "" ||
		!strings.EqualFold(open.TenantID, c.Tenant.ID) || !strings.EqualFold(open.ClientID, c.Application.ClientID) {
		return []mistake{{at, "other-credential", "The sealed credential belongs to another application."}}
	}
	return nil
}

// put stores a configuration: precondition, idempotency, validation, file.
func (s *server) put(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) < 16 || len(key) > 128 {
		refuse(w, http.StatusBadRequest, "idempotency-key-missing", "An Idempotency-Key of 16 to 128 characters is needed.")
		return
	}
	next, raw, ok := s.read(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, ok := s.load(w)
	if !ok {
		return
	}
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // the caller went away before anything was stored
	}
	if _, replay := state.Pushes[key]; !replay && s.Fault(fault.StaleETag) {
		s.meddle(state, next)
	}
	request := requestDigest(r, raw)
	if before, ok := state.Pushes[key]; ok {
		if before.Request != request {
			refuse(w, http.StatusUnprocessableEntity, "idempotency-key-reused", "This Idempotency-Key was used for another request.")
			return
		}
		w.Header().Set("Idempotency-Replayed", "true")
		w.Header().Set("ETag", before.ETag)
		answer(w, before.Status, before.Body)
		return
	}
	if !precondition(w, r, state.etag()) {
		return
	}
	if wrong := append(next.mistakes(), s.sealMistakes(next, true)...); len(wrong) > 0 {
		refuse(w, http.StatusUnprocessableEntity, "invalid-configuration", "The configuration was not accepted; nothing was changed.", wrong...)
		return
	}
	status := http.StatusOK
	if state.Stored == nil {
		status = http.StatusCreated
	}
	state.Revision++
	state.Stored = &stored{Configuration: next, StoredAt: s.Now().UTC()}
	body, err := json.Marshal(state.Stored.shown())
	if err == nil {
		state.Pushes[key] = replay{Request: request, Status: status, ETag: state.etag(), Body: body, At: s.Now()}
		err = state.save(s.Dir, s.Now())
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, "storage", "The configuration could not be stored; nothing was changed.")
		return
	}
	w.Header().Set("ETag", state.etag())
	answer(w, status, state.Stored.shown())
}

// meddle is the fault stale-etag: another administrator was faster.
func (s *server) meddle(state *state, next configuration) {
	theirs := next
	if state.Stored != nil {
		theirs = state.Stored.Configuration
	}
	theirs.Digest = "changed-by-another-administrator"
	theirs.SingleSignOn.LoginButton = "Changed by another administrator"
	state.Revision++
	state.Stored = &stored{Configuration: theirs, StoredAt: s.Now().UTC()}
	// A fault that cannot be written is seen by the test that waits for it.
	_ = state.save(s.Dir, s.Now())
}

func requestDigest(r *http.Request, body []byte) string {
	h := sha256.New()
	for _, part := range []string{r.Method, r.Header.Get("If-Match"), r.Header.Get("If-None-Match"), string(body)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// precondition holds a write to what its author has seen.
func precondition(w http.ResponseWriter, r *http.Request, etag string) bool {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match == "" && none == "":
		refuse(w, http.StatusPreconditionRequired, "precondition-required", "If-Match or If-None-Match is needed.")
	case match != "" && none != "" || none != "" && none != "*" || match == "*" || strings.HasPrefix(match, "W/"):
		refuse(w, http.StatusBadRequest, "malformed", "Either If-Match with one strong ETag or If-None-Match: * is needed.")
	case none == "*" && etag == "", match != "" && match == etag:
		return true
	default:
		if etag != "" {
			w.Header().Set("ETag", etag)
		}
		refuse(w, http.StatusPreconditionFailed, "etag-mismatch", "What is stored is not what this request was made for.")
	}
	return false
}

// remove forgets the configuration and the credential.
func (s *server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state, ok := s.load(w)
	if !ok {
		return
	}
	if state.Stored == nil {
		refuse(w, http.StatusNotFound, "not-configured", "No Microsoft 365 configuration is stored.")
		return
	}
	if !precondition(w, r, state.etag()) {
		return
	}
	state.Stored = nil // a PUT of before, sent again, is answered as then and not done again
	state.Revision++
	if err := state.save(s.Dir, s.Now()); err != nil {
		refuse(w, http.StatusInternalServerError, "storage", "The configuration could not be removed.")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// status is the server's own view.
func (s *server) status(w http.ResponseWriter, r *http.Request) {
	state, ok := s.load(w)
	if !ok {
		return
	}
	if state.Stored == nil {
		answer(w, http.StatusOK, map[string]any{"state": "not-configured", "checkedAt": s.Now().UTC(), "checks": []any{}})
		return
	}
	view := map[string]any{"state": "unknown", "checkedAt": s.Now().UTC(), "digest": state.Stored.Configuration.Digest, "checks": []any{}}
	w.Header().Set("ETag", state.etag())
	open, err := unseal(state.Stored.Configuration.Credential.Sealed, s.identity, s.other)
	if err != nil {
		view["state"] = "failing"
		view["checks"] = []any{map[string]any{"id": "token", "state": "failed", "code": "cannot-unseal", "detail": "The stored credential cannot be opened."}}
		answer(w, http.StatusOK, view)
		return
	}
	if code, detail, known := s.probe(r.Context(), open); known {
		view["state"] = "ok"
		checks := []any{map[string]any{"id": "token", "state": "ok"}, map[string]any{"id": "rooms", "state": "ok"}}
		if detail != "" {
			view["state"] = "failing"
			checks = []any{
				map[string]any{"id": "token", "state": "failed", "code": code, "detail": detail},
				map[string]any{"id": "rooms", "state": "unknown"},
			}
		}
		view["checks"] = checks
	}
	answer(w, http.StatusOK, view)
}

var codeIn = regexp.MustCompile(`AADSTS[0-9]+|[A-Z][A-Za-z]+_[A-Za-z]+|Error[A-Z][A-Za-z]+`)

// firstCode is Microsoft's code in an error's text, "microsoft" when it has none.
func firstCode(text string) string {
	if code := codeIn.FindString(text); code != "" {
		return code
	}
	return "microsoft"
}
