package bench

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkProgram lists a large tenant with roomkeyctl as a whole process.
func BenchmarkProgram(b *testing.B) {
	const rooms, people = 3000, 20_000
	l := newLab(b, rooms, people, latency)
	signIn, places, users := l.record(b, people)
	once := int64(len(signIn))
	plain := l.plain(b)

	var first, all, bare, everybody, everyCall []time.Duration
	for b.Loop() {
		row, end := l.watch(b, rooms, "rooms", "list")
		first, all = append(first, row), append(all, end)
		bare = append(bare, plain(signIn, places))
		_, end = l.watch(b, people, "people", "list", "--most", "0")
		everybody = append(everybody, end)
		everyCall = append(everyCall, plain(signIn, places, users))
	}
	against, bound := pages(once + 1)
	held("roomkeyctl rooms list, as a whole process: first row", first, against, bound)
	chain := once + int64(len(users)) // the rooms' pages are on their way four at a time
	against, bound = pages(once + int64(len(places)))
	held("the same: all 3,000 rooms", all, against, bound)
	held("the same", all, "these calls by a client that does nothing else, "+short(median(bare)), median(bare))
	_, bound = pages(chain)
	held("roomkeyctl people list: 20,000 people, and 3,000 rooms that are none", everybody,
		fmt.Sprintf("%d calls one after another × %s, with %d beside them", chain, short(latency), len(places)), bound)
	held("the same", everybody, "all calls one after another by a client that does nothing else, "+short(median(everyCall)), median(everyCall))
}

// record gives the calls that a sign-in, the rooms and the people take.
func (l *lab) record(b *testing.B, people int) (signIn, rooms, users []*http.Request) {
	var mu sync.Mutex
	l.signedOut(b)
	l.seen = func(r *http.Response) {
		mu.Lock()
		defer mu.Unlock()
		to := &signIn
		switch path := r.Request.URL.Path; {
		case strings.Contains(path, "/places/"):
			to = &rooms
		case strings.HasSuffix(path, "/users"):
			to = &users
		}
		*to = append(*to, r.Request)
	}
	whole(b, l.People(b.Context(), nil).Listing, people)
	l.seen = nil
	return signIn, rooms, users
}

// plain makes calls again, one after another, and drops the answers.
func (l *lab) plain(b *testing.B) func(calls ...[]*http.Request) time.Duration {
	pem, err := os.ReadFile(l.caFile)
	must(b, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return func(calls ...[]*http.Request) time.Duration {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		began := time.Now()
		for _, list := range calls {
			for _, r := range list {
				again := r.Clone(b.Context())
				if r.GetBody != nil {
					again.Body, err = r.GetBody()
					must(b, err)
				}
				resp, err := client.Do(again)
				must(b, err)
				_, err = io.Copy(io.Discard, resp.Body)
				must(b, err)
				must(b, resp.Body.Close())
				if resp.StatusCode != http.StatusOK {
					b.Fatal(r.URL.Path, resp.Status)
				}
			}
		}
		return time.Since(began)
	}
}

// watch runs roomkeyctl, and gives when it printed the first row and when it ended.
func (l *lab) watch(b *testing.B, atLeast int, args ...string) (first, all time.Duration) {
	began := time.Now()
	cmd := l.roomkeyctl(b, args...)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	var printed strings.Builder
	for buffer := make([]byte, 64<<10); ; {
		n, err := out.Read(buffer)
		if first == 0 && n > 0 {
			first = time.Since(began)
		}
		if printed.Write(buffer[:n]); err != nil {
			break
		}
	}
	must(b, cmd.Wait())
	all = time.Since(began)
	if lines := strings.Count(printed.String(), "\n"); lines < atLeast {
		b.Fatalf("%d lines", lines)
	}
	return first, all
}

// BenchmarkProgramCheck holds the processor's time of a check of many rooms against
// a third of what one core has while their calls cannot be done faster.
func BenchmarkProgramCheck(b *testing.B) {
	const rooms, share = 3000, 3
	l := newLab(b, rooms, 50, latency)
	var took []time.Duration
	for b.Loop() {
		if len(took) > 0 {
			continue // once is long enough
		}
		cmd := l.roomkeyctl(b, "check")
		must(b, cmd.Run())
		took = append(took, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	calls := rooms / atATime
	held("processor time of roomkeyctl check with 3,000 rooms", took,
		fmt.Sprintf("a third of one core during %d calls in a row × %s", calls, short(latency)), time.Duration(calls)*latency/share)
}
