package desired

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// users reads the section `users`: what each person shall hold.
func (s *source) users(n *yaml.Node) {
	if n == nil {
		return
	}
	if s.section != nil && n == s.section.node {
		s.section.read(true)
		return
	}
	for _, e := range s.entries(n, "`users`") {
		if s.full() {
			return
		}
		name, ok := s.person(e.key, personInUsers)
		if ok && s.once(name) {
			s.desired.Users = append(s.desired.Users, s.userEntry(e, name))
		}
	}
}

const personInUsers = "a person in `users`"

// userEntry reads what one person shall hold.
func (s *source) userEntry(e entry, name plan.Name) plan.UserEntry {
	u := plan.UserEntry{Ref: plan.Ref{Kind: plan.KindUsers, Name: name.Text, Place: name.Place}, Person: name}
	if e.value.Kind == yaml.MappingNode {
		s.userMapping(e, &u)
	} else {
		u.Exact, u.Licenses = true, s.wanted(e.value, "the list of "+quote(name.Text))
	}
	return u
}

// once reports whether a person has no entry yet, and a fault if there is one:
// in another spelling, or in another place. If it does, the entry must be the
// next of the desired state.
func (s *source) once(name plan.Name) bool {
	key := fold(name.Text)
	i, ok := s.entryOf[key]
	if !ok {
		s.entryOf[key] = int32(len(s.desired.Users))
		return true
	}
	first := s.desired.Users[i].Person
	cause := fmt.Sprintf("%s stands in `users` already, at %s", quote(name.Text), first.Place)
	if first.Text != name.Text {
		cause = fmt.Sprintf("%s stands in `users` already, as %s at %s", quote(name.Text), quote(first.Text), first.Place)
	}
	s.report(plan.Fault{Place: name.Place, Cause: cause, Remedy: "join the two entries"})
	return false
}

// userMapping reads an entry that is no plain list.
func (s *source) userMapping(e entry, u *plan.UserEntry) {
	o, ok := s.object(e.value, "an entry of `users`", "add remove licenses note", "")
	if !ok {
		return
	}
	licenses, add, remove := o.get("licenses"), o.get("add"), o.get("remove")
	switch {
	case licenses != nil && (add != nil || remove != nil):
		s.fault(o.key("licenses"), "the entry has `licenses` beside `add` or `remove`", "keep `licenses` for exactly these, or `add` and `remove` to leave the rest alone")
	case licenses == nil && add == nil && remove == nil && !o.guessed("licenses", "add", "remove"):
		s.fault(e.key, "the entry of "+quote(u.Person.Text)+" has nothing in it", "write a list of products, `[]` for none, or `{add: […], remove: […]}`")
	}
	if licenses != nil {
		u.Exact, u.Licenses = true, s.wanted(licenses, "`licenses`")
	}
	u.Add = s.some(add, "`add`")
	if remove != nil {
		u.Remove = s.named(remove, "`remove`")
		if remove.Kind == yaml.SequenceNode && len(remove.Content) == 0 {
			s.fault(remove, "`remove` is empty", "name at least one product, or leave it out")
		}
	}
	s.apart(u)
	u.Note = s.prose(o.get("note"), "`note`")
}

// apart reports a product that one entry both adds and removes.
func (s *source) apart(u *plan.UserEntry) {
	if len(u.Add) == 0 || len(u.Remove) == 0 {
		return
	}
	added := make(map[string]bool, len(u.Add))
	for _, w := range u.Add {
		added[fold(w.Product.Text)] = true
	}
	for _, p := range u.Remove {
		if added[fold(p.Text)] {
			s.report(plan.Fault{Place: p.Place, Cause: quote(p.Text) + " stands in `add` and in `remove`", Remedy: "keep one of them"})
		}
	}
}
