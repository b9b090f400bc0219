package simulator

import (
	"cmp"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
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
func (s *Simulator) VendorClientID(product string) string {
	i := slices.IndexFunc(vendorProducts(), func(p vendorProduct) bool { return p.ID == product })
	if i < 0 {
		return ""
	}
	return cmp.Or(vendorProducts()[i].Vendor.ClientID, s.directory.ID(tenant.KindOther, 3000+i))
}

// serveVendorConsent plays Microsoft's consent page for a vendor's application.
// It reports whether the client is one.
func (s *Simulator) serveVendorConsent(w http.ResponseWriter, r *http.Request) bool {
	i := slices.IndexFunc(vendorProducts(), func(p vendorProduct) bool {
		return strings.EqualFold(s.VendorClientID(p.ID), r.URL.Query().Get("client_id"))
	})
	if i < 0 {
		return false
	}
	user, err := s.signInUser("")
	if err == nil && !slices.ContainsFunc(s.wids(user), func(id string) bool { return slices.Contains(consenters, id) }) {
		err = &entraError{name: "access_denied", code: 90094, message: "The grant requires admin permissions."}
	}
	if err != nil {
		s.errorPage(w, r, err)
		return true
	}
	s.install(vendorProducts()[i])
	if err := s.saveState(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return true
	}
	microsoft.Page(w, http.StatusOK, "Permissions accepted", "<p>You can close this window.</p>")
	return true
}

// install makes the enterprise application of a vendor's application and grants
// it what it declares. Where the guide does not say that, it declares what a
// booking product commonly does.
func (s *Simulator) install(p vendorProduct) {
	clientID := s.VendorClientID(p.ID)
	sp := s.principalByApp(clientID)
	if sp == nil {
		sp = newPrincipal(uuid.NewString(), clientID, cmp.Or(p.Vendor.Name, p.Name), uuid.NewString())
		if p.Vendor.Publisher != "" {
			sp.VerifiedPublisher.DisplayName = &p.Vendor.Publisher
		}
		s.state.Principals = append(s.state.Principals, sp)
	}
	wanted := map[string]bool{}
	for _, n := range p.Needs.Permissions {
		wanted[n.Kind+":"+n.Value] = true
	}
	if len(wanted) == 0 {
		wanted[map[string]string{"vendor": "application:Calendars.ReadWrite", "user": "delegated:Calendars.ReadWrite.Shared"}[p.Model]] = true
	}
	for _, api := range []string{graphAppID, exchangeAppID} {
		resource := s.principalByApp(api)
		var scopes []string
		for _, role := range resource.AppRoles {
			if wanted["application:"+role.Value] && !s.assigned(sp.ID, resource.ID, role.ID) {
				s.assign(sp, resource, role.ID)
			}
		}
		for _, scope := range resource.OAuth2PermissionScopes {
			if wanted["delegated:"+scope.Value] {
				scopes = append(scopes, scope.Value)
			}
		}
		if len(scopes) > 0 {
			s.grantScopes(sp.ID, resource.ID, "AllPrincipals", nil, scopes)
		}
	}
}
