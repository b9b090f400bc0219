package booking

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// The documents of the booking server's contract, as its server sees them. They
// are written from resources/contract/booking-server.v1.yaml and not shared with
// Roomkey's client, so that a misunderstanding of one side shows in a test.

type configuration struct {
	Digest         string            `json:"digest"`
	Cloud          cloudPart         `json:"cloud"`
	Tenant         tenantPart        `json:"tenant"`
	Product        productPart       `json:"product"`
	Application    applicationPart   `json:"application"`
	Credential     credentialPart    `json:"credential"`
	Permissions    []permissionPart  `json:"permissions,omitempty"`
	Rooms          roomsPart         `json:"rooms"`
	People         peoplePart        `json:"people"`
	SingleSignOn   singleSignOnPart  `json:"singleSignOn"`
	Notifications  notificationsPart `json:"notifications"`
	ServiceAccount string            `json:"serviceAccount,omitempty"`
}

type cloudPart struct {
	ID        string `json:"id"`
	Authority string `json:"authority"`
	Graph     string `json:"graph"`
}

type tenantPart struct {
	ID          string `json:"id"`
	Domain      string `json:"domain,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

type productPart struct {
	ID      string   `json:"id"`
	Options []string `json:"options,omitempty"`
}

type applicationPart struct {
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName,omitempty"`
}

type credentialPart struct {
	Kind        string    `json:"kind"`
	Fingerprint string    `json:"fingerprint"`
	Thumbprint  string    `json:"thumbprint,omitempty"`
	Expires     time.Time `json:"expires,omitzero"`
	Sealed      string    `json:"sealed,omitempty"`
}

type permissionPart struct {
	Value string `json:"value"`
	Kind  string `json:"kind"`
}

type roomsPart struct {
	Mode  string `json:"mode"`
	Items []room `json:"items"`
}

type room struct {
	EmailAddress string `json:"emailAddress"`
	DisplayName  string `json:"displayName,omitempty"`
	Capacity     *int   `json:"capacity,omitempty"`
	Building     string `json:"building,omitempty"`
	Floor        string `json:"floor,omitempty"`
}

type peoplePart struct {
	Mode                string   `json:"mode"`
	Groups              []string `json:"groups,omitempty"`
	CardNumberAttribute string   `json:"cardNumberAttribute,omitempty"`
	DefaultGroups       []string `json:"defaultGroups,omitempty"`
}

type singleSignOnPart struct {
	RedirectURIs []string `json:"redirectUris,omitempty"`
	LoginButton  string   `json:"loginButton,omitempty"`
}

type notificationsPart struct {
	URL          string `json:"url,omitempty"`
	LifecycleURL string `json:"lifecycleUrl,omitempty"`
}

// sealedCredential is what is inside credential.sealed.
type sealedCredential struct {
	Version  int    `json:"version"`
	Kind     string `json:"kind"`
	TenantID string `json:"tenantId"`
	ClientID string `json:"clientId"`
	Value    string `json:"value"`
}

// stored is what GET answers.
type stored struct {
	Configuration configuration `json:"configuration"`
	StoredAt      time.Time     `json:"storedAt"`
}

type mistake struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}

// mistakes says what is wrong with a configuration, each with the JSON pointer
// of the field.
func (c configuration) mistakes() []mistake {
	var found []mistake
	need := func(ok bool, pointer, detail string) {
		if !ok {
			found = append(found, mistake{pointer, "invalid", detail})
		}
	}
	need(c.Digest != "", "/digest", "A digest is needed.")
	need(microsoft.IsWebAddress(c.Cloud.Authority), "/cloud/authority", "An https address is needed.")
	need(microsoft.IsWebAddress(c.Cloud.Graph), "/cloud/graph", "An https address is needed.")
	need(microsoft.IsGUID(c.Tenant.ID), "/tenant/id", "A GUID is needed.")
	need(c.Product.ID != "", "/product/id", "A product is needed.")
	need(microsoft.IsGUID(c.Application.ClientID), "/application/clientId", "A GUID is needed.")
	need(c.Credential.Kind == "secret" || c.Credential.Kind == "certificate", "/credential/kind", "secret or certificate is needed.")
	need(c.Credential.Fingerprint != "", "/credential/fingerprint", "A fingerprint is needed.")
	need(c.Rooms.Mode == "all" || c.Rooms.Mode == "selected", "/rooms/mode", "all or selected is needed.")
	need(c.People.Mode == "all" || c.People.Mode == "groups", "/people/mode", "all or groups is needed.")
	for i, p := range c.Permissions {
		need(p.Kind == "application" || p.Kind == "delegated", fmt.Sprintf("/permissions/%d/kind", i), "application or delegated is needed.")
	}
	seen := map[string]bool{}
	for i, r := range c.Rooms.Items {
		at := fmt.Sprintf("/rooms/items/%d/emailAddress", i)
		_, err := mail.ParseAddress(r.EmailAddress)
		need(err == nil, at, "An e-mail address is needed.")
		key := strings.ToLower(r.EmailAddress)
		need(!seen[key], at, "This room is in the list twice.")
		seen[key] = true
	}
	for i, u := range c.SingleSignOn.RedirectURIs {
		need(microsoft.IsWebAddress(u), fmt.Sprintf("/singleSignOn/redirectUris/%d", i), "An https address is needed.")
	}
	for at, u := range map[string]string{"/notifications/url": c.Notifications.URL, "/notifications/lifecycleUrl": c.Notifications.LifecycleURL} {
		need(u == "" || microsoft.IsWebAddress(u), at, "An https address is needed.")
	}
	slices.SortFunc(found, func(a, b mistake) int { return strings.Compare(a.Pointer, b.Pointer) })
	return found
}

// change is one difference of a dry run.
type change struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// changes compares two configurations field by field. Digest and sealed
// credential are left out: they say nothing to a person.
func changes(old, next *configuration) []change {
	before, after := old.fields(), next.fields()
	found := []change{}
	for path, from := range before {
		to, still := after[path]
		switch {
		case !still:
			found = append(found, change{Path: path, Kind: "removed", From: from})
		case to != from:
			found = append(found, change{path, "changed", from, to})
		}
	}
	for path, to := range after {
		if _, had := before[path]; !had {
			found = append(found, change{Path: path, Kind: "added", To: to})
		}
	}
	slices.SortFunc(found, func(a, b change) int { return strings.Compare(a.Path, b.Path) })
	return found
}

func (c *configuration) fields() map[string]string {
	flat := map[string]string{}
	if c == nil {
		return flat
	}
	shown := *c
	shown.Digest, shown.Credential.Sealed = "", ""
	raw, err := json.Marshal(shown)
	if err != nil {
		return flat
	}
	var tree any
	if json.Unmarshal(raw, &tree) == nil {
		flatten("", tree, flat)
	}
	delete(flat, "digest")
	return flat
}

func flatten(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			flatten(strings.TrimPrefix(path+"."+k, "."), inner, into)
		}
	case []any:
		for i, inner := range v {
			key := fmt.Sprint(i)
			if o, ok := inner.(map[string]any); ok && o["emailAddress"] != nil {
				key = fmt.Sprint(o["emailAddress"])
			}
			flatten(path+"["+key+"]", inner, into)
		}
	default:
		into[path] = fmt.Sprint(v)
	}
}
