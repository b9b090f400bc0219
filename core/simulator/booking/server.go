// Package booking is a booking server that speaks the contract of
// resources/contract/booking-server.v1.yaml.
package booking

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"filippo.io/age"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// Options configure the simulated booking server.
type Options struct {
	// Dir is where the server keeps what it is given, in the folder "booking".
	Dir string
	// Token is the bearer token that it wants.
	Token string
	// Now is its clock, time.Now when nil.
	Now func() time.Time
	// Fault says whether a fault is switched on at the moment.
	Fault func(name string) bool
	// Once reports whether it is asked about something the first time.
	Once func(string) bool
	// Probe tries the stored credential against Microsoft for the server's own
	// view; without one the view is "unknown".
	Probe func(ctx context.Context, tenantID, clientID, secret string) error
	// Slow is how long the fault server-slow delays an answer, 5 s when 0.
	Slow time.Duration
}

const (
	// WellKnown is where the server says what it is.
	WellKnown = "/.well-known/room-booking-integration"
	base      = "/api/room-booking/v1"
	limit     = 16 << 20
)

// server implements the contract of
// resources/contract/booking-server.v1.yaml.
type server struct {
	Options
	identity, other *age.X25519Identity
	// mu makes a write one step: precondition, file, answer.
	mu sync.Mutex
}

// New makes the handler. The folder is made when it is missing.
func New(o Options) (http.Handler, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Fault == nil {
		o.Fault = func(string) bool { return false }
	}
	if o.Once == nil {
		o.Once = func(string) bool { return false }
	}
	if o.Slow == 0 {
		o.Slow = 5 * time.Second
	}
	s := &server{Options: o}
	if err := os.MkdirAll(folder(o.Dir), 0o700); err != nil {
		return nil, err
	}
	var err error
	if s.identity, err = Identity(o.Dir, "identity.txt"); err != nil {
		return nil, err
	}
	if s.other, err = Identity(o.Dir, "identity-2.txt"); err != nil {
		return nil, err
	}
	if _, err := load(o.Dir); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+WellKnown, s.describe)
	mux.Handle("GET "+base+"/microsoft365", s.authorized(s.get))
	mux.Handle("PUT "+base+"/microsoft365", s.authorized(s.put))
	mux.Handle("DELETE "+base+"/microsoft365", s.authorized(s.remove))
	mux.Handle("POST "+base+"/microsoft365/dry-run", s.authorized(s.dryRun))
	mux.Handle("GET "+base+"/microsoft365/status", s.authorized(s.status))
	mux.HandleFunc("POST /microsoft/{kind}", s.notified)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "not-found", "There is nothing at this address.")
	})
	return s.faulty(mux), nil
}

// describe says what the server is.
func (s *server) describe(w http.ResponseWriter, r *http.Request) {
	scheme := "https://"
	if r.TLS == nil {
		scheme = "http://"
	}
	here := scheme + r.Host
	d := map[string]any{
		"product":                  "Simulated Rooms",
		"productVersion":           "1.0",
		"contractVersion":          1,
		"apiBase":                  here + base,
		"sealingRecipient":         s.identity.Recipient().String(),
		"redirectUris":             []string{here + "/auth/microsoft/callback"},
		"notificationUrl":          here + "/microsoft/notifications",
		"lifecycleNotificationUrl": here + "/microsoft/lifecycle",
	}
	if s.Fault(fault.ServerOld) {
		d["contractVersion"] = 0
	}
	if s.Fault(fault.ServerOtherHost) {
		d["notificationUrl"] = "https://notify.other-host.example/microsoft/notifications"
	}
	if s.Fault(fault.ServerRecipient) {
		d["sealingRecipient"] = s.other.Recipient().String()
	}
	if s.Fault(fault.ServerHostile) {
		d["product"] = "Rooms\x1b[2J\u202e$(rm -rf ~)<script>alert(1)</script>"
	}
	answer(w, http.StatusOK, d)
}

// notified answers Microsoft's validation of a notification URL by echoing the
// token, and takes notifications without looking at them.
func (s *server) notified(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("validationToken"); token != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, err := w.Write([]byte(token)); err != nil {
			slog.DebugContext(r.Context(), "the caller went away", "error", err)
		}
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) authorized(next http.HandlerFunc) http.Handler {
	want := []byte("Bearer " + s.Token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := []byte(r.Header.Get("Authorization"))
		if s.Token == "" || subtle.ConstantTimeCompare(given, want) != 1 || s.Fault(fault.ServerToken) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="booking server"`)
			refuse(w, http.StatusUnauthorized, "unauthorized", "The token is missing, wrong or withdrawn.")
			return
		}
		next(w, r)
	})
}

// faulty lets the faults of the transport happen around the server.
func (s *server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Fault(fault.ServerDown) {
			panic(http.ErrAbortHandler)
		}
		if s.Fault(fault.ServerSlow) {
			select {
			case <-time.After(s.Slow):
			case <-r.Context().Done():
				return
			}
		}
		if s.Fault(fault.ServerHTML) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body><form>…</form></body></html>"))
			return
		}
		switch {
		case s.Fault(fault.ServerError), s.once(fault.ServerErrorOnce, r):
			refuse(w, http.StatusInternalServerError, "internal", "Something went wrong in the booking server.")
		case s.Fault(fault.ServerCut), s.once(fault.ServerCutOnce, r):
			next.ServeHTTP(&cutWriter{ResponseWriter: w}, r)
			panic(http.ErrAbortHandler)
		case s.Fault(fault.ServerLost) && r.Method == http.MethodPut:
			next.ServeHTTP(&lostWriter{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// once reports whether a fault strikes a call: the first one to each address.
func (s *server) once(name string, r *http.Request) bool {
	return s.Fault(name) && s.Once(name+r.Method+r.URL.Path)
}

// cutWriter sends the first half of a body that it has announced in full.
type cutWriter struct {
	http.ResponseWriter
}

func (c *cutWriter) Write(b []byte) (int, error) {
	if _, err := c.ResponseWriter.Write(b[:len(b)/2]); err != nil {
		return 0, err
	}
	return len(b), http.NewResponseController(c.ResponseWriter).Flush()
}

// lostWriter swallows an answer: the work was done, and nobody hears of it.
type lostWriter struct{ header http.Header }

func (l *lostWriter) Header() http.Header         { return l.header }
func (l *lostWriter) WriteHeader(int)             {}
func (l *lostWriter) Write(b []byte) (int, error) { return len(b), nil }

// answer writes JSON with its length, so that a cut answer is known to be one.
func answer(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	kind := "application/json"
	if status >= http.StatusBadRequest {
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(status)
	// A caller that went away needs no answer.
	_, _ = w.Write(raw)
}

// refuse writes an RFC 9457 problem.
func refuse(w http.ResponseWriter, status int, code, detail string, errs ...mistake) {
	answer(w, status, refusal(status, code, detail, errs...))
}

func refusal(status int, code, detail string, errs ...mistake) map[string]any {
	p := map[string]any{
		"type": "urn:room-booking-integration:problem:" + code, "title": http.StatusText(status),
		"status": status, "code": code, "detail": detail,
	}
	if len(errs) > 0 {
		p["errors"] = errs
	}
	return p
}

// probe is the server's own try at Microsoft; it gives the code to show.
func (s *server) probe(ctx context.Context, c sealedCredential) (code, detail string, known bool) {
	if s.Fault(fault.ServerMicrosoft) {
		return "AADSTS53003", "AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", true
	}
	if s.Fault(fault.ServerTenant) {
		return "AADSTS90002", "AADSTS90002: Tenant '" + c.TenantID + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", true
	}
	if s.Probe == nil {
		return "", "", false
	}
	if err := s.Probe(ctx, c.TenantID, c.ClientID, c.Value); err != nil {
		if errors.Is(err, context.Canceled) {
			return "", "", false
		}
		return firstCode(err.Error()), err.Error(), true
	}
	return "", "", true
}
