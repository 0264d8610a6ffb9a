package main

import (
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A company is the tenant of one example.
type company struct {
	folder string // below the examples, with slashes
	name   string
	domain string
	admin  string // by name, its Global Administrator
	people staff
	groups []group
	buys   []buy
}

// A person is an account, and what it holds.
type person struct {
	name       string
	local      string // before the @; empty follows from the name
	department string
	title      string
	employer   string // the company, where it is another one
	nowhere    bool   // without a usage location
	left       bool   // the account is disabled
	mailbox    plan.Mailbox
	// seats are part numbers with white space between; "SPE_E5-SWAY" is one
	// without a service plan.
	seats  string
	groups []string
	error  string // what Graph reports of the seats through groups
	idle   int    // days since the last sign-in; 0 is a few, less is not known
	leaves plan.Day
	hidden bool   // from the personnel file
	matter string // for which a court wants the mailbox
}

// Staff are people; its methods return others and change none.
type staff []person

// team are people alike.
func team(department, title, seats string, names ...string) staff {
	var s staff
	for _, name := range names {
		s = append(s, person{name: name, department: department, title: title, seats: seats})
	}
	return s
}

// each returns the people as change leaves them.
func (s staff) each(change func(*person)) staff {
	s = slices.Clone(s)
	for i := range s {
		s[i].groups = slices.Clone(s[i].groups)
		change(&s[i])
	}
	return s
}

// in puts people into groups.
func (s staff) in(groups ...string) staff {
	return s.each(func(p *person) { p.groups = append(p.groups, groups...) })
}

// idle says when people last signed in, in days before the tenant was read.
func (s staff) idle(days int) staff { return s.each(func(p *person) { p.idle = days }) }

// gone disables the accounts.
func (s staff) gone() staff { return s.each(func(p *person) { p.left = true }) }

// leaving puts a last day into the personnel file.
func (s staff) leaving(day plan.Day) staff { return s.each(func(p *person) { p.leaves = day }) }

// boxes are mailboxes that are nobody's own.
func boxes(kind plan.Mailbox, seats string, names ...string) staff {
	return team("", "", seats, names...).each(func(p *person) {
		p.mailbox, p.left, p.hidden, p.idle = kind, true, true, -1
		p.local = strings.ToLower(strings.ReplaceAll(p.name, " ", "."))
	})
}

// A group gives its members a product, or is asked for by name.
type group struct {
	name   string
	gives  string // as seats of a person
	rule   string
	synced bool
}

// A buy is one subscription.
type buy struct {
	part    string
	seats   int
	renewal plan.Day // none never ends
	trial   bool
	owner   string // by name, who bought it; none is the partner
}
