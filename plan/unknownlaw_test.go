package plan_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// settle draws an answer for everything in a tenant that is not known.
func settle(t *rapid.T, in plan.Input) plan.Input {
	s := clone(in.Snapshot)
	in.Snapshot = s
	for i := range s.Users {
		u := &s.Users[i]
		if u.AccountEnabled == plan.Unknown {
			u.AccountEnabled = rapid.SampledFrom([]plan.Truth{plan.Yes, plan.No}).Draw(t, "is enabled")
		}
		if u.Mailbox == "" {
			u.Mailbox = rapid.SampledFrom([]plan.Mailbox{plan.UserMailbox, plan.SharedMailbox, plan.NoMailbox}).Draw(t, "is a mailbox")
		}
		if u.SignIn == nil {
			u.SignIn = &plan.SignIn{Interactive: now.AddDate(0, 0, -rapid.SampledFrom([]int{10, 60, 200}).Draw(t, "has signed in"))}
		}
		if u.CreatedAt.IsZero() {
			u.CreatedAt = now.AddDate(0, 0, -rapid.SampledFrom([]int{3, 60}).Draw(t, "is of age"))
		}
	}
	s.Groups = slices.Clone(s.Groups)
	for i := range s.Groups {
		if g := &s.Groups[i]; !g.MembersRead {
			g.MembersRead, g.Members = true, slices.Concat(g.Members, somebody(t, s.Users))
		}
	}
	s.Groups = append(s.Groups, plan.Group{ID: "00000000-0000-4000-8000-0000000000f9", DisplayName: "nothing", MembersRead: true, Members: somebody(t, s.Users)})
	d := *in.Desired
	in.Desired = &d
	d.Tables = slices.Clone(d.Tables)
	for i := range d.Tables {
		settleTable(t, &d.Tables[i], s.Users)
	}
	return in
}

// settleTable makes a facts file fresh and whole. What an old one does not say
// of somebody a new one may.
func settleTable(t *rapid.T, f *plan.Table, people []plan.User) {
	old := f.MaxAge > 0
	fresh := drawTable(t, people)
	rows := f.Rows
	f.Rows, f.Complete = map[string][]string{}, true
	if f.MaxAge = 0; old {
		fresh.Key = f.Key
	}
	for _, u := range people {
		key := string(u.ID)
		if f.Key == plan.KeyedByName {
			key = u.UserPrincipalName
		}
		row, there := rows[key]
		if old {
			row, there = rapid.SampledFrom([][]string{{"2026-11-01", "North"}, {"2026-11-19", "South"}, {"", ""}}).Draw(t, "says now"), rapid.Bool().Draw(t, "is in it now")
		}
		if there {
			row = slices.Clone(row)
			if row[0] == "soon" {
				row[0] = rapid.SampledFrom([]string{"2026-11-01", "2026-11-19"}).Draw(t, "is the day")
			}
			f.Rows[key] = row
		}
	}
}

// TestUnknownTakesNothing: what a plan takes while something is not known, it
// takes whatever the answer is.
func TestUnknownTakesNothing(t *testing.T) {
	took := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		in.Judge = apart{}
		for i := range in.Snapshot.Products {
			in.Snapshot.Products[i].Enabled = 100
		}
		for i := range in.Desired.Remove {
			in.Desired.Remove[i].DataLoss = plan.LossAccept
		}
		if rapid.IntRange(0, 3).Draw(t, "pilot") == 0 {
			in.Desired.Settings.Manage.People = drawSelector(t)
		}
		if rapid.IntRange(0, 3).Draw(t, "except") == 0 && len(in.Desired.Keep) > 0 {
			in.Desired.Keep[0].Except = whom(drawSelector(t))
		}
		unsure, sure := newPlan(t, in).Plan, newPlan(t, settle(t, in)).Plan
		for _, c := range unsure.Executable() {
			if c.Action == plan.Assign {
				continue
			}
			took++
			if !slices.ContainsFunc(sure.Executable(), func(o *plan.Change) bool { return o.ID == c.ID && (o.Action == c.Action || o.Action == plan.Unassign) }) {
				t.Fatalf("%s %s %s while something is not known:\n%s\n%v\nand if it is:\n%s", c.Action, c.User.UserPrincipalName, c.Product.PartNumber,
					strings.Join(lines(unsure), "\n"), unsure.NotEvaluated, strings.Join(lines(sure), "\n"))
			}
		}
	})
	if took == 0 {
		t.Error("nothing was taken: it should happen")
	}
}
