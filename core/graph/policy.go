package graph

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// betaPolicy is the path of the default policy below the cloud's Graph: v1.0
// hides its rules about audiences and certificate authorities.
const betaPolicy = "beta/policies/defaultAppManagementPolicy"

// restriction is one rule of a policy, of whatever kind.
type restriction struct {
	Type  string    `json:"restrictionType"`
	State string    `json:"state"`
	Life  string    `json:"maxLifetime"`
	After time.Time `json:"restrictForAppsCreatedAfterDateTime"`
}

// restrictions are all of them; a policy of one application has no audiences.
type restrictions struct {
	Passwords []restriction          `json:"passwordCredentials"`
	Keys      []restriction          `json:"keyCredentials"`
	Audiences map[string]restriction `json:"audiences"`
}

type appPolicy struct {
	Name    string        `json:"displayName"`
	Enabled *bool         `json:"isEnabled"`
	Default *restrictions `json:"applicationRestrictions"`
	Own     *restrictions `json:"restrictions"`
}

// CredentialPolicy is what the tenant's app-management policies say: the
// default one, and in its place those of the application with this object id,
// "" for one that is still to be made.
func (c *Client) CredentialPolicy(ctx context.Context, id string) (tenant.CredentialPolicy, error) {
	const what = "GET /policies/defaultAppManagementPolicy"
	var standard appPolicy
	err := c.plainly(ctx, betaPolicy, nil, &standard)
	if p := problem.Of(err); p != nil && (p.Kind == problem.Absent || p.Kind == problem.Refused) { // a cloud without it
		err = c.plainly(ctx, "v1.0"+strings.TrimPrefix(betaPolicy, "beta"), nil, &standard)
	}
	if err == nil && standard.Enabled == nil {
		err = c.problem(malformed(what, "it does not say whether the policy is on"), what, new(answer))
	}
	if err != nil {
		return tenant.CredentialPolicy{}, err
	}
	var out tenant.CredentialPolicy
	out.Enabled, out.Rules = *standard.Enabled, standard.Default.rules(standard.Name)
	if id == "" {
		return out, nil
	}
	var own struct {
		Value []appPolicy `json:"value"`
	}
	if err := c.plainly(ctx, "v1.0/applications/"+url.PathEscape(id)+"/appManagementPolicies", nil, &own); err != nil {
		return tenant.CredentialPolicy{}, err
	}
	for _, p := range own.Value {
		if p.Enabled == nil || !*p.Enabled || p.Own == nil {
			continue
		}
		if !out.Enabled {
			out.Enabled, out.Rules = true, nil
		}
		out.Rules = slices.DeleteFunc(out.Rules, func(r tenant.CredentialRule) bool { return p.Own.names(r.Type) })
		out.Rules = append(out.Rules, p.Own.rules(p.Name)...)
	}
	return out, nil
}

func (r *restrictions) all() []restriction {
	if r == nil {
		return nil
	}
	list := slices.Concat(r.Passwords, r.Keys)
	if multi, there := r.Audiences[tenant.RuleMultiTenant]; there {
		multi.Type = tenant.RuleMultiTenant
		list = append(list, multi)
	}
	return list
}

// names reports whether a policy says something of a type of rule, be it that
// the rule is off.
func (r *restrictions) names(kind string) bool {
	return slices.ContainsFunc(r.all(), func(r restriction) bool { return r.Type == kind })
}

// rules are those that are on.
func (r *restrictions) rules(policy string) (list []tenant.CredentialRule) {
	for _, x := range r.all() {
		if x.Type != "" && x.State != "disabled" {
			list = append(list, tenant.CredentialRule{Type: x.Type, Policy: policy, Life: life(x.Life), After: x.After.UTC()})
		}
	}
	return list
}

// life is an ISO 8601 duration; years and months do not occur in policies, a
// year is taken as 365 days.
func life(text string) time.Duration {
	d, err := serialization.ParseISODuration(text)
	if err != nil || d == nil {
		return 0
	}
	days := d.GetYears()*365 + d.GetWeeks()*7 + d.GetDays()
	return time.Duration(days)*24*time.Hour + time.Duration(d.GetHours())*time.Hour + time.Duration(d.GetMinutes())*time.Minute + time.Duration(d.GetSeconds())*time.Second
}
