package register

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Rotation is a new credential beside an old one: both work until Finish.
type Rotation struct {
	NewKeyID string `json:"newKeyId"`
	// OldKeyID is "" when the old one is not at Microsoft any more.
	OldKeyID string    `json:"oldKeyId"`
	Expires  time.Time `json:"expires"`
	Proof    Proof     `json:"proof,omitzero"`
	// Why says what is special about the new credential: that the tenant's policy
	// made it another one, or that the vendor's guide does not have its kind.
	Why words.Text `json:"why,omitzero"`
}

// nextKind is where a new credential waits in the keychain until it is proven.
func nextKind(kind string) vault.Kind { return vaultKind(kind) + "-next" }

// NextKinds are the places in the keychain where a rotation keeps a credential
// that is not proven yet.
func NextKinds() []vault.Kind {
	return []vault.Kind{nextKind(connection.CredentialSecret), nextKind(connection.CredentialCertificate)}
}

// Pending is a rotation whose old credential has not been removed yet, nil for
// none.
func Pending(j change.Journal) (*Rotation, error) {
	read, err := Input{Journal: j}.readJournal()
	if err != nil {
		return nil, err
	}
	return read.rotation(), nil
}

func (j journal) rotation() (r *Rotation) {
	for _, e := range j.entries {
		switch {
		case e.Step == "rotate" && e.Phase == change.PhaseAfter && e.Made != nil:
			r = &Rotation{NewKeyID: e.Made.ID, OldKeyID: e.Replaces}
		case r != nil && e.Phase == change.PhaseUndone && e.Made != nil && (e.Made.ID == r.OldKeyID || e.Made.ID == r.NewKeyID):
			r = nil
		case r != nil && e.Phase == change.PhaseEnd && e.Verb == "rotate":
			r = nil
		}
	}
	return r
}

// replaced is what the last rotation replaced, where the keychain held it.
func (j journal) replaced() (old *connection.Credential) {
	for _, e := range j.entries {
		if e.Step == "rotate" && e.Phase == change.PhaseAfter {
			old = e.Replaced
		}
	}
	return old
}

// Rotate makes a new credential beside the old one, proves it and makes it the
// connection's. The old one keeps working: the booking server still has it. Any
// failure leaves the old one in place. A rotation that was begun and not
// finished is given back as it is.
func Rotate(ctx context.Context, in Input) (Rotation, error) {
	in.rotating = true
	r := &run{in: in, id: strings.ToLower(rand.Text()[:12])}
	var err error
	if r.journal, err = in.readJournal(); err != nil {
		return Rotation{}, err
	}
	if r.state, r.wanted, err = in.look(ctx); err != nil {
		return Rotation{}, err
	}
	if r.state.blocked != nil {
		return Rotation{}, r.state.blocked
	}
	if r.state.application == nil || r.state.principal == nil {
		return Rotation{}, problem.New(codeNothingToRotate, words.T("The connection has no application yet.")).
			Lead(words.T("Register it."), problem.PlaceRegister.With("roomkeyctl register apply"))
	}
	if err := r.sweep(ctx); err != nil {
		return Rotation{}, err
	}
	held := in.Document().Application.Credential
	if open := r.journal.rotation(); open != nil {
		if open.NewKeyID == held.KeyID {
			open.Expires = held.Expires
			return *open, nil
		}
		return r.promote(ctx, *open) // cut off between the proof and the document
	}
	var refused *problem.Problem
	var why words.Text
	if r.wanted.Credential, why, refused = r.newCredential(); refused != nil {
		return Rotation{}, refused
	}
	if err := r.write(entry{Phase: change.PhaseStart, Verb: "rotate", Reviewer: in.Options.Reviewer, Ticket: in.Options.Ticket}); err != nil {
		return Rotation{}, err
	}
	rotation, err := r.rotate(ctx)
	rotation.Why = why
	return rotation, err
}

// newCredential is the credential of the product's guide, of the kind that the
// connection has.
func (r *run) newCredential() (want Credential, why words.Text, refused *problem.Problem) {
	in, item := r.in, change.Item{}
	want = Credential{Kind: cmp.Or(in.Options.Credential, in.Document().Application.Credential.Kind, connection.CredentialSecret), Name: in.credentialName()}
	if wrong := CheckCredentialName(in.Options.CredentialName); wrong != nil {
		return want, why, wrong
	}
	if want.Days = cmp.Or(max(in.Options.Months, 0), in.Product.Credential.Life()) * 365 / 12; want.Kind == connection.CredentialCertificate {
		want.Bits = max(in.Options.Bits, 3072)
	}
	why = in.obey(r.state, &want, &item, false)
	return want, words.Sentences(in.unmentioned(want.Kind), why), item.Problem
}

func (r *run) rotate(ctx context.Context) (Rotation, error) {
	in := r.in
	app := r.state.application
	old := in.Document().Application.Credential
	secret, pair, err := in.held(ctx, vaultKind(old.Kind))
	if err != nil {
		return Rotation{}, err
	}
	rotation := Rotation{}
	var held *connection.Credential
	if k := current(app, old, secret, pair, in.Time()); k != nil {
		rotation.OldKeyID, held = k.KeyID, &old
	} else if old.KeyID != "" && slices.ContainsFunc(append(slices.Clone(app.Secrets), app.Certificates...), func(k tenant.Credential) bool { return k.KeyID == old.KeyID }) {
		rotation.OldKeyID = old.KeyID // the copy on this computer was forgotten
	}
	var fresh tenant.Credential
	m := made{ApplicationID: app.ID}
	next := nextKind(r.wanted.Credential.Kind)
	if r.wanted.Credential.Kind == connection.CredentialCertificate {
		m.What = madeCertificate
		fresh, secret, pair, err = r.rotateCertificate(ctx, next, &m)
	} else {
		m.What, m.Nonce, pair = madeSecret, newNonce(), nil
		m.Name = r.secretName(m.Nonce)
		fresh, secret, err = r.rotateSecret(ctx, next, m)
	}
	if err != nil {
		return rotation, in.explained(words.T("a new credential"), err)
	}
	var granted []string
	for _, p := range r.wanted.roles() {
		if r.state.granted(p) {
			granted = append(granted, p.Value)
		}
	}
	if rotation.Proof, err = in.proof(ctx, secret, pair, granted); err != nil {
		return rotation, err // the new one is not confirmed: the next run removes it
	}
	rotation.NewKeyID, rotation.Expires, m.ID = fresh.KeyID, fresh.End, fresh.KeyID
	if err := r.write(entry{Phase: change.PhaseAfter, Step: "rotate", Made: &m, Replaces: rotation.OldKeyID, Replaced: held}); err != nil {
		return rotation, err
	}
	return r.promote(ctx, rotation)
}

func (r *run) rotateSecret(ctx context.Context, next vault.Kind, m made) (tenant.Credential, vault.Secret, error) {
	if err := r.write(entry{Phase: change.PhaseBefore, Step: "rotate", Request: "POST /applications/{id}/addPassword", Made: &m}); err != nil {
		return tenant.Credential{}, vault.Secret{}, err
	}
	k, secret, err := r.addSecret(ctx, m.ApplicationID, m.Nonce)
	if err != nil {
		if p := problem.Of(err); change.Refused(p) {
			if werr := r.write(entry{Phase: change.PhaseFailed, Step: "rotate", Made: &m, Code: p.Code.String(), RequestID: p.RequestID}); werr != nil {
				return k, secret, werr
			}
		}
		return k, secret, err
	}
	if err := r.in.Vault.Set(ctx, r.in.Document().ID, next, secret); err != nil {
		return k, secret, r.takeBack(ctx, k, m.Nonce, err)
	}
	return k, secret, nil
}

// rotateCertificate finds the certificate that waits in the keychain, or makes
// one, and puts it beside the old one.
func (r *run) rotateCertificate(ctx context.Context, next vault.Kind, m *made) (tenant.Credential, vault.Secret, *vault.KeyPair, error) {
	var none tenant.Credential
	id := r.in.Document().ID
	secret, err := r.in.Vault.Get(ctx, id, next)
	if problem.CodeOf(err) == vault.CodeAbsent {
		w := r.wanted.Credential
		var pair vault.KeyPair
		if pair, err = vault.NewCertificate(w.Name, w.Bits, w.life(), r.in.Time()); err != nil {
			return none, secret, nil, err
		}
		secret = pair.PEM()
		err = r.in.Vault.Set(ctx, id, next, secret)
	}
	if err != nil {
		return none, secret, nil, err
	}
	pair, err := vault.ParseCertificate([]byte(secret.Reveal()), vault.Secret{})
	if err != nil {
		return none, secret, nil, err
	}
	m.Name = pair.Thumbprint()
	find := func() *tenant.Credential {
		return current(r.state.application, connection.Credential{}, secret, &pair, r.in.Time())
	}
	upload := step{
		id: "rotate-certificate", title: words.T("Certificate"), request: "PATCH /applications/{id} keyCredentials",
		look: func(ctx context.Context) (bool, error) { err := r.refresh(ctx); return find() != nil, err },
		act:  func(ctx context.Context) error { return r.upload(ctx, pair) },
		made: func() *made { return m },
	}
	if err := r.do(ctx, upload); err != nil {
		return none, secret, nil, err
	}
	return *find(), secret, &pair, nil
}

// promote makes the proven credential the connection's.
func (r *run) promote(ctx context.Context, rotation Rotation) (Rotation, error) {
	in := r.in
	id := in.Document().ID
	fresh := connection.Credential{}
	for _, k := range r.freshCredentials(ctx) {
		if k.KeyID == rotation.NewKeyID {
			fresh = secretOf(k)
			if k.Thumbprint != "" {
				fresh = connection.Credential{Kind: connection.CredentialCertificate, KeyID: k.KeyID, Thumbprint: k.Thumbprint, Expires: k.End}
			}
		}
	}
	if fresh.KeyID == "" {
		return rotation, problem.New(codeRotationLost, words.T("The new credential is no longer on the application.")).
			Fix(words.T("Rotate again; the old credential still works."))
	}
	secret, err := in.Vault.Get(ctx, id, nextKind(fresh.Kind))
	if err != nil {
		return rotation, err
	}
	if err := in.Vault.Set(ctx, id, vaultKind(fresh.Kind), secret); err != nil {
		return rotation, err
	}
	if err := r.keep(ctx, func(a *connection.Application) { a.Credential = fresh }); err != nil {
		return rotation, err
	}
	rotation.Expires = fresh.Expires
	return rotation, in.Vault.Delete(ctx, id, nextKind(fresh.Kind))
}

// freshCredentials are those that the application shows now.
func (r *run) freshCredentials(ctx context.Context) []tenant.Credential {
	if err := r.refresh(ctx); err != nil {
		return nil
	}
	return append(append([]tenant.Credential{}, r.state.application.Secrets...), r.state.application.Certificates...)
}

// FinishRotation removes the old credential at Microsoft, once the booking
// server has proven the new one or a person has confirmed it.
func FinishRotation(ctx context.Context, in Input) (Rotation, error) {
	in.rotating = true
	r := &run{in: in, id: strings.ToLower(rand.Text()[:12])}
	var err error
	if r.journal, err = in.readJournal(); err != nil {
		return Rotation{}, err
	}
	open := r.journal.rotation()
	if open == nil {
		return Rotation{}, problem.New(codeNoRotation, words.T("No rotation is in progress.")).Lead(words.T("Start one."), problem.PlaceRegister.With("roomkeyctl register rotate"))
	}
	if in.Document().Application.Credential.KeyID != open.NewKeyID {
		return *open, problem.New(CodeRotationUnproven, words.T("The connection does not use the new credential yet.")).Lead(words.T("Continue where it stopped."), problem.PlaceRegister.With("roomkeyctl register rotate"))
	}
	a, err := in.Directory.Application(ctx, in.Document().Application.ClientID) // of one that was typed in, only that is known
	if err != nil {
		return *open, err
	}
	r.state.application = &a
	m := made{What: madeSecret, ApplicationID: a.ID, ID: open.OldKeyID}
	for _, known := range r.journal.standing() {
		if known.ID == m.ID {
			m.What = known.What // also when it is gone already
		}
	}
	has := func(list []tenant.Credential) bool {
		return slices.ContainsFunc(list, func(k tenant.Credential) bool { return k.KeyID == open.OldKeyID && k.KeyID != "" })
	}
	switch {
	case has(a.Secrets):
		err = r.removeSecret(ctx, open.OldKeyID)
	case has(a.Certificates):
		m.What = madeCertificate
		err = r.recorded(ctx, func(ctx context.Context) error { return r.removeCertificate(ctx, m) })
	}
	if err != nil {
		return *open, err
	}
	// Only now, and before the record says so: a run that is cut off here comes
	// here again.
	if err := in.forgetReplaced(ctx, r.journal.replaced()); err != nil {
		return *open, err
	}
	if open.OldKeyID != "" {
		if err := r.write(entry{Phase: change.PhaseUndone, Step: "rotate", Request: removals[m.What], RequestID: r.requestID, Made: &m}); err != nil {
			return *open, err
		}
	}
	return *open, r.write(entry{Phase: change.PhaseEnd, Verb: "rotate"})
}

// forgetReplaced drops the local copy of a credential of the other kind that is
// gone at Microsoft; one of the same kind was replaced by the new one. What a
// person put in its place meanwhile stays.
func (in Input) forgetReplaced(ctx context.Context, old *connection.Credential) error {
	if old == nil || vaultKind(old.Kind) == vaultKind(in.Document().Application.Credential.Kind) {
		return nil
	}
	secret, pair, err := in.held(ctx, vaultKind(old.Kind))
	switch {
	case err != nil:
		return err
	case pair != nil && !strings.EqualFold(pair.Thumbprint(), old.Thumbprint), pair == nil && (secret.IsZero() || !hinted(secret, old.Hint)):
		return nil
	}
	return in.Vault.Delete(ctx, in.Document().ID, vaultKind(old.Kind))
}
