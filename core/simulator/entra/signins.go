package entra

import (
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// signIns is what Entra remembers between the steps of a sign-in. It is not
// kept across restarts, as a browser that waits is not either.
type signIns struct {
	mu      sync.Mutex
	tokens  map[string]*Claims // opaque access tokens
	codes   map[string]*authorization
	refresh map[string]*authorization
	devices map[string]*device // by device code
}

// authorization is what a code or a refresh token stands for.
type authorization struct {
	clientID, redirectURI, challenge, nonce string
	user                                    int
	scopes                                  []string
	device                                  bool
	expires                                 time.Time
}

// opaque gives out a token that only this tenant can read.
func (l *signIns) opaque(c *Claims) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tokens == nil {
		l.tokens = map[string]*Claims{}
	}
	token := "EwB" + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	l.tokens[token] = c
	return token
}

func (l *signIns) known(token string) *Claims {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens[token]
}

// device is one device code on its way.
type device struct {
	authorization
	userCode string
	scope    string
	approved bool
	declined bool
	blocked  *entraError
}

const deviceLife = 15 * time.Minute

// keep stores an authorization under a new code.
func (l *signIns) keep(in *map[string]*authorization, prefix string, a authorization) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *in == nil {
		*in = map[string]*authorization{}
	}
	code := prefix + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	(*in)[code] = &a
	return code
}

// take removes and gives what a code stands for.
func (l *signIns) take(from map[string]*authorization, code string) *authorization {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := from[code]
	delete(from, code)
	return a
}

// refreshed gives what a refresh token stands for; unlike a code, it can be used
// again.
func (l *signIns) refreshed(token string) (authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.refresh[token]
	if a == nil {
		return authorization{}, false
	}
	return *a, true
}

// signInsKept bounds the log on disk.
const signInsKept = 500

// signedIn notes the interactive sign-in of a person.
func (e *Entra) signedIn(clientID string, user int) {
	e.State.SignIns = append(e.State.SignIns, tenant.SignInRecord{ID: uuid.NewString(), At: e.Now(), ClientID: clientID, User: user})
	e.State.SignIns = e.State.SignIns[max(0, len(e.State.SignIns)-signInsKept):]
	e.used(clientID, user)
}

// used notes that a client got a token: for itself, or with a person's sign-in
// (user < 0 is for itself).
func (e *Entra) used(clientID string, user int) {
	if user < 0 {
		e.State.LastSignIn[clientID] = e.Now()
	} else {
		e.State.LastUserSignIn[clientID] = e.Now()
	}
}
