package register

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// credential makes the credential of the plan.
func (r *run) credential() step {
	if r.wanted.Credential.Kind == connection.CredentialCertificate {
		return r.certificate()
	}
	return r.secret()
}

// secret makes a client secret. Its display name carries a nonce that is in the
// journal before the call: a secret whose answer got lost is found by it, and
// removed, since nobody can know its text.
func (r *run) secret() step {
	var nonce string
	return step{
		id: "credential", title: words.T("Client secret"), request: "POST /applications/{id}/addPassword",
		look: func(ctx context.Context) (bool, error) {
			if err := r.refresh(ctx); err != nil {
				return false, err
			}
			if err := r.sweep(ctx); err != nil {
				return false, err
			}
			secret, _, err := r.in.held(ctx, vault.ClientSecret)
			if err != nil {
				return false, err
			}
			c := r.in.Document().Application.Credential
			k := current(r.state.application, c, secret, nil, r.in.Time())
			if k == nil || c.Kind != connection.CredentialSecret {
				// Another nonce for every call: one that got lost must stay
				// apart from the one that answers.
				nonce = newNonce()
				return false, nil
			}
			nonce = nonceOf(k.DisplayName)
			return true, r.keep(ctx, func(a *connection.Application) { a.Credential = secretOf(*k) })
		},
		act: func(ctx context.Context) error {
			k, secret, err := r.addSecret(ctx, r.state.application.ID, nonce)
			if err != nil {
				return err
			}
			if err := r.in.Vault.Set(ctx, r.in.Document().ID, vault.ClientSecret, secret); err != nil {
				return r.takeBack(ctx, k, nonce, err)
			}
			return r.keep(ctx, func(a *connection.Application) { a.Credential = secretOf(k) })
		},
		made: func() *made {
			return &made{What: madeSecret, ApplicationID: r.state.application.ID, ID: r.in.Document().Application.Credential.KeyID, Nonce: nonce, Name: r.secretName(nonce)}
		},
	}
}

// nonceOf is the nonce at the end of a display name, "" when there is none.
func nonceOf(name string) string {
	if at := strings.LastIndex(name, "rk-"); at >= 0 && nonceShape.MatchString(name[at:]) {
		return name[at:]
	}
	return ""
}

func (r *run) secretName(nonce string) string {
	return fmt.Sprintf("%s %s", r.wanted.Credential.Name, nonce)
}

func secretOf(k tenant.Credential) connection.Credential {
	return connection.Credential{Kind: connection.CredentialSecret, KeyID: k.KeyID, Hint: k.Hint, Expires: k.End}
}

// addSecret makes a secret; a life that a policy shortens shows only now where
// the policy could not be read.
func (r *run) addSecret(ctx context.Context, id, nonce string) (tenant.Credential, vault.Secret, error) {
	days := r.wanted.Credential.Days
	for {
		k, secret, err := r.in.Directory.AddSecret(ctx, id, r.secretName(nonce), r.in.Time().Add(time.Duration(days)*24*time.Hour))
		if problem.CodeOf(err) != codeLifeForbidden || r.state.policyErr == nil || days <= 30 {
			return k, secret, err
		}
		days /= 2 // nothing was made: it was refused
	}
}

// takeBack removes a secret that the keychain did not take.
func (r *run) takeBack(ctx context.Context, k tenant.Credential, nonce string, refused error) error {
	// Also after a cancel: a secret that nobody holds must not stay.
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	err := r.removeSecret(clean, k.KeyID)
	if err == nil {
		err = r.write(entry{Phase: change.PhaseUndone, Step: "credential", Request: removeSecret, RequestID: r.requestID, Made: &made{What: madeSecret, ApplicationID: r.state.application.ID, ID: k.KeyID, Nonce: nonce}})
	}
	return vaultRefused(refused, err)
}

// sweep removes the secrets of calls whose answer got lost.
func (r *run) sweep(ctx context.Context) error {
	orphans := r.in.orphans(r.state.application, r.journal)
	for _, k := range orphans {
		if err := r.removeSecret(ctx, k.KeyID); err != nil {
			return err
		}
		if err := r.write(entry{Phase: change.PhaseUndone, Step: "credential", Request: removeSecret, RequestID: r.requestID, Before: k.DisplayName,
			Made: &made{What: madeSecret, ApplicationID: r.state.application.ID, ID: k.KeyID, Nonce: nonceOf(k.DisplayName)}}); err != nil {
			return err
		}
	}
	if len(orphans) > 0 {
		return r.refresh(ctx)
	}
	return nil
}

// removeSecret removes a secret of the application; one that is gone already, as
// after an answer that was lost, is no error.
func (r *run) removeSecret(ctx context.Context, keyID string) error {
	a := r.state.application
	err := r.recorded(ctx, func(ctx context.Context) error { return r.in.Directory.RemoveSecret(ctx, a.ID, keyID) })
	if problem.CodeOf(err) != tenant.CodeBadRequest {
		return err
	}
	if looked := r.refresh(ctx); looked != nil {
		return looked
	}
	if slices.ContainsFunc(r.state.application.Secrets, func(k tenant.Credential) bool { return strings.EqualFold(k.KeyID, keyID) }) {
		return err
	}
	return nil
}

// certificate makes a key pair here, puts it into the keychain and then its
// public part on the application: whatever is cut off, the same certificate is
// found again.
func (r *run) certificate() step {
	var pair *vault.KeyPair
	return step{
		id: "credential", title: words.T("Certificate"), request: "PATCH /applications/{id} keyCredentials",
		look: func(ctx context.Context) (bool, error) {
			if err := r.refresh(ctx); err != nil {
				return false, err
			}
			if err := r.sweep(ctx); err != nil {
				return false, err
			}
			secret, held, err := r.in.held(ctx, vault.Certificate)
			if err != nil {
				return false, err
			}
			pair = held
			k := current(r.state.application, connection.Credential{}, secret, held, r.in.Time())
			if k == nil {
				return false, nil
			}
			return true, r.keep(ctx, func(a *connection.Application) {
				a.Credential = connection.Credential{Kind: connection.CredentialCertificate, KeyID: k.KeyID, Thumbprint: held.Thumbprint(), Expires: held.Expires()}
			})
		},
		act: func(ctx context.Context) error {
			fresh := pair == nil
			if fresh {
				w := r.wanted.Credential
				made, err := vault.NewCertificate(w.Name, w.Bits, w.life(), r.in.Time())
				if err != nil {
					return err
				}
				if err := r.in.Vault.Set(ctx, r.in.Document().ID, vault.Certificate, made.PEM()); err != nil {
					return err
				}
				pair = &made
			}
			err := r.upload(ctx, *pair)
			if fresh && err != nil && change.Refused(problem.Of(err)) {
				// A key that the policy turns down would be planned again.
				pair = nil
				clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
				defer cancel()
				return errors.Join(err, r.in.Vault.Delete(clean, r.in.Document().ID, vault.Certificate))
			}
			return err
		},
		made: func() *made {
			m := &made{What: madeCertificate, ApplicationID: r.state.application.ID, ID: r.in.Document().Application.Credential.KeyID}
			if pair != nil {
				m.Name = pair.Thumbprint()
			}
			return m
		},
	}
}

// upload adds a certificate to those of the application. Microsoft replaces
// the list, so every other one goes along.
func (r *run) upload(ctx context.Context, pair vault.KeyPair) error {
	all := slices.Clone(r.state.application.Certificates)
	for _, k := range all {
		if len(k.Key) == 0 {
			return problem.New(codeCertificatesUnreadable, words.T("Microsoft does not show the application's other certificates, so adding one would remove them.")).
				Fix(words.T("Upload the new certificate by hand: Microsoft Entra admin center, App registrations, this application, Certificates & secrets, Certificates, Upload certificate."))
		}
	}
	all = append(all, tenant.Credential{DisplayName: r.wanted.Credential.Name, Key: pair.Certificates[0].Raw})
	return r.in.Directory.ChangeApplication(ctx, r.state.application.ID, tenant.ApplicationChange{Certificates: &all})
}

// Proof is what the application's own, fresh token showed.
type Proof struct {
	At time.Time `json:"at"`
	// Token is whether Microsoft gave one for the new credential.
	Token bool `json:"token"`
	// Roles are those in the token; Missing those that were granted and are not
	// in it. Opaque is a token that does not show its roles.
	Roles   []string `json:"roles"`
	Missing []string `json:"missing"`
	Opaque  bool     `json:"opaque,omitempty"`
}

// prove asks for a fresh token with the credential from the keychain until its
// roles are those that were granted.
func (r *run) prove(ctx context.Context) error {
	r.in.Report.Say(len(r.result.Done), r.total, words.T("Proving the credential"))
	var err error
	if r.state.roles, err = r.in.Directory.AppRoleGrants(ctx, r.state.principal.ID); err != nil {
		return err
	}
	var granted []string
	for _, p := range r.wanted.roles() {
		if r.state.granted(p) {
			granted = append(granted, p.Value)
		}
	}
	kind := vaultKind(r.wanted.Credential.Kind)
	secret, pair, err := r.in.held(ctx, kind)
	if err != nil {
		return err
	}
	r.result.Proof, err = r.in.proof(ctx, secret, pair, granted)
	return err
}

// proof waits out propagation: of a new application, a new credential and new
// consent.
func (in Input) proof(ctx context.Context, secret vault.Secret, pair *vault.KeyPair, granted []string) (p Proof, err error) {
	err = in.Await(ctx, words.T("the proof with a fresh token"), words.T("Waiting for Microsoft to replicate the new credential and consent"), func() (notYet, err error) {
		token, err := in.Token(ctx, in.Document().Application.ClientID, secret, pair)
		switch {
		case err != nil && settles(problem.Of(err)):
			return err, nil
		case err != nil:
			return nil, err
		}
		p = Proof{At: in.Time(), Token: true, Roles: []string{}, Missing: []string{}}
		if token.Claims == nil {
			p.Opaque = true
			return nil, nil
		}
		p.Roles = append(p.Roles, token.Claims.Roles...)
		if p.Missing = append(p.Missing, without(granted, p.Roles)...); len(p.Missing) > 0 {
			return problem.New(codeRolesLag, words.T("The token does not have %s yet.", strings.Join(p.Missing, ", "))), nil
		}
		return nil, nil
	})
	return p, err
}

// Await tries again, ever more slowly, while what was just made is not there
// yet: notYet is what shows that, err ends it. When the patience is at its end,
// it is "register.unfinished".
func (in Input) Await(ctx context.Context, what, waiting words.Text, try func() (notYet, err error)) error {
	return in.Until(ctx, func() (bool, error) {
		notYet, err := try()
		return err == nil && notYet != nil, cmp.Or(err, notYet)
	}, func(attempt int, wait time.Duration) {
		in.Report.Say(0, 0, words.T("%s, attempt %d, next in %s", waiting, attempt, wait.Round(time.Second)))
	}, func(waited time.Duration, last error) error { return unfinished(what, waited, last) })
}

// settles is whether a refused token may come within minutes.
func settles(p *problem.Problem) bool {
	return change.Retryable(p) || entra.Settles(p)
}
