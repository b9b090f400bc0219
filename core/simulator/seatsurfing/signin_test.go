package seatsurfing

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestHome: people find the sign-in at the server's address.
func TestHome(t *testing.T) {
	s, err := New(Options{Token: "writes"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer writes")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	if page := ask(http.MethodGet, "/", "").Body.String(); !strings.Contains(page, "no sign-in yet") {
		t.Errorf("without a sign-in: %s", page)
	}
	made := ask(http.MethodPost, "/auth-provider/", `{"name":"Work <account>","providerType":1,"clientId":"c","clientSecret":"s","authUrl":"https://a.example/authorize","tokenUrl":"https://a.example/token","scopes":"openid","userInfoUrl":"https://a.example/me","userInfoEmailField":"email","userInfoFirstnameField":"f","userInfoLastnameField":"l"}`)
	if made.Code != http.StatusCreated {
		t.Fatalf("%d %s", made.Code, made.Body)
	}
	page := ask(http.MethodGet, "/", "").Body.String()
	link := regexp.MustCompile(`<a href="([^"]+)">Work &lt;account&gt;</a>`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the sign-in is not there: %s", page)
	}
	if to := ask(http.MethodGet, link[1], "").Header().Get("Location"); !strings.HasPrefix(to, "https://a.example/authorize?") {
		t.Errorf("it leads to %q", to)
	}
}
