package check

import (
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

func TestPeopleAreLookedAt(t *testing.T) {
	yes, no := true, false
	fine := tenant.Person{UserPrincipalName: "a@x", Mail: "a@x", Enabled: &yes, CardNumber: "1"}
	off := tenant.Person{UserPrincipalName: "b@x", Mail: "b@x", Enabled: &no}
	mute := tenant.Person{UserPrincipalName: "c@x"}
	twin := tenant.Person{UserPrincipalName: "d@x", Mail: "d@x", CardNumber: "1"}
	for name, c := range map[string]struct {
		people  []tenant.Person
		code    problem.Code
		failure bool
	}{
		"nobody listed":       {nil, problem.Code{}, false},
		"one usable":          {[]tenant.Person{fine, off, mute}, problem.Code{}, false},
		"all disabled":        {[]tenant.Person{off, off}, codePeopleAllDisabled, true},
		"no mail":             {[]tenant.Person{mute, mute}, codePeopleNoMail, true},
		"disabled or no mail": {[]tenant.Person{off, mute}, codePeopleNoneUsable, true},
		"one card for two":    {[]tenant.Person{fine, twin}, codePeopleSharedCard, false},
	} {
		var seen crowd
		for _, p := range c.people {
			seen.add(p)
		}
		p, failure := seen.judge()
		if failure != c.failure || (p == nil) != (c.code == problem.Code{}) || p != nil && p.Code != c.code {
			t.Errorf("%s: %v, failure %v", name, p, failure)
		}
	}
}
