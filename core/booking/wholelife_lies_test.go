package booking

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func lies(t *testing.T) map[string]func(w *world, call string, n int, a *response) {
	t.Helper()
	type lie = func(w *world, call string, n int, a *response)
	at := func(call string, do func(w *world, a *response)) lie {
		return func(w *world, c string, _ int, a *response) {
			if c == call {
				do(w, a)
			}
		}
	}
	described := func(old, new string) lie {
		return at(describes, func(w *world, a *response) {
			a.swap(strings.ReplaceAll(old, "URL", w.URL), strings.NewReplacer("URL", w.URL, "ELSEWHERE", w.elsewhere.URL).Replace(new))
		})
	}
	head := func(call, name, value string) lie {
		return at(call, func(w *world, a *response) {
			a.header.Set(name, strings.ReplaceAll(value, "ELSEWHERE", w.elsewhere.URL))
		})
	}
	says := func(call string, status int, kind, body string) lie {
		return at(call, func(_ *world, a *response) {
			a.status, a.header, a.body = status, http.Header{"Content-Type": {kind}, "Etag": {`"9"`}}, body
		})
	}
	refuses := func(call string, status int, code string) lie {
		return at(call, func(_ *world, a *response) { a.refuse(status, code) })
	}
	sends := func(call string, raw func(http.ResponseWriter, *http.Request)) lie {
		return at(call, func(_ *world, a *response) { a.raw = raw })
	}
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat(" ", 512)); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}
	bomb := func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		block := make([]byte, 1<<20)
		for range 80 {
			_, _ = z.Write(block)
		}
		_ = z.Close()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(b.Bytes())
	}
	table := map[string]lie{
		"version 1.5":              described(`"contractVersion": 1`, `"contractVersion": 1.5`),
		"version -1":               described(`"contractVersion": 1`, `"contractVersion": -1`),
		"version null":             described(`"contractVersion": 1`, `"contractVersion": null`),
		"version true":             described(`"contractVersion": 1`, `"contractVersion": true`),
		"version of 30 digits":     described(`"contractVersion": 1`, `"contractVersion": 111111111111111111111111111111`),
		"version twice":            described(`"contractVersion": 1`, `"contractVersion": 1, "ContractVersion": 2`),
		"product of spaces":        described(`"Other"`, `" \t "`),
		"product as list":          described(`"Other"`, `["Other"]`),
		"base elsewhere":           described(`"URL/v7/"`, `"ELSEWHERE/v7"`),
		"base with a user":         described(`"URL/v7/"`, `"https://a:b@rooms.example/v7"`),
		"base of another scheme":   described(`"URL/v7/"`, `"javascript:alert(1)"`),
		"base without a scheme":    described(`"URL/v7/"`, `"//rooms.example/v7"`),
		"base with a fragment":     described(`"URL/v7/"`, `"URL/v7#"`),
		"base in plain http":       described(`"URL/v7/"`, `"http://rooms.example/v7"`),
		"base as loopback's alias": described(`"URL/v7/"`, `"http://127.0.0.1.nip.io/v7"`),
		"base at an odd port":      described(`"URL/v7/"`, `"https://127.0.0.1:99999/v7"`),
		"base with a line":         described(`"URL/v7/"`, `"URL/v7\r\nHost: x"`),
		"base null":                described(`"URL/v7/"`, `null`),
		"base that climbs":         described(`"URL/v7/"`, `"URL/v7/../../elsewhere"`),
		"redirects elsewhere":      described(`"product"`, `"redirectUris":["ELSEWHERE/cb"],"product"`),
		"redirects as text":        described(`"product"`, `"redirectUris":"ELSEWHERE/cb","product"`),
		"an empty redirect":        described(`"product"`, `"redirectUris":[""],"product"`),
		"notifications elsewhere":  described(`"product"`, `"notificationUrl":"ELSEWHERE/n","product"`),
		"notifications by number":  described(`"product"`, `"lifecycleNotificationUrl":7,"product"`),
		"description of a BOM":     at(describes, func(_ *world, a *response) { a.body = "\ufeff" + a.body }),
		"description in UTF-16": at(describes, func(_ *world, a *response) {
			a.header.Set("Content-Type", "application/json; charset=utf-16")
			a.body = "\xff\xfe" + strings.Join(strings.Split(a.body, ""), "\x00") + "\x00"
		}),
		"description not modified":    says(describes, 304, "application/json", ""),
		"description in part":         sends(describes, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) }),
		"description that never ends": sends(describes, endless),
		"description as a bomb":       sends(describes, bomb),
		"network sign-in":             says(describes, 511, "text/html", "<html><title>Wi-Fi</title>"),
		"another key":                 at(describes, func(w *world, a *response) { a.swap(w.identity.Recipient().String(), recipient) }),
		"key with a space": at(describes, func(w *world, a *response) {
			a.swap(w.identity.Recipient().String(), w.identity.Recipient().String()+" ")
		}),
		"key in capitals": at(describes, func(w *world, a *response) {
			a.swap(w.identity.Recipient().String(), strings.ToUpper(w.identity.Recipient().String()))
		}),
		"key of SSH":  at(describes, func(w *world, a *response) { a.swap(w.identity.Recipient().String(), "ssh-ed25519 AAAA") }),
		"key as list": at(describes, func(w *world, a *response) { a.swap(`"`+w.identity.Recipient().String()+`"`, `["`+recipient+`"]`) }),
		"key changes at the second look": func(w *world, c string, n int, a *response) {
			if c == describes && n > 1 {
				a.swap(w.identity.Recipient().String(), recipient)
			}
		},
		"version changes at the second look": func(_ *world, c string, n int, a *response) {
			if c == describes && n > 1 {
				a.swap(`"contractVersion": 1`, `"contractVersion": 2`)
			}
		},
		"base moves at the second look": func(w *world, c string, n int, a *response) {
			if c == describes && n > 1 {
				a.swap(w.URL, w.elsewhere.URL)
			}
		},
		"gone at the second look": func(_ *world, c string, n int, a *response) {
			if c == describes && n > 1 {
				a.refuse(404, "not-found")
			}
		},

		"error in a PUT's 200":       says(puts, 200, "application/json", `{"error":"database is locked"}`),
		"error in a GET's 200":       says(gets, 200, "application/json", `{"code":"not-configured","status":404}`),
		"problem type with 200":      says(gets, 200, "application/problem+json", `{"code":"not-configured","status":404}`),
		"PUT says not configured":    refuses(puts, 404, "not-configured"),
		"PUT says mismatch":          refuses(puts, 412, "etag-mismatch"),
		"PUT says mismatch with 200": refuses(puts, 200, "etag-mismatch"),
		"PUT says locked":            refuses(puts, 423, "locked"),
		"PUT wants a precondition":   refuses(puts, 428, "precondition-required"),
		"PUT is in progress":         refuses(puts, 409, "in-progress"),
		"PUT is in conflict":         refuses(puts, 409, "conflict"),
		"PUT has no storage":         refuses(puts, 507, "storage"),
		"PUT wants a network":        refuses(puts, 511, "network"),
		"PUT says unauthorized":      refuses(puts, 401, "not-configured"),
		"all refuse after the PUT": func(w *world, c string, _ int, a *response) {
			if c == puts || w.count[puts] > 0 && c == gets {
				a.refuse(418, "teapot")
			}
		},
		"all are busy after the PUT": func(w *world, c string, _ int, a *response) {
			if c == puts || w.count[puts] > 0 && c == gets {
				a.refuse(429, "too-many-requests")
				a.header.Set("Retry-After", "999999999999999999999")
			}
		},
		"all doubt the token after the PUT": func(w *world, c string, _ int, a *response) {
			if c == puts || w.count[puts] > 0 && c == gets {
				a.refuse(401, "unauthorized")
			}
		},
		"all are lost after the PUT": func(w *world, c string, _ int, a *response) {
			if c == puts || w.count[puts] > 0 && c == gets {
				a.refuse(404, "not-found")
			}
		},
		"busy with a date of the past": func(_ *world, c string, n int, a *response) {
			if c == puts && n == 1 {
				a.refuse(429, "too-many-requests")
				a.header.Set("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")
			}
		},
		"busy for a negative time": func(_ *world, c string, n int, a *response) {
			if c == gets && n == 1 {
				a.refuse(503, "unavailable")
				a.header.Set("Retry-After", "-99999")
			}
		},
		"redirected by 307 to the same path": at(puts, func(w *world, a *response) {
			a.status, a.body = 307, ""
			a.header.Set("Location", w.elsewhere.URL+"/v7/microsoft365")
		}),
		"location elsewhere":      head(puts, "Content-Location", "ELSEWHERE/v7/microsoft365"),
		"PUT of a weak tag":       head(puts, "ETag", `W/"1"`),
		"PUT of no tag":           head(puts, "ETag", ""),
		"GET of another tag":      at(gets, func(w *world, a *response) { a.header.Set("ETag", fmt.Sprintf(`"x%d"`, w.count[gets])) }),
		"GET of a tag in letters": head(gets, "ETag", `"é"`),
		"GET of two tags":         at(gets, func(_ *world, a *response) { a.header.Add("ETag", `"2"`) }),
		"GET of a long tag":       at(gets, func(_ *world, a *response) { a.header.Set("ETag", `"`+strings.Repeat("x", 100_000)+`"`) }),
		"GET of a BOM":            at(gets, func(_ *world, a *response) { a.body = "\ufeff" + a.body }),
		"GET in Latin-1":          at(gets, func(_ *world, a *response) { a.swap("a@x", "\xe4@x") }),
		"GET as a bomb":           sends(gets, bomb),
		"GET that never ends":     sends(gets, endless),
		"GET compressed as br":    head(gets, "Content-Encoding", "br"),
		"GET of nothing":          at(gets, func(_ *world, a *response) { a.refuse(404, "not-configured") }),
		"GET gone":                at(gets, func(_ *world, a *response) { a.refuse(410, "not-configured") }),
		"GET of the sealed text":  at(gets, func(_ *world, a *response) { a.swap(`"kind": "secret"`, `"kind": "secret", "sealed": "x"`) }),
		"GET of a room twice":     at(gets, func(_ *world, a *response) { a.swap(`"items": [`, `"items": [{"emailAddress": "A@X"},`) }),
		"GET of an older time":    at(gets, func(_ *world, a *response) { a.swap(`"storedAt": "20`, `"storedAt": "19`) }),
		"GET of a leap second":    at(gets, func(_ *world, a *response) { a.swap(`+00:00"`, `+99:00"`) }),
		"GET of another tenant":   at(gets, func(_ *world, a *response) { a.swap("0b4c3f6e", "ffffffff") }),
		"GET from a cache": func(w *world, c string, n int, a *response) {
			if c == gets && w.count[puts] > 0 {
				a.swap(`"new"`, `"old"`)
				a.swap("fnew", "fold")
			}
		},
		"GET by HTTP/0.9": sends(gets, func(w http.ResponseWriter, _ *http.Request) { rawAnswer(w, 200, "{}%d%s\r\n", nil) }),
		"GET by HTTP/9": sends(gets, func(w http.ResponseWriter, _ *http.Request) {
			rawAnswer(w, 200, "HTTP/9.9 %d %s\r\ncontent-length: 2\r\n\r\n", []byte("{}"))
		}),
		"GET of two lengths": sends(gets, func(w http.ResponseWriter, _ *http.Request) {
			rawAnswer(w, 200, "HTTP/1.1 %d %s\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n", []byte("{}x"))
		}),
		"GET of a bad chunk": sends(gets, func(w http.ResponseWriter, _ *http.Request) {
			rawAnswer(w, 200, "HTTP/1.1 %d %s\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n", []byte("zz\r\n{}\r\n"))
		}),
		"GET of a status of words": sends(gets, func(w http.ResponseWriter, _ *http.Request) { rawAnswer(w, 200, "HTTP/1.1 OK%d%s\r\n\r\n", nil) }),
		"GET after 1,000 hints": sends(gets, func(w http.ResponseWriter, _ *http.Request) {
			rawAnswer(w, 103, strings.Repeat("HTTP/1.1 103 Early\r\n\r\n", 1000)+"HTTP/1.1 %d %s\r\n\r\n", nil)
		}),
		"GET of endless headers": sends(gets, func(w http.ResponseWriter, _ *http.Request) {
			rawAnswer(w, 200, "HTTP/1.1 %d %s\r\n"+strings.Repeat("x-more: "+strings.Repeat("y", 1000)+"\r\n", 2000)+"\r\n", nil)
		}),
		"GET that is another's answer": says(gets, 200, "application/json", whole),

		"dry run that is no object":    says(tries, 200, "application/json", `[]`),
		"dry run of yes in words":      says(tries, 200, "application/json", `{"acceptable":"yes","changes":[],"problems":[]}`),
		"dry run of no problems":       says(tries, 200, "application/json", `{"acceptable":true,"changes":[],"problems":null}`),
		"dry run of a loud error":      says(tries, 200, "application/json", `{"acceptable":true,"changes":[],"problems":[{"severity":"ERROR","pointer":"/rooms","code":"x","detail":"No."}]}`),
		"dry run of an unnamed error":  says(tries, 200, "application/json", `{"acceptable":true,"changes":[],"problems":[{"pointer":"/rooms","code":"x","detail":"No."}]}`),
		"dry run that is not possible": refuses(tries, 501, "not-implemented"),

		"view of another digest": at(views, func(_ *world, a *response) { a.swap(`"new"`, `"other"`) }),
		"view of no digest":      at(views, func(_ *world, a *response) { a.swap(`"digest": "new",`, "") }),
		"view of another tag":    head(views, "ETag", `"77"`),
		"view of the day before": at(views, func(_ *world, a *response) {
			a.swap(`"checkedAt": "20`, `"checkedAt": "2001-01-01T00:00:00Z", "was": "20`)
		}),
		"view in another zone":      at(views, func(_ *world, a *response) { a.swap(`Z"`, `-12:00"`) }),
		"view of a certificate":     at(views, func(_ *world, a *response) { a.swap(`"ok"`, `"oк"`) }),
		"view with an error in 200": says(views, 200, "application/json", `{"error":"x","state":"ok"}`),
		"view as text":              head(views, "Content-Type", "text/plain"),
		"view that was moved":       says(views, 301, "application/json", `{"state":"ok"}`),
		"view of a locked server":   refuses(views, 423, "locked"),
		"view of two rooms":         at(views, func(_ *world, a *response) { a.swap(`"id": "rooms"`, `"id": "rooms", "ID": "rooms"`) }),

		"DELETE that keeps it":           func(w *world, c string, _ int, a *response) { restore(w, c, a, 204) },
		"DELETE refused and kept":        func(w *world, c string, _ int, a *response) { restore(w, c, a, 409) },
		"DELETE failed and kept":         func(w *world, c string, _ int, a *response) { restore(w, c, a, 500) },
		"DELETE mismatched and kept":     func(w *world, c string, _ int, a *response) { restore(w, c, a, 412) },
		"DELETE done and refused":        refuses(deletes, 409, "conflict"),
		"DELETE done and denied":         refuses(deletes, 403, "forbidden"),
		"DELETE done and mismatched":     refuses(deletes, 412, "etag-mismatch"),
		"DELETE done and unauthorized":   refuses(deletes, 401, "unauthorized"),
		"DELETE done and not there":      refuses(deletes, 404, "not-found"),
		"DELETE done and busy":           refuses(deletes, 429, "too-many-requests"),
		"DELETE done and not configured": refuses(deletes, 404, "not-configured"),
		"DELETE done, with a body":       says(deletes, 200, "text/html", "<html><title>Done</title>"),
		"DELETE accepted":                says(deletes, 202, "application/json", `{}`),
	}
	return table
}

// restore has a server keep what it was to delete.
func restore(w *world, call string, a *response, status int) {
	if call != deletes {
		return
	}
	raw := habitual("new", Room{EmailAddress: "a@x"})
	w.config = asMap(raw)
	w.version--
	a.refuse(status, "conflict")
	if status == 204 {
		a.body, a.header = "", http.Header{}
	}
}
