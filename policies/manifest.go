package policies

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A subject is what a rule judges.
type subject string

const (
	aChange subject = "change" // input is a plan.Case
	thePlan subject = "plan"   // input is plan.PlanFacts
	both    subject = "both"   // a change, and by its guard the plan
)

// An entry is one rule that must be there, exactly as it says.
type entry struct {
	code    string
	name    string
	pkg     string // below data
	about   subject
	level   plan.Level
	sets    []plan.Level // which sets of findings it has, sorted
	waiving bool         // whether a waiver may silence it
}

// manifest lists the built-in rules, sorted by code. Codes never change.
func manifest() []entry {
	const warn, blocked, deny, guard = plan.LevelWarn, plan.LevelBlocked, plan.LevelDeny, plan.LevelGuard
	only := func(l plan.Level) []plan.Level { return []plan.Level{l} }
	return []entry{
		{"R101", "actor-role", "reseat.builtin.actor_role", thePlan, guard, []plan.Level{guard, warn}, false},
		{"R102", "self-service", "reseat.builtin.self_service", aChange, deny, []plan.Level{deny, warn}, false},
		{"R103", "protected-role", "reseat.builtin.protected_role", aChange, deny, only(deny), true},
		{"R104", "protected-user", "reseat.builtin.protected_user", aChange, deny, only(deny), true},
		{"R105", "inherited", "reseat.builtin.inherited", aChange, blocked, only(blocked), false},
		{"R106", "mailbox-hold", "reseat.builtin.mailbox_hold", aChange, deny, only(deny), true},
		{"R107", "data-loss", "reseat.builtin.data_loss", aChange, deny, []plan.Level{deny, warn}, true},
		{"R108", "recent-use", "reseat.builtin.recent_use", aChange, warn, []plan.Level{deny, warn}, true},
		{"R109", "shared-mailbox", "reseat.builtin.shared_mailbox", aChange, deny, []plan.Level{deny, warn}, true},
		{"R110", "dependency", "reseat.builtin.dependency", aChange, warn, []plan.Level{deny, warn}, true},
		{"R111", "own-access", "reseat.builtin.own_access", aChange, deny, only(deny), true},
		{"R112", "replacement-missing", "reseat.builtin.replacement_missing", aChange, blocked, only(blocked), false},
		{"R113", "source-unknown", "reseat.builtin.source_unknown", aChange, blocked, only(blocked), false},
		{"R114", "undone", "reseat.builtin.undone", aChange, deny, only(deny), true},
		{"R201", "removal-limit", "reseat.builtin.removal_limit", thePlan, guard, only(guard), false},
		{"R202", "removal-percent", "reseat.builtin.removal_percent", thePlan, guard, only(guard), false},
		{"R203", "product-percent", "reseat.builtin.product_percent", thePlan, guard, only(guard), false},
		{"R204", "empty-desired", "reseat.builtin.empty_desired", thePlan, guard, only(guard), false},
		{"R205", "window", "reseat.builtin.window", thePlan, guard, only(guard), false},
		{"R206", "incomplete-read", "reseat.builtin.incomplete_read", thePlan, guard, only(guard), false},
		{"R207", "unresolved-name", "reseat.builtin.unresolved_name", both, guard, []plan.Level{blocked, guard}, false},
		{"R208", "assignment-limit", "reseat.builtin.assignment_limit", thePlan, guard, only(guard), false},
	}
}

// on returns the entry with the sets that are about a subject, and whether
// there are any.
func (e entry) on(about subject) (entry, bool) {
	if e.about != both {
		return e, e.about == about
	}
	e.sets = slices.DeleteFunc(slices.Clone(e.sets), func(l plan.Level) bool {
		return (l == plan.LevelGuard) != (about == thePlan)
	})
	return e, len(e.sets) > 0
}
