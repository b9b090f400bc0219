package graph

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

const policyName = "Default app management tenant policy"

// longest is the longest life that a fault lets a credential have, 0 for any.
func (g *Graph) longest(name string) time.Duration {
	arg, on := g.Fault(name)
	if !on {
		return 0
	}
	return fault.Duration(arg, 180*24*time.Hour)
}

func (g *Graph) secretLife() time.Duration { return g.longest(fault.SecretLifetimeCapped) }

// appManagementPolicy is off unless a fault switches one of its rules on. Graph's
// v1.0 hides a rule that it does not know, and has no audiences.
func (c *call) appManagementPolicy() (reply, error) { return c.policy(false) }

func (c *call) betaAppManagementPolicy() (reply, error) { return c.policy(true) }

func (c *call) policy(beta bool) (reply, error) {
	rule := func(kind string, life time.Duration) object {
		o := object{"restrictionType": kind, "maxLifetime": nil, "restrictForAppsCreatedAfterDateTime": "2024-01-01T00:00:00Z", "state": "enabled"}
		if life > 0 {
			o["maxLifetime"] = fmt.Sprintf("P%dD", int(life.Hours()/24))
		}
		return o
	}
	passwords, keys := []object{}, []object{}
	if c.g.Has(fault.SecretsForbidden) {
		passwords = append(passwords, rule("passwordAddition", 0), rule("customPasswordAddition", 0))
	}
	if life := c.g.secretLife(); life > 0 {
		passwords = append(passwords, rule("passwordLifetime", life))
	}
	if life := c.g.longest(fault.KeyLifetimeCapped); life > 0 {
		keys = append(keys, rule("asymmetricKeyLifetime", life))
	}
	kind := "unknownFutureValue"
	if beta {
		kind = "trustedCertificateAuthority"
	}
	if c.g.Has(fault.AuthorityRequired) {
		keys = append(keys, rule(kind, 0))
	}
	audience := c.g.Has(fault.MultiTenantForbidden)
	restrictions := object{"passwordCredentials": passwords, "keyCredentials": keys}
	link := c.context("policies/defaultAppManagementPolicy/$entity")
	if beta {
		link = strings.Replace(link, "/v1.0/", "/beta/", 1)
		state := "disabled"
		if audience {
			state = "enabled"
		}
		restrictions["audiences"] = object{"azureAdMultipleOrgs": object{"state": state, "isStateSetByMicrosoft": false, "restrictForAppsCreatedAfterDateTime": nil, "excludeActors": nil}}
	}
	return ok(object{
		"@odata.context": link, "id": "00000000-0000-0000-0000-000000000000",
		"displayName": policyName, "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
		"isEnabled": len(passwords)+len(keys) > 0 || audience, "applicationRestrictions": restrictions, "servicePrincipalRestrictions": restrictions,
	})
}

// ownPolicies are those of one application: none here.
func (c *call) ownPolicies() (reply, error) {
	if _, err := c.applicationAt(); err != nil {
		return reply{}, err
	}
	return ok(object{"@odata.context": c.context("policies/appManagementPolicies"), "value": []object{}})
}

// obeys refuses what the tenant's policy forbids in a registration.
func (c *call) obeys(audience string, added tenant.KeyCredential) error {
	perPolicy := func(code, message string) error {
		return microsoft.Refuse(http.StatusBadRequest, code, message+" as per assigned policy '"+policyName+"'.")
	}
	life := c.g.longest(fault.KeyLifetimeCapped)
	switch {
	case audience != "" && audience != "AzureADMyOrg" && c.g.Has(fault.MultiTenantForbidden):
		return perPolicy("SignInAudienceNotAllowedAsPerAppPolicy", "Sign-in audience is not allowed")
	case added.KeyID != "" && c.g.Has(fault.AuthorityRequired):
		return perPolicy("CredentialTypeNotAllowedAsPerAppPolicy", "The certificate's issuer is not allowed")
	case added.KeyID != "" && life > 0 && added.EndDateTime.Sub(added.StartDateTime) > life:
		return perPolicy("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed")
	}
	return nil
}
