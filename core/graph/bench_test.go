package graph

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"github.com/roomkey/roomkey/core/tenant"
)

// BenchmarkPeople reads a directory of 64,000 people, page by page; the memory
// that is left over at the end is that of the list itself.
func BenchmarkPeople(b *testing.B) {
	const pages, size = 64, 1000
	var page bytes.Buffer
	for i := range size {
		fmt.Fprintf(&page, `{"id":"PAGE-%04d","displayName":"Person %d","userPrincipalName":"person%d.PAGE@contoso.com","mail":"person%d.PAGE@contoso.com","department":"Sales","accountEnabled":true,"userType":"Member"},`, i, i, i, i)
	}
	body := bytes.TrimSuffix(page.Bytes(), []byte(","))
	var l *lab
	l = newLab(b, func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.URL.Query().Get("$skiptoken"), &n)
		link := ""
		if n+1 < pages {
			link = fmt.Sprintf(`"@odata.nextLink":"%s/v1.0/users?$skiptoken=%d",`, l.URL, n+1)
		}
		fmt.Fprintf(w, `{%s"value":[%s]}`, link, bytes.ReplaceAll(body, []byte("PAGE"), fmt.Appendf(nil, "%d", n)))
	})
	b.ReportAllocs()
	for b.Loop() {
		var most uint64
		list := l.People(b.Context(), PeopleQuery{}, func([]tenant.Person) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		})
		if !list.Complete || len(list.Items) != pages*size {
			b.Fatalf("%d people, %v", len(list.Items), list.Problem)
		}
		b.ReportMetric(float64(most)/(1<<20), "MiB-heap")
	}
}
