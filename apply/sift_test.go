package apply_test

import (
	"testing"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

func TestSift(t *testing.T) {
	take := func() plan.Change { return change(1, e5, grant(yam), nil) }
	with := func(c plan.Change, verdict plan.Verdict, decisions ...plan.Decision) plan.Change {
		c.Verdict, c.Decisions = verdict, decisions
		return c
	}
	source := plan.Source{SKU: e5, State: plan.Active, DisabledPlans: []plan.PlanID{yam}, UpdatedAt: assigned}
	edit := func(f func(*plan.Source)) plan.User {
		s := source
		f(&s)
		return plan.User{ID: user(1), Sources: []plan.Source{s}}
	}
	asPlanned := edit(func(*plan.Source) {})
	warn := func(code string) plan.Decision {
		return plan.Decision{Code: code, Level: plan.LevelWarn, Message: "the mailbox goes"}
	}
	tests := []struct {
		name    string
		p, now  plan.Change
		user    plan.User
		class   plan.Class
		code    string
		message string
	}{
		{name: "ready", p: take(), now: take(), user: asPlanned, class: plan.Ready},
		{name: "gone", p: take(), now: take(), class: plan.Gone, message: "the user no longer exists"},
		{name: "already", p: take(), user: plan.User{ID: user(1)}, class: plan.Already, message: "the seat is as the plan wants it"},
		{name: "other service plans", p: take(), now: take(), user: edit(func(s *plan.Source) { s.DisabledPlans = nil }), class: plan.Changed, message: "the direct seat is not as the plan saw it"},
		{name: "given anew", p: take(), now: take(), user: edit(func(s *plan.Source) { s.UpdatedAt = noon }), class: plan.Changed, message: "the seat was given anew since the plan was made"},
		{name: "now through a group too", p: take(), now: take(), class: plan.Changed, message: "a group gives the seat now, or no longer does",
			user: plan.User{ID: user(1), Sources: []plan.Source{source, {SKU: e5, Group: "g", State: plan.Active}}}},
		{name: "a group's error is not held", p: take(), now: take(), class: plan.Ready,
			user: plan.User{ID: user(1), Sources: []plan.Source{source, {SKU: e5, Group: "g", State: plan.ErrorState}}}},
		{name: "no longer known as direct", p: take(), now: take(), class: plan.Changed, message: "Graph no longer says whether the seat is direct",
			user: plan.User{ID: user(1), Unsourced: []plan.SKU{e5}}},
		{name: "twice", p: take(), now: take(), class: plan.Changed, message: "Graph shows the seat twice",
			user: plan.User{ID: user(1), Sources: []plan.Source{source, source}}},
		{name: "twice, and one is as wanted", p: change(1, e5, nil, grant(yam)), now: change(1, e5, nil, grant(yam)), class: plan.Changed, message: "Graph shows the seat twice",
			user: plan.User{ID: user(1), Sources: []plan.Source{source, {SKU: e5, State: plan.Active}}}},
		{name: "the files changed", p: take(), user: asPlanned, class: plan.DeniedNow, message: "the files no longer ask for it"},
		{name: "another action", p: take(), now: change(1, e5, grant(yam), grant()), user: asPlanned, class: plan.Changed, message: "the files ask for something else now"},
		{name: "denied now", p: take(), user: asPlanned, class: plan.DeniedNow, code: "R103", message: "holds Global Administrator",
			now: with(take(), plan.Deny, warn("R107"), plan.Decision{Code: "R105", Level: plan.LevelBlocked}, plan.Decision{Code: "R103", Level: plan.LevelDeny, Message: "holds Global Administrator"})},
		{name: "a waived deny is not the reason", p: take(), user: asPlanned, class: plan.DeniedNow, code: "R112", message: "m",
			now: with(take(), plan.Blocked, plan.Decision{Code: "R103", Level: plan.LevelDeny, Waiver: "CHG-1"}, plan.Decision{Code: "R112", Level: plan.LevelBlocked, Message: "m"})},
		{name: "a new warning", p: take(), now: with(take(), plan.Warn, warn("R107")), user: asPlanned, class: plan.DeniedNow, code: "R107",
			message: "now warns R107: the mailbox goes, which nobody reviewed"},
		{name: "a new denial that a waiver lifts", p: take(), user: asPlanned, class: plan.DeniedNow, code: "R103", message: "now warns R103: holds Global Administrator, which nobody reviewed",
			now: with(take(), plan.Warn, plan.Decision{Code: "R103", Level: plan.LevelDeny, Message: "holds Global Administrator", Waiver: "CHG-1"})},
		{name: "a lifted denial that was reviewed", user: asPlanned, class: plan.Ready,
			p:   with(take(), plan.Warn, plan.Decision{Code: "R103", Level: plan.LevelDeny, Waiver: "CHG-1"}),
			now: with(take(), plan.Warn, plan.Decision{Code: "R103", Level: plan.LevelDeny, Waiver: "CHG-2"})},
		{name: "a new warning that a waiver lifts", p: take(), user: asPlanned, class: plan.Ready,
			now: with(take(), plan.Allow, plan.Decision{Code: "R108", Level: plan.LevelWarn, Waiver: "CHG-1"})},
		{name: "a reviewed warning", p: with(take(), plan.Warn, warn("R107")), now: with(take(), plan.Warn, warn("R107")), user: asPlanned, class: plan.Ready},
		{name: "a warning less", p: with(take(), plan.Warn, warn("R107")), now: take(), user: asPlanned, class: plan.Ready},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := &plan.Plan{}
			if tt.now.ID != "" {
				now.Changes = append(now.Changes, tt.now)
			}
			got := apply.Sift(planOf(tt.p), now, func(id plan.UserID) (plan.User, bool) { return tt.user, tt.user.ID == id })
			if len(got) != 1 {
				t.Fatalf("got %d items, want 1", len(got))
			}
			if it := got[0]; it.Class != tt.class || it.Code != tt.code || it.Message != tt.message {
				t.Errorf("got %s %q %q, want %s %q %q", it.Class, it.Code, it.Message, tt.class, tt.code, tt.message)
			}
		})
	}
}

func TestSiftLeavesOutWhatIsNotExecutable(t *testing.T) {
	denied, blocked := change(1, e5, grant(), nil), change(2, e5, grant(), nil)
	denied.Verdict, blocked.Verdict = plan.Deny, plan.Blocked
	p := planOf(denied, blocked)
	if got := apply.Sift(p, nil, newTenant(t, p).user); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestSiftTogether(t *testing.T) {
	swap := []plan.Change{change(1, e3, nil, grant()), change(1, e5, grant(), nil), change(1, visio, grant(), nil)}
	missing := plan.Missing{User: swap[0].User, Product: swap[0].Product, Because: plan.NoSeat}
	now := planOf(swap[1:]...)
	now.Missing = []plan.Missing{missing}
	p := planOf(append(swap, change(2, e5, grant(), nil), change(2, visio, grant(), nil))...)
	now.Changes = append(now.Changes, p.Changes[3])
	n := newTenant(t, p)
	u := n.users[user(1)]
	u.Sources = u.Sources[:1] // visio is gone already
	n.users[user(1)] = u
	want := []struct {
		class   plan.Class
		message string
	}{
		{plan.SeatGone, "no free seat is left to give"},
		{plan.SeatGone, "with SPE_E3: no free seat is left to give"},
		{plan.Already, "the seat is as the plan wants it"},
		{plan.Ready, ""}, // removals alone do not fall together
		{plan.DeniedNow, "the files no longer ask for it"},
	}
	for i, it := range apply.Sift(p, now, n.user) {
		if it.Class != want[i].class || it.Message != want[i].message {
			t.Errorf("%s: got %s %q, want %s %q", it.Change.ID, it.Class, it.Message, want[i].class, want[i].message)
		}
	}
}

// TestSiftUndoTogether: in an undo what gives back does not fall with what takes;
// what takes falls with it, and with each other.
func TestSiftUndoTogether(t *testing.T) {
	denied := func(c plan.Change) plan.Change {
		c.Verdict, c.Decisions = plan.Deny, []plan.Decision{{Code: "R111", Level: plan.LevelDeny, Message: "own"}}
		return c
	}
	gives, takes, more := change(1, e3, nil, grant()), change(1, e5, grant(), nil), change(1, visio, grant(), nil)
	for _, tt := range []struct {
		name string
		now  []plan.Change
		want [3]plan.Class
	}{
		{"all are ready", []plan.Change{gives, takes, more}, [3]plan.Class{plan.Ready, plan.Ready, plan.Ready}},
		{"one that takes is denied", []plan.Change{gives, denied(takes), more}, [3]plan.Class{plan.Ready, plan.DeniedNow, plan.DeniedNow}},
		{"what gives is denied", []plan.Change{denied(gives), takes, more}, [3]plan.Class{plan.DeniedNow, plan.DeniedNow, plan.DeniedNow}},
	} {
		p := planOf(gives, takes, more)
		p.Mode = plan.ModeUndo
		n := newTenant(t, p)
		for i, it := range apply.Sift(p, planOf(tt.now...), n.user) {
			if it.Class != tt.want[i] {
				t.Errorf("%s: %s: got %s %q, want %s", tt.name, it.Change.ID, it.Class, it.Message, tt.want[i])
			}
		}
	}
}

// A removal of a plan is not sent alone where the folder now swaps.
func TestSiftAgainstASwap(t *testing.T) {
	take, copied := change(1, e5, grant(), nil), change(1, visio, grant(), nil)
	copied.Held.Groups = []plan.HeldGroup{{ID: "g", State: plan.Active}}
	give := change(1, e3, nil, grant())
	denied, other := give, change(2, e3, nil, grant())
	denied.Verdict = plan.Deny
	const message = "the folder now gives SPE_E3 in the same request; make a new plan"
	tests := []struct {
		name    string
		p, now  []plan.Change
		missing bool
		class   plan.Class // of the removal of E5
		message string
	}{
		{name: "it gives too", p: []plan.Change{take}, now: []plan.Change{give, take}, class: plan.DeniedNow, message: message},
		{name: "as reviewed", p: []plan.Change{give, take}, now: []plan.Change{give, take}, class: plan.Ready},
		{name: "reviewed, but denied then", p: []plan.Change{denied, take}, now: []plan.Change{give, take}, class: plan.DeniedNow, message: message},
		{name: "denied now", p: []plan.Change{take}, now: []plan.Change{denied, take}, class: plan.Ready},
		{name: "somebody else is given", p: []plan.Change{take}, now: []plan.Change{take, other}, class: plan.Ready},
		{name: "missing", p: []plan.Change{take}, now: []plan.Change{take}, missing: true, class: plan.Ready},
		{name: "nor asked for", p: []plan.Change{take}, now: []plan.Change{give}, class: plan.DeniedNow, message: "the files no longer ask for it"},
	}
	for _, tt := range tests {
		p, now := planOf(tt.p...), planOf(tt.now...)
		if tt.missing {
			now.Missing = []plan.Missing{{User: give.User, Product: give.Product, Because: plan.NoSeat}}
		}
		for _, it := range apply.Sift(p, now, newTenant(t, p).user) {
			if it.Change.ID == take.ID && (it.Class != tt.class || it.Message != tt.message) {
				t.Errorf("%s: got %s %q, want %s %q", tt.name, it.Class, it.Message, tt.class, tt.message)
			}
		}
	}
	p := planOf(copied)
	if it := apply.Sift(p, planOf(give, copied), newTenant(t, p).user)[0]; it.Class != plan.Ready {
		t.Errorf("got %+v, want a direct copy of a group's seat ready: nothing is lost", it)
	}
}
