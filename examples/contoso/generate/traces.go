package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// readAt is the morning on which the tenant stands as the example tells it.
func readAt() time.Time { return time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC) }

// ago is a moment from least to most days before the tenant was read.
func (c chance) ago(least, most int) time.Time {
	return readAt().AddDate(0, 0, -least-c.below(most-least+1)).Add(-time.Duration(1+c.below(7*60*60)) * time.Second)
}

// signIn is when an account was last used: lately by whoever works here, long
// ago by whoever left. Of one in twelve, and of accounts that nobody signs in
// to by hand, nothing is known, which is not "never".
func signIn(u plan.User) *plan.SignIn {
	c := chanceOf("sign-in", u.UserPrincipalName)
	unknown := c.below(12) == 0 || u.EmployeeType == "" && u.UserType == "Member"
	if unknown {
		return nil
	}
	least, most := 0, 9
	switch {
	case u.UserType == "Guest":
		least, most = 20, 300
	case u.AccountEnabled != plan.Yes:
		least, most = 15, 120
	case c.below(15) == 0: // parental leave, a long project elsewhere
		least, most = 40, 200
	}
	at := plan.SignIn{Interactive: c.ago(least, most), NonInteractive: c.ago(least, most)}
	if u.CreatedAt.After(at.Interactive) || u.CreatedAt.After(at.NonInteractive) {
		first := readAt().Add(-time.Duration(1+c.below(20)) * time.Hour) // hired this month
		at = plan.SignIn{Interactive: first, NonInteractive: first.Add(20 * time.Minute)}
	}
	at.Successful = at.Interactive
	if at.NonInteractive.After(at.Successful) {
		at.Successful = at.NonInteractive
	}
	return &at
}

// formerly are names that people had before, and still get mail by.
func formerly() map[string]string {
	return map[string]string{
		"Karin Öhman": "Karin Sjöberg", "Leila Hamid": "Leila Sadr", "Wilma Frost": "Wilma Ask", "Priya Iyer": "Priya Menon",
	}
}

// aliases are the addresses of a person beside the one in use.
func aliases(name string) []string {
	if old, ok := formerly()[name]; ok {
		return []string{upn(old)}
	}
	return nil
}

// deleted are the people in the recycle bin. The files still name one of them.
func deleted() []plan.DeletedUser {
	var all []plan.DeletedUser
	for name, day := range map[string]plan.Day{"Selma Wik": "2026-11-03", "Bertil Roos": "2026-11-12"} {
		all = append(all, plan.DeletedUser{
			ID: userID(upn(name)), UserPrincipalName: upn(name), DisplayName: name, DeletedAt: day.Start().Add(14 * time.Hour),
		})
	}
	slices.SortFunc(all, func(a, b plan.DeletedUser) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
