package permission

// Truth is what one layer says about a permission. The zero value is Unknown,
// so that a layer nobody read never counts as good.
type Truth int

// What a layer can say.
const (
	Unknown Truth = iota
	No
	Yes
	// NotApplicable is for a layer that does not exist for this permission, for
	// instance the token's roles where Exchange grants by RBAC.
	NotApplicable
)

// String is the word used in JSON.
func (t Truth) String() string {
	return [...]string{"unknown", "no", "yes", "not-applicable"}[t]
}

// MarshalText writes the word.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word; one that nobody knows is Unknown.
func (t *Truth) UnmarshalText(b []byte) error {
	*t = Unknown
	for _, known := range []Truth{No, Yes, NotApplicable} {
		if known.String() == string(b) {
			*t = known
		}
	}
	return nil
}

// Layers are the four layers of truth about one permission.
type Layers struct {
	Ref
	// Wanted is whether the product asks for it.
	Wanted bool `json:"wanted"`
	// Declared on the application (requiredResourceAccess).
	Declared Truth `json:"declared"`
	// Consented by an administrator (appRoleAssignments, oauth2PermissionGrants).
	Consented Truth `json:"consented"`
	// InToken is whether the application's token carries it (roles).
	InToken Truth `json:"inToken"`
	// Proven by a call that needs it, with the request id.
	Proven    Truth  `json:"proven"`
	RequestID string `json:"requestId,omitempty"`
}
