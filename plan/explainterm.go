package plan

import (
	"slices"
	"strings"
	"time"
)

// A describer tells what a person has of what selectors ask for.
type describer struct {
	b *bound
	u *User
}

// has is what the person has of a key, and why that is not known. Each key
// that is no attribute has its line here.
func (d describer) has(t *Term) (has, why string) {
	switch t.Key {
	case KeyAccountEnabled:
		return d.truth(d.u.AccountEnabled)
	case KeySynced:
		return d.truth(TruthOf(d.u.OnPremisesSyncEnabled))
	case KeyResource:
		return d.truth(TruthOf(d.u.IsResourceAccount))
	case KeyMemberOf:
		return d.memberOf(t.Values)
	case KeyRole:
		return d.roles(), ""
	case KeyMailbox:
		return string(d.u.Mailbox), ""
	case KeyLastSignIn:
		return dayOf(d.u.SignIn.Last()), ""
	case KeyCreated:
		return dayOf(d.u.CreatedAt, !d.u.CreatedAt.IsZero()), ""
	case KeyListed:
		return d.listed(t.Values), ""
	case KeyFact:
		return d.cells(t.Facts), ""
	case KeyHolds:
		return d.willHold(t.Values), ""
	}
	return attribute(d.u, t.Key), ""
}

func dayOf(at time.Time, known bool) string {
	if !known {
		return ""
	}
	return string(DayOf(at))
}

func (d describer) roles() string {
	var names []string
	for _, h := range d.b.roles[d.u.ID] {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// listed are those of the facts files that name the person.
func (d describer) listed(names []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		t := d.b.matcher.tables[strings.ToLower(name)]
		return t == nil || t.listed(d.u.ID) != isYes
	}), ", ")
}

// cells are what facts files have of the person.
func (d describer) cells(facts []FactTerm) string {
	var out []string
	for i := range facts {
		t := d.b.matcher.tables[strings.ToLower(facts[i].Table)]
		if t == nil {
			continue
		}
		if text, why := t.cell(facts[i].Column, d.u.ID); why == "" && text != "" {
			out = append(out, facts[i].factName()+" "+text)
		}
	}
	return strings.Join(out, ", ")
}

// willHold are those of some products that the person is taken to hold when
// the plan is done.
func (d describer) willHold(words []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return d.b.matcher.will == nil || d.b.matcher.will.will(word, d.u) != Yes
	}), ", ")
}

func (d describer) truth(t Truth) (has, why string) {
	switch t {
	case Yes:
		return "true", ""
	case No:
		return "false", ""
	}
	return "", "Graph does not say"
}

// memberOf are those of the groups in which the person is, and what is not
// known of the others.
func (d describer) memberOf(names []string) (has, why string) {
	var in []string
	for _, name := range names {
		ms := d.b.matcher.groups[strings.ToLower(name)]
		switch {
		case ms != nil && ms.members[d.u.ID]:
			in = append(in, name)
		case why == "" && ms == nil:
			why = d.noGroup(name)
		case why == "" && !ms.whole:
			why = "the members of " + quote(name) + " were not all read" + d.reads(ReadMembers, ReadGroups)
		}
	}
	return strings.Join(in, ", "), why
}

// noGroup is why a name is no group's.
func (d describer) noGroup(name string) string {
	for i := range d.b.s.Groups {
		if strings.EqualFold(d.b.s.Groups[i].DisplayName, name) {
			return "more than one group is called " + quote(name)
		}
	}
	return "no group called " + quote(name) + " was read" + d.reads(ReadGroups)
}

// reads is why one of some reads failed, in brackets; empty where none did.
func (d describer) reads(what ...string) string {
	for _, w := range what {
		for _, r := range d.b.s.Reads {
			if r.What == w && r.Status == ReadDenied && r.Reason != "" {
				return " (" + r.Reason + ")"
			}
		}
	}
	return ""
}

// term describes one term of a selector with its answer.
func (d describer) term(t *Term) AskedTerm {
	a := d.b.matcher.term(t, d.u)
	out := AskedTerm{Key: t.Key, Asked: askedFor(t), Answer: a.truth()}
	if t.Not != nil {
		out.Not = d.terms(t.Not)
		return out
	}
	has, why := d.has(t)
	out.Has, out.Empty = has, a == isAbsent
	if out.Answer == Unknown {
		if out.Why = why; why == "" {
			out.Why = d.b.matcher.unknownTerm(t, d.u)
		}
	}
	return out
}

func (d describer) terms(s *Selector) []AskedTerm {
	out := []AskedTerm{}
	for i := range s.Terms {
		out = append(out, d.term(&s.Terms[i]))
	}
	return out
}

// askedFor are the values of a term as its author wrote them.
func askedFor(t *Term) []string {
	out := append([]string{}, t.Values...)
	if t.None {
		out = append(out, "none")
	}
	if t.Key == KeyLastSignIn || t.Key == KeyCreated {
		out = append(out, "olderThan "+itoa(t.OlderThan)+"d")
	}
	for i := range t.Facts {
		out = append(out, t.Facts[i].words())
	}
	return out
}

// words is what a term asks of a facts file.
func (f *FactTerm) words() string {
	parts := append([]string{}, f.Values...)
	if f.None {
		parts = append(parts, "none")
	}
	if f.Before != nil {
		parts = append(parts, "before "+f.Before.words())
	}
	if f.After != nil {
		parts = append(parts, "after "+f.After.words())
	}
	return f.Table + "." + f.Column + " " + strings.Join(parts, ", ")
}

func (d *Date) words() string {
	switch {
	case d.Day != "":
		return string(d.Day)
	case d.Offset == 0:
		return "today"
	case d.Offset > 0:
		return "today+" + itoa(d.Offset) + "d"
	}
	return "today" + itoa(d.Offset) + "d"
}

// facts are the attributes of the person that are not empty, and those that
// are not known.
func (d describer) facts() []Fact {
	out := []Fact{}
	for _, k := range [...]Key{KeyUserType, KeyDepartment, KeyJobTitle, KeyCompanyName, KeyCountry, KeyCity, KeyOfficeLocation,
		KeyUsageLocation, KeyEmployeeType, KeyMail, KeySynced, KeyResource, KeyCreated} {
		if has, why := d.has(&Term{Key: k}); has != "" && has != "false" || why != "" {
			out = append(out, Fact{Key: k, Text: has, Why: why})
		}
	}
	if d.u.Extensions != nil {
		for i, text := range d.u.Extensions {
			if text != "" {
				out = append(out, Fact{Key: KeyExtension + Key(itoa(i+1)), Text: text})
			}
		}
	}
	return append(out, d.mailbox(), d.signIn())
}

// mailbox and signIn are facts that cost a request, so that mostly nobody
// asked.
func (d describer) mailbox() Fact {
	f := Fact{Key: KeyMailbox, Text: string(d.u.Mailbox)}
	if f.Text == "" {
		f.Why = "is not known" + d.reads(ReadMailboxes)
	}
	return f
}

func (d describer) signIn() Fact {
	f := Fact{Key: KeyLastSignIn}
	switch last, known := d.u.SignIn.Last(); {
	case known:
		f.Text = last.UTC().Format(time.DateOnly)
	case d.u.SignIn != nil || d.wasRead(ReadSignIns):
		f.Why = "is not recorded"
	default:
		f.Why = "is not known" + d.reads(ReadSignIns)
	}
	return f
}

// wasRead reports whether a read was made, and nothing of it denied.
func (d describer) wasRead(what string) bool {
	all := slices.IndexFunc(d.b.s.Reads, func(r Read) bool { return r.What == what })
	return all >= 0 && d.reads(what) == "" && d.b.s.Reads[all].Status == ReadComplete
}
