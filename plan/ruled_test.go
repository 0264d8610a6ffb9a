package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// A ruled judge knows what the built-in rules say of a change, as far as facts
// decide it.
type ruled struct {
	strict
	deny bool // recent-use denies
}

func (r ruled) Waivable(d plan.Decision) bool {
	return slices.Contains([]string{"R103", "R104", "R106", "R107", "R108", "R109", "R110", "R111", "R114"}, d.Code)
}

func (r ruled) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := r.strict.Changes(ctx, cases)
	for i, c := range cases {
		f, takes := c.Facts, c.Change.Action != plan.Assign
		add := func(when bool, code string, level plan.Level) {
			if when && takes {
				out[i] = append(out[i], plan.Decision{Code: code, Level: level, Message: code})
			}
		}
		lost := c.Change.Action == plan.Unassign && c.Change.Held.Direct && !c.Change.Held.ThroughGroup() && !f.Swapped
		last := slices.Contains(f.Loses, "mailbox")
		use := plan.LevelWarn
		if r.deny {
			use = plan.LevelDeny
		}
		add(!f.Undo && slices.ContainsFunc(f.Roles, func(h plan.HeldRole) bool { return h.BuiltIn && !h.Excepted }), "R103", plan.LevelDeny)
		add(!f.Undo && (f.Protected.Listed || f.Protected.Matched != plan.No), "R104", plan.LevelDeny)
		add(last && f.Hold.Supplied && f.Hold.Listed != plan.No, "R106", plan.LevelDeny)
		add(lost && f.SignIn.Known && f.SignIn.Days < 30 || lost && r.deny && !f.SignIn.Known, "R108", use)
		add(last && (f.Mailbox.Kind == "shared" || f.Mailbox.Kind == "" && c.Change.User.AccountEnabled != plan.Yes), "R109", plan.LevelDeny)
		add(len(f.NeededBy) > 0, "R110", plan.LevelWarn)
		add(f.Own, "R111", plan.LevelDeny)
		add(!f.Undo && f.Undone.Run != "", "R114", plan.LevelDeny)
	}
	return out, err
}

// rule gives a world what the rules ask for: holds, waivers, and who acts.
func rule(t *rapid.T, in *plan.Input) {
	in.Judge = ruled{deny: seldom(t, "recent-use denies")}
	if rapid.Bool().Draw(t, "holds file") {
		holds := drawTable(t, in.Snapshot.Users)
		holds.Name = "holds"
		in.Desired.Tables = append(in.Desired.Tables, holds)
	}
	if seldom(t, "waiver") {
		code := rapid.SampledFrom([]string{"R103", "R106", "R107", "R108", "R109"}).Draw(t, "waives")
		in.Desired.Settings.Waivers = []plan.Waiver{matching(waiver(9, code, "", ""), drawSelector(t))}
	}
	if seldom(t, "acts") {
		in.Snapshot.Actor = plan.Actor{Kind: plan.ActorPerson, ID: string(in.Snapshot.Users[0].ID)}
		in.Apply = rapid.Bool().Draw(t, "apply")
	}
}

// TestRulesKnowNoUnknown: with all the rules, what a plan takes while something
// is not known, it takes whatever the answer is. One thing is not asked of
// an enabled account, as the rule has it: whether its mailbox is a shared one.
func TestRulesKnowNoUnknown(t *testing.T) {
	took := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		rule(t, &in)
		in.Judge, in.Desired.Settings.Waivers = ruled{}, nil // what is denied of one alone stays, and something else is not the last
		for i := range in.Snapshot.Products {
			in.Snapshot.Products[i].Enabled = 100
		}
		for i := range in.Snapshot.Users {
			if u := &in.Snapshot.Users[i]; u.Mailbox == "" && u.AccountEnabled == plan.Yes {
				u.Mailbox = plan.UserMailbox
			}
		}
		unsure, sure := newPlan(t, in).Plan, newPlan(t, settle(t, in)).Plan
		for _, c := range unsure.Executable() {
			if c.Action == plan.Assign || !slices.Equal(deedsOf(unsure, c.Request), deedsOf(sure, c.Request)) {
				continue // what else goes or stays makes something the last mailbox, or not
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

// deedsOf is what a plan would do about a person, if the rules let it, and what it
// finds missing.
func deedsOf(p *plan.Plan, id plan.UserID) []string {
	var out []string
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Request == id {
			out = append(out, string(c.Action)+" "+c.ID)
		}
	}
	for _, m := range p.Missing {
		if m.User.ID == id {
			out = append(out, "missing "+m.Product.PartNumber)
		}
	}
	return out
}
