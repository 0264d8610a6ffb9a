package main

import (
	"runtime/debug"
)

// manyChanges is from how many changes on memory counts for more than time.
const manyChanges = 5_000

// lean makes this process collect garbage early where so many changes are to be
// made: an apply mostly waits for Graph, and has the time. What is in use grows with
// the changes and with the people who were read, and so does what there may be with
// the garbage. GOGC and GOMEMLIMIT win.
func (a *app) lean(changes, people int) {
	if changes < manyChanges || a.env("GOGC")+a.env("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(leanPercent)
	debug.SetMemoryLimit(leanAlways + int64(changes)*leanChange + int64(people)*leanPerson)
}

// What a large apply may take: garbage in per cent of what is in use, and all in
// bytes. Where that does not do it is slower, and goes on.
const (
	leanPercent = 50
	leanAlways  = 32 << 20
	leanChange  = 2_000
	leanPerson  = 700
)

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
