package vault

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// hidden leaves the last character of base64 and its padding, which say next to nothing.
var hidden = regexp.MustCompile(`^before,\[\](\w?(=|%3D){0,2}),after$`)

// However a secret is written, it does not show; what stands around it does.
func TestSpellingsAreHidden(t *testing.T) {
	for _, secret := range []string{"Rk18Q~0e3851865fbe4931_41856bc6d6a242~.c", "pa&ss <w>ö\U0001f511\"rd'\\\\x\\/+=%25~1234567", "s3cret", "-----BEGIN KEY-----\nMIIB+a/b==\n"} {
		each := func(form string) string {
			var b strings.Builder
			for _, c := range []byte(secret) {
				fmt.Fprintf(&b, form, c)
			}
			return b.String()
		}
		var units strings.Builder
		for _, unit := range utf16.Encode([]rune(secret)) {
			fmt.Fprintf(&units, `\u%04X`, unit)
		}
		inJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		std, raw := base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
		for name, form := range map[string]string{
			"itself": secret, "base64": std([]byte(secret)), "base64 without padding": raw([]byte(secret)), "base64 in an address": url.QueryEscape(std([]byte(secret))),
			"base64 in JSON of .NET": strings.ReplaceAll(std([]byte(secret)), "+", `\u002B`),
			"hexadecimal":            hex.EncodeToString([]byte(secret)), "HEXADECIMAL": strings.ToUpper(hex.EncodeToString([]byte(secret))),
			"a query": url.QueryEscape(secret), "a path": url.PathEscape(secret), "a query, of Java": strings.ReplaceAll(url.QueryEscape(secret), "~", "%7E"),
			"a query, of .NET": lower(strings.ReplaceAll(url.QueryEscape(secret), "~", "%7e")), "a query in a query": url.QueryEscape(url.QueryEscape(secret)),
			"each byte": each("%%%02x"), "HTML": html.EscapeString(secret), "HTML in HTML": html.EscapeString(html.EscapeString(secret)),
			"numbers in HTML": strings.NewReplacer("&", "&#38;", "<", "&#x3C;", "~", "&#126;", "ö", "&ouml;").Replace(secret),
			"JSON":            strings.Trim(string(inJSON), `"`), "JSON in JSON": strings.Trim(strconv.Quote(strings.Trim(string(inJSON), `"`)), `"`),
			"JSON, all of it": units.String(), "slashes in JSON": strings.ReplaceAll(strings.Trim(string(inJSON), `"`), "/", `\/`),
		} {
			got := Hide("before,"+form+",after", "[]", NewSecret("another one"), NewSecret(secret))
			if !hidden.MatchString(got) {
				t.Errorf("%s: %q gives %q", name, form, got)
			}
		}
		for name, form := range map[string]string{"Basic": std([]byte("user:" + secret + "\n")), "Basic, of OAuth": std([]byte("7f1e:" + url.QueryEscape(secret)))} {
			if got := Hide(form, "[]", NewSecret(secret)); !strings.Contains(got, "[]") || len(got) > 20 {
				t.Errorf("%s: %q gives %q", name, form, got)
			}
		}
	}
}

// lower writes the digits after percent signs as .NET does.
func lower(text string) string {
	parts := strings.Split(text, "%")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToLower(parts[i][:2]) + parts[i][2:]
	}
	return strings.Join(parts, "%")
}

func TestOtherTextIsNotHidden(t *testing.T) {
	for _, text := range []string{"", "s3cre", "S3CRET", "s3 cret", `\u0073\u0033\u0063`, "%73%33%63%72%65%7", "%", `\`, "&", "&#115", "&amp;", "100 % of C:\\users & more; %25%25"} {
		if got := Hide(text, "[]", NewSecret("s3cret"), NewSecret(`\\\\pa%s&`)); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := Hide("short", "[]", NewSecret("short")); got != "short" {
		t.Errorf("%q", got)
	}
}

// A log is a few megabytes long and full of escapes, and the server chooses its answers.
func TestHidingIsFast(t *testing.T) {
	secrets := []Secret{NewSecret("Rk18Q~0e3851865fbe4931_41856bc6d6a242~.c"), NewSecret(strings.Repeat("MIIB+a/b", 500)), NewSecret("s3cret")}
	for _, part := range []string{`{"url":"https://a.example/x%20y?z=\"&amp;\u0026"}`, `\`, "%25", "&amp;"} {
		text := strings.Repeat(part, 256<<10/len(part))
		begin := time.Now()
		if got := Hide(text, "[]", secrets...); got != text {
			t.Errorf("%q: something was hidden", part)
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%q: %v", part, took)
		}
	}
}
