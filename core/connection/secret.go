package connection

import (
	"regexp"
	"strings"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// LintSecret says what is wrong with a secret before it goes into the vault.
// kind is that of the vault: "client-secret", "certificate" or "server-token".
// The secret's text is in none of the sentences.
func LintSecret(kind, text string) []FieldProblem {
	var found []FieldProblem
	add := func(code problem.Code, title, remedy words.Text) {
		found = append(found, FieldProblem{kind, problem.New(code, title).Fix(remedy)})
	}
	clean, removed := tidy(text)
	if clean == "" {
		add(CodeEmpty, words.T("There is nothing here."), words.T("Paste the value."))
		return found
	}
	if kind == "certificate" {
		return found // vault.ParseCertificate says what is wrong with it
	}
	for _, other := range otherThings {
		if other.is(kind, clean) {
			add(codeNotSecret, other.title, other.remedy)
			return found
		}
	}
	if kind == "client-secret" && strings.Contains(clean, "-----BEGIN") {
		add(codeSecretIsCertificate, words.T("This is a certificate or key, not a client secret."),
			words.T("Store it as certificate instead."))
		return found
	}
	if len(removed) > 0 {
		add(codeUnclean, words.T("Pasting added something around or inside the value: %s.", listed(removed)),
			words.T("Paste the value again into its field, where Roomkey removes this."))
	}
	if strings.IndexFunc(clean, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		add(codeSecretCharacters, words.T("The value contains characters that cannot be part of it."),
			words.T("Copy only the value again, with the copy button beside it."))
	}
	if kind == "client-secret" && isID(clean) {
		add(codeSecretID, words.T("This looks like the Secret ID, not the secret's Value."),
			words.T("In the app registration open Certificates & secrets and copy the column Value. It is only visible right after creation: if it is hidden, select New client secret and copy the new Value."))
	}
	return found
}

var (
	masked      = regexp.MustCompile(`^(?i)(.{0,8}(\*{3,}|[•●∗⁎]{3,}|\.{3,}|…).{0,8}|x{6,}|[\[(<](secret|hidden|redacted|masked)[\])>])$`)
	assignment  = regexp.MustCompile(`^(?is)(export |setx? |\$env:|\$)?["']?([a-z_][a-z0-9_.-]*)["']?\s*[=:]\s*([^=\s].*)$`)
	asJSON      = regexp.MustCompile(`^[\[{]\s*["\[{]`)
	bearer      = regexp.MustCompile(`^(?i)(authorization:\s*)?bearer\s`)
	jwt         = regexp.MustCompile(`^(?i:(authorization:\s*)?bearer\s+)?eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){1,4}$`)
	named       = regexp.MustCompile(`(?i:secret|token|password|passwd|key|value)|^[A-Z][A-Z0-9]*_[A-Z0-9_]+$`)
	pairs       = regexp.MustCompile(`(?i)client[_-]?secret["']?\s*[=:]`)
	reference   = regexp.MustCompile(`^(?i)(\$\{.*\}|\$\(.*\)|\{\{.*\}\}|%\w+%|\$(env:)?[a-z_]\w*|<[^<>]+>|@Microsoft\.KeyVault\(.*\)|YOUR[_-].*)$`)
	placeholder = regexp.MustCompile(`^(?i)((client|app)?[ _-]?secret([ _-]?(value|id))?|hidden|redacted|masked|value|password|token|null|nil|none|undefined|n/?a|changeme|todo|tbd|copied!?|copy|test)$`)
	thumbprint  = regexp.MustCompile(`^([0-9A-Fa-f]{2}[ :]?){19}(([0-9A-Fa-f]{2}[ :]?){12})?[0-9A-Fa-f]{2}$`)
	bareGUID    = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
	withGUID    = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
)

// isID reports whether text is an ID of Microsoft Entra ID, also one that lost its
// hyphens or a digit in copying.
func isID(text string) bool {
	return IsGUID(text) || bareGUID.MatchString(text) || cloud.WrongDigits(text) > 0
}

// webAddress is an address where a secret is wanted.
var webAddress = regexp.MustCompile(`^(?i)https?://`)

// otherThings are what gets copied instead of a secret.
var otherThings = []struct {
	is            func(kind, text string) bool
	title, remedy words.Text
}{
	{
		func(_, text string) bool { return webAddress.MatchString(text) },
		words.T("This is a web address, not a secret value."),
		words.T("Copy the value itself, with the copy button beside it."),
	},
	{
		func(_, text string) bool { return masked.MatchString(text) },
		words.T("This is the masked value: its beginning, followed by placeholders."),
		words.T("The full value is shown only once, right after it is created. If it is masked now, create a new one and copy that."),
	},
	{
		func(_, text string) bool { return placeholder.MatchString(text) },
		words.T("This is a placeholder, not what it stands for."),
		words.T("Copy what the portal shows right after it is created; if it is hidden there, create a new one."),
	},
	{
		func(_, text string) bool { return asJSON.MatchString(text) },
		words.T("This is JSON, not only the value."),
		words.T("Paste only the text between the quotes after the name of the value, such as \"password\" in the output of az or \"secretText\" in a response from Graph."),
	},
	{
		func(kind, text string) bool { return kind == "client-secret" && jwt.MatchString(text) },
		words.T("This is an access token (JWT), not a client secret: it expires within hours."),
		words.T("In the app registration open Certificates & secrets, select New client secret and copy the column Value."),
	},
	{
		func(kind, text string) bool {
			return bearer.MatchString(text) && !(kind == "client-secret" && jwt.MatchString(text))
		},
		words.T("This begins with the word Bearer, which is not part of the value."),
		words.T("Paste only what follows it."),
	},
	{
		func(_, text string) bool { return reference.MatchString(text) },
		words.T("This is a reference to a value that is stored elsewhere. It is not the value."),
		words.T("Copy the value itself from where it is kept."),
	},
	{
		func(kind, text string) bool { return kind == "client-secret" && thumbprint.MatchString(text) },
		words.T("This looks like the thumbprint of a certificate, not a client secret."),
		words.T("To sign in with the certificate, choose its file. To sign in with a secret, copy the column Value under Certificates & secrets, Client secrets."),
	},
	{
		func(kind, text string) bool {
			return kind == "client-secret" && (IsAddress(text) || strings.HasSuffix(strings.ToLower(text), ".onmicrosoft.com"))
		},
		words.T("This is an email address or a domain, not a client secret."),
		words.T("In the app registration open Certificates & secrets and copy the column Value of a client secret."),
	},
	{
		func(_, text string) bool {
			m := assignment.FindStringSubmatch(text)
			return !bearer.MatchString(text) && (m != nil && (m[1] != "" || named.MatchString(m[2])) || pairs.MatchString(text) && !asJSON.MatchString(text))
		},
		words.T("This is a line with a name and a value, not only the value."),
		words.T("Paste only what follows the = or the colon, without quotes."),
	},
	{
		func(kind, text string) bool {
			return kind == "client-secret" && withGUID.MatchString(text) && !IsGUID(text)
		},
		words.T("This contains an ID, which no client secret does."),
		words.T("In the app registration open Certificates & secrets and copy only the column Value, with the copy button beside it. The column Secret ID is another value."),
	},
}
