package booking

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// otherServer is a server of the contract by other people: the least that the
// contract asks for, in JSON without types, and with habits of its own.
type otherServer struct {
	*httptest.Server
	identity *age.X25519Identity
	habit    habit

	mu       sync.Mutex
	config   map[string]any
	storedAt time.Time
	version  int
	answered map[string][]byte
	// opened is the secret of the last credential.
	opened string
}

// habit is how a server answers what the contract leaves open, or nearly.
type habit struct {
	// write sends the answer; nil is the usual way.
	write func(w http.ResponseWriter, status int, header map[string]string, body []byte)
	// shape changes what is sent of the configuration.
	shape func(config map[string]any)
	// noBody has a PUT answered with 204, bare has problems say their code only.
	noBody, bare bool
	// tag makes an entity tag for the status, "" leaves it out.
	statusTag func(tag string) string
	// sparse leaves out what is not required.
	sparse bool
}

func newOther(t *testing.T, h habit) *otherServer {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	o := &otherServer{identity: identity, habit: h, answered: map[string][]byte{}}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *otherServer) tag() string { return fmt.Sprintf(`"%d"`, o.version) }

func (o *otherServer) send(w http.ResponseWriter, status int, header map[string]string, body any) {
	var raw []byte
	if body != nil {
		raw, _ = json.MarshalIndent(body, "", "\t") // maps and texts
	}
	if header == nil {
		header = map[string]string{}
	}
	if header["Content-Type"] == "" && raw != nil {
		header["Content-Type"] = "application/json"
	}
	if o.habit.write != nil {
		o.habit.write(w, status, header, raw)
		return
	}
	for k, v := range header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

func (o *otherServer) refuse(w http.ResponseWriter, status int, code string, more ...string) {
	p := map[string]any{"code": code, "status": status, "title": http.StatusText(status), "type": "urn:room-booking-integration:problem:" + code}
	if o.habit.bare {
		p = map[string]any{"code": code}
	}
	if len(more) > 0 {
		p["errors"] = []any{map[string]any{"pointer": more[0]}}
	}
	o.send(w, status, map[string]string{"Content-Type": "application/problem+json"}, p)
}

func (o *otherServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.URL.Path == "/.well-known/room-booking-integration" {
		o.send(w, 200, nil, map[string]any{"apiBase": o.URL + "/v7/", "contractVersion": 1, "product": "Other", "sealingRecipient": o.identity.Recipient().String()})
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+token {
		o.refuse(w, 401, "unauthorized")
		return
	}
	raw, _ := io.ReadAll(r.Body) // what is cut is no JSON
	var sent map[string]any
	if len(raw) > 0 && json.Unmarshal(raw, &sent) != nil {
		o.refuse(w, 400, "malformed")
		return
	}
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v7/microsoft365") {
	case "GET ":
		o.show(w, 200)
	case "POST /dry-run":
		o.send(w, 200, nil, map[string]any{"problems": []any{}, "changes": []any{}, "acceptable": true})
	case "PUT ":
		o.put(w, r, raw, sent)
	case "DELETE ":
		switch {
		case o.config == nil:
			o.refuse(w, 404, "not-configured")
		case r.Header.Get("If-Match") != o.tag():
			o.refuse(w, 412, "etag-mismatch")
		default:
			o.config = nil
			o.version++
			o.send(w, 204, nil, nil)
		}
	case "GET /status":
		if o.config == nil {
			o.send(w, 200, nil, map[string]any{"state": "not-configured", "checkedAt": time.Now().UTC(), "checks": []any{}})
			return
		}
		header := map[string]string{"ETag": o.tag()}
		if o.habit.statusTag != nil {
			header["ETag"] = o.habit.statusTag(o.tag())
		}
		o.send(w, 200, header, map[string]any{"checks": []any{map[string]any{"state": "ok", "id": "rooms"}, map[string]any{"state": "ok", "id": "token"}, map[string]any{"state": "unknown", "id": "moon"}},
			"digest": o.config["digest"], "state": "ok", "checkedAt": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
	default:
		o.refuse(w, 404, "not-found")
	}
}

func (o *otherServer) put(w http.ResponseWriter, r *http.Request, raw []byte, sent map[string]any) {
	key := r.Header.Get("Idempotency-Key")
	if before, again := o.answered[key]; again {
		if !bytes.Equal(before, raw) {
			o.refuse(w, 422, "idempotency-key-reused")
			return
		}
		o.took(w, 200)
		return
	}
	if none, match := r.Header.Get("If-None-Match"), r.Header.Get("If-Match"); none == "*" && o.config != nil || match != "" && (o.config == nil || match != o.tag()) {
		o.refuse(w, 412, "etag-mismatch")
		return
	}
	credential, _ := sent["credential"].(map[string]any)
	sealed, _ := credential["sealed"].(string)
	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), o.identity)
	if err != nil {
		o.refuse(w, 422, "invalid-configuration", "/credential/sealed")
		return
	}
	secret, _ := io.ReadAll(plain)
	o.opened = string(secret)
	delete(credential, "sealed")
	status := 200
	if o.config == nil {
		status = 201
	}
	o.config, o.storedAt = sent, time.Now()
	o.version++
	o.answered[key] = raw
	o.took(w, status)
}

func (o *otherServer) took(w http.ResponseWriter, status int) {
	if o.habit.noBody {
		o.send(w, 204, map[string]string{"ETag": o.tag()}, nil)
		return
	}
	o.show(w, status)
}

func (o *otherServer) show(w http.ResponseWriter, status int) {
	if o.config == nil {
		o.refuse(w, 404, "not-configured")
		return
	}
	var config map[string]any
	raw, _ := json.Marshal(o.config)
	_ = json.Unmarshal(raw, &config) // a copy
	if o.habit.shape != nil {
		o.habit.shape(config)
	}
	body := map[string]any{"configuration": config}
	if !o.habit.sparse {
		body["storedAt"] = o.storedAt.UTC().Format("2006-01-02T15:04:05.000+00:00")
	}
	o.send(w, status, map[string]string{"ETag": o.tag()}, body)
}

// raw answers without Go's server: by hand, on the bare connection.
func rawAnswer(w http.ResponseWriter, status int, head string, body []byte) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, head, status, http.StatusText(status))
	_, _ = conn.Write(body)
}

var habits = map[string]habit{
	"none":     {},
	"sparse":   {sparse: true, bare: true},
	"no body":  {noBody: true},
	"problems": {bare: true},
	"HTTP/1.0": {write: func(w http.ResponseWriter, status int, header map[string]string, body []byte) {
		head := "HTTP/1.0 %d %s\r\n"
		for k, v := range header {
			head += strings.ToLower(k) + ": " + v + "\r\n"
		}
		rawAnswer(w, status, head+"connection: close\r\n\r\n", body)
	}},
	"chunks": {write: func(w http.ResponseWriter, status int, header map[string]string, body []byte) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		for _, b := range body {
			_, _ = w.Write([]byte{b})
			if b == ',' {
				w.(http.Flusher).Flush()
			}
		}
	}},
	"gzip": {write: func(w http.ResponseWriter, status int, header map[string]string, body []byte) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		if body != nil {
			w.Header().Set("Content-Encoding", "gzip")
		}
		w.WriteHeader(status)
		if body != nil {
			z := gzip.NewWriter(w)
			_, _ = z.Write(body)
			_ = z.Close()
		}
	}},
	"charset": {write: func(w http.ResponseWriter, status int, header map[string]string, body []byte) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		if kind := w.Header().Get("Content-Type"); kind != "" {
			w.Header().Set("Content-Type", strings.ToUpper(kind)+` ;Charset="utf-8"; x`)
		}
		w.WriteHeader(status)
		_, _ = w.Write(append([]byte("\r\n\t "), body...))
	}},
	"more fields": {shape: func(c map[string]any) {
		c["zone"], c["legacy"], c["links"] = "eu", nil, map[string]any{"self": "/x"}
		c["tenant"].(map[string]any)["region"] = []any{1, nil}
		for _, r := range c["rooms"].(map[string]any)["items"].([]any) {
			r.(map[string]any)["_id"], r.(map[string]any)["capacity"] = "5", nil
		}
	}},
	"order": {shape: func(c map[string]any) {
		items := c["rooms"].(map[string]any)["items"].([]any)
		for i, j := 0, len(items)-1; i < j; i, j = i+1, j-1 {
			items[i], items[j] = items[j], items[i]
		}
	}},
	"times": {shape: func(c map[string]any) { c["credential"].(map[string]any)["expires"] = "2027-03-01T01:00:00.000+01:00" }},
	"nothing as null": {shape: func(c map[string]any) {
		c["permissions"], c["serviceAccount"] = nil, nil
		c["notifications"] = map[string]any{"url": nil}
		c["singleSignOn"] = nil
	}},
	"status with a weak tag": {statusTag: func(string) string { return `W/"3f-abc"` }},
}

func (o *otherServer) open(t *testing.T, log PushLog) *Client {
	t.Helper()
	client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(Options{Server: connection.Server{URL: o.URL, Adapter: AdapterContract, PinnedRecipient: o.identity.Recipient().String()}, Token: vault.NewSecret(token), HTTP: client, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func habitual(digest string, rooms ...Room) Configuration {
	return Configuration{
		Digest: digest, Cloud: Cloud{"global", "https://login.example", "https://graph.example"}, Tenant: Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11"},
		Application: Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10"},
		Credential:  Credential{Kind: connection.CredentialSecret, Fingerprint: "f" + digest, Expires: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)},
		Rooms:       Rooms{Mode: connection.Selected, Items: rooms}, People: People{Mode: connection.All},
	}
}

// TestHabits: the whole life of a connection at a server that somebody else wrote
// from the contract alone, whatever its habits.
func TestHabits(t *testing.T) {
	for name, h := range habits {
		t.Run(name, func(t *testing.T) {
			o, log := newOther(t, h), &memory{}
			ctx := t.Context()
			push := func(cfg Configuration) (Current, error) {
				c := o.open(t, log)
				seen, err := c.Preview(ctx, cfg, Choices{})
				if err != nil || !seen.DryRun.Acceptable {
					t.Fatalf("preview: %v %+v", err, seen.DryRun)
				}
				cleared, err := Gate(Checked{Digest: cfg.Digest, Verdict: "pass"}, cfg.Digest, false)
				if err != nil {
					t.Fatal(err)
				}
				got, err := c.Push(ctx, cfg, vault.NewSecret("s-"+cfg.Digest), cleared, seen.Current, PushOptions{})
				return got.Current, err
			}
			proven := func(want Configuration) {
				t.Helper()
				c := o.open(t, log)
				now, err := c.Current(ctx)
				if err != nil || !c.Keeps(now, want) {
					t.Fatalf("does not hold %s: %v %+v", want.Digest, err, now)
				}
				view, err := c.Status(ctx)
				if err != nil || view.State != StatusOK || !Proves(log.lines[len(log.lines)-1], now, view) {
					t.Errorf("its view of %s is no proof: %v %+v", want.Digest, err, view)
				}
				if !strings.Contains(o.opened, "s-"+want.Digest) {
					t.Error("the credential was not opened")
				}
			}
			if now, err := o.open(t, log).Current(ctx); err != nil || now.Configuration != nil {
				t.Fatalf("nothing is held: %v %+v", err, now)
			}
			one := habitual("d1", Room{EmailAddress: "a@x"}, Room{EmailAddress: "b@x", DisplayName: "B"})
			if _, err := push(one); err != nil {
				t.Fatalf("first push: %v\n%s", err, problem.Of(err).Detail)
			}
			proven(one)
			two := habitual("d2", Room{EmailAddress: "b@x", DisplayName: "Bé"}, Room{EmailAddress: "c@x"})
			if _, err := push(two); err != nil {
				t.Fatalf("changed push: %v\n%s", err, problem.Of(err).Detail)
			}
			proven(two)
			// Somebody else pushes in between.
			c := o.open(t, log)
			seen, err := c.Current(ctx)
			if err != nil {
				t.Fatal(err)
			}
			three := habitual("d3", Room{EmailAddress: "c@x"})
			if _, err := push(three); err != nil {
				t.Fatal(err)
			}
			cleared, err := Gate(Checked{Digest: "d4", Verdict: "pass"}, "d4", false)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Push(ctx, habitual("d4"), vault.NewSecret("s-d4"), cleared, seen, PushOptions{}); problem.CodeOf(err) != codeETagMismatch {
				t.Errorf("a push over somebody else's: %v", err)
			}
			removal, err := c.Removal(ctx)
			if err == nil {
				err = c.Remove(ctx, removal)
			}
			if err != nil {
				t.Fatalf("removal: %v", err)
			}
			if now, err := c.Current(ctx); err != nil || now.Configuration != nil {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
}
