// Package seatsurfing is a stand-in of the Seatsurfing server, as strict as the
// real one: fields that are mandatory since a version, defaults that hide what
// was left out, an update that replaces the whole object, 64 changes a bulk, a
// limit on requests that it announces, and service accounts that may only read.
package seatsurfing

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// BulkLimit is how many spaces one bulk may make, change and delete together.
const BulkLimit = 64

// The roles of a service account.
const (
	roleReadOnly  = 21
	roleReadWrite = 22
)

// Options describe a server.
type Options struct {
	// Version is what it plays, "1.125.0" when empty.
	Version string
	// Token belongs to a service account that may write, ReadOnlyToken to one
	// that may not, AdminToken to a person in the console.
	Token, ReadOnlyToken, AdminToken string
	// PublicURL is the address of its primary domain, where people sign in; ""
	// for the one that it is called at.
	PublicURL string
	// File keeps what the server holds across restarts; "" for memory only.
	File string
	// Microsoft is how it reaches the sign-in that it sends people to,
	// http.DefaultTransport when nil.
	Microsoft http.RoundTripper
	// Limit is how many requests a user has a minute, 250 when 0.
	Limit int
	// Now is its clock, time.Now when nil.
	Now func() time.Time
}

// Server is a running stand-in, an [http.Handler].
type Server struct {
	o   Options
	mux *http.ServeMux

	mu sync.Mutex
	kept
	states  map[string]bool // sign-ins on their way
	windows map[string]*window
	writes  int
	keeps   map[string]bool // spaces that a bulk does not delete
}

type window struct {
	ends time.Time
	left int
}

var version = regexp.MustCompile(`^1\.\d+(\.\d+)?$`)

// New makes a server that holds what its file has. Errors are those of the file,
// and of a version that is none.
func New(o Options) (*Server, error) {
	if o.Version == "" {
		o.Version = "1.125.0"
	}
	if !version.MatchString(o.Version) {
		return nil, fmt.Errorf("the simulated Seatsurfing is of a version such as 1.125.0, not %q", o.Version)
	}
	if o.Limit == 0 {
		o.Limit = 250
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{o: o, mux: http.NewServeMux(), states: map[string]bool{}, windows: map[string]*window{}, keeps: map[string]bool{}}
	s.mux.HandleFunc("GET /healthcheck", func(w http.ResponseWriter, _ *http.Request) {
		send(w, object{"status": "success", "code": 200})
	})
	s.mux.HandleFunc("GET /{$}", s.home)
	s.mux.HandleFunc("GET /auth/{id}/login/{type}/{$}", s.login)
	s.mux.HandleFunc("GET /auth/{id}/callback", s.callback)
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /user/me":                        s.me,
		"GET /auth-provider/{$}":              s.listProviders,
		"POST /auth-provider/{$}":             s.createProvider,
		"PUT /auth-provider/{id}":             s.updateProvider,
		"DELETE /auth-provider/{id}":          s.deleteProvider,
		"GET /location/{$}":                   s.listLocations,
		"POST /location/{$}":                  s.createLocation,
		"PUT /location/{id}":                  s.updateLocation,
		"DELETE /location/{id}":               s.deleteLocation,
		"GET /location/{id}/space/{$}":        s.listSpaces,
		"POST /location/{id}/space/bulk":      s.bulk,
		"PUT /location/{id}/space/{space}":    s.updateSpace,
		"DELETE /location/{id}/space/{space}": s.deleteSpace,
	} {
		s.mux.HandleFunc(pattern, s.authorized(handle))
	}
	return s, s.load()
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Bind makes a person belong to a sign-in, which can then not be deleted.
func (s *Server) Bind(provider string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bind(provider)
}

// Keep makes a bulk refuse to delete a space, as the real server does when its
// database refuses: it answers 200 and says so of this one.
func (s *Server) Keep(space string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeps[space] = true
}

// Writes is how many requests have changed something.
func (s *Server) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// authorized knows the token, keeps to the limit, and lets one request in at a
// time.
func (s *Server) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if token == "" || !slices.Contains([]string{s.o.Token, s.o.ReadOnlyToken, s.o.AdminToken}, token) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if !s.count(w, token) {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if r.Method != http.MethodGet {
			if token == s.o.ReadOnlyToken {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			s.writes++
			defer s.save()
		}
		next(w, r)
	}
}

// count takes one request off the user's limit and announces what is left.
func (s *Server) count(w http.ResponseWriter, token string) bool {
	now := s.o.Now()
	own := s.windows[token]
	if own == nil || !now.Before(own.ends) {
		own = &window{ends: now.Add(time.Minute), left: s.o.Limit}
		s.windows[token] = own
	}
	allowed := own.left > 0
	own.left = max(0, own.left-1)
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.o.Limit))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(own.left))
	w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(own.ends.Unix(), 10))
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	return allowed
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	role := roleReadWrite
	if strings.HasSuffix(r.Header.Get("Authorization"), " "+s.o.ReadOnlyToken) {
		role = roleReadOnly
	}
	send(w, object{"id": "00000000-0000-4000-9000-000000000001", "role": role})
}

// id is for callers that hold the lock.
func (s *Server) id() string {
	s.Next++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", s.Next)
}

func find(among []object, id string) object {
	for _, o := range among {
		if o["id"] == id {
			return o
		}
	}
	return nil
}

// body is the request as the server reads it; a request that cannot be read
// gets its 400, with nothing in it.
func (s *Server) body(w http.ResponseWriter, r *http.Request, fields []field) (object, bool) {
	var in object
	if json.NewDecoder(r.Body).Decode(&in) == nil {
		if out, ok := s.parse(in, fields); ok {
			return out, true
		}
	}
	w.WriteHeader(http.StatusBadRequest)
	return nil, false
}

// send writes JSON; whoever went away needs no answer.
func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (s *Server) created(w http.ResponseWriter, into *[]object, o object) {
	o["id"] = s.id()
	*into = append(*into, o)
	w.Header().Set("X-Object-ID", fmt.Sprint(o["id"]))
	w.WriteHeader(http.StatusCreated)
}

// shown are copies without what is never shown.
func shown(all []object, hidden string, extra object) []object {
	out := []object{}
	for _, o := range all {
		c := maps.Clone(o)
		delete(c, hidden)
		maps.Copy(c, extra)
		out = append(out, c)
	}
	return out
}
