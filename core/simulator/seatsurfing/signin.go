package seatsurfing

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// home is the page on which people choose how they sign in.
func (s *Server) home(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, "<!DOCTYPE html>\n<title>Seatsurfing</title><h1>Sign in</h1>\n")
	for _, p := range s.Providers {
		_, _ = fmt.Fprintf(w, "<p><a href=\"/auth/%s/login/ui/\">%s</a></p>\n", p["id"], html.EscapeString(fmt.Sprint(p["name"])))
	}
	if len(s.Providers) == 0 {
		_, _ = fmt.Fprint(w, "<p>There is no sign-in yet.</p>\n")
	}
}

// login sends people to the sign-in, from the primary domain.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := find(s.Providers, r.PathValue("id"))
	if p == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	state := s.id()
	s.states[state] = true
	q := url.Values{
		"client_id": {fmt.Sprint(p["clientId"])}, "response_type": {"code"}, "state": {state},
		"redirect_uri": {s.redirectURI(r)}, "scope": {strings.ReplaceAll(fmt.Sprint(p["scopes"]), ",", " ")},
	}
	w.Header().Set("Location", fmt.Sprint(p["authUrl"])+"?"+q.Encode())
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// redirectURI is where Microsoft sends people back to, on the primary domain.
func (s *Server) redirectURI(r *http.Request) string {
	public := s.o.PublicURL
	if public == "" {
		public = "https://" + r.Host
		if r.TLS == nil {
			public = "http://" + r.Host
		}
	}
	return public + "/auth/" + r.PathValue("id") + "/callback"
}

// callback ends a sign-in: it redeems the code, asks who the person is, and
// makes an account that belongs to this provider.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	p, known := maps.Clone(find(s.Providers, r.PathValue("id"))), s.states[q.Get("state")]
	delete(s.states, q.Get("state"))
	s.mu.Unlock()
	var email string
	err := errors.New(q.Get("error_description"))
	switch {
	case p == nil || !known:
		err = errors.New("this sign-in did not begin here")
	case q.Get("code") != "":
		email, err = s.whoIs(r, p, q.Get("code"))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<title>Seatsurfing</title><p>Sign-in failed: %s</p>\n", html.EscapeString(err.Error()))
		return
	}
	s.Bind(r.PathValue("id"))
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<title>Seatsurfing</title><p>Signed in as %s.</p>\n", html.EscapeString(email))
}

// whoIs redeems the code at Microsoft and reads the person's e-mail address.
func (s *Server) whoIs(r *http.Request, p object, code string) (string, error) {
	text := func(field string) string { v, _ := p[field].(string); return v }
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.redirectURI(r)},
		"client_id": {text("clientId")}, "client_secret": {text("clientSecret")},
	}
	redeem, err := http.NewRequestWithContext(r.Context(), http.MethodPost, text("tokenUrl"), strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	redeem.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := s.ask(redeem, &token); err != nil {
		return "", err
	}
	info, err := http.NewRequestWithContext(r.Context(), http.MethodGet, text("userInfoUrl"), nil)
	if err != nil {
		return "", err
	}
	info.Header.Set("Authorization", "Bearer "+token.AccessToken)
	person := object{}
	if err := s.ask(info, &person); err != nil {
		return "", err
	}
	email, _ := person[text("userInfoEmailField")].(string)
	if email == "" {
		return "", fmt.Errorf("no e-mail address in the field %s", text("userInfoEmailField"))
	}
	return email, nil
}

// ask makes a call to Microsoft and reads its JSON.
func (s *Server) ask(r *http.Request, into any) error {
	resp, err := (&http.Client{Transport: s.o.Microsoft}).Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was %s: %s", resp.Status, body)
	}
	return json.Unmarshal(body, into)
}

// bind makes a person belong to a sign-in.
func (s *Server) bind(provider string) {
	if !slices.Contains(s.Users, provider) {
		s.Users = append(s.Users, provider)
	}
	s.save()
}
