package cmdlet

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/opath"
)

// match is whether a recipient is one that a filter finds.
func (o *Organization) match(t opath.Test, r Object) bool {
	return t(func(name, want string, like bool) bool {
		switch strings.ToLower(name) {
		case "memberofgroup":
			for g, members := range o.State.Members {
				if strings.EqualFold(str(o.State.Recipients[g], "DistinguishedName"), want) {
					return slices.Contains(members, strings.ToLower(str(r, "PrimarySmtpAddress")))
				}
			}
			return false
		case "emailaddresses":
			return slices.ContainsFunc(texts(r, "EmailAddresses"), func(a string) bool { return strings.EqualFold(a, want) })
		}
		if like {
			return strings.HasPrefix(strings.ToLower(str(r, name)), strings.ToLower(strings.TrimSuffix(want, "*")))
		}
		return strings.EqualFold(str(r, name), want)
	})
}

// compile reads a filter.
func compile(filter string) (opath.Test, error) {
	t, err := opath.Compile(filter)
	if err != nil {
		return nil, refused("Data.Common.ParsingInvalidFilterException", "%v", err)
	}
	return t, nil
}
