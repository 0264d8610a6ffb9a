package simulator

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A patch is new values of properties by name: strings, booleans, or nil.
type patch map[string]any

func (t *Tenant) patchUser(c *call) (*answer, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	set := patch{}
	for name, raw := range body {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return nil, invalidValue(name)
		}
		set[name] = v
	}
	roles := userRoles()
	if _, ok := set["usageLocation"]; ok && len(set) == 1 {
		roles = append(roles, licenceAdministrator, directoryWriters)
	}
	id, err := t.userAs(c, roles)
	if err != nil {
		return nil, err
	}
	if err := t.commit(c.now, &entry{Kind: patchUser, User: id, Set: set}); err != nil {
		return nil, err
	}
	return done(), nil
}

// userAs returns the user that a write is about, and refuses a signed-in
// person who has none of the roles.
func (t *Tenant) userAs(c *call, roles []string) (plan.UserID, error) {
	if !t.mayAs(c.who, roles) {
		return "", denied()
	}
	return t.userID(c.args[0])
}

func invalidValue(name string) error {
	return badRequest("Invalid value specified for property '%s' of resource 'User'.", name)
}

// field is a property of users that can be written; cloud says that it can be
// for people who come from the directory on premises too.
type field struct {
	at    func(*plan.User) *string
	cloud bool
}

func fields() map[string]field {
	return map[string]field{
		"displayName":    {at: func(u *plan.User) *string { return &u.DisplayName }},
		"department":     {at: func(u *plan.User) *string { return &u.Department }},
		"jobTitle":       {at: func(u *plan.User) *string { return &u.JobTitle }},
		"companyName":    {at: func(u *plan.User) *string { return &u.CompanyName }},
		"country":        {at: func(u *plan.User) *string { return &u.Country }},
		"city":           {at: func(u *plan.User) *string { return &u.City }},
		"officeLocation": {at: func(u *plan.User) *string { return &u.OfficeLocation }},
		"employeeType":   {at: func(u *plan.User) *string { return &u.EmployeeType }},
		"mail":           {at: func(u *plan.User) *string { return &u.Mail }},
		"usageLocation":  {at: func(u *plan.User) *string { return &u.UsageLocation }, cloud: true},
	}
}

// preparePatch judges new values of a user's properties.
func (t *Tenant) preparePatch(e *entry) (func(mark), error) {
	a, err := t.living(e.User)
	if err != nil {
		return nil, err
	}
	u := *a.user
	known := fields()
	for name, v := range e.Set {
		f, ok := known[name]
		if u.OnPremisesSyncEnabled && !f.cloud {
			return nil, mastered()
		}
		switch name {
		case "accountEnabled":
			enabled, is := v.(bool)
			if !is {
				return nil, invalidValue(name)
			}
			u.AccountEnabled = plan.TruthOf(enabled)
			continue
		case "userPrincipalName":
			if err := t.rename(&u, v); err != nil {
				return nil, err
			}
			continue
		}
		if !ok {
			return nil, t.unwritable(name)
		}
		s, is := v.(string)
		if v != nil && !is || name == "displayName" && s == "" || name == "usageLocation" && v != nil && !location(s) {
			return nil, invalidValue(name)
		}
		*f.at(&u) = s
	}
	old := strings.ToLower(a.user.UserPrincipalName)
	return func(m mark) {
		t.alter(m.seq, func() {
			a.user = &u
			delete(t.byName, old)
			t.byName[strings.ToLower(u.UserPrincipalName)] = a
			t.put(a, a.now, m)
		})
	}, nil
}

// unwritable refuses a property that the simulated tenant does not write,
// though Graph may, and one that there is not.
func (t *Tenant) unwritable(name string) error {
	if slices.ContainsFunc(t.views.users, func(k column[person]) bool { return k.name == name }) {
		return badRequest("The simulated tenant does not write the property '%s' of users.", name)
	}
	return badRequest("Invalid property '%s'.", name)
}

// rename gives a user another name within the tenant; the old one stays an
// address of his.
func (t *Tenant) rename(u *plan.User, to any) error {
	name, _ := to.(string)
	local, domain, _ := strings.Cut(name, "@")
	if local == "" || strings.ContainsAny(name, " \t\n/\\") ||
		!slices.ContainsFunc(t.base.Organization.VerifiedDomains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		return invalidValue("userPrincipalName")
	}
	if a := t.byName[strings.ToLower(name)]; a != nil && a.user.ID != u.ID {
		return taken()
	}
	old := strings.ToLower(u.UserPrincipalName)
	u.UserPrincipalName = name
	if old != strings.ToLower(name) {
		aliases := append(scant(u.Aliases), old)
		slices.Sort(aliases)
		u.Aliases = slices.DeleteFunc(slices.Compact(aliases), func(s string) bool { return s == strings.ToLower(name) || s == strings.ToLower(u.Mail) })
	}
	return nil
}

func taken() error {
	return badRequest("Another object with the same value for property userPrincipalName already exists.")
}

func (t *Tenant) deleteUser(c *call) (*answer, error) {
	id, err := t.userAs(c, userRoles())
	if err != nil {
		return nil, err
	}
	if err := t.commit(c.now, &entry{Kind: deleteUser, User: id}); err != nil {
		return nil, err
	}
	return done(), nil
}

// prepareDelete puts a user into the recycle bin: his units are free at once,
// and his groups forget him unless he comes back.
func (t *Tenant) prepareDelete(e *entry) (func(mark), error) {
	a, err := t.living(e.User)
	if err != nil {
		return nil, err
	}
	return func(m mark) {
		t.alter(m.seq, func() {
			a.left, t.bin[e.User] = a.now, a
			t.put(a, holding{}, m)
			a.gone = t.tick
			delete(t.byID, e.User)
			delete(t.byName, strings.ToLower(a.user.UserPrincipalName))
			i, _ := t.place(e.User)
			t.accounts = slices.Delete(slices.Clone(t.accounts), i, i+1)
			t.base.Deleted = append(slices.Clone(t.base.Deleted), plan.DeletedUser{
				ID: e.User, UserPrincipalName: a.user.UserPrincipalName, DisplayName: a.user.DisplayName, DeletedAt: e.At})
			slices.SortFunc(t.base.Deleted, func(a, b plan.DeletedUser) int { return cmp.Compare(a.ID, b.ID) })
		})
	}, nil
}

// place is where a user stands among the accounts.
func (t *Tenant) place(id plan.UserID) (int, bool) {
	return slices.BinarySearchFunc(t.accounts, id, func(a *account, id plan.UserID) int { return cmp.Compare(a.user.ID, id) })
}

func (t *Tenant) restoreUser(c *call) (*answer, error) {
	if len(c.body) > 0 && strings.TrimSpace(string(c.body)) != "{}" {
		return nil, badRequest("The simulated tenant restores users as they were, without options.")
	}
	if !t.mayAs(c.who, userRoles()) {
		return nil, denied()
	}
	id, err := plan.ParseGUID(c.args[0])
	if err != nil {
		return nil, badRequest("Invalid object identifier '%s'.", c.args[0])
	}
	e := &entry{Kind: restoreUser, User: plan.UserID(id)}
	if err := t.commit(c.now, e); err != nil {
		return nil, err
	}
	return t.shownAs(e, c.context("directoryObjects/$entity")+","+odataUser, defaultUser)
}

// prepareRestore brings a deleted user back, into his groups too. What they
// give him comes by and by.
func (t *Tenant) prepareRestore(e *entry) (func(mark), error) {
	i := slices.IndexFunc(t.base.Deleted, func(d plan.DeletedUser) bool { return d.ID == e.User })
	if i < 0 || !t.inBin(t.base.Deleted[i], e.At) {
		return nil, notFound(string(e.User))
	}
	d := t.base.Deleted[i]
	if t.byName[strings.ToLower(d.UserPrincipalName)] != nil {
		return nil, taken()
	}
	a := t.bin[e.User]
	if a == nil { // deleted before the snapshot was made, which keeps no more of him
		a = &account{user: &plan.User{ID: d.ID, UserPrincipalName: d.UserPrincipalName, DisplayName: d.DisplayName,
			AccountEnabled: plan.Yes, UserType: "Member", Sources: []plan.Source{}}}
	}
	next := holding{sources: []plan.Source{}}
	if e.Kept {
		next = t.regained(a.left)
	}
	e.user, e.next = a.user, next
	return func(m mark) {
		t.alter(m.seq, func() {
			delete(t.bin, e.User)
			t.byID[e.User], t.byName[strings.ToLower(d.UserPrincipalName)] = a, a
			at, _ := t.place(e.User)
			t.accounts = slices.Insert(slices.Clone(t.accounts), at, a)
			t.base.Deleted = slices.Delete(slices.Clone(t.base.Deleted), i, i+1)
			t.later(t.jobsOf(a, e)...)
			t.put(a, next, m)
			a.touches[whole] = t.tick
		})
	}, nil
}

// regained are those of the direct seats that a user had which he can have again.
func (t *Tenant) regained(had holding) holding {
	next := holding{sources: []plan.Source{}}
	for _, s := range had.sources {
		if !s.Direct() {
			continue
		}
		if with := next.with(s); t.affordable(holding{}, with) && t.breach(next, with) == nil {
			next = with
		}
	}
	return next
}
