// Package graph is the simulated Microsoft Graph: its routes and what it answers
// about the tenant.
package graph

import (
	"github.com/roomkey/roomkey/core/simulator/exchange"
	"github.com/roomkey/roomkey/core/simulator/fault"

	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/entra"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// Graph is the view of a tenant that programs have.
type Graph struct {
	*exchange.Exchange
	entra *entra.Entra
	way   *fault.Way // a part of a batch passes it as a call of its own does
}

// New answers about a tenant and its mailboxes.
func New(x *exchange.Exchange, e *entra.Entra, way *fault.Way) *Graph {
	return &Graph{Exchange: x, entra: e, way: way}
}

// object is one entity as it goes over the wire.
type object = map[string]any

// call is one request to Graph on its way through a handler.
type call struct {
	g      *Graph
	r      *http.Request
	vars   []string // what stood where the pattern has {}
	query  url.Values
	claims *entra.Claims
}

// reply is what a handler gives back; a nil body has no content.
type reply struct {
	status int
	body   any
	header map[string]string
}

type route struct {
	pattern string
	// allow are the permissions of which one is needed, application or
	// delegated; empty where any token will do or the handler decides.
	allow []string
	// admin are the directory roles of which a signed-in user needs one.
	admin []string
	serve func(*call) (reply, error)
	// unlocked handlers take the lock themselves: they wait for others.
	unlocked bool

	method   string
	segments []string
}

// graphRoutes is everything that the simulated Graph answers.
var graphRoutes []route

func init() {
	for _, list := range [][]route{placeRoutes, userRoutes, groupRoutes, tenantRoutes, calendarRoutes, applicationRoutes, principalRoutes, grantRoutes, subscriptionRoutes, reportRoutes, previewRoutes} {
		graphRoutes = append(graphRoutes, list...)
	}
	for i := range graphRoutes {
		r := &graphRoutes[i]
		method, path, _ := strings.Cut(r.pattern, " ")
		r.method, r.segments = method, strings.Split(strings.TrimPrefix(path, "/"), "/")
	}
}

// ServeHTTP answers one call.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("request-id", microsoft.RequestID(r))
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = microsoft.RequestID(r)
	}
	h.Set("client-request-id", client)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"ROOMKEY"}}`)

	token, err := g.entra.Authenticate(r)
	if err != nil {
		microsoft.Fail(w, r, err)
		return
	}
	g.dispatch(w, r, token)
}

// dispatch finds the route; sub-requests of a batch come here directly.
func (g *Graph) dispatch(w http.ResponseWriter, r *http.Request, token *entra.Claims) {
	segments, err := graphPath(r.URL)
	if err != nil {
		microsoft.Fail(w, r, microsoft.BadRequest(err.Error()))
		return
	}
	if len(segments) == 1 && segments[0] == "$batch" {
		g.serveBatch(w, r, token)
		return
	}
	c := &call{g: g, r: r, query: r.URL.Query(), claims: token}
	rt, err := c.find(segments)
	if err == nil {
		err = c.permitted(rt)
	}
	var out []byte
	var rep reply
	if err == nil {
		rep, out, err = c.run(rt)
	}
	if err != nil {
		microsoft.Fail(w, r, err)
		return
	}
	for k, v := range rep.header {
		w.Header().Set(k, v)
	}
	if out != nil && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	}
	w.WriteHeader(rep.status)
	_, _ = w.Write(out)
}

// run serves under the lock, encoding included: an answer shares memory with
// the tenant.
func (c *call) run(rt *route) (rep reply, out []byte, err error) {
	if !rt.unlocked {
		c.g.Lock()
		defer c.g.Unlock()
	}
	if rep, err = rt.serve(c); err != nil {
		return rep, nil, err
	}
	if c.r.Method != http.MethodGet {
		if err = c.g.Save(); err != nil {
			return rep, nil, err
		}
	}
	switch body := rep.body.(type) {
	case nil:
	case string: // $count
		return rep, []byte(body), nil
	default:
		out, err = json.Marshal(body)
	}
	return rep, out, err
}

// graphPath gives the segments after the version in one spelling: keys in
// brackets become segments of their own, casts get their full name.
func graphPath(u *url.URL) ([]string, error) {
	path := strings.Trim(u.EscapedPath(), "/")
	path = strings.TrimPrefix(path, "v1.0/") // what is of the beta says so
	path = strings.TrimPrefix(path, "myorganization/")
	var out []string
	for _, raw := range strings.Split(path, "/") {
		seg, err := url.PathUnescape(raw)
		if err != nil {
			return nil, err
		}
		name, key, keyed := strings.Cut(seg, "(")
		if keyed && !strings.Contains(name, "@") {
			out = append(out, name)
			if key = strings.TrimSuffix(key, ")"); key != "" {
				out = append(out, unquoteKey(key))
			}
			continue
		}
		if strings.HasPrefix(strings.ToLower(seg), "graph.") {
			seg = "microsoft." + seg
		}
		out = append(out, seg)
	}
	return out, nil
}

// unquoteKey turns 'x' into x and appId='x' into appId=x.
func unquoteKey(key string) string {
	name, value, named := strings.Cut(key, "=")
	if !named || strings.HasPrefix(key, "'") {
		name, value = "", key
	} else {
		name += "="
	}
	value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
	return name + strings.ReplaceAll(value, "''", "'")
}

// find matches the path, then the method.
func (c *call) find(segments []string) (*route, error) {
	otherMethod := false
	deepest := 0
	for i := range graphRoutes {
		rt := &graphRoutes[i]
		vars, depth, ok := rt.match(segments)
		deepest = max(deepest, depth)
		if !ok {
			continue
		}
		if rt.method != c.r.Method {
			otherMethod = true
			continue
		}
		c.vars = vars
		return rt, nil
	}
	if otherMethod {
		return nil, microsoft.Refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	return nil, microsoft.NoSegment(segments[min(deepest, len(segments)-1)])
}

func (rt *route) match(segments []string) (vars []string, depth int, ok bool) {
	for i, want := range rt.segments {
		switch {
		case i >= len(segments):
			return nil, depth, false
		case want == "{}":
			vars = append(vars, segments[i])
		case !strings.EqualFold(strings.TrimPrefix(segments[i], "microsoft.graph."), strings.TrimPrefix(want, "microsoft.graph.")):
			return nil, depth, false
		}
		depth++
	}
	return vars, depth, len(segments) == len(rt.segments)
}

// permitted applies the route's permissions to the token.
func (c *call) permitted(rt *route) error {
	if len(rt.allow) > 0 && !c.claims.HasAny(rt.allow...) {
		if strings.HasPrefix(rt.segments[0], "places") {
			return microsoft.Refuse(http.StatusForbidden, "Forbidden", "Insufficient permissions: the place.read.all permission is required.")
		}
		return microsoft.Denied()
	}
	if len(rt.admin) > 0 && c.claims.User() && !c.claims.HasRole(rt.admin...) {
		return microsoft.Denied()
	}
	return nil
}

// body decodes the request strictly into v.
func (c *call) body(v any) error {
	data, err := c.raw()
	if err != nil {
		return err
	}
	if data, err = withoutOData(data); err != nil {
		return err
	}
	return strict(data, v)
}

// withoutOData takes out the annotations (@odata.type and the like) that
// Microsoft's own clients add to every object.
func withoutOData(data []byte) ([]byte, error) {
	if !bytes.Contains(data, []byte(`"@odata.`)) {
		return data, nil
	}
	var v any
	if err := strict(data, &v); err != nil {
		return nil, err
	}
	return json.Marshal(plain(v))
}

func plain(v any) any {
	switch v := v.(type) {
	case object:
		for k, x := range v {
			if strings.HasPrefix(k, "@odata.") {
				delete(v, k)
			} else {
				v[k] = plain(x)
			}
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

func (c *call) raw() ([]byte, error) {
	if t := c.r.Header.Get("Content-Type"); !strings.HasPrefix(t, "application/json") {
		return nil, microsoft.Refuse(http.StatusUnsupportedMediaType, "BadRequest", "A missing or unsupported Content-Type header: the body must be application/json.")
	}
	data, err := io.ReadAll(io.LimitReader(c.r.Body, 4<<20))
	if err != nil {
		return nil, microsoft.BadRequest("The request body could not be read.")
	}
	return data, nil
}

// strict refuses what is not JSON, what follows it, and what the type does not
// have.
func strict(data []byte, v any) error {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("more than one JSON value")
	}
	if err == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return microsoft.BadRequest("Invalid property " + strings.ReplaceAll(name, `"`, "'") + ".")
	}
	return microsoft.Refuse(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

func created(body any) (reply, error) { return reply{status: http.StatusCreated, body: body}, nil }

func noContent() (reply, error) { return reply{status: http.StatusNoContent}, nil }

// context is the @odata.context of an answer.
func (c *call) context(what string) string { return c.g.Root + "/v1.0/$metadata#" + what }

// entity adds the context to a single object, after $select.
func (c *call) entity(what string, o object, known []string) (reply, error) {
	kind, _ := o["@odata.type"].(string)
	names, err := c.selected(known, kind)
	if err != nil {
		return reply{}, err
	}
	o = pick(o, names)
	o["@odata.context"] = c.context(what + "/$entity")
	return ok(o)
}
