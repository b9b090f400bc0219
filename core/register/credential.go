package register

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// ExpiryWarning is how long before its end a credential asks for rotation.
const ExpiryWarning = 60 * 24 * time.Hour

func vaultKind(kind string) vault.Kind {
	if kind == connection.CredentialCertificate {
		return vault.Certificate
	}
	return vault.ClientSecret
}

// held is what the keychain holds of a kind; absent is no error.
func (in Input) held(ctx context.Context, kind vault.Kind) (secret vault.Secret, pair *vault.KeyPair, err error) {
	secret, err = in.Vault.Get(ctx, in.Document().ID, kind)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return vault.Secret{}, nil, nil
	}
	if err != nil || kind != vault.Certificate {
		return secret, nil, err
	}
	k, err := vault.ParseCertificate([]byte(secret.Reveal()), vault.Secret{})
	if code := problem.CodeOf(err); code == vault.CodeCertificateExpired {
		return vault.Secret{}, nil, nil
	}
	if err != nil {
		return vault.Secret{}, nil, err
	}
	return secret, &k, nil
}

// current finds the application's credential that the keychain holds, nil when
// it holds none that is alive there. A pasted secret is told by its hint; the
// proof at the end shows whether that was right.
func current(a *tenant.Application, c connection.Credential, secret vault.Secret, pair *vault.KeyPair, now time.Time) *tenant.Credential {
	if a == nil || secret.IsZero() {
		return nil
	}
	alive := func(list []tenant.Credential, is func(tenant.Credential) bool) *tenant.Credential {
		var found []tenant.Credential
		for _, k := range list {
			if is(k) && (k.End.IsZero() || k.End.After(now)) {
				found = append(found, k)
			}
		}
		if len(found) != 1 {
			return nil
		}
		return &found[0]
	}
	switch {
	case pair != nil:
		return alive(a.Certificates, func(k tenant.Credential) bool { return strings.EqualFold(k.Thumbprint, pair.Thumbprint()) })
	case c.KeyID != "":
		return alive(a.Secrets, func(k tenant.Credential) bool { return strings.EqualFold(k.KeyID, c.KeyID) && hinted(secret, k.Hint) })
	case c.Hint != "":
		return alive(a.Secrets, func(k tenant.Credential) bool { return k.Hint == c.Hint && hinted(secret, k.Hint) })
	}
	return nil
}

// hinted is whether a secret begins as Microsoft says that it does.
func hinted(secret vault.Secret, hint string) bool {
	return strings.HasPrefix(secret.Reveal(), hint)
}

// planCredential says whether the credential is kept or which one is made, as
// the product's guide says and the tenant's policy allows.
func (in Input) planCredential(ctx context.Context, s state) (Credential, change.Item, error) {
	c := in.Document().Application.Credential
	item := change.Item{ID: "credential", Title: words.T("Credential"), Today: words.T("none on this computer"), Action: change.Create}
	want := Credential{Kind: in.Options.Credential, Name: in.credentialName(), Bits: in.Options.Bits}
	if wrong := CheckCredentialName(in.Options.CredentialName); wrong != nil {
		item.Action, item.Problem = change.Attention, wrong
		return want, item, nil
	}
	if want.Kind == "" && !in.Product.HoldsCredential() {
		item.Action, item.Problem = change.Attention, theirKey(in.Product)
		return want, item, nil
	}
	if want.Kind == "" {
		secret, pair, err := in.held(ctx, vaultKind(c.Kind))
		if ctx.Err() != nil {
			return want, item, problem.Of(ctx.Err())
		}
		if err != nil {
			item.Problem = problem.Of(err) // a plan can be read without a keychain
		}
		want.Kind = connection.CredentialSecret
		if i := slices.IndexFunc(in.Product.Credential.Kinds, makes); i >= 0 {
			want.Kind = in.Product.Credential.Kinds[i]
		}
		if current(s.application, c, secret, pair, in.Time()) != nil {
			want.Kind = c.Kind
		}
	}
	// In days, so that a reviewed plan stays the same overnight.
	want.Days = cmp.Or(max(in.Options.Months, 0), in.Product.Credential.Life()) * 365 / 12
	secret, pair, err := in.held(ctx, vaultKind(want.Kind))
	if ctx.Err() != nil {
		return want, item, problem.Of(ctx.Err())
	}
	if err != nil {
		item.Problem, item.Today = problem.Of(err), words.T("unknown: the keychain did not answer")
	}
	if k := current(s.application, c, secret, pair, in.Time()); k != nil {
		item.Today, item.Wanted, item.Action = describe(want.Kind, *k), words.T("the same"), change.Keep
		if !k.End.IsZero() && k.End.Sub(in.Time()) < ExpiryWarning {
			item.Why = words.T("It expires on %s. Renew it with Rotate.", k.End.Format(time.DateOnly))
		}
		return want, item, nil
	}
	if a := s.application; a != nil && c.KeyID != "" {
		for _, k := range append(slices.Clone(a.Secrets), a.Certificates...) {
			if k.KeyID == c.KeyID {
				item.Today = words.T("%s, not on this computer", describe(c.Kind, k))
			}
		}
	}
	why := in.obey(s, &want, &item, pair != nil)
	if item.Action == change.Attention {
		return want, item, nil
	}
	if want.Kind != connection.CredentialCertificate {
		want.Bits = 0
		item.Wanted = words.T("a client secret \"%s rk-…\", valid for %d days, straight into this computer's keychain", want.Name, want.Days)
	} else if !in.planCertificate(ctx, s, pair, &want, &item) {
		return want, item, nil
	}
	if item.Why = words.Sentences(in.unmentioned(want.Kind), why); item.Why.IsZero() {
		item.Why = words.T(in.Product.Credential.Advice)
	}
	return want, item, nil
}

// unmentioned says that the vendor's guide does not have a kind of credential, zero
// where it has, or has none.
func (in Input) unmentioned(kind string) words.Text {
	if kinds := in.Product.Credential.Kinds; len(kinds) == 0 || slices.Contains(kinds, kind) {
		return words.Text{}
	}
	return words.T("The documentation of %s does not mention this kind of credential. Ask its vendor before you use it.", in.Product.Name)
}

// planCertificate plans the one in the keychain, or a new one; it is false when
// the tenant's policy does not take the one that is there.
func (in Input) planCertificate(ctx context.Context, s state, pair *vault.KeyPair, want *Credential, item *change.Item) bool {
	if pair == nil { // the policy may have turned a secret into a certificate
		var err error
		if _, pair, err = in.held(ctx, vault.Certificate); err != nil {
			item.Problem = problem.Of(err)
		}
	}
	want.Bits = cmp.Or(want.Bits, 3072)
	if pair == nil {
		item.Wanted = words.T("a certificate \"%s\" (RSA %v), valid for %d days, its key in this computer's keychain", want.Name, want.Bits, want.Days)
		return true
	}
	if p := in.outlives(s, *pair); p != nil {
		item.Action, item.Problem = change.Attention, p
		return false
	}
	item.Wanted = words.T("the certificate %s from this computer's keychain", pair.Thumbprint())
	return true
}

// makes reports whether Roomkey makes credentials of a kind.
func makes(kind string) bool {
	return kind == connection.CredentialSecret || kind == connection.CredentialCertificate
}

// theirKey is for a product whose credential nobody makes here.
func theirKey(p product.Product) *problem.Problem {
	return problem.New(codeTheirCredential, words.T("%s does not use a credential that Roomkey creates: %s.", p.Name, strings.Join(p.Credential.Kinds, ", "))).
		Lead(words.T("Register the application without one, with a script."), problem.PlaceScript("register-application")).
		Fix(words.T("If the vendor sends a certificate, upload it in the Microsoft Entra admin center under App registrations, this application, Certificates & secrets, Certificates. Never ask for its private key, and never send one.")).
		Fix(words.T("If the vendor signs in with a federated credential, enter its issuer and subject there under Federated credentials."))
}

func describe(kind string, k tenant.Credential) words.Text {
	what := words.T("client secret %s…", k.Hint)
	if kind == connection.CredentialCertificate {
		what = words.T("certificate %s", k.Thumbprint)
	}
	if k.End.IsZero() {
		return what
	}
	return words.T("%s, expires on %s", what, k.End.Format(time.DateOnly))
}

// planOrphans are secrets of interrupted runs: nobody knows their text.
func (in Input) planOrphans(s state, j journal) (items []change.Item) {
	for _, k := range in.orphans(s.application, j) {
		items = append(items, change.Item{ID: "orphan:" + k.KeyID, Title: words.T("Client secret of an interrupted run"), Today: words.Plain(k.DisplayName), Wanted: words.T("none"), Action: change.Remove,
			Why: words.T("It was created by a run that was interrupted before the credential was used. Nothing depends on it.")})
	}
	return items
}

func (in Input) orphans(a *tenant.Application, j journal) (list []tenant.Credential) {
	if a == nil {
		return nil
	}
	own := in.Document().Application.Credential.KeyID
	for _, nonce := range j.orphans() {
		for _, k := range a.Secrets {
			if strings.HasSuffix(k.DisplayName, nonce) && !strings.EqualFold(k.KeyID, own) {
				list = append(list, k)
			}
		}
	}
	return list
}

// credentialName is what a new credential is called.
func (in Input) credentialName() string {
	return cmp.Or(in.Options.CredentialName, in.Product.Credential.Name, in.Product.Name)
}

// maxCredentialName fits the common name of a certificate (RFC 5280, 64), and a
// secret's display name with its mark.
const maxCredentialName = 64

// CheckCredentialName is nil for a name that a credential can have, and for
// none; else "register.credential-name".
func CheckCredentialName(name string) *problem.Problem {
	if utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxCredentialName && strings.TrimSpace(name) == name && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return nil
	}
	return problem.New(codeCredentialName, words.T("This name cannot be used for a credential.")).
		Fix(words.T("Choose a name of at most %d characters on one line, without spaces at its ends.", maxCredentialName))
}
