package graph

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithappid"
	"github.com/microsoftgraph/msgraph-sdk-go/applicationswithuniquename"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// ofApplications is what is read of a registration. The bytes of certificates
// come only when the key credentials are selected.
var (
	ofApplications = []string{"id", "appId", "uniqueName", "displayName", "signInAudience", "createdDateTime", "deletedDateTime",
		"web", "publicClient", "spa", "info", "requiredResourceAccess", "passwordCredentials"}
	ofApplication = append(ofApplications[:len(ofApplications):len(ofApplications)], "keyCredentials")
)

func (c *Client) applications() *applications.ApplicationsRequestBuilder {
	return applications.NewApplicationsRequestBuilderInternal(c.parameters, c.adapter)
}

func (c *Client) withUniqueName(name string) *applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilder {
	quoted := strings.ReplaceAll(name, "'", "''")
	return applicationswithuniquename.NewApplicationsWithUniqueNameRequestBuilderInternal(c.parameters, c.adapter, &quoted)
}

// Application finds a registration by its client id.
func (c *Client) Application(ctx context.Context, clientID string) (tenant.Application, error) {
	return c.oneApplication(ctx, "GET /applications(appId)", func(ctx context.Context) (models.Applicationable, error) {
		return applicationswithappid.NewApplicationsWithAppIdRequestBuilderInternal(c.parameters, c.adapter, &clientID).Get(ctx,
			&applicationswithappid.ApplicationsWithAppIdRequestBuilderGetRequestConfiguration{
				QueryParameters: &applicationswithappid.ApplicationsWithAppIdRequestBuilderGetQueryParameters{Select: ofApplication}})
	})
}

// ApplicationByID finds a registration by its object id.
func (c *Client) ApplicationByID(ctx context.Context, id string) (tenant.Application, error) {
	return c.oneApplication(ctx, "GET /applications/{id}", func(ctx context.Context) (models.Applicationable, error) {
		return c.applications().ByApplicationId(id).Get(ctx, &applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: ofApplication}})
	})
}

// ApplicationByUniqueName finds a registration by the name that only one
// application of a tenant can have.
func (c *Client) ApplicationByUniqueName(ctx context.Context, name string) (tenant.Application, error) {
	return c.oneApplication(ctx, "GET /applications(uniqueName)", func(ctx context.Context) (models.Applicationable, error) {
		return c.withUniqueName(name).Get(ctx, &applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderGetRequestConfiguration{
			QueryParameters: &applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderGetQueryParameters{Select: ofApplication}})
	})
}

func (c *Client) oneApplication(ctx context.Context, what string, get func(context.Context) (models.Applicationable, error)) (tenant.Application, error) {
	m, err := call(ctx, c, what, func(ctx context.Context) (models.Applicationable, error) {
		m, err := get(ctx)
		if err == nil && !isNil(m) && (text(m.GetId()) == "" || text(m.GetAppId()) == "") {
			err = malformed(what, "the application has no id")
		}
		return m, err
	})
	if err != nil {
		return tenant.Application{}, err
	}
	return application(m), nil
}

// ApplicationsNamed are the registrations with exactly this display name;
// without the bytes of their certificates.
func (c *Client) ApplicationsNamed(ctx context.Context, displayName string) ([]tenant.Application, error) {
	filter := "displayName eq '" + strings.ReplaceAll(displayName, "'", "''") + "'"
	return whole(read(ctx, c, walk[models.Applicationable, tenant.Application]{
		what: "GET /applications",
		noun: func(m models.Applicationable) (tenant.Application, bool) { return application(m), true },
		key:  func(a tenant.Application) string { return a.ID },
		page: func(ctx context.Context, _, _ int32) (*page[models.Applicationable], error) {
			return some(c.applications().Get(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{
				QueryParameters: &applications.ApplicationsRequestBuilderGetQueryParameters{Filter: &filter, Select: ofApplications}}))
		},
		next: func(ctx context.Context, link string) (*page[models.Applicationable], error) {
			return some(c.applications().WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

// whole is a list of which not one may be missing.
func whole[T any](l tenant.Listing[T]) ([]T, error) {
	if l.Problem != nil {
		return nil, l.Problem
	}
	return l.Items, nil
}

// UpsertApplication makes the registration with this uniqueName, or changes the
// one that is there: two who ask at once get one application. Microsoft answers
// a change without a body, so the caller looks afterwards.
func (c *Client) UpsertApplication(ctx context.Context, uniqueName string, change tenant.ApplicationChange) error {
	headers := abstractions.NewRequestHeaders()
	headers.Add("Prefer", "create-if-missing")
	return c.act(ctx, "PATCH /applications(uniqueName)", func(ctx context.Context) error {
		_, err := c.withUniqueName(uniqueName).Patch(ctx, changed(change),
			&applicationswithuniquename.ApplicationsWithUniqueNameRequestBuilderPatchRequestConfiguration{Headers: headers})
		return replicating(err)
	})
}

// ChangeApplication changes a registration by its object id.
func (c *Client) ChangeApplication(ctx context.Context, id string, change tenant.ApplicationChange) error {
	return c.act(ctx, "PATCH /applications/{id}", func(ctx context.Context) error {
		_, err := c.applications().ByApplicationId(id).Patch(ctx, changed(change), nil)
		return replicating(err)
	})
}

// SetLogo gives an application a picture: PNG, JPEG or GIF.
func (c *Client) SetLogo(ctx context.Context, id string, picture []byte) error {
	return c.act(ctx, "PUT /applications/{id}/logo", func(ctx context.Context) error {
		info, err := c.applications().ByApplicationId(id).Logo().ToPutRequestInformation(ctx, picture, nil)
		if err != nil {
			return err
		}
		// The SDK says application/octet-stream, and would say both.
		info.Headers.Remove("Content-Type")
		info.Headers.Add("Content-Type", http.DetectContentType(picture))
		return replicating(c.adapter.SendNoContent(ctx, info, nil))
	})
}

// DeleteApplication moves a registration to the deleted ones, where it stays
// for 30 days; its enterprise application goes with it.
func (c *Client) DeleteApplication(ctx context.Context, id string) error {
	return c.act(ctx, "DELETE /applications/{id}", func(ctx context.Context) error {
		return replicating(c.applications().ByApplicationId(id).Delete(ctx, nil))
	})
}

// AddSecret makes a client secret that is valid until end. Microsoft shows its
// text this once.
func (c *Client) AddSecret(ctx context.Context, id, displayName string, end time.Time) (tenant.Credential, vault.Secret, error) {
	const what = "POST /applications/{id}/addPassword"
	wanted := models.NewPasswordCredential()
	wanted.SetDisplayName(&displayName)
	end = end.UTC().Truncate(time.Second)
	wanted.SetEndDateTime(&end)
	body := applications.NewItemAddPasswordPostRequestBody()
	body.SetPasswordCredential(wanted)
	m, err := call(ctx, c, what, func(ctx context.Context) (models.PasswordCredentialable, error) {
		m, err := c.applications().ByApplicationId(id).AddPassword().Post(ctx, body, nil)
		if err == nil && !isNil(m) && (text(m.GetSecretText()) == "" || m.GetKeyId() == nil) {
			err = malformed(what, "there is no secret in it")
		}
		return m, replicating(err)
	})
	if err != nil {
		return tenant.Credential{}, vault.Secret{}, err
	}
	return secretCredential(m), vault.NewSecret(*m.GetSecretText()), nil
}

// RemoveSecret removes a client secret by its key id.
func (c *Client) RemoveSecret(ctx context.Context, id, keyID string) error {
	key, err := uuid.Parse(keyID)
	if err != nil {
		return malformed("POST /applications/{id}/removePassword", "the key id is none")
	}
	body := applications.NewItemRemovePasswordPostRequestBody()
	body.SetKeyId(&key)
	return c.act(ctx, "POST /applications/{id}/removePassword", func(ctx context.Context) error {
		return replicating(c.applications().ByApplicationId(id).RemovePassword().Post(ctx, body, nil))
	})
}

// changed is a fresh model with just what changes: one that was read and
// changed would send too much or too little.
func changed(c tenant.ApplicationChange) models.Applicationable {
	m := models.NewApplication()
	if c.DisplayName != nil {
		m.SetDisplayName(c.DisplayName)
	}
	if c.SignInAudience != nil {
		m.SetSignInAudience(c.SignInAudience)
	}
	onWeb := c.RedirectURIs != nil && (c.Platform == "" || c.Platform == "web")
	if onWeb || c.IDTokens != nil || c.AccessTokens != nil || c.HomePage != nil {
		web := models.NewWebApplication()
		if onWeb {
			web.SetRedirectUris(append([]string{}, *c.RedirectURIs...))
		}
		if c.IDTokens != nil || c.AccessTokens != nil {
			implicit := models.NewImplicitGrantSettings()
			if c.IDTokens != nil {
				implicit.SetEnableIdTokenIssuance(c.IDTokens)
			}
			if c.AccessTokens != nil {
				implicit.SetEnableAccessTokenIssuance(c.AccessTokens)
			}
			web.SetImplicitGrantSettings(implicit)
		}
		if c.HomePage != nil {
			web.SetHomePageUrl(c.HomePage)
		}
		m.SetWeb(web)
	}
	if c.RedirectURIs != nil && !onWeb {
		uris := append([]string{}, *c.RedirectURIs...)
		switch c.Platform {
		case "spa":
			spa := models.NewSpaApplication()
			spa.SetRedirectUris(uris)
			m.SetSpa(spa)
		case "public":
			public := models.NewPublicClientApplication()
			public.SetRedirectUris(uris)
			m.SetPublicClient(public)
		}
	}
	if b := c.Branding; b != nil {
		info := models.NewInformationalUrl()
		for _, part := range []struct {
			set   func(*string)
			value string
		}{{info.SetMarketingUrl, b.Marketing}, {info.SetPrivacyStatementUrl, b.Privacy}, {info.SetSupportUrl, b.Support}, {info.SetTermsOfServiceUrl, b.TermsOfService}} {
			if part.value != "" {
				part.set(&part.value)
			}
		}
		m.SetInfo(info)
	}
	if c.Required != nil {
		list := []models.RequiredResourceAccessable{}
		for _, r := range *c.Required {
			list = append(list, requiredModel(r))
		}
		m.SetRequiredResourceAccess(list)
	}
	if c.Certificates != nil {
		list := []models.KeyCredentialable{}
		for _, k := range *c.Certificates {
			list = append(list, certificateModel(k))
		}
		m.SetKeyCredentials(list)
	}
	return m
}

func requiredModel(r tenant.RequiredResource) models.RequiredResourceAccessable {
	m := models.NewRequiredResourceAccess()
	m.SetResourceAppId(&r.ResourceAppID)
	list := []models.ResourceAccessable{}
	for _, a := range r.Access {
		access := models.NewResourceAccess()
		if id, err := uuid.Parse(a.ID); err == nil {
			access.SetId(&id)
		}
		access.SetTypeEscaped(pointer(a.Type))
		list = append(list, access)
	}
	m.SetResourceAccess(list)
	return m
}

func certificateModel(k tenant.Credential) models.KeyCredentialable {
	m := models.NewKeyCredential()
	m.SetTypeEscaped(pointer("AsymmetricX509Cert"))
	m.SetUsage(pointer("Verify"))
	m.SetKey(k.Key)
	if k.DisplayName != "" {
		m.SetDisplayName(&k.DisplayName)
	}
	if id, err := uuid.Parse(k.KeyID); err == nil {
		m.SetKeyId(&id)
	}
	return m
}
