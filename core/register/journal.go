package register

import (
	"crypto/rand"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/words"
)

// journalKind marks this package's entries: the file is shared.
const journalKind = "register"

// entry is one line of the record of what was done.
type entry struct {
	Kind  string    `json:"kind"`
	At    time.Time `json:"at"`
	Run   string    `json:"run"`
	Phase string    `json:"phase"`
	Verb  string    `json:"verb,omitempty"` // of a start: "apply", "rotate", "undo"
	By    string    `json:"by,omitempty"`
	Plan  string    `json:"plan,omitempty"`
	// Reviewer and Ticket are those of the plan.
	Reviewer string `json:"reviewer,omitempty"`
	Ticket   string `json:"ticket,omitempty"`
	Step     string `json:"step,omitempty"`
	Request  string `json:"request,omitempty"`
	// Before and After are what the tenant held.
	Before any   `json:"before,omitempty"`
	After  any   `json:"after,omitempty"`
	Made   *made `json:"made,omitempty"`
	// Replaces is the key id of the credential that a rotation's new one stands
	// beside.
	Replaces string `json:"replaces,omitempty"`
	// Replaced is what the connection said of that one, where this computer's
	// keychain held it.
	Replaced  *connection.Credential `json:"replaced,omitempty"`
	Code      string                 `json:"code,omitempty"`
	RequestID string                 `json:"requestId,omitempty"`
}

// What a step can make.
const (
	madeApplication = "application"
	madePrincipal   = "service-principal"
	madeSecret      = "secret"
	madeCertificate = "certificate"
	madeRole        = "role"
	madeScopes      = "scopes"
	madeSettings    = "settings"
)

// made is something that exists since a step, so that it can be found again
// and undone.
type made struct {
	What string `json:"what"`
	// ApplicationID is the object id of the application that it belongs to.
	ApplicationID string `json:"applicationId,omitempty"`
	PrincipalID   string `json:"servicePrincipalId,omitempty"`
	ID            string `json:"id,omitempty"`
	Name          string `json:"name,omitempty"`
	// Nonce is the part of a secret's display name that nobody else uses.
	Nonce string `json:"nonce,omitempty"`
	// Added are the settings that were not there before.
	Added *settings `json:"added,omitempty"`
}

// settings are parts of an application that can be taken away again.
type settings struct {
	RedirectURIs []string `json:"redirectUris,omitempty"`
	Platform     string   `json:"platform,omitempty"` // of the redirect URIs, "" for Web
	Declared     []string `json:"declared,omitempty"` // "Role id" or "Scope id" of Microsoft Graph
	IDTokens     bool     `json:"idTokens,omitempty"`
	AccessTokens bool     `json:"accessTokens,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
}

// journal is what earlier runs wrote.
type journal struct{ entries []entry }

func (in Input) readJournal() (journal, error) {
	lines, err := in.Journal.Entries()
	if err != nil {
		return journal{}, err
	}
	var j journal
	for _, line := range lines {
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Kind == journalKind {
			j.entries = append(j.entries, e)
		}
	}
	return j, nil
}

// unfinished is the plan of a run that began and did not end, "" when the last
// one did.
func (j journal) unfinished() (plan string) {
	for _, e := range j.entries {
		switch {
		case e.Phase == change.PhaseStart && e.Verb == "apply":
			plan = e.Plan
		case e.Phase == change.PhaseEnd || e.Phase == change.PhaseStart:
			plan = ""
		}
	}
	return plan
}

// undoing is whether the last run was an undo that did not end.
func (j journal) undoing() (open bool) {
	for _, e := range j.entries {
		switch e.Phase {
		case change.PhaseStart:
			open = e.Verb == "undo"
		case change.PhaseEnd:
			open = false
		}
	}
	return open
}

// dangling is the last call for a step that was begun and whose end nobody saw.
func (j journal) dangling(step string) (found *entry) {
	for i, e := range j.entries {
		if e.Step != step {
			continue
		}
		switch e.Phase {
		case change.PhaseBefore:
			found = &j.entries[i]
		case change.PhaseAfter, change.PhaseFailed, change.PhaseUndone:
			found = nil
		}
	}
	return found
}

// registering is whether a run that did not end yet has registered the application,
// or may have: nobody saw the response.
func (j journal) registering(id string) (found bool) {
	for _, e := range j.entries {
		switch {
		case e.Phase == change.PhaseEnd:
			found = false
		case e.Made == nil || e.Made.What != madeApplication:
		case e.Phase == change.PhaseBefore || e.Phase == change.PhaseAfter:
			found = e.Made.ID == "" || e.Made.ID == id
		default:
			found = false // refused, or undone
		}
	}
	return found
}

// orphans are the nonces of secrets that were begun and never confirmed: what
// has one of them in its name is known to nobody and can be removed.
func (j journal) orphans() (nonces []string) {
	open := map[string]bool{}
	var order []string
	for _, e := range j.entries {
		// A damaged line must not make an orphan of somebody else's secret.
		if e.Made == nil || e.Made.What != madeSecret || !nonceShape.MatchString(e.Made.Nonce) {
			continue
		}
		if _, seen := open[e.Made.Nonce]; !seen {
			order = append(order, e.Made.Nonce)
		}
		open[e.Made.Nonce] = e.Phase == change.PhaseBefore
	}
	for _, n := range order {
		if open[n] {
			nonces = append(nonces, n)
		}
	}
	return nonces
}

// standing is what was made and not undone yet, oldest first.
func (j journal) standing() (list []made) {
	for _, e := range j.entries {
		if e.Made == nil || e.Phase != change.PhaseAfter && e.Phase != change.PhaseUndone {
			continue
		}
		at := -1
		for i := range list {
			if list[i].is(*e.Made) {
				at = i // the newest
			}
		}
		switch {
		case e.Phase == change.PhaseAfter && at >= 0 && e.Made.credential():
			list[at] = *e.Made // a rotation records its credential twice: made, and proven
		case e.Phase == change.PhaseAfter:
			list = append(list, *e.Made)
		case at >= 0:
			list = append(list[:at], list[at+1:]...)
		}
	}
	return list
}

// made is whether the application is of this connection's making.
func (j journal) made(id string) bool {
	return slices.ContainsFunc(j.standing(), func(m made) bool { return m.What == madeApplication && m.ID == id })
}

func (m made) credential() bool { return m.What == madeSecret || m.What == madeCertificate }

// is reports whether both are about the same thing. A credential's id is not
// known before Microsoft gave it; a secret then has its nonce and a certificate
// its thumbprint, which is its name here.
func (m made) is(o made) bool {
	if m.What != o.What || m.ApplicationID != o.ApplicationID {
		return false
	}
	same := func(a, b string) bool { return a != "" && a == b }
	switch m.What {
	case madeSecret:
		return same(m.ID, o.ID) || same(m.Nonce, o.Nonce)
	case madeCertificate:
		return same(m.ID, o.ID) || same(m.Name, o.Name)
	}
	return m.ID == o.ID
}

var nonceShape = regexp.MustCompile(`^rk-[a-z2-7]{10}$`)

// newNonce is short enough for a display name and nobody else's.
func newNonce() string { return "rk-" + strings.ToLower(rand.Text()[:10]) }

// write appends an entry; without it, nothing is done.
func (r *run) write(e entry) error {
	e.Kind, e.At, e.Run, e.By = journalKind, r.in.Time(), r.id, r.in.By
	if err := r.in.Journal.Append(e); err != nil {
		switch {
		case e.Made != nil && e.Phase == change.PhaseAfter:
			return unrecorded(words.T("This was changed at Microsoft, but not recorded on this computer: %s.", titles[e.Made.What]), err)
		case e.Made != nil && e.Phase == change.PhaseUndone:
			return unrecorded(words.T("This was removed at Microsoft, but not recorded on this computer: %s.", titles[e.Made.What]), err)
		}
		return err
	}
	r.journal.entries = append(r.journal.entries, e)
	return nil
}
