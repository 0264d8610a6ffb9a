package apply

import "github.com/reseat-cli/reseat/plan"

// Account is the report of a run of p as its journal tells it, for a run that
// left none of its end: cut off, or still at work. It never knows more than the
// journal, and says what is not known.
func Account(p *plan.Plan, run string, entries []Entry) *plan.Report {
	b := newBook(p, entries)
	r := &plan.Report{
		Run: run, Plan: p.ID, Tenant: p.Tenant, Outcomes: b.outcomes(), Summary: b.sum, FromJournal: true,
		Actor: plan.Actor{Kind: plan.ActorUnknown, Roles: []string{}, Permissions: []string{}}, // the journal does not say
	}
	if len(entries) > 0 {
		r.StartedAt, r.EndedAt = entries[0].At, entries[len(entries)-1].At
	}
	return r
}
