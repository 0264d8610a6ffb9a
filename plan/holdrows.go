package plan

import (
	"slices"
	"strings"
)

// rowless looks after the rows of the list of holds that are nobody's name: who
// was renamed, and is not pinned, may be meant. Whose further address such a row
// is may be the one, so that nothing is sure of that account; the others are noted.
func (b *bound) rowless(t *factTable) {
	open := t.openRows(b.s)
	for i := range b.s.Users {
		u := &b.s.Users[i]
		if len(open) == 0 {
			return
		}
		if _, has := t.rows[u.ID]; has {
			continue
		}
		for _, address := range append([]string{u.Mail}, u.Aliases...) {
			if open[strings.ToLower(address)] {
				t.perhaps[u.ID] = strings.ToLower(address)
			}
		}
	}
	for _, name := range t.perhaps {
		delete(open, name)
		b.unsure = b.unsure || b.s.partial() // the name may be that of somebody who was not read
	}
	if len(open) == 0 || b.s.partial() { // of those who were not read nobody knows the names
		return
	}
	b.notes = append(b.notes, Note{Code: "holds", Text: t.Place.File + ":" + itoa(t.Place.Line) + ": " + few(quoted(sortedKeys(open)), 5) + " in " + t.File +
		" is nobody in the tenant: whoever is meant is not protected by R106; correct the file, or list people by object id"})
}

// openRows are the rows that are of no account, deleted ones too.
func (t *factTable) openRows(s *Snapshot) map[string]bool {
	open := make(map[string]bool)
	if len(t.Rows) > len(t.rows) {
		for key := range t.Rows {
			open[key] = true
		}
	}
	for key := range t.met {
		delete(open, key)
	}
	for i := range s.Deleted {
		d := &s.Deleted[i]
		delete(open, string(d.ID))
		// Graph puts the object id without its hyphens before the name of who was deleted.
		delete(open, strings.TrimPrefix(strings.ToLower(d.UserPrincipalName), strings.ReplaceAll(string(d.ID), "-", "")))
	}
	return open
}

func quoted(names []string) []string {
	out := slices.Clone(names)
	for i := range out {
		out[i] = quote(out[i])
	}
	return out
}
