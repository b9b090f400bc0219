package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// TestCountsOfMembers: the count of a group's members is that of its members,
// asked for either way.
func TestCountsOfMembers(t *testing.T) {
	c := start(t, Options{})
	for _, g := range c.graph(http.MethodGet, "/groups", "").values() {
		id := g.(map[string]any)["id"].(string)
		all := c.graph(http.MethodGet, "/groups/"+id+"/members?$top=999&$count=true", "", "ConsistencyLevel", "eventual")
		if got := all.json["@odata.count"]; got != float64(len(all.values())) {
			t.Errorf("%s: @odata.count is %v of %d", id, got, len(all.values()))
		}
		if n := c.graph(http.MethodGet, "/groups/"+id+"/members/$count", "", "ConsistencyLevel", "eventual"); n.raw != fmt.Sprint(len(all.values())) {
			t.Errorf("%s: $count is %s of %d", id, n.raw, len(all.values()))
		}
	}
}

// TestFiltersThatDoNotRead are refused, as Graph does: a client that forgets a
// quote must not get everything or nothing.
func TestFiltersThatDoNotRead(t *testing.T) {
	c := start(t, Options{})
	for _, f := range []string{"displayName eq 'x", "displayName eq x", "mail eq a@b.example", "displayName eq", "displayName eq 'a' 'b'"} {
		c.want(c.graph(http.MethodGet, "/users?$filter="+url.QueryEscape(f), ""), http.StatusBadRequest, "BadRequest")
	}
}
