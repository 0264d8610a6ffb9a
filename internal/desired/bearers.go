package desired

import (
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Bearers find people by what files call them.
type bearers struct {
	byName, byPin map[string]plan.UserID
	s             *plan.Snapshot
}

func newBearers(s *plan.Snapshot, pins []plan.Pin) *bearers {
	f := &bearers{byName: make(map[string]plan.UserID, len(s.Users)), byPin: make(map[string]plan.UserID, len(pins)), s: s}
	for _, p := range pins {
		if _, there := s.User(p.ID); there {
			f.byPin[strings.ToLower(p.Name)] = p.ID
		}
	}
	for i := range s.Users {
		f.byName[strings.ToLower(s.Users[i].UserPrincipalName)] = s.Users[i].ID
	}
	return f
}

// of is who bears a name, or else who bore it when it was pinned.
func (f *bearers) of(name string) (plan.UserID, bool) {
	if all := f.all(name); len(all) > 0 {
		return all[0], true
	}
	return "", false
}

// all is everybody whom a name may mean: who bears it first.
func (f *bearers) all(name string) (ids []plan.UserID) {
	for _, by := range []map[string]plan.UserID{f.byName, f.byPin} {
		if id, ok := by[strings.ToLower(name)]; ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if guid, err := plan.ParseGUID(name); err == nil {
		if _, ok := f.s.User(plan.UserID(guid)); ok {
			ids = append(ids, plan.UserID(guid))
		}
	}
	return ids
}
