package desired

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// settings are the proposals for reseat.yaml, which nothing is counted for:
// whom to protect, and which products people bought for themselves.
func (w *starter) settings() {
	w.protect()
	w.selfService()
}

// protect proposes the accounts that are probably for emergencies.
func (w *starter) protect() {
	found, more := w.s.Emergency()
	if len(found) == 0 {
		w.line("\n# EMERGENCY ACCOUNTS. None was found by name or role. If you have some, name them under")
		w.line("# `protect` in reseat.yaml: they never lose a seat then.")
		return
	}
	w.line("\n# EMERGENCY ACCOUNTS, as it seems. In reseat.yaml this keeps them whatever is said here:")
	if more > 0 {
		w.line("# (%s more are called alike)", number(more))
	}
	w.line("#")
	w.line("#protect:\n#  users:")
	w.people(found)
}

func (w *starter) people(found []plan.Suspect) {
	names := newSpeller(w.in.Snapshot)
	width := 0
	for _, f := range found {
		width = max(width, len(names.of(f.User)))
	}
	for _, f := range found {
		why := strings.Join(f.Evidence, ", ")
		name := names.of(f.User)
		if name == string(f.User.ID) {
			why = harmless(f.User.UserPrincipalName) + ": " + why
		}
		w.line("#    - %-*s   # %s", min(width, 50), name, why)
	}
}

// selfService proposes to settle products that people bought.
func (w *starter) selfService() {
	var sure, likely []string
	var why []string
	for i := range w.s.Products {
		p := &w.s.Products[i]
		switch name := fileName(p); p.SelfService.Class {
		case "department":
			sure = append(sure, name)
		case "probable":
			likely = append(likely, name)
			why = append(why, fmt.Sprintf("%s is %s", harmless(p.PartNumber), harmless(p.SelfService.Evidence)))
		}
	}
	if len(sure)+len(likely) == 0 {
		return
	}
	w.line("\n# SELF-SERVICE. Seats that people bought for themselves can be neither given nor taken until")
	w.line("# the purchase is taken over (Billing, Your products). In reseat.yaml, what is so for sure and")
	w.line("# what only looks so; move a name to `takenOver` or `ours` once that is settled.")
	for _, reason := range why {
		w.line("# %s.", reason)
	}
	w.line("#\n#selfService:")
	for _, l := range folded("  products: ", append(sure, likely...)) {
		w.line("#%s", l)
	}
	w.line("#  takenOver: []\n#  ours: []")
}

// disabled proposes to take the licences of disabled accounts, but for those
// that are no leaver's: shared mailboxes, rooms, resource accounts.
func (w *starter) disabled() error {
	held := w.heldBy(func(u *plan.User) bool { return u.AccountEnabled == plan.No })
	except := "{mailbox: [shared, room, equipment]}"
	if w.any(func(u *plan.User) bool { return u.IsResourceAccount && u.AccountEnabled == plan.No }) {
		except += ", {isResourceAccount: true}"
	}
	return w.proposeFor(proposal{
		title: "Disabled accounts that hold licences", missing: plan.ReadMailboxes,
		note:  []string{"Shared mailboxes and rooms are disabled accounts too: they stay as they are, and whatever may be one."},
		lines: []string{"remove:", "  - name: disabled accounts", "    who: [{accountEnabled: false}]", "    except: [" + except + "]"},
	}, held, "disabled accounts hold nothing directly")
}

// guests proposes to take the licences of guests.
func (w *starter) guests() error {
	held := w.heldBy(func(u *plan.User) bool { return strings.EqualFold(u.UserType, "Guest") })
	return w.proposeFor(proposal{title: "Guests with licences",
		lines: []string{"remove:", "  - name: guests", "    who: [{userType: Guest}]"}}, held, "no guest holds a licence directly")
}

// idle proposes to take add-ons from people who have not signed in for long.
func (w *starter) idle() error {
	var held []*plan.Surveyed
	for _, p := range w.heldBy(func(u *plan.User) bool { return u.AccountEnabled != plan.No }) {
		if p.AddOn {
			held = append(held, p)
		}
	}
	return w.proposeFor(proposal{
		title: fmt.Sprintf("Add-ons of people who have not signed in for %d days", plan.Idle), missing: plan.ReadSignIns,
		lines: []string{"remove:", "  - name: add-ons not in use", fmt.Sprintf("    who: [{accountEnabled: true, lastSignIn: {olderThan: %dd}}]", plan.Idle)},
	}, held, "nobody holds an add-on directly")
}

// duplicates proposes to take direct copies of seats that groups give too.
func (w *starter) duplicates() error {
	m := &w.in.Desired.Settings.Manage
	var twice []string
	for i := range w.s.Products {
		if p := &w.s.Products[i]; p.Both > 0 && p.Managed {
			twice = append(twice, fileName(p))
		}
	}
	if m.Duplicates == plan.DuplicatesRemove || len(twice) == 0 {
		w.without = append(w.without, "direct copies of seats that a group gives too")
		return nil
	}
	p := proposal{
		title: "Direct copies of seats that a group gives too",
		note:  []string{"This is for `manage` in reseat.yaml. Nobody loses anything by it, and no seat is freed."},
		lines: []string{"manage:"},
		setting: func(s *plan.Settings) {
			s.Manage.Duplicates, s.Manage.DuplicatesPlace = plan.DuplicatesRemove, plan.Place{File: proposalFile, Line: 1, Column: 1}
			if !s.Manage.Given {
				s.Manage.Given = true
				for _, name := range twice {
					s.Manage.Products = append(s.Manage.Products, plan.Name{Text: name})
				}
			}
		},
	}
	if !m.Given {
		p.lines = append(p.lines, folded("  products: ", twice)...)
	}
	p.lines = append(p.lines, "  duplicates: remove")
	return w.propose(p, "")
}

// trials proposes to give back what is only tried.
func (w *starter) trials() error {
	for i := range w.s.Products {
		p := &w.s.Products[i]
		if !p.Trial || !p.Managed {
			continue
		}
		ends := ""
		if len(p.Renewals) > 0 {
			ends = ", which ends " + string(p.Renewals[len(p.Renewals)-1])
		}
		err := w.proposeFor(proposal{title: "The trial of " + harmless(p.Name) + ends,
			lines: []string{"remove:", "  - name: " + scalar("trial of "+fileName(p)), "    who: [everyone]"}},
			[]*plan.Surveyed{p}, harmless(p.Name)+" is a trial"+ends+", and nobody holds it directly")
		if err != nil {
			return err
		}
	}
	return nil
}

// proposeFor proposes a statement on products that people hold.
func (w *starter) proposeFor(p proposal, held []*plan.Surveyed, without string) error {
	if len(held) == 0 {
		w.without = append(w.without, without)
		return nil
	}
	var names []string
	for _, x := range held {
		names = append(names, fileName(x))
		if names[len(names)-1] == string(x.SKU) {
			p.note = append(p.note, fmt.Sprintf("%s is %s.", x.SKU, harmless(x.PartNumber)))
		}
	}
	p.lines = append(p.lines, folded("    products: ", names)...)
	return w.propose(p, without)
}

// heldBy are the managed products that some people hold directly, but for those
// of rooms and shared devices, and those that nobody may take before the
// purchase is taken over.
func (w *starter) heldBy(who func(*plan.User) bool) []*plan.Surveyed {
	found := map[plan.SKU]bool{}
	for i := range w.in.Snapshot.Users {
		u := &w.in.Snapshot.Users[i]
		if !who(u) {
			continue
		}
		for j := range u.Sources {
			if u.Sources[j].Direct() {
				found[u.Sources[j].SKU] = true
			}
		}
	}
	var out []*plan.Surveyed
	for i := range w.s.Products {
		if p := &w.s.Products[i]; found[p.SKU] && p.Managed && !p.Devices && p.SelfService.Class != "department" {
			out = append(out, p)
		}
	}
	return out
}

func (w *starter) any(who func(*plan.User) bool) bool {
	return slices.ContainsFunc(w.in.Snapshot.Users, func(u plan.User) bool { return who(&u) })
}

// fileName is how files name a product: by part number where that is read as
// this product and no other, else by id.
func fileName(p *plan.Surveyed) string {
	_, err := plan.ParseGUID(p.PartNumber)
	word := strings.ToLower(p.PartNumber)
	if !p.Unique || err == nil || word == "all" || word == "none" || len(word) > 64 || !plainWord.MatchString(p.PartNumber) {
		return string(p.SKU)
	}
	return p.PartNumber
}

// A speller says how files name people: by name where that is read as this
// person and nobody else, else by id.
type speller struct{ bearers map[string]int }

func newSpeller(s *plan.Snapshot) *speller {
	x := &speller{bearers: make(map[string]int, len(s.Users))}
	for i := range s.Users {
		x.bearers[fold(s.Users[i].UserPrincipalName)]++
	}
	return x
}

func (x *speller) of(u *plan.User) string {
	if x.bearers[fold(u.UserPrincipalName)] > 1 || !sayable(u.UserPrincipalName) {
		return string(u.ID)
	}
	return u.UserPrincipalName
}
