package main

import (
	"runtime/debug"

	"github.com/reseat-cli/reseat/plan"
)

// manyChanges is from how many changes on memory counts for more than time.
const manyChanges = 5_000

// lean makes this process collect garbage early, where a plan is large: an apply
// mostly waits for Graph, and has the time. GOGC wins.
func (a *app) lean(p *plan.Plan) {
	if len(p.Changes) >= manyChanges && a.env("GOGC") == "" {
		debug.SetGCPercent(leanPercent)
	}
}

// leanPercent is how much garbage there may be beside what is in use.
const leanPercent = 25

// setAside lets go of the changes of a large plan that can be read again, while
// another one is made: both at once, with the tenant, are too much. back reads
// them, and must be called before anything asks for the changes.
func (j *job) setAside() (back func() error) {
	if j.again == nil || len(j.plan.Changes) < manyChanges {
		return func() error { return nil }
	}
	short := *j.plan
	short.Changes = nil
	j.plan = &short
	return func() error {
		p, err := j.again()
		if err != nil {
			return err
		}
		if p.Digests.Body != short.Digests.Body {
			return refused("", "plan %s is another one now: its file was written to meanwhile", short.ID)
		}
		j.plan = p
		return nil
	}
}
