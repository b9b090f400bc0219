package booking

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// bodyLimit is the contract's own, in bytes.
const bodyLimit = 16 << 20

// caller makes calls to one booking server and believes nothing of the answer
// that it has not looked at.
type caller struct {
	http  *http.Client
	token vault.Secret
	// secrets never appear in a problem, also when the server repeats one.
	secrets []vault.Secret
	// met is set once the server has said something that only a server of its kind
	// says: its address is then right, whatever comes later.
	met *atomic.Bool
}

func newCaller(client *http.Client, token vault.Secret) caller {
	own := *client
	// A redirect would carry the token to a host that nobody chose.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return caller{http: &own, token: token, secrets: []vault.Secret{token}, met: new(atomic.Bool)}
}

type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
}

// call sends body (nil for none) as JSON. Answers under 300 come back, all
// others as problems.
func (c caller) call(ctx context.Context, method, url string, header http.Header, body any) (answer, error) {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		content = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return answer{}, webAddress(url)
	}
	maps.Copy(req.Header, header)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	// A proxy that compresses on the way makes the entity tag a weak one (nginx
	// does), which no precondition may carry.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, transport.BookingServer.Problem(err, req.URL.Host)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header, attempts: transport.Attempts(resp)}
	a.body, err = read(resp)
	switch {
	case errors.Is(err, errPacked):
		return a, c.unexpected(a, words.T("The response is compressed and cannot be unpacked.")).By(err)
	case err != nil:
		return a, transport.BookingServer.Problem(err, req.URL.Host)
	}
	if len(a.body) > bodyLimit {
		return a, c.unexpected(a, words.T("The response is larger than 16 MiB."))
	}
	if a.status >= 300 || a.status < 200 {
		return a, c.refused(req, a)
	}
	return a, nil
}

var errPacked = errors.New("compressed and not to be unpacked")

// read is an answer's body, at most a byte more than the limit. Some servers
// compress although they are asked not to.
func read(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyLimit+1))
	if err != nil || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") || !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		return body, err
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(z, bodyLimit+1))
	}
	if err != nil {
		return nil, errors.Join(errPacked, err)
	}
	return body, nil
}

// authorized is call with the bearer token.
func (c caller) authorized(ctx context.Context, method, url string, header http.Header, body any) (answer, error) {
	if c.token.IsZero() {
		return answer{}, problem.New(codeTokenMissing, words.T("There is no token for the booking server yet.")).
			Lead(words.T("Create a token in the booking server's console and store it."), problem.PlaceServerToken)
	}
	h := header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Authorization", "Bearer "+c.token.Reveal())
	return c.call(ctx, method, url, h, body)
}

// Inconclusive reports whether err says nothing about what the server speaks: no
// answer came, or one of a server that is busy or out of order.
func Inconclusive(err error) bool {
	switch problem.KindOf(err) {
	case problem.NoAnswer, problem.Unreachable, problem.Untrusted, problem.Throttled, problem.Cancelled:
		return true
	}
	return false
}

// decode reads an answer's JSON into v and then asks v's own rules.
func (c caller) decode(a answer, v any) error {
	said := a.header.Get("Content-Type")
	switch kind, _, _ := mime.ParseMediaType(said); {
	case said == "":
		return c.unexpected(a, words.T("JSON was expected; the response does not say what it contains."))
	case kind != "application/json":
		return c.unexpected(a, words.T("JSON was expected; the response is of the type “%s”.", problem.Line(said)))
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return c.unexpected(a, words.T("The response is empty."))
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		switch coding := strings.ToLower(a.header.Get("Content-Encoding")); coding {
		case "", "identity", "gzip":
		default:
			return c.unexpected(a, words.T("The response is in the encoding “%s”, which was not asked for.", problem.Line(coding))).By(err)
		}
		return c.unexpected(a, problem.OfJSON(err, a.body, v)).By(err)
	}
	if field := doubled(json.NewDecoder(bytes.NewReader(a.body))); field != "" {
		return c.unexpected(a, words.T("The response has the field “%s” twice.", c.hide(field)))
	}
	return nil
}

// doubled is a field that one object has twice, "" when there is none: of two
// values nobody knows which is meant. Go reads fields in any case.
func doubled(d *json.Decoder) string {
	token, err := d.Token()
	if err != nil {
		return ""
	}
	open, _ := token.(json.Delim)
	seen := map[string]bool{}
	for (open == '{' || open == '[') && d.More() {
		if open == '{' {
			key, err := d.Token()
			name, _ := key.(string)
			if err != nil {
				return ""
			}
			folded := strings.ToLower(name)
			if seen[folded] {
				return name
			}
			seen[folded] = true
		}
		if field := doubled(d); field != "" {
			return field
		}
	}
	if open == '{' || open == '[' {
		_, _ = d.Token() // its end
	}
	return ""
}

func (c caller) unexpected(a answer, what words.Text) *problem.Problem {
	p := problem.New(codeUnexpectedAnswer, words.T("The booking server sent a response that does not fit.")).Asked(a.attempts)
	if title := htmlTitle(a.body); title != "" {
		what = words.T("A web page came instead of data, with the title “%s”. It is often the sign-in page of a proxy.", c.hide(title))
	}
	if p.With(what); c.met.Load() {
		return p.Fix(words.T("Give this text to whoever runs the booking server or the network."))
	}
	return p.Lead(words.T("Check the booking server's address: it is the address of the server itself, not of a page on it."), problem.PlaceServerURL).
		Fix(words.T("If the address is right, give this text to whoever runs the booking server or the network."))
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// htmlTitle is the title of a web page, "page" when it has none, "" when the
// text is no web page.
func htmlTitle(body []byte) string {
	start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 512)])))
	if !strings.HasPrefix(start, "<!doctype html") && !strings.HasPrefix(start, "<html") {
		return ""
	}
	if m := title.FindSubmatch(body); m != nil {
		if t := problem.Line(strings.TrimSpace(string(m[1]))); t != "" {
			return t
		}
	}
	return "page"
}

// hide takes the secrets out of text from the server.
func (c caller) hide(text string) string {
	return problem.Clean(vault.Hide(text, vault.Secret{}.String(), c.secrets...))
}
