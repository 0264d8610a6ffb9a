package plan

import (
	"slices"
	"strings"
	"time"
)

// A factTable is a facts file bound to the people of a tenant.
type factTable struct {
	*Table
	columns map[string]int // by lower-case name
	rows    map[UserID][]string
	// twice are people whose name two accounts bear: whose row it is nobody knows.
	twice map[UserID]bool
	// met are the keys of rows that are somebody's; perhaps has, of the list of holds,
	// who may be meant by a row that is nobody's name, and that row's name.
	met     map[string]bool
	perhaps map[UserID]string
	// stale is why nothing of the file counts, in words; empty: it does.
	stale string
}

// bindTables binds the facts files that selectors or rules ask for, and notes
// every one that is too old.
func (b *bound) bindTables(now time.Time) map[string]*factTable {
	asked := map[string]bool{}
	b.d.eachTerm(KeyListed, func(t *Term) {
		for _, name := range t.Values {
			asked[strings.ToLower(name)] = true
		}
	})
	b.d.eachTerm(KeyFact, func(t *Term) {
		for i := range t.Facts {
			asked[strings.ToLower(t.Facts[i].Table)] = true
		}
	})
	asked[holdsTable] = true // by a rule
	tables := map[string]*factTable{}
	for i := range b.d.Tables {
		t := &factTable{Table: &b.d.Tables[i]}
		if t.stale = t.staleAt(now); t.stale != "" {
			b.notes = append(b.notes, Note{Code: "facts-old", Text: t.Place.File + ":" + itoa(t.Place.Line) + ": " + t.stale +
				t.agedBy() + t.staleMeans()})
		}
		if key := strings.ToLower(t.Name); asked[key] {
			t.bind(b.s)
			if t.follow(b.d.Pins, b.s) && b.s.partial() {
				b.unsure = true // somebody who was not read may bear the name by now
			}
			if isHolds(t.Table) {
				b.rowless(t)
			}
			tables[key] = t
		}
	}
	return tables
}

// staleMeans is what comes of it that nothing of the file counts.
func (t *factTable) staleMeans() string {
	if isHolds(t.Table) {
		return ": nobody is taken the last plan with a mailbox (R106), and who else is asked about in it keeps all"
	}
	return ": who is asked about in it is not evaluated, and keeps all"
}

// staleAt says how old the file is, if it is older than it may be. A file of
// which nobody knows the age, or of a day to come, is too old: a mistyped year
// must not keep it fresh for ever.
func (t *Table) staleAt(now time.Time) string {
	if t.MaxAge <= 0 {
		return ""
	}
	age := now.Sub(t.AsOf)
	n, unit := days(t.MaxAge)
	most := ", at most " + count(n, unit) + " are allowed"
	switch {
	case t.AsOf.IsZero():
		return t.File + " is of an age that is not known" + most
	case age < -24*time.Hour: // a day begins earlier in other places
		return t.File + " is of " + string(DayOf(t.AsOf)) + ", which is to come"
	case age <= t.MaxAge:
		return ""
	}
	old, oldUnit := days(age)
	if oldUnit != unit {
		return t.File + " is " + count(old, oldUnit) + " old" + most
	}
	over := ""
	if old == n {
		over = "more than "
	}
	return t.File + " is " + over + count(old, unit) + " old, at most " + itoa(n) + " are allowed"
}

// agedBy tells how the age of the file is known.
func (t *Table) agedBy() string {
	switch t.AsOfBy {
	case ByColumn:
		return " (by its asOf column)"
	case ByCommit:
		return " (by its last commit)"
	case ByTime:
		return " (by its modification time)"
	}
	return ""
}

// bind finds the row of each person.
func (t *factTable) bind(s *Snapshot) {
	t.columns = make(map[string]int, len(t.Columns))
	for i, name := range t.Columns {
		t.columns[strings.ToLower(name)] = i
	}
	t.rows, t.twice = make(map[UserID][]string, len(t.Rows)), map[UserID]bool{}
	t.met, t.perhaps = map[string]bool{}, map[UserID]string{}
	bearer := map[string]UserID{}
	for i := range s.Users {
		u := &s.Users[i]
		key := string(u.ID)
		if t.Key == KeyedByName {
			key = strings.ToLower(u.UserPrincipalName)
		}
		row, there := t.Rows[key]
		if !there {
			continue
		}
		t.rows[u.ID], t.met[key] = row, true
		if first, borne := bearer[key]; borne {
			t.twice[first], t.twice[u.ID] = true, true
		}
		bearer[key] = u.ID
	}
}

// follow finds the rows of those who are called otherwise now, by their pins. A
// name that somebody else got since is his row; whether the one that is pinned
// was meant by the list of holds is not known. It reports whether it found any.
func (t *factTable) follow(pins []Pin, s *Snapshot) (followed bool) {
	if t.Key != KeyedByName {
		return false
	}
	borne := make(map[string]bool, len(t.rows))
	for id := range t.rows {
		if u, ok := s.User(id); ok {
			borne[strings.ToLower(u.UserPrincipalName)] = true
		}
	}
	for i := range pins {
		name, id := strings.ToLower(pins[i].Name), UserID(strings.ToLower(string(pins[i].ID)))
		row, there := t.Rows[name]
		_, has := t.rows[id]
		if _, lives := s.User(id); !there || has || !lives {
			continue
		}
		if !borne[name] {
			t.rows[id], t.met[name], followed = row, true, true
		} else if isHolds(t.Table) {
			t.twice[id] = true
		}
	}
	return followed
}

// listed answers whether the file names a person.
func (t *factTable) listed(id UserID) answer {
	_, there := t.rows[id]
	switch {
	case t.stale != "" || t.twice[id]:
		return isUnknown
	case there:
		return isYes
	}
	return isNo
}

// cell is what the file has of a person in a column. Why says what is not
// known, where it is not; an empty cell is known.
func (t *factTable) cell(column string, id UserID) (text, why string) {
	row, there := t.rows[id]
	i, known := t.columns[strings.ToLower(column)]
	switch {
	case t.stale != "":
		return "", t.stale
	case t.twice[id]:
		return "", "two accounts bear the name that is in " + t.File
	case !there && t.Complete:
		return "", ""
	case !there:
		return "", "not in " + t.File
	case !known || i >= len(row):
		return "", "no such column in " + t.File
	}
	return row[i], ""
}

// fact answers one question about a facts file; why is what is not known.
func (m *matcher) fact(f *FactTerm, id UserID) (a answer, why string) {
	t := m.tables[strings.ToLower(f.Table)]
	if t == nil {
		return isUnknown, "no such facts file"
	}
	text, why := t.cell(f.Column, id)
	switch {
	case why != "":
		return isUnknown, why
	case f.Before == nil && f.After == nil:
		return textTerm(&Term{Values: f.Values, None: f.None}, text), ""
	case text == "" && f.None:
		return isYes, ""
	case text == "":
		return isAbsent, ""
	}
	day, ok := cellDay(text)
	if !ok {
		return isUnknown, "no day in " + t.File
	}
	before := f.Before == nil || day < f.Before.On(m.today)
	after := f.After == nil || day > f.After.On(m.today)
	if before && after {
		return isYes, ""
	}
	return isNo, ""
}

// facts answers whether everything holds that is asked of facts files.
func (m *matcher) facts(facts []FactTerm, id UserID) answer {
	all := isYes
	for i := range facts {
		a, _ := m.fact(&facts[i], id)
		if all = all.and(a); all == isNo {
			return isNo
		}
	}
	return all
}

// cellDay reads a day, or a moment and takes its day in UTC.
func cellDay(text string) (Day, bool) {
	if day, err := ParseDay(text); err == nil {
		return day, true
	}
	at, err := time.Parse(time.RFC3339, text)
	return DayOf(at), err == nil
}

// factName names a fact as the files call it.
func (f *FactTerm) factName() string { return f.Table + "." + f.Column }

// listedIn answers whether one of the files names a person.
func (m *matcher) listedIn(names []string, id UserID) answer {
	any := isNo
	for _, name := range names {
		a := isUnknown
		if t := m.tables[strings.ToLower(name)]; t != nil {
			a = t.listed(id)
		}
		if a == isYes {
			return isYes
		}
		any |= a
	}
	return any
}

// unlisted says why it is not known whether files name a person.
func (m *matcher) unlisted(names []string, id UserID) string {
	i := slices.IndexFunc(names, func(name string) bool {
		t := m.tables[strings.ToLower(name)]
		return t == nil || t.listed(id) == isUnknown
	})
	switch t := m.tables[strings.ToLower(names[max(i, 0)])]; {
	case t == nil:
		return names[max(i, 0)] + ": no such facts file"
	case t.stale != "":
		return t.stale
	default:
		return "two accounts bear the name that is in " + t.File
	}
}
