package booking

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/roomkey/roomkey/core/vault"
)

// losing is otherServer behind a line on which answers are lost: of the requests
// with the token, the n-th goes as lost[n] says.
type losing struct {
	*otherServer
	// mu: a client gives up on a lost answer before the server has ended with it.
	mu   sync.Mutex
	lost []int
	n    int
}

// lose has the next requests go as lost says.
func (l *losing) lose(lost []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n, l.lost = 0, lost
}

// The ways of a request.
const (
	arrives = iota
	lostOnTheWay
	answerLost
)

func (l *losing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	way := arrives
	if r.Header.Get("Authorization") != "" {
		if l.n < len(l.lost) {
			way = l.lost[l.n]
		}
		l.n++
	}
	if way == lostOnTheWay {
		panic(http.ErrAbortHandler)
	}
	rec := httptest.NewRecorder()
	l.otherServer.ServeHTTP(rec, r)
	if way == answerLost {
		panic(http.ErrAbortHandler)
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// TestOrdersOfLostAnswers: whichever requests of a push with a new credential, of
// the next start and of the question before the old credential goes are lost, it
// goes only while the server holds and has opened the new one. Once answers come
// again, it does go where the server has it, and does not where it has not.
func TestOrdersOfLostAnswers(t *testing.T) {
	const requests = 6
	total, gone, later := 1, 0, 0
	for range requests {
		total *= 3
	}
	for mask := range total {
		l := &losing{otherServer: newOther(t, habit{})}
		l.Config.Handler = l
		log := &memory{}
		push := func(digest string) {
			c := l.open(t, log)
			seen, err := c.Current(t.Context())
			if err != nil {
				return // it is not pushed without a look
			}
			cleared, err := Gate(Checked{Digest: digest, Verdict: "pass"}, digest, false)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = c.Push(t.Context(), habitual(digest, Room{EmailAddress: "a@x"}), vault.NewSecret("s-"+digest), cleared, seen, PushOptions{})
		}
		// proves is what is asked before the old credential goes.
		proves := func() bool {
			c := l.open(t, log)
			want := habitual("d2", Room{EmailAddress: "a@x"})
			if _, err := c.Resolve(t.Context(), &want); err != nil {
				return false
			}
			now, err := c.Current(t.Context())
			if err != nil || !c.Keeps(now, want) {
				return false
			}
			view, err := c.Status(t.Context())
			return err == nil && Proves(log.lines[len(log.lines)-1], now, view)
		}
		push("d1")
		lost := make([]int, requests)
		for i, rest := 0, mask; i < requests; i, rest = i+1, rest/3 {
			lost[i] = rest % 3
		}
		l.lose(lost)
		push("d2")
		has := func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.config["digest"] == "d2" && strings.Contains(l.opened, "s-d2")
		}
		if proves() {
			gone++
			if !has() {
				t.Errorf("%v: the old credential goes, and the server holds %v", lost, l.config["digest"])
			}
		}
		l.lose(nil)
		if p := proves(); p != has() {
			t.Errorf("at last proven is %v, and the server holds %v; %+v", p, l.config["digest"], log.lines)
		} else if p {
			later++
		}
		l.Close()
	}
	if gone == 0 || later <= gone || later == total {
		t.Errorf("of %d orders the old credential went in %d, and in %d at last", total, gone, later)
	}
	t.Logf("of %d orders the old credential went in %d at once, in %d once answers came again", total, gone, later)
}
