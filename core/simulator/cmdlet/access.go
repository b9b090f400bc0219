package cmdlet

import (
	"slices"
	"strings"
)

// grantee is a room and who is given Full Access to it, by address.
func (o *Organization) grantee(p Object) (room, user string, err error) {
	if room, err = o.room(p); err != nil {
		return "", "", err
	}
	r, err := o.find(str(p, "User"))
	if err != nil {
		return "", "", err
	}
	return room, strings.ToLower(str(r, "PrimarySmtpAddress")), nil
}

func (o *Organization) getAccess(p Object) (any, error) {
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	out := []Object{{"Identity": room, "User": "NT AUTHORITY\\SELF", "AccessRights": []any{"FullAccess", "ReadPermission"}, "Deny": false}}
	for _, user := range o.State.FullAccess[room] {
		out = append(out, Object{"Identity": room, "User": user, "AccessRights": []any{"FullAccess"}, "Deny": false})
	}
	return out, nil
}

func (o *Organization) addAccess(p Object) (any, error) {
	room, user, err := o.grantee(p)
	if err != nil {
		return nil, err
	}
	if o.State.FullAccess == nil {
		o.State.FullAccess = map[string][]string{}
	}
	if !slices.Contains(o.State.FullAccess[room], user) {
		o.State.FullAccess[room] = append(o.State.FullAccess[room], user)
		slices.Sort(o.State.FullAccess[room])
	}
	return Object{"Identity": room, "User": user, "AccessRights": []any{"FullAccess"}}, nil
}

func (o *Organization) removeAccess(p Object) (any, error) {
	room, user, err := o.grantee(p)
	if err != nil {
		return nil, err
	}
	o.State.FullAccess[room] = slices.DeleteFunc(o.State.FullAccess[room], func(u string) bool { return u == user })
	return nil, nil
}

func (o *Organization) newPolicy(p Object) (any, error) {
	g, err := o.find(str(p, "PolicyScopeGroupID"))
	if err != nil {
		return nil, err
	}
	if !isGroup(g) {
		return nil, refused("Management.Tasks.InvalidScopeException", "The scope '%s' is not a security principal.", str(p, "PolicyScopeGroupID"))
	}
	made := Object{"Identity": o.Tenant + "\\" + str(p, "AppId") + ":" + str(g, "PrimarySmtpAddress"), "AppId": p["AppId"], "ScopeName": g["PrimarySmtpAddress"], "AccessRight": p["AccessRight"], "Description": p["Description"]}
	o.State.Policies = append(o.State.Policies, made)
	return made, nil
}
