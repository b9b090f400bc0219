package graph

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// collection is a list that can be asked for with OData's options.
type collection struct {
	context string
	n       int
	at      func(int) object // nil is left out
	// sparse says that at leaves much out: n is then no count.
	sparse bool
	// known are the properties that $select may name, shown those that come
	// without it (all when empty).
	known, shown []string
	top, maxTop  int
	// skip is whether $skip works; nextLink whether a list that goes on says so.
	// Places have the one, directory objects the other.
	skip, nextLink bool
	// directory objects need ConsistencyLevel for what is called advanced.
	directory bool
}

// list answers a collection.
func (c *call) list(l collection) (reply, error) {
	if err := c.options(l); err != nil {
		return reply{}, err
	}
	top, err := c.number("$top", l.top, 1, l.maxTop)
	if err != nil {
		return reply{}, err
	}
	from := 0
	if l.skip {
		if from, err = c.number("$skip", 0, 0, 1<<30); err != nil {
			return reply{}, err
		}
	}
	if t := c.query.Get("$skiptoken"); t != "" {
		if from, err = strconv.Atoi(strings.TrimPrefix(t, "RFNwdA")); err != nil || from < 0 {
			return reply{}, microsoft.Refuse(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
		}
	}
	match, err := c.matcher(l)
	if err != nil {
		return reply{}, err
	}
	show, unknown := c.project(l)
	l = l.ordered(c.query.Get("$orderby"))

	page := make([]object, 0, min(top, 1000))
	i, seen := from, 0
	if l.skip && match != nil { // $skip counts matches, not places
		i = 0
	}
	for ; i < l.n && len(page) < top; i++ {
		o := l.at(i)
		if o == nil || match != nil && !match(o) {
			continue
		}
		if seen++; l.skip && match != nil && seen <= from {
			continue
		}
		if unknown != nil {
			return reply{}, unknown
		}
		page = append(page, show(o))
	}
	body := object{"@odata.context": c.context(l.context), "value": page}
	if c.counts(l) {
		count := l.n
		if match != nil || l.sparse {
			count = l.count(match)
		}
		if from == 0 || l.skip {
			body["@odata.count"] = count
		}
	}
	switch {
	case c.g.way.Strikes(fault.EndlessList, c.r):
		body["@odata.nextLink"] = c.nextLink(max(i, l.n)+1, false)
	case l.nextLink && i < l.n && (match == nil || l.more(i, match)):
		body["@odata.nextLink"] = c.nextLink(i, l.skip)
	}
	return ok(body)
}

// countOf answers …/$count.
func (c *call) countOf(l collection) (reply, error) {
	if l.directory && !c.eventual() {
		return reply{}, microsoft.Refuse(400, "Request_BadRequest", "$count is not currently supported without the header 'ConsistencyLevel: eventual'.")
	}
	match, err := c.matcher(l)
	if err != nil {
		return reply{}, err
	}
	return reply{status: 200, body: strconv.Itoa(l.count(match)), header: map[string]string{"Content-Type": "text/plain"}}, nil
}

func (l collection) count(match func(object) bool) (n int) {
	for i := range l.n {
		if o := l.at(i); o != nil && (match == nil || match(o)) {
			n++
		}
	}
	return n
}

func (l collection) more(i int, match func(object) bool) bool {
	for ; i < l.n; i++ {
		if o := l.at(i); o != nil && match(o) {
			return true
		}
	}
	return false
}

// ordered is the collection by one text property.
func (l collection) ordered(by string) collection {
	name, direction, _ := strings.Cut(by, " ")
	if name == "" || name == "id" {
		return l
	}
	all := make([]object, 0, l.n)
	for i := range l.n {
		if o := l.at(i); o != nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b object) int {
		order := strings.Compare(strings.ToLower(fmt.Sprint(a[name])), strings.ToLower(fmt.Sprint(b[name])))
		if direction == "desc" {
			return -order
		}
		return order
	})
	l.n, l.at = len(all), func(i int) object { return all[i] }
	return l
}

func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// counts is whether @odata.count is due: without ConsistencyLevel, directory
// objects ignore $count in silence.
func (c *call) counts(l collection) bool {
	return c.query.Get("$count") == "true" && (!l.directory || c.eventual())
}

// options refuses what the collection does not understand.
func (c *call) options(l collection) error {
	for name := range c.query {
		switch name {
		case "$select", "$top", "$filter", "$count", "$orderby", "$skiptoken", "$search", "$format":
		case "$skip":
			if !l.skip {
				return microsoft.BadRequest("'$skip' is not supported by the service.")
			}
		case "$expand":
			return microsoft.BadRequest("Parsing OData Select and Expand failed: the simulated tenant does not expand.")
		default:
			if strings.HasPrefix(name, "$") {
				return microsoft.BadRequest("The query parameter '" + name + "' is not supported.")
			}
		}
	}
	return nil
}

func (c *call) number(name string, otherwise, low, high int) (int, error) {
	v := c.query.Get(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, microsoft.BadRequest("Invalid value '" + v + "' for " + name + " query option found. The " + name + " query option requires a non-negative integer value.")
	}
	if n < low || n > high {
		return 0, microsoft.BadRequest(fmt.Sprintf("Invalid page size specified: '%d'. Must be between %d and %d inclusive.", n, low, high))
	}
	return n, nil
}

// nextLink repeats the query with the place to go on, spelt as Graph does.
func (c *call) nextLink(from int, skip bool) string {
	q := maps.Clone(c.query)
	q.Del("$skiptoken")
	q.Del("$skip")
	q.Del("$count") // the count comes with the first page
	parts := make([]string, 0, len(q)+1)
	for _, k := range slices.Sorted(maps.Keys(q)) {
		parts = append(parts, strings.ReplaceAll(k, "$", "%24")+"="+urlEscape(q.Get(k)))
	}
	if skip {
		parts = append(parts, "%24skip="+strconv.Itoa(from))
	} else {
		parts = append(parts, "%24skiptoken=RFNwdA"+strconv.Itoa(from))
	}
	return c.g.Root + c.r.URL.EscapedPath() + "?" + strings.Join(parts, "&")
}

// matcher joins $filter and $search.
func (c *call) matcher(l collection) (func(object) bool, error) {
	var match func(object) bool
	if f := c.query.Get("$filter"); f != "" {
		expr, advanced, err := parseFilter(f, l.known)
		if err != nil {
			return nil, microsoft.Refuse(400, "BadRequest", "Invalid filter clause: "+err.Error())
		}
		if l.directory && (advanced || c.query.Get("$orderby") != "") && (!c.eventual() || c.query.Get("$count") != "true") {
			return nil, microsoft.Refuse(400, "Request_UnsupportedQuery", "Unsupported query: this filter needs the header 'ConsistencyLevel: eventual' and $count=true.")
		}
		match = expr
	}
	search := c.query.Get("$search")
	if search == "" {
		return match, nil
	}
	if !c.eventual() {
		return nil, microsoft.Refuse(400, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	name, text, found := strings.Cut(strings.Trim(search, `"`), ":")
	if !found || !strings.HasPrefix(search, `"`) {
		return nil, microsoft.BadRequest("Syntax error: character ':' is expected in the search clause, inside double quotes.")
	}
	filter := match
	return func(o object) bool {
		return strings.Contains(strings.ToLower(fmt.Sprint(o[name])), strings.ToLower(text)) && (filter == nil || filter(o))
	}, nil
}

// project gives what is shown of each entry: what $select names, or what comes
// without it.
func (c *call) project(l collection) (func(object) object, error) {
	names, err := c.selected(l.known, "microsoft.graph."+strings.TrimSuffix(l.context, "s"))
	if names == nil && c.query.Get("$select") == "" {
		names = l.shown
	}
	return func(o object) object { return pick(o, names) }, err
}

// selected are the properties that $select names, nil for all; one that the type
// does not have is an error, as it is at Microsoft.
func (c *call) selected(known []string, kind string) ([]string, error) {
	sel := c.query.Get("$select")
	if sel == "" || sel == "*" {
		return nil, nil
	}
	names := strings.Split(sel, ",")
	for i, n := range names {
		n, _, _ = strings.Cut(strings.TrimSpace(n), "/")
		at := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, n) })
		if at < 0 {
			return nil, microsoft.BadRequest("Parsing OData Select and Expand failed: Could not find a property named '" + n + "' on type '" + strings.TrimPrefix(kind, "#") + "'.")
		}
		names[i] = known[at]
	}
	return names, nil
}

// pick copies properties, all of them without names; one that is not set is null.
func pick(o object, names []string) object {
	if len(names) == 0 {
		return o
	}
	out := make(object, len(names)+1)
	for _, n := range names {
		out[n] = o[n]
	}
	if t, ok := o["@odata.type"]; ok {
		out["@odata.type"] = t
	}
	return out
}
