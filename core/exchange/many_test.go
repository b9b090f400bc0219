package exchange_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestCallsOfEachRoom counts the calls for rooms that differ and for rooms that do not:
// at most 2.1 and 1. Rights in folders take 4 and 2: the folder's name, which depends on
// the language, has to be asked for, and setting a right returns nothing. ROOMKEY_MANY_ROOMS=3000 does it for so
// many, with 50 ms a call.
func TestCallsOfEachRoom(t *testing.T) {
	rooms, _ := strconv.Atoi(cmp.Or(os.Getenv("ROOMKEY_MANY_ROOMS"), "40"))
	for _, script := range []struct {
		name         string
		differ, same float64
	}{
		{"calendar-processing", 2.1, 1}, {"set-places", 2.1, 1}, {"places-buildings", 2.1, 1}, {"create-rooms", 2.1, 1}, {"room-lists", 2.1, 1}, {"delegate-rooms", 2.1, 1},
		{"delegate-rooms full", 2.1, 1}, {"subject-visibility", 4, 2}, {"service-account-reach", 4, 2},
	} {
		t.Run(script.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, rooms)
			if rooms >= 1000 {
				slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					time.Sleep(50 * time.Millisecond)
					l.Organization.ServeHTTP(w, r)
				}))
				t.Cleanup(slow.Close)
				l.url = slow.URL
			}
			with := values[script.name]
			if script.name == "create-rooms" {
				var table strings.Builder
				table.WriteString("Name;Address\r\n")
				for i := range rooms {
					fmt.Fprintf(&table, "New %d;new%d@contoso.com\r\n", i, i)
				}
				with = map[string]any{"table": table.String()}
			}
			name, _, _ := strings.Cut(script.name, " ")
			doc := l.make(name, with)
			for _, run := range []struct {
				what   string
				status string
				most   float64
			}{{"differ", exchange.Changed, script.differ}, {"do not differ", exchange.Same, script.same}} {
				l.Calls()
				began := time.Now()
				o := l.run(doc, shellRun{Seconds: 240 + rooms})
				met := l.Calls()
				// What is made for all rooms together, such as a room list, is not counted.
				once := float64(len(slices.DeleteFunc(slices.Clone(met), func(c cmdlet.Call) bool {
					return c.Name != "New-Place" && c.Name != "New-DistributionGroup" && c.Name != "Get-DistributionGroup" && c.Name != "Get-DistributionGroupMember" && !(c.Name == "Get-PlaceV3" && len(str(c, "Identity")) == 36)
				})))
				calls := (float64(len(met)) - once) / float64(rooms)
				t.Logf("%s, %d rooms that %s: %.3f calls each, %s", script.name, rooms, run.what, calls, time.Since(began).Round(time.Second))
				if o.Hung || o.Exit != 0 || o.result.Summary[run.status] < rooms || calls > run.most+10/float64(rooms) {
					t.Errorf("%s: %d %v %v, %.3f calls", script.name, o.Exit, o.err, o.result.Summary, calls)
				}
			}
		})
	}
}

func str(c cmdlet.Call, name string) string { return fmt.Sprint(c.Parameters[name]) }
