package cmdlet

import (
	"cmp"
	"slices"
	"strings"
)

func (o *Organization) getConfig(p Object) (any, error) {
	out := Object{"IsDehydrated": o.State.Config["IsDehydrated"] == true, "EwsEnabled": o.State.Config["EwsEnabled"]}
	if p["RetrieveEwsOperationAccessPolicy"] == true {
		out["EwsAllowedAppIDs"] = o.State.Config["EwsAllowedAppIDs"]
	}
	return out, nil
}

func (o *Organization) setConfig(p Object) (any, error) {
	if o.State.Config == nil {
		o.State.Config = Object{}
	}
	for k, v := range p {
		o.State.Config[k] = v
	}
	return nil, nil
}

func (o *Organization) customize(Object) (any, error) {
	delete(o.State.Config, "IsDehydrated")
	return nil, nil
}

func (o *Organization) dehydrated() error {
	if o.State.Config["IsDehydrated"] == true {
		return refused("Management.Tasks.InvalidOperationInDehydratedContextException", "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.")
	}
	return nil
}

func (o *Organization) getPrincipals(p Object) (any, error) {
	return slices.Clone(o.State.Principals), nil
}

func (o *Organization) newPrincipal(p Object) (any, error) {
	for _, have := range o.State.Principals {
		if strings.EqualFold(str(have, "AppId"), str(p, "AppId")) {
			return nil, refused("Management.Tasks.ServicePrincipalAlreadyExistsException", "The service principal with AppId %s already exists.", str(p, "AppId"))
		}
	}
	made := Object{"AppId": p["AppId"], "ObjectId": p["ObjectId"], "DisplayName": p["DisplayName"]}
	o.State.Principals = append(o.State.Principals, made)
	return made, nil
}

func named(list []Object, name string) int {
	return slices.IndexFunc(list, func(x Object) bool { return strings.EqualFold(str(x, "Name"), name) })
}

func (o *Organization) getScopes(p Object) (any, error) { return slices.Clone(o.State.Scopes), nil }

func (o *Organization) newScope(p Object) (any, error) {
	if err := o.dehydrated(); err != nil {
		return nil, err
	}
	if named(o.State.Scopes, str(p, "Name")) >= 0 {
		return nil, refused("Data.Directory.ADObjectAlreadyExistsException", "The object '%s' already exists.", str(p, "Name"))
	}
	if _, err := compile(str(p, "RecipientRestrictionFilter")); err != nil {
		return nil, err
	}
	made := Object{"Name": p["Name"], "RecipientFilter": p["RecipientRestrictionFilter"]}
	o.State.Scopes = append(o.State.Scopes, made)
	return made, nil
}

func (o *Organization) setScope(p Object) (any, error) {
	i := named(o.State.Scopes, str(p, "Identity"))
	if i < 0 {
		return nil, notFound(str(p, "Identity"))
	}
	if _, err := compile(str(p, "RecipientRestrictionFilter")); err != nil {
		return nil, err
	}
	o.State.Scopes[i]["RecipientFilter"] = p["RecipientRestrictionFilter"]
	return nil, nil
}

func (o *Organization) removeScope(p Object) (any, error) {
	i := named(o.State.Scopes, str(p, "Identity"))
	if i < 0 {
		return nil, notFound(str(p, "Identity"))
	}
	if slices.ContainsFunc(o.State.Assignments, func(a Object) bool { return str(a, "CustomResourceScope") == str(o.State.Scopes[i], "Name") }) {
		return nil, refused("Management.Tasks.ScopeInUseException", "The scope %s is in use by a role assignment.", str(p, "Identity"))
	}
	o.State.Scopes = slices.Delete(o.State.Scopes, i, i+1)
	return nil, nil
}

func (o *Organization) getAssignments(p Object) (any, error) {
	out := []Object{}
	for _, a := range o.State.Assignments {
		if role := str(p, "Role"); role == "" || role == str(a, "Role") {
			out = append(out, a)
		}
	}
	return out, nil
}

func (o *Organization) newAssignment(p Object) (any, error) {
	app := str(p, "App")
	i := slices.IndexFunc(o.State.Principals, func(x Object) bool { return str(x, "ObjectId") == app || str(x, "AppId") == app })
	if i < 0 {
		return nil, notFound(app)
	}
	if s := str(p, "CustomResourceScope"); s != "" && named(o.State.Scopes, s) < 0 {
		return nil, notFound(s)
	}
	unit := str(p, "RecipientAdministrativeUnitScope")
	if unit != "" && o.State.Units[unit] == nil {
		return nil, notFound(unit)
	}
	if named(o.State.Assignments, str(p, "Name")) >= 0 {
		return nil, refused("Data.Directory.ADObjectAlreadyExistsException", "The object '%s' already exists.", str(p, "Name"))
	}
	made := Object{"Name": short(str(p, "Name")), "Role": p["Role"], "CustomResourceScope": cmp.Or(str(p, "CustomResourceScope"), unit), "App": o.State.Principals[i]["AppId"], "RoleAssigneeName": app, "Enabled": true}
	o.State.Assignments = append(o.State.Assignments, made)
	return made, nil
}

func (o *Organization) setAssignment(p Object) (any, error) {
	i := named(o.State.Assignments, str(p, "Identity"))
	if i < 0 {
		return nil, notFound(str(p, "Identity"))
	}
	if on, given := p["Enabled"].(bool); given {
		o.State.Assignments[i]["Enabled"] = on
	}
	return nil, nil
}

func (o *Organization) removeAssignment(p Object) (any, error) {
	i := named(o.State.Assignments, str(p, "Identity"))
	if i < 0 {
		return nil, notFound(str(p, "Identity"))
	}
	o.State.Assignments = slices.Delete(o.State.Assignments, i, i+1)
	return nil, nil
}

func (o *Organization) testReach(p Object) (any, error) {
	r, err := o.find(str(p, "Resource"))
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, a := range o.State.Assignments {
		if !strings.EqualFold(str(a, "App"), str(p, "Identity")) {
			continue
		}
		in := a["Enabled"] != false
		if i := named(o.State.Scopes, str(a, "CustomResourceScope")); i >= 0 {
			matches, err := compile(str(o.State.Scopes[i], "RecipientFilter"))
			if err != nil {
				return nil, err
			}
			in = in && o.match(matches, r)
		} else if members, ok := o.State.Units[str(a, "CustomResourceScope")]; ok {
			in = in && slices.Contains(members, strings.ToLower(str(r, "PrimarySmtpAddress")))
		}
		out = append(out, Object{"RoleName": a["Role"], "GrantedPermissions": strings.TrimPrefix(str(a, "Role"), "Application "), "AllowedResourceScope": a["CustomResourceScope"], "ScopeType": "CustomRecipientScope", "InScope": in})
	}
	return out, nil
}

func (o *Organization) getUnit(p Object) (any, error) {
	id := str(p, "Identity")
	if o.State.Units[id] == nil {
		return nil, notFound(id)
	}
	return Object{"Name": id, "ExternalDirectoryObjectId": id}, nil
}

func (o *Organization) getPolicies(Object) (any, error) { return slices.Clone(o.State.Policies), nil }

func (o *Organization) testPolicy(p Object) (any, error) {
	if _, err := o.find(str(p, "Identity")); err != nil {
		return nil, err
	}
	for _, x := range o.State.Policies {
		if strings.EqualFold(str(x, "AppId"), str(p, "AppId")) {
			in := slices.Contains(o.State.Members[strings.ToLower(str(x, "ScopeName"))], strings.ToLower(str(p, "Identity")))
			if in != (str(x, "AccessRight") == "RestrictAccess") {
				return Object{"AccessCheckResult": "Denied"}, nil
			}
		}
	}
	return Object{"AccessCheckResult": "Granted"}, nil
}

func (o *Organization) removePolicy(p Object) (any, error) {
	i := slices.IndexFunc(o.State.Policies, func(x Object) bool { return str(x, "Identity") == str(p, "Identity") })
	if i < 0 {
		return nil, notFound(str(p, "Identity"))
	}
	o.State.Policies = slices.Delete(o.State.Policies, i, i+1)
	return nil, nil
}

func (o *Organization) getSettings(Object) (any, error) {
	v := o.State.Settings
	if v == "" {
		v = "Default:false"
	}
	return Object{"EnableBuildings": v}, nil
}

func (o *Organization) setSettings(p Object) (any, error) {
	o.State.Settings = str(p, "EnableBuildings")
	return nil, nil
}

func (o *Organization) getV3(p Object) (any, error) {
	if id := str(p, "Identity"); id != "" {
		for _, x := range o.State.PlacesV3 {
			if str(x, "PlaceId") == id {
				return []Object{x}, nil
			}
		}
		room, err := o.room(p)
		if err != nil {
			return nil, err
		}
		return []Object{o.roomV3(room)}, nil
	}
	out := []Object{}
	if str(p, "Type") == "Room" {
		for address, r := range o.State.Recipients {
			if str(r, "RecipientTypeDetails") == "RoomMailbox" {
				out = append(out, o.roomV3(address))
			}
		}
	}
	for _, x := range o.State.PlacesV3 {
		if str(x, "Type") == str(p, "Type") {
			out = append(out, x)
		}
	}
	return out, nil
}

func (o *Organization) roomV3(address string) Object {
	return Object{"PlaceId": address, "Identity": address, "Type": "Room", "ParentId": o.State.Places[address]["ParentId"]}
}

func (o *Organization) newV3(p Object) (any, error) {
	made := Object{"PlaceId": newGUID(), "Type": p["Type"], "DisplayName": p["Name"], "ParentId": p["ParentId"]}
	o.State.PlacesV3 = append(o.State.PlacesV3, made)
	return made, nil
}

func (o *Organization) setV3(p Object) (any, error) { return o.setPlace(p) }
