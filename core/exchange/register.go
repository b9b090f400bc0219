package exchange

import (
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// graphPlatforms are the properties of Microsoft Graph's application that hold the
// redirect URIs of a platform.
var graphPlatforms = map[string]string{"": "web", product.PlatformWeb: "web", product.PlatformSPA: "spa", product.PlatformPublic: "publicClient"}

// registerApplication is the registration for administrators who may not use
// Roomkey's own sign-in.
func (b *build) registerApplication() error {
	if id := b.Connection.Application.ClientID; id != "" && !isGUID(id) {
		return problem.New(codeClientID, words.T("The client ID %s is not a GUID.", problem.Line(id))).
			Lead(words.T("Correct the client ID, or empty it to register a new application."), problem.PlaceClientID)
	}
	needs := b.needs()
	application, delegated, limited := []string{}, []string{}, []string{}
	if b.Connection.Scope.Kind == connection.ScopeRBAC {
		// Beside a tenant-wide grant the limit would limit nothing.
		limited, _, _, _ = b.scoped()
	}
	for _, p := range needs.Permissions {
		if p.Kind == permission.Application && slices.Contains(limited, p.Value) {
			continue
		}
		if p.Kind == permission.Application {
			application = append(application, p.Value)
		} else {
			delegated = append(delegated, p.Value)
		}
	}
	audience := "AzureADMyOrg"
	if b.Product.MultiTenant(b.Connection.Product.Options) {
		audience = "AzureADMultipleOrgs"
	}
	uris := []string{}
	if b.Product.SingleSignOn.RedirectURIs {
		uris = append(uris, b.Connection.SingleSignOn.RedirectURIs...)
	}
	signOn := b.Product.SingleSignOn
	idTokens := signOn.IDTokens && len(uris) > 0
	for _, scope := range []string{"openid", "profile", "email"} { // people sign in with their work accounts
		if idTokens && !slices.Contains(delegated, scope) {
			delegated = append(delegated, scope)
		}
	}
	b.data["UniqueName"] = b.Connection.UniqueName()
	b.data["DisplayName"] = or(b.Connection.Application.DisplayName, b.Product.ApplicationName())
	b.data["RedirectURIs"], b.data["IDTokens"], b.data["Audience"] = uris, idTokens, audience
	b.data["AccessTokens"], b.data["Platform"] = signOn.AccessTokens && len(uris) > 0, graphPlatforms[signOn.Platform]
	b.data["Application"], b.data["Delegated"], b.data["Months"] = application, delegated, b.Product.Credential.Life()
	b.data["Certificate"] = b.certificate()

	b.intent.Objects = []string{b.data["UniqueName"].(string)}
	b.will("PATCH /applications", b.data["UniqueName"].(string), map[string]any{"displayName": b.data["DisplayName"], "redirectUris": uris, "platform": b.data["Platform"], "application": application, "delegated": delegated})
	b.will("POST /servicePrincipals", b.data["UniqueName"].(string), nil)
	for _, p := range application {
		b.will("POST /appRoleAssignedTo", p, nil)
	}
	b.explain("Looks up the permissions in this tenant's own Microsoft Graph, and stops if one is missing.")
	b.explain("Creates the application, or adds what it lacks. Nothing that it has is removed.")
	b.explain("Creates the enterprise application and grants the consent: %s.", strings.Join(append(application, delegated...), ", "))
	if len(limited) > 0 {
		b.explain("Leaves %s out: the script limit-application gives that to the application, for its mailboxes only.", strings.Join(limited, ", "))
	}
	b.explain("The result file contains the client ID, the object ID and the ID of the enterprise application. Bring it back to Roomkey.")
	if b.data["Certificate"] == "" {
		b.explain("To create a client secret for %d months, start it with -NewSecret. The secret goes to the clipboard and is neither shown nor written.", b.Product.Credential.Life())
	}
	if b.Cloud.Lacks(cloud.FeatureCommandLineClient) || b.Cloud.Doubtful(cloud.FeatureCommandLineClient) {
		b.warn("The cloud %s does not have the application Microsoft Graph Command Line Tools. Register a public client of your own (platform Mobile and desktop, redirect URI http://localhost) and start the script with -ClientId and its ID.", b.Cloud.Name)
	}
	return nil
}

// certificate is the public part of the certificate in the form, as Graph takes
// it; a file that holds the private key is refused.
func (b *build) certificate() string {
	text := b.form.text("certificate")
	if text == "" {
		return ""
	}
	if strings.Contains(text, "PRIVATE KEY") {
		b.form.fail("certificate", words.T("This contains the private key. Enter only the certificate: the part from BEGIN CERTIFICATE to END CERTIFICATE."))
		return ""
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		b.form.fail("certificate", words.T("This is not a PEM certificate."))
		return ""
	}
	return base64.StdEncoding.EncodeToString(block.Bytes)
}
