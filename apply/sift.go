package apply

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// An Item is an executable change of a plan with what an apply found about it.
type Item struct {
	Change *plan.Change // the plan's own: not to be written to
	Class  plan.Class
	// Code is the rule that denies it now, or empty; Message says why it is not
	// ready, in words.
	Code, Message string
}

// Sift classifies the executable changes of p, in their order, before a run.
//
// now is what the folder asks for on fresh facts; nil for a plan that is not
// held against the folder (undo). users gives the fresh facts. Who is not
// there is gone, so it must know every user of the tenant, or every user of p.
// Nothing is ready but what p and now both hold, nor a removal beside which now
// gives the user what p does not.
func Sift(p, now *plan.Plan, users func(plan.UserID) (plan.User, bool)) []Item {
	var asked map[string]*plan.Change
	noSeat := map[string]bool{}
	if now != nil {
		asked = make(map[string]*plan.Change, len(now.Changes))
		for i := range now.Changes {
			asked[now.Changes[i].ID] = &now.Changes[i]
		}
		for _, m := range now.Missing {
			if m.Because == plan.NoSeat {
				noSeat[key(m.User.ID, m.Product.SKU)] = true
			}
		}
	}
	items := []Item{}
	given, unknown := givenBeside(p, now), notKnown(now)
	for i := range p.Changes {
		c := &p.Changes[i]
		if !c.Verdict.Executable() {
			continue
		}
		u, exists := users(c.User.ID)
		it := siftByFacts(c, u, exists)
		if it.Class == plan.Ready && now != nil {
			it = siftByFolder(it, asked[c.ID], noSeat[c.ID])
			if asked[c.ID] == nil && it.Class == plan.DeniedNow && p.Mode == plan.ModeUndo {
				it.Message = "what is undone no longer asks for it: it was not done, or not as it is now; make the undo again"
			}
			if why := unknown[c.User.ID]; why != "" && asked[c.ID] == nil && it.Class == plan.DeniedNow {
				it.Message = "not known now: " + why
			}
			if part := given[c.User.ID]; part != "" && it.Class == plan.Ready && c.Lost() {
				it.Class, it.Message = plan.DeniedNow, fmt.Sprintf("the folder now gives %s in the same request; make a new plan", part)
			}
		}
		items = append(items, it)
	}
	return together(items, p.Mode == plan.ModeUndo)
}

// notKnown returns, by user, what is not known now of who was not evaluated.
func notKnown(now *plan.Plan) map[plan.UserID]string {
	if now == nil {
		return nil
	}
	facts := map[plan.UserID]string{}
	for _, n := range now.NotEvaluated {
		if facts[n.User.ID] == "" {
			facts[n.User.ID] = n.Fact
		}
	}
	return facts
}

// givenBeside returns, by user, the part number of a product that the folder
// gives now and p does not. What such a user loses by p was judged alone, and is
// one half of a request that stands or falls together.
func givenBeside(p, now *plan.Plan) map[plan.UserID]string {
	given := map[plan.UserID]string{}
	if now == nil {
		return given
	}
	reviewed := map[string]bool{}
	for _, c := range p.Changes {
		if c.Action == plan.Assign && c.Verdict.Executable() {
			reviewed[c.ID] = true
		}
	}
	for _, c := range now.Changes {
		if c.Action == plan.Assign && c.Verdict.Executable() && !reviewed[c.ID] && given[c.User.ID] == "" {
			given[c.User.ID] = cmp.Or(c.Product.PartNumber, string(c.SKU()))
		}
	}
	return given
}

// siftByFacts compares a change with the tenant alone.
func siftByFacts(c *plan.Change, u plan.User, exists bool) Item {
	saw, why := look(c, u, exists)
	switch saw {
	case asBefore:
		return Item{Change: c, Class: plan.Ready}
	case asAfter:
		return Item{Change: c, Class: plan.Already, Message: why}
	case nobody:
		return Item{Change: c, Class: plan.Gone, Message: why}
	}
	return Item{Change: c, Class: plan.Changed, Message: why}
}

// siftByFolder holds a ready item against the change that the folder asks for
// now, nil if it asks for none.
func siftByFolder(it Item, now *plan.Change, noSeat bool) Item {
	set := func(class plan.Class, code, message string) Item {
		return Item{Change: it.Change, Class: class, Code: code, Message: message}
	}
	switch {
	case now == nil && noSeat:
		return set(plan.SeatGone, "", "no free seat is left to give")
	case now == nil:
		return set(plan.DeniedNow, "", "the files no longer ask for it")
	case now.Action != it.Change.Action, !equalGrants(now.Before, it.Change.Before), !equalGrants(now.After, it.Change.After):
		return set(plan.Changed, "", "the files ask for something else now")
	case !now.Verdict.Executable():
		d := worstDecision(now.Decisions)
		return set(plan.DeniedNow, d.Code, d.Message)
	}
	for _, d := range now.Decisions {
		if warns(d) && !slices.ContainsFunc(it.Change.Decisions, func(r plan.Decision) bool { return warns(r) && r.Code == d.Code }) {
			return set(plan.DeniedNow, d.Code, fmt.Sprintf("now warns %s: %s, which nobody reviewed", d.Code, d.Message))
		}
	}
	return it
}

func warns(d plan.Decision) bool { return d.Counts() == plan.Warn }

// worstDecision returns the decision that stops a change: a deny before a block.
func worstDecision(decisions []plan.Decision) plan.Decision {
	for _, level := range []plan.Level{plan.LevelDeny, plan.LevelBlocked, plan.LevelGuard} {
		for _, d := range decisions {
			if d.Level == level && d.Waiver == "" {
				return d
			}
		}
	}
	return plan.Decision{Message: "the rules no longer allow it"}
}

func equalGrants(a, b *plan.Grant) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return samePlans(a.DisabledPlans, b.DisabledPlans)
}

// together makes requests that contain an assign stand or fall as one: where a
// change of one is neither ready nor already done, none of it is ready. In an undo
// what gives back is stopped only by what gives back.
func together(items []Item, undo bool) []Item {
	worst, barred := map[plan.UserID]int{}, map[plan.UserID]int{}
	assigns := map[plan.UserID]bool{}
	for i, it := range items {
		user := it.Change.User.ID
		assigns[user] = assigns[user] || it.Change.Action == plan.Assign
		if !stops(it.Class) {
			continue
		}
		worse(worst, items, i)
		if !it.Change.Takes() {
			worse(barred, items, i)
		}
	}
	out := slices.Clone(items)
	for i, it := range items {
		by := worst
		if undo && !it.Change.Takes() {
			by = barred
		}
		at, stopped := by[it.Change.User.ID]
		if !stopped || at == i || !assigns[it.Change.User.ID] || it.Class == plan.Already {
			continue
		}
		w := items[at]
		out[i].Class, out[i].Code = w.Class, w.Code
		out[i].Message = withOther(w.Change, w.Message)
	}
	return out
}

// worse notes an item for its user where none that is worse was.
func worse(worst map[plan.UserID]int, items []Item, i int) {
	user := items[i].Change.User.ID
	if at, ok := worst[user]; !ok || severity(items[i].Class) > severity(items[at].Class) {
		worst[user] = i
	}
}

// withOther is the message of a change that is not sent because of another one
// of its request.
func withOther(c *plan.Change, message string) string {
	return fmt.Sprintf("with %s: %s", c.Product.PartNumber, message)
}

func stops(c plan.Class) bool { return c != plan.Ready && c != plan.Already }

// severity orders classes: what is the case before what is decided.
func severity(c plan.Class) int {
	return slices.Index([]plan.Class{plan.Ready, plan.Already, plan.DeniedNow, plan.SeatGone, plan.Changed, plan.Gone}, c)
}

// key is the id of a change.
func key(user plan.UserID, sku plan.SKU) string { return string(user) + "/" + string(sku) }
