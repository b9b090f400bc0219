package tenant

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/resources"
)

// vendorProduct is what the simulator reads of a product file: enough to play
// the vendor's application.
type vendorProduct struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Model  string `yaml:"model"`
	Vendor struct {
		Name      string `yaml:"name"`
		Publisher string `yaml:"publisher"`
		ClientID  string `yaml:"clientId"`
	} `yaml:"vendorApplication"`
	Needs struct {
		Permissions []struct {
			Value string `yaml:"value"`
			Kind  string `yaml:"kind"`
		} `yaml:"permissions"`
	} `yaml:"needs"`
}

// vendorProducts are the products with an application of the vendor's.
var vendorProducts = sync.OnceValue(func() (list []vendorProduct) {
	files, err := fs.Glob(resources.Products, "*.yaml")
	for _, file := range files {
		data, readErr := fs.ReadFile(resources.Products, file)
		var p vendorProduct
		if err = cmp.Or(err, readErr, yaml.Unmarshal(data, &p)); err != nil {
			panic(err) // the files are part of the program
		}
		if p.Model == "vendor" || p.Model == "user" {
			list = append(list, p)
		}
	}
	return list
})

// VendorClientID is the client ID of the application that the vendor of a
// product owns: the real one, or one of the simulator's where it is not known;
// "" for a product without.
func (t *Tenant) VendorClientID(product string) string {
	i := slices.IndexFunc(vendorProducts(), func(p vendorProduct) bool { return p.ID == product })
	if i < 0 {
		return ""
	}
	return cmp.Or(vendorProducts()[i].Vendor.ClientID, t.Directory.ID(KindOther, 3000+i))
}

// VendorApplication finds the application of a vendor's that has a client ID, and
// gives what installs it; nil for another application.
func (t *Tenant) VendorApplication(clientID string) (install func()) {
	for _, p := range vendorProducts() {
		if strings.EqualFold(t.VendorClientID(p.ID), clientID) {
			return func() { t.install(p) }
		}
	}
	return nil
}

// install makes the enterprise application of a vendor's application and grants
// it what it declares. Where the guide does not say that, it declares what a
// booking product commonly does.
func (t *Tenant) install(p vendorProduct) {
	clientID := t.VendorClientID(p.ID)
	sp := t.PrincipalByApp(clientID)
	if sp == nil {
		sp = NewPrincipal(uuid.NewString(), clientID, cmp.Or(p.Vendor.Name, p.Name), uuid.NewString())
		if p.Vendor.Publisher != "" {
			sp.VerifiedPublisher.DisplayName = &p.Vendor.Publisher
		}
		t.State.Principals = append(t.State.Principals, sp)
	}
	wanted := map[string]bool{}
	for _, n := range p.Needs.Permissions {
		wanted[n.Kind+":"+n.Value] = true
	}
	if len(wanted) == 0 {
		wanted[map[string]string{"vendor": "application:Calendars.ReadWrite", "user": "delegated:Calendars.ReadWrite.Shared"}[p.Model]] = true
	}
	for _, api := range []string{GraphAppID, ExchangeAppID} {
		resource := t.PrincipalByApp(api)
		var scopes []string
		for _, role := range resource.AppRoles {
			if wanted["application:"+role.Value] && !t.Assigned(sp.ID, resource.ID, role.ID) {
				t.Assign(sp, resource, role.ID)
			}
		}
		for _, scope := range resource.OAuth2PermissionScopes {
			if wanted["delegated:"+scope.Value] {
				scopes = append(scopes, scope.Value)
			}
		}
		if len(scopes) > 0 {
			t.GrantScopes(sp.ID, resource.ID, "AllPrincipals", nil, scopes)
		}
	}
}
