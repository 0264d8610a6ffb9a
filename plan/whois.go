package plan

import (
	"errors"
	"slices"
	"strings"
)

// who finds a user by user principal name, object id, or the part of the name
// before @ where only one has it.
func (m *Made) who(name string) (*User, error) {
	s := m.in.Snapshot
	if guid, err := ParseGUID(name); err == nil {
		if u, ok := s.User(UserID(guid)); ok {
			return u, nil
		}
		return nil, m.b.nobodyCalled(name)
	}
	var found []*User
	for i := range s.Users {
		if strings.EqualFold(s.Users[i].UserPrincipalName, name) {
			found = append(found, &s.Users[i])
		}
	}
	if id, ok := m.b.shortName(name); ok && len(found) == 0 {
		u, _ := s.User(id)
		found = append(found, u)
	}
	if len(found) != 1 {
		return nil, m.b.nobodyCalled(name)
	}
	return found[0], nil
}

// nobodyCalled is the error for a name that is nobody's, or more than one
// person's, with whatever is known of it.
func (b *bound) nobodyCalled(name string) error {
	f := b.formers[strings.ToLower(name)]
	for i := range b.s.Deleted { // by the part before @, as people are named here
		short, _, _ := strings.Cut(b.s.Deleted[i].UserPrincipalName, "@")
		if strings.EqualFold(short, name) && f.words == "" {
			f = former{words: b.s.Deleted[i].words(), deleted: true}
		}
	}
	switch {
	case f.deleted:
		return errors.New(quote(name) + " is no longer in the tenant: " + f.words)
	case f.words != "":
		return errors.New(quote(name) + " is nobody's userPrincipalName: " + f.words)
	}
	var alike, all []string
	for i := range b.s.Users {
		upn := b.s.Users[i].UserPrincipalName
		short, _, _ := strings.Cut(upn, "@")
		if strings.EqualFold(short, name) || strings.EqualFold(upn, name) {
			alike = append(alike, upn+" ("+string(b.s.Users[i].ID)+")")
		}
		if strings.Contains(name, "@") {
			all = append(all, upn)
		} else {
			all = append(all, short)
		}
	}
	if len(alike) > 1 {
		slices.Sort(alike)
		return errors.New(quote(name) + " is more than one person: " + few(alike, 5))
	}
	if near := Nearest(name, all); near != "" {
		return errors.New(quote(name) + " is nobody in the tenant: did you mean " + near + "?")
	}
	return errors.New(quote(name) + " is nobody in the tenant: say the userPrincipalName or the object id")
}
