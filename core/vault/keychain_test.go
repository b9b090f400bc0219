package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/roomkey/roomkey/core/problem"
)

// drawer is a keychain in memory that can break at its n-th call.
type drawer struct {
	mu    sync.Mutex
	held  map[string]string
	calls int
	// stop is the call that fails, and all after it, as when the program dies.
	stop  int
	limit int
	// block is what a call waits for, as for a person.
	block chan struct{}
	lies  bool
	panic bool
}

var errStopped = errors.New("stopped")

func (d *drawer) step() error {
	if d.block != nil {
		<-d.block
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.panic {
		panic("no such path")
	}
	d.calls++
	if d.stop > 0 && d.calls >= d.stop {
		return errStopped
	}
	return nil
}

func (d *drawer) Set(service, user, text string) error {
	if err := d.step(); err != nil {
		return err
	}
	if len(text) > d.limit {
		return keyring.ErrSetDataTooBig
	}
	if !d.lies {
		d.held[service+":"+user] = text
	}
	return nil
}

func (d *drawer) Get(service, user string) (string, error) {
	if err := d.step(); err != nil {
		return "", err
	}
	if text, ok := d.held[service+":"+user]; ok {
		return text, nil
	}
	return "", keyring.ErrNotFound
}

func (d *drawer) Delete(service, user string) error {
	if err := d.step(); err != nil {
		return err
	}
	if _, ok := d.held[service+":"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(d.held, service+":"+user)
	return nil
}

// loose are the parts that no manifest speaks of.
func (d *drawer) loose(user string) []string {
	m, _ := readManifest(d.held[user])
	var all []string
	for name := range d.held {
		if rest, is := strings.CutPrefix(name, user+"/"); is && !strings.HasPrefix(rest, cmp.Or(m.slot, "-")) {
			all = append(all, name)
		}
	}
	return all
}

func newDrawer() (*drawer, Vault) {
	d := &drawer{held: map[string]string{}, limit: 2560}
	return d, withItems(d, time.Minute)
}

func withItems(i items, deadline time.Duration) Vault {
	k := patient("Roomkey", deadline)
	k.items = i
	return k
}

// exercise is what every vault must do.
func exercise(t *testing.T, v Vault, id string) {
	t.Helper()
	ctx := t.Context()
	if _, err := v.Get(ctx, id, ClientSecret); problem.CodeOf(err) != CodeAbsent || problem.Of(err).Remedies[0].Place != problem.PlaceClientSecret {
		t.Errorf("nothing is stored: %v", err)
	}
	if err := v.Delete(ctx, id, ClientSecret); err != nil {
		t.Errorf("nothing to delete: %v", err)
	}
	values := []string{
		"short", "with \"quotes\" 'and' $(x) `y` \\ ü\n", strings.Repeat("k", 2560), strings.Repeat("ü", 1281), // 2,562 bytes
		strings.Repeat("0123456789abcde\n", 700), "roomkey-parts a 1 x", "x", strings.Repeat("z", 64<<10),
		good().PEM().Reveal(), "roomkey-parts", "last",
	}
	for i, want := range values {
		if err := v.Set(ctx, id, ClientSecret, NewSecret(want)); err != nil {
			t.Fatalf("value %d: %v", i, err)
		}
		if got, err := v.Get(ctx, id, ClientSecret); err != nil || got.Reveal() != want {
			t.Fatalf("value %d came back with %d bytes of %d: %v", i, len(got.Reveal()), len(want), err)
		}
	}
	if err := v.Set(ctx, id, ServerToken, NewSecret("token")); err != nil {
		t.Error(err)
	}
	if err := v.Delete(ctx, id, ClientSecret); err != nil {
		t.Error(err)
	}
	if _, err := v.Get(ctx, id, ClientSecret); problem.CodeOf(err) != CodeAbsent {
		t.Error(err)
	}
	if got, err := v.Get(ctx, id, ServerToken); err != nil || got.Reveal() != "token" {
		t.Errorf("another kind is gone: %v", err)
	}
	if err := v.Delete(ctx, id, ServerToken); err != nil {
		t.Error(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := v.Get(cancelled, id, ClientSecret); problem.CodeOf(err) != problem.CodeCancelled {
		t.Error(err)
	}
}

func TestMemory(t *testing.T) { exercise(t, Memory(), "c1") }

func TestKeychainSplitsAndCleansUp(t *testing.T) {
	d, v := newDrawer()
	exercise(t, v, "c1")
	if len(d.held) != 0 {
		t.Errorf("left behind: %v", slices.Sorted(maps.Keys(d.held)))
	}
	if err := v.Set(t.Context(), "c1", Certificate, NewSecret(strings.Repeat("x", 64<<10+1))); problem.CodeOf(err) != CodeRefused || d.held["Roomkey:c1/certificate"] != "" {
		t.Error(err)
	}
	if err := v.Set(t.Context(), "c1", Certificate, Secret{}); problem.CodeOf(err) != CodeRefused {
		t.Error(err)
	}
}

// Whatever call the program dies at, what is read afterwards is the old secret,
// the new one, or a problem: never a mixture.
func TestAHalfWrittenSecretNeverReadsAsWhole(t *testing.T) {
	short, long, longer := "old", strings.Repeat("a", 6000), strings.Repeat("b", 9000)
	for _, pair := range [][2]string{{short, long}, {long, longer}, {longer, long}, {long, short}, {short, "new"}, {"", long}, {long, ""}} {
		before, after := pair[0], pair[1]
		for stop := 1; ; stop++ {
			d, v := newDrawer()
			if before != "" {
				if err := v.Set(t.Context(), "c", Certificate, NewSecret(before)); err != nil {
					t.Fatal(err)
				}
			}
			d.calls, d.stop = 0, stop
			change := func() error {
				if after == "" {
					return v.Delete(t.Context(), "c", Certificate)
				}
				return v.Set(t.Context(), "c", Certificate, NewSecret(after))
			}
			err := change()
			ended := err == nil
			if !ended && problem.CodeOf(err) != CodeRefused {
				t.Fatal(err)
			}
			d.stop = 0
			v = withItems(d, time.Minute) // the next start
			got, err := v.Get(t.Context(), "c", Certificate)
			if left := d.loose("Roomkey:c/certificate"); len(left) > 0 {
				t.Fatalf("%d to %d bytes, stopped at call %d: pieces of a key stay: %v", len(before), len(after), stop, left)
			}
			switch code := problem.CodeOf(err).String(); {
			case err == nil && got.Reveal() != before && got.Reveal() != after:
				t.Fatalf("%d to %d bytes, stopped at call %d: a mixture of %d bytes", len(before), len(after), stop, len(got.Reveal()))
			case err != nil && code != CodeDamaged.String() && !(code == CodeAbsent.String() && (before == "" || after == "")):
				t.Fatalf("%d to %d bytes, stopped at call %d: %v", len(before), len(after), stop, err)
			case ended && after != "" && got.Reveal() != after:
				t.Fatal("said to be stored, but is not")
			}
			// Again, and nothing of the interruption remains.
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if err := v.Delete(t.Context(), "c", Certificate); err != nil || len(d.held) > 0 {
				t.Fatalf("left behind after a stop at call %d: %v %v", stop, slices.Sorted(maps.Keys(d.held)), err)
			}
			if ended {
				break
			}
		}
	}
}

// A part that another program took out of the middle does not hide those behind
// it from a removal.
func TestRemovalLooksBehindAMissingPart(t *testing.T) {
	for _, from := range []string{"a0", "a1"} {
		d, v := newDrawer()
		if err := v.Set(t.Context(), "c", Certificate, NewSecret(strings.Repeat("a", 9000))); err != nil {
			t.Fatal(err)
		}
		delete(d.held, "Roomkey:c/certificate/"+from)
		if len(d.held) != 4 {
			t.Fatal(slices.Sorted(maps.Keys(d.held)))
		}
		if err := v.Delete(t.Context(), "c", Certificate); err != nil || len(d.held) > 0 {
			t.Errorf("without %s: %v stay, %v", from, slices.Sorted(maps.Keys(d.held)), err)
		}
	}
}

func TestAPartChangedByOthersIsDamage(t *testing.T) {
	for name, change := range map[string]func(held map[string]string){
		"part missing":     func(held map[string]string) { delete(held, "Roomkey:c/certificate/a1") },
		"part changed":     func(held map[string]string) { held["Roomkey:c/certificate/a0"] = "x" },
		"parts swapped":    func(held map[string]string) { swap(held, "Roomkey:c/certificate/a0", "Roomkey:c/certificate/a1") },
		"manifest cut off": func(held map[string]string) { held["Roomkey:c/certificate"] = "roomkey-parts a 3" },
		"manifest wrong":   func(held map[string]string) { held["Roomkey:c/certificate"] = "roomkey-parts a 999999999 x" },
	} {
		d, v := newDrawer()
		if err := v.Set(t.Context(), "c", Certificate, NewSecret(strings.Repeat("a", 3000)+strings.Repeat("b", 3000))); err != nil {
			t.Fatal(err)
		}
		change(d.held)
		if _, err := v.Get(t.Context(), "c", Certificate); problem.CodeOf(err) != CodeDamaged {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func swap(held map[string]string, a, b string) { held[a], held[b] = held[b], held[a] }

func TestAKeychainThatWaitsForAPersonIsNotAbsent(t *testing.T) {
	d := &drawer{held: map[string]string{}, limit: 2560, block: make(chan struct{})}
	v := withItems(d, 30*time.Millisecond)
	for range 2 { // the second waits for its turn behind the first
		_, err := v.Get(t.Context(), "c", ClientSecret)
		if problem.CodeOf(err) != CodeLocked || !strings.Contains(err.Error(), "locked or waiting for you") {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Get(ctx, "c", ClientSecret); problem.CodeOf(err) != problem.CodeCancelled {
		t.Error(err)
	}
	close(d.block) // the person answers
	for range 100 {
		if err := v.Set(t.Context(), "c", ClientSecret, NewSecret("x")); err == nil {
			return
		}
	}
	t.Error("the keychain does not come back")
}

func TestWhatAKeychainAnswersBecomesAProblem(t *testing.T) {
	d, v := newDrawer()
	d.lies = true // macOS's security tool and a dismissed prompt on Linux report success
	if err := v.Set(t.Context(), "c", ClientSecret, NewSecret("x")); problem.CodeOf(err) != CodeRefused {
		t.Error(err)
	}
	d.panic = true
	if _, err := v.Get(t.Context(), "c", ClientSecret); problem.CodeOf(err) != CodeRefused {
		t.Error(err)
	}
	if err := problemOf(fmt.Errorf("x: %w", keyring.ErrUnsupportedPlatform), ClientSecret); problem.CodeOf(err) != CodeUnavailable {
		t.Error(err)
	}
	for _, err := range []error{absent(ClientSecret), damaged(Certificate), waiting(), locked(nil), unavailable(errStopped)} {
		if len(problem.Of(err).Remedies) == 0 {
			t.Errorf("%v says not what to do", err)
		}
	}
}
