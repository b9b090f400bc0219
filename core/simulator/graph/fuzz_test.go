package graph

import (
	"encoding/pem"
	"net/url"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// FuzzFilter reads whatever stands in a $filter without falling over.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"displayName eq 'a''b'", "startswith(mail,'x') and not (accountEnabled eq false)", "id in ('1','2')", "groupTypes/any(c:c eq 'Unified')", "a/b eq", "((", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		test, _, err := parseFilter(s, userProperties)
		if err == nil {
			test(object{"id": "1", "groupTypes": []string{"Unified"}, "mail": nil})
		}
	})
}

// FuzzPath takes any path apart, and any certificate.
func FuzzPath(f *testing.F) {
	f.Add("/v1.0/applications(uniqueName='a''b')/addPassword")
	f.Add("/v1.0/users('x')/calendar/microsoft.graph.getSchedule")
	f.Add("/v1.0/()(/%2F")
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.Parse("https://x" + path)
		if err != nil {
			return
		}
		segments, err := graphPath(u)
		if err == nil && len(segments) == 0 {
			t.Errorf("%q has no segments", path)
		}
		if block, _ := pem.Decode([]byte(path)); block != nil {
			_, _ = tenant.ReadCertificate(block.Bytes, "", "")
		}
	})
}
