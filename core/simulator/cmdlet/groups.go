package cmdlet

import (
	"slices"
	"strings"
)

func isGroup(r Object) bool { return strings.Contains(str(r, "RecipientType"), "Group") }

func (o *Organization) getGroups(p Object) (any, error) {
	if id := str(p, "Identity"); id != "" {
		r, err := o.find(id)
		if err != nil {
			return nil, err
		}
		return []Object{r}, nil
	}
	matches, err := compile(str(p, "Filter"))
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, r := range o.sorted() {
		kinds := texts(p, "RecipientTypeDetails")
		if isGroup(r) && (len(kinds) == 0 || slices.Contains(kinds, str(r, "RecipientTypeDetails"))) && o.match(matches, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (o *Organization) newGroup(p Object) (any, error) {
	name := str(p, "Name")
	if len([]rune(name)) > 64 {
		return nil, refused("Data.Directory.PropertyValidationException", "The length of the property is too long. The maximum length is 64 and the length of the value provided is %d.", len([]rune(name)))
	}
	shown := name
	if d := str(p, "DisplayName"); d != "" {
		shown = d
	}
	if o.NamingPrefix != "" && p["IgnoreNamingPolicy"] != true {
		shown, name = o.NamingPrefix+shown, o.NamingPrefix+name
	}
	address := str(p, "PrimarySmtpAddress")
	if address == "" {
		local := str(p, "Alias")
		if local == "" {
			local = strings.ToLower(strings.Map(func(r rune) rune {
				if r < 'a' && r < 'A' || r > 'z' {
					return -1
				}
				return r
			}, name))
		}
		address = local + "@" + o.Domain
	}
	if err := o.accepted(address); err != nil {
		return nil, err
	}
	kind := "MailUniversalDistributionGroup"
	if p["RoomList"] == true {
		kind = "RoomList"
	} else if str(p, "Type") == "Security" {
		kind = "MailUniversalSecurityGroup"
	}
	r := o.add(kind, address, shown)
	r["Name"] = short(name)
	if a := str(p, "Alias"); a != "" {
		r["Alias"] = a
	}
	return r, nil
}

func (o *Organization) setGroup(p Object) (any, error) {
	r, err := o.find(str(p, "Identity"))
	if err != nil {
		return nil, err
	}
	if r["IsDirSynced"] == true {
		return nil, synced(r)
	}
	for k, v := range p {
		if strings.HasPrefix(k, "CustomAttribute") || k == "DisplayName" {
			r[k] = v
		}
	}
	return nil, nil
}

func synced(r Object) error {
	return refused("Configuration.Tasks.ObjectIsDirSyncedException", "The action can't be performed on the object '%s' because the object is being synchronized from your on-premises organization.", str(r, "Name"))
}

func (o *Organization) getMembers(p Object) (any, error) {
	g, err := o.find(str(p, "Identity"))
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, m := range o.State.Members[strings.ToLower(str(g, "PrimarySmtpAddress"))] {
		if r := o.State.Recipients[m]; r != nil {
			out = append(out, r)
		}
	}
	return out, nil
}

func (o *Organization) addMember(p Object) (any, error) {
	g, m, err := o.both(p)
	if err != nil {
		return nil, err
	}
	if slices.Contains(o.State.Members[g], m) {
		return nil, refused("Management.RecipientTasks.MemberAlreadyExistsException", "The recipient \"%s\" is already a member of the group \"%s\".", m, g)
	}
	if o.State.Members == nil {
		o.State.Members = map[string][]string{}
	}
	o.State.Members[g] = append(o.State.Members[g], m)
	slices.Sort(o.State.Members[g])
	return nil, nil
}

func (o *Organization) removeMember(p Object) (any, error) {
	g, m, err := o.both(p)
	if err != nil {
		return nil, err
	}
	i := slices.Index(o.State.Members[g], m)
	if i < 0 {
		return nil, refused("Management.RecipientTasks.MemberNotFoundException", "The recipient \"%s\" isn't a member of the group \"%s\".", m, g)
	}
	o.State.Members[g] = slices.Delete(o.State.Members[g], i, i+1)
	return nil, nil
}

func (o *Organization) both(p Object) (group, member string, err error) {
	g, err := o.find(str(p, "Identity"))
	if err != nil {
		return "", "", err
	}
	if g["IsDirSynced"] == true {
		return "", "", synced(g)
	}
	m, err := o.find(str(p, "Member"))
	if err != nil {
		return "", "", err
	}
	return strings.ToLower(str(g, "PrimarySmtpAddress")), strings.ToLower(str(m, "PrimarySmtpAddress")), nil
}
