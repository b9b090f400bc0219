package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	appRead  = []string{"Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All", "Directory.ReadWrite.All"}
	appWrite = []string{"Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"}
)

var applicationRoutes = []route{
	{pattern: "GET /applications", allow: appRead, serve: func(c *call) (reply, error) { return c.list(c.applicationCollection()) }},
	{pattern: "GET /applications/$count", allow: appRead, serve: func(c *call) (reply, error) { return c.countOf(c.applicationCollection()) }},
	{pattern: "POST /applications", allow: appWrite, admin: tenant.Registrars, serve: (*call).createApplication},
	{pattern: "GET /applications/{}", allow: appRead, serve: (*call).getApplication},
	{pattern: "PATCH /applications/{}", allow: appWrite, admin: tenant.Registrars, serve: (*call).patchApplication},
	{pattern: "DELETE /applications/{}", allow: appWrite, admin: tenant.Registrars, serve: (*call).deleteApplication},
	{pattern: "GET /applications/{}/owners", allow: appRead, serve: (*call).owners},
	{pattern: "POST /applications/{}/owners/$ref", allow: appWrite, admin: tenant.Registrars, serve: func(*call) (reply, error) { return noContent() }},
	{pattern: "GET /applications/{}/federatedIdentityCredentials", allow: appRead, serve: (*call).noFederation},
	{pattern: "PUT /applications/{}/logo", allow: appWrite, admin: tenant.Registrars, serve: (*call).putLogo},
	{pattern: "POST /applications/{}/addPassword", allow: appWrite, admin: tenant.Registrars, serve: (*call).addPassword},
	{pattern: "POST /applications/{}/removePassword", allow: appWrite, admin: tenant.Registrars, serve: (*call).removePassword},
	{pattern: "POST /applications/{}/addKey", allow: appWrite, serve: (*call).addKey},
	{pattern: "POST /applications/{}/removeKey", allow: appWrite, serve: (*call).addKey},
	{pattern: "GET /directory/deletedItems/microsoft.graph.application", allow: appRead, serve: (*call).deletedApplications},
	{pattern: "GET /directory/deletedItems/{}", allow: appRead, serve: (*call).deletedItem},
	{pattern: "DELETE /directory/deletedItems/{}", allow: appWrite, admin: tenant.Registrars, serve: (*call).purge},
	{pattern: "POST /directory/deletedItems/{}/restore", allow: appWrite, admin: tenant.Registrars, serve: (*call).restore},
}

var applicationProperties = strings.Fields("id deletedDateTime appId uniqueName displayName description notes createdDateTime signInAudience publisherDomain isFallbackPublicClient isDeviceOnlyAuthSupported groupMembershipClaims serviceManagementReference tags identifierUris addIns api appRoles info keyCredentials passwordCredentials publicClient spa requiredResourceAccess optionalClaims web createdByAppId applicationTemplateId verifiedPublisher certification tokenEncryptionKeyId samlMetadataUrl defaultRedirectUri")

// applicationObject is an application as Graph shows it: a certificate's bytes
// only when the credentials were selected.
func (c *call) applicationObject(a *tenant.Application) object {
	seen := *a
	seen.RequiredResourceAccess = c.g.Declared(a)
	seen.PasswordCredentials = c.g.SecretsOf(a)
	o := microsoft.AsObject(&seen)
	if !strings.Contains(strings.ToLower(c.query.Get("$select")), "keycredentials") {
		for _, k := range o["keyCredentials"].([]any) {
			k.(object)["key"] = nil
		}
	}
	return o
}

func (c *call) applicationCollection() collection {
	return collection{
		context: "applications", n: len(c.g.State.Applications), known: applicationProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			a := c.g.State.Applications[i]
			if !c.g.Replicated(a.ID) {
				return nil
			}
			return c.applicationObject(a)
		},
	}
}

// applicationAt finds the application that the path names, by object id, appId
// or uniqueName.
func (c *call) applicationAt() (*tenant.Application, error) {
	key := c.vars[0]
	for _, a := range c.g.State.Applications {
		if c.g.Replicated(a.ID) && (strings.EqualFold(a.ID, key) || strings.EqualFold("appId="+a.AppID, key) || a.UniqueName != nil && "uniqueName="+*a.UniqueName == key) {
			return a, nil
		}
	}
	return nil, microsoft.NotFound(key[strings.IndexByte(key, '=')+1:])
}

func (c *call) getApplication() (reply, error) {
	a, err := c.applicationAt()
	if err != nil {
		return reply{}, err
	}
	return c.entity("applications", c.applicationObject(a), applicationProperties)
}

func (c *call) createApplication() (reply, error) {
	patch, err := c.changes()
	if err != nil {
		return reply{}, err
	}
	a, err := c.newRegistration(patch, nil)
	if err != nil {
		return reply{}, err
	}
	o := c.applicationObject(a)
	o["@odata.context"] = c.context("applications/$entity")
	return created(o)
}

// changes are the body without what OData's clients add to it.
func (c *call) changes() (object, error) {
	var o object
	if err := c.body(&o); err != nil {
		return nil, err
	}
	return o, nil
}

func (c *call) newRegistration(patch object, uniqueName *string) (*tenant.Application, error) {
	if name, _ := patch["displayName"].(string); name == "" {
		return nil, microsoft.BadRequest("Property displayName is required.")
	}
	a := tenant.NewApplication(uuid.NewString(), uuid.NewString(), "", c.g.Directory.Domain, c.g.Now().UTC().Truncate(time.Second))
	a.UniqueName = uniqueName
	if uniqueName == nil {
		if name, ok := patch["uniqueName"].(string); ok {
			a.UniqueName = &name
			delete(patch, "uniqueName")
		}
	}
	if a.UniqueName != nil && slices.ContainsFunc(c.g.State.Applications, func(o *tenant.Application) bool { return o.UniqueName != nil && *o.UniqueName == *a.UniqueName }) {
		return nil, microsoft.Refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "Another object with the same value for property uniqueName already exists.")
	}
	a, err := c.patched(a, patch)
	if err != nil {
		return nil, err
	}
	c.g.State.Applications = append(c.g.State.Applications, a)
	c.g.Born(a.ID)
	return a, nil
}

// readOnly are the properties that nobody sets.
var readOnly = []string{"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain", "uniqueName", "passwordCredentials"}

// patched gives a copy with the changes applied: texts and lists replace,
// complex properties merge.
func (c *call) patched(a *tenant.Application, patch object) (*tenant.Application, error) {
	for _, name := range readOnly {
		if _, set := patch[name]; set {
			return nil, microsoft.BadRequest("Property '" + name + "' is read-only and cannot be set.")
		}
	}
	data, err := json.Marshal(patch)
	if err != nil {
		return nil, err
	}
	if err := strict(data, &tenant.Application{}); err != nil {
		return nil, err
	}
	merged := microsoft.AsObject(a)
	merge(merged, patch)
	if data, err = json.Marshal(merged); err != nil {
		return nil, err
	}
	out := &tenant.Application{}
	if err := strict(data, out); err != nil {
		return nil, err
	}
	switch out.SignInAudience {
	case "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount":
	default:
		return nil, microsoft.BadRequest("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	if out.SignInAudience != a.SignInAudience {
		if err := c.obeys(out.SignInAudience, tenant.KeyCredential{}); err != nil {
			return nil, err
		}
	}
	for _, uri := range out.Web.RedirectURIs {
		if !microsoft.IsWebAddress(uri) {
			return nil, microsoft.BadRequest("Invalid value specified for property 'web.redirectUris' of resource 'Application': a redirect URI needs https, or http on localhost.")
		}
	}
	return out, c.keyCredentials(a, out)
}

// keyCredentials completes the certificates of a PATCH: one that exists is kept
// by its id, another one is read from its bytes.
func (c *call) keyCredentials(before, after *tenant.Application) error {
	for i, k := range after.KeyCredentials {
		at := slices.IndexFunc(before.KeyCredentials, func(o tenant.KeyCredential) bool { return o.KeyID == k.KeyID && k.KeyID != "" })
		if at >= 0 && len(k.Key) == 0 {
			after.KeyCredentials[i] = before.KeyCredentials[at]
			continue
		}
		if k.Type != "AsymmetricX509Cert" || k.Usage != "Verify" || len(k.Key) == 0 {
			return microsoft.BadRequest("New key credentials must have type AsymmetricX509Cert, usage Verify and a key.")
		}
		if k.KeyID == "" {
			k.KeyID = uuid.NewString()
		}
		read, err := tenant.ReadCertificate(k.Key, k.DisplayName, k.KeyID)
		if err != nil {
			return err
		}
		after.KeyCredentials[i] = read
		if at < 0 {
			if err := c.obeys("", read); err != nil {
				return err
			}
			c.g.Born(k.KeyID)
		}
	}
	return nil
}

func merge(into, from object) {
	for k, v := range from {
		if inner, ok := v.(object); ok {
			if old, ok := into[k].(object); ok {
				merge(old, inner)
				continue
			}
		}
		into[k] = v
	}
}

// patchApplication changes, or by uniqueName and with create-if-missing makes.
func (c *call) patchApplication() (reply, error) {
	patch, err := c.changes()
	if err != nil {
		return reply{}, err
	}
	a, err := c.applicationAt()
	if name, ok := strings.CutPrefix(c.vars[0], "uniqueName="); err != nil && ok && strings.Contains(c.r.Header.Get("Prefer"), "create-if-missing") {
		delete(patch, "uniqueName")
		if a, err = c.newRegistration(patch, &name); err != nil {
			return reply{}, err
		}
		o := c.applicationObject(a)
		o["@odata.context"] = c.context("applications/$entity")
		return created(o)
	}
	if err != nil {
		return reply{}, err
	}
	next, err := c.patched(a, patch)
	if err != nil {
		return reply{}, err
	}
	*a = *next
	return noContent()
}

func (c *call) deleteApplication() (reply, error) {
	a, err := c.applicationAt()
	if err != nil {
		return reply{}, err
	}
	at := c.g.Now().UTC()
	a.DeletedDateTime = &at
	st := c.g.State
	st.Applications = slices.DeleteFunc(st.Applications, func(o *tenant.Application) bool { return o == a })
	st.Deleted = append(st.Deleted, a)
	if sp := c.g.PrincipalByApp(a.AppID); sp != nil {
		c.g.deletePrincipal(sp)
	}
	return noContent()
}

func (c *call) owners() (reply, error) {
	if _, err := c.applicationAt(); err != nil {
		return reply{}, err
	}
	return c.administrator()
}

func (c *call) noFederation() (reply, error) {
	if _, err := c.applicationAt(); err != nil {
		return reply{}, err
	}
	return c.list(collection{context: "applications/federatedIdentityCredentials", top: 100, maxTop: 999})
}

func (c *call) deletedCollection() []*tenant.Application {
	st := c.g.State
	st.Deleted = slices.DeleteFunc(st.Deleted, func(a *tenant.Application) bool { // thirty days
		return a.DeletedDateTime != nil && c.g.Now().After(a.DeletedDateTime.AddDate(0, 0, 30))
	})
	return st.Deleted
}

func (c *call) deletedApplications() (reply, error) {
	list := c.deletedCollection()
	if ready := c.g.Application(c.g.Directory.ID(tenant.KindOther, tenant.AppReady)); ready != nil && c.g.ReadyDeleted(ready.ID) {
		gone, at := *ready, c.g.Now().UTC()
		gone.DeletedDateTime = &at
		list = append(slices.Clone(list), &gone)
	}
	return c.list(collection{
		context: "applications", n: len(list), known: applicationProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object { return c.applicationObject(list[i]) },
	})
}

func (c *call) deletedAt() (int, error) {
	at := slices.IndexFunc(c.deletedCollection(), func(a *tenant.Application) bool { return strings.EqualFold(a.ID, c.vars[0]) })
	if at < 0 {
		return 0, microsoft.NotFound(c.vars[0])
	}
	return at, nil
}

func (c *call) deletedItem() (reply, error) {
	at, err := c.deletedAt()
	if err != nil {
		return reply{}, err
	}
	o := c.applicationObject(c.g.State.Deleted[at])
	o["@odata.type"] = "#microsoft.graph.application"
	return c.entity("directoryObjects", o, applicationProperties)
}

func (c *call) purge() (reply, error) {
	at, err := c.deletedAt()
	if err != nil {
		return reply{}, err
	}
	st := c.g.State
	appID := st.Deleted[at].AppID
	st.Deleted = slices.Delete(st.Deleted, at, at+1)
	st.DeletedPrincipals = slices.DeleteFunc(st.DeletedPrincipals, func(sp *tenant.ServicePrincipal) bool { return sp.AppID == appID })
	return noContent()
}

// restore brings back an application and its enterprise application, whose
// grants were never gone.
func (c *call) restore() (reply, error) {
	if ready := c.g.RestoreReady(c.vars[0]); ready != nil {
		return c.restored(ready)
	}
	at, err := c.deletedAt()
	if err != nil {
		return reply{}, err
	}
	st := c.g.State
	a := st.Deleted[at]
	a.DeletedDateTime = nil
	st.Deleted = slices.Delete(st.Deleted, at, at+1)
	st.Applications = append(st.Applications, a)
	for _, sp := range st.DeletedPrincipals {
		if sp.AppID == a.AppID {
			sp.DeletedDateTime = nil
			st.Principals = append(st.Principals, sp)
		}
	}
	st.DeletedPrincipals = slices.DeleteFunc(st.DeletedPrincipals, func(sp *tenant.ServicePrincipal) bool { return sp.AppID == a.AppID })
	return c.restored(a)
}

func (c *call) restored(a *tenant.Application) (reply, error) {
	o := maps.Clone(c.applicationObject(a))
	o["@odata.type"], o["@odata.context"] = "#microsoft.graph.application", c.context("directoryObjects/$entity")
	return ok(o)
}
