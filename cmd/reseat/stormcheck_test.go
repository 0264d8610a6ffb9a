package main

import (
	"slices"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A stormRecord is what the tenant itself knows of who changed what.
type stormRecord struct {
	ours, others []simulator.Write // all that reached it
	touched      map[string]bool   // changes (user/sku) that somebody else made
	people       map[plan.UserID]bool
}

// record is that; of ours what came since the last plan was begun.
func (s *storm) record() stormRecord {
	r := stormRecord{touched: map[string]bool{}, people: map[plan.UserID]bool{}}
	for _, w := range s.writes() {
		if !others(w) {
			if w.Number > s.mark {
				r.ours = append(r.ours, w)
			}
			continue
		}
		r.others = append(r.others, w)
		if w.Carried { // what changes nothing is a new date of the seat
			r.people[plan.UserID(w.User)] = true
			for _, sku := range skusOf(w) {
				r.touched[w.User+"/"+string(sku)] = true
			}
		}
	}
	return r
}

// checkAll holds tenant, record, journal and report of a run against each other.
func (s *storm) checkAll(p *plan.Plan, run string) {
	s.t.Helper()
	entries, torn := s.journal(run, p)
	if torn {
		s.t.Errorf("the journal of a finished run is torn")
	}
	r := s.record()
	report := s.report(run)
	if report == nil {
		s.t.Fatal("there is no report")
	}
	s.checkOutcomes(p, report, r)
	s.checkBystanders(p, r)
	s.checkOnce(r)
	s.checkIntents(entries, r)
	s.checkWaits(entries, r)
}

// checkOutcomes holds each outcome against the tenant.
func (s *storm) checkOutcomes(p *plan.Plan, report *plan.Report, r stormRecord) {
	s.t.Helper()
	now := s.now()
	by := map[string]plan.Outcome{}
	for _, o := range report.Outcomes {
		by[string(o.User)+"/"+string(o.SKU)] = o
		s.counts["outcome: "+string(o.Status)+" "+string(o.Class)]++
	}
	made := map[string]bool{} // changes that took effect by our hands
	for _, w := range r.ours {
		for _, sku := range skusOf(w) {
			made[w.User+"/"+string(sku)] = made[w.User+"/"+string(sku)] || w.Changed
		}
	}
	for _, c := range p.Executable() {
		o, ok := by[c.ID]
		u, _ := now.User(c.Request)
		if !ok || u == nil {
			s.t.Errorf("%s: it has no outcome, or nobody has it", c.ID)
			continue
		}
		is, touched := directSeats(u)[c.SKU()], r.touched[c.ID]
		switch {
		case o.Status == plan.Done, o.Class == plan.Already:
			if is != grantText(c.After) && !touched {
				s.t.Errorf("%s: the report says %s %s, the tenant %q, want %q", c.ID, o.Status, o.Class, is, grantText(c.After))
			}
			if o.Status == plan.Done && !made[c.ID] && !touched {
				s.t.Errorf("%s: the report says %s, and no write of ours did it", c.ID, o.Status)
			}
		case o.Status == plan.Unconfirmed && o.Class == plan.Changed:
			if !made[c.ID] || !touched {
				s.t.Errorf("%s: the report says %s (%s), made %t and touched by somebody else %t", c.ID, o.Status, o.Message, made[c.ID], touched)
			}
		case o.Status == plan.Uncertain:
			if !r.people[c.Request] {
				s.t.Errorf("%s: the report says %s of whom nobody else changed: %s", c.ID, o.Status, o.Message)
			}
		case o.Status == plan.Skipped, o.Status == plan.Failed:
			if made[c.ID] && !touched {
				s.t.Errorf("%s: the report says %s %s (%s), and it took effect", c.ID, o.Status, o.Class, o.Message)
			}
			if o.Status == plan.Skipped && o.Class == plan.Changed && !r.people[c.Request] {
				s.t.Errorf("%s: the report says %s %s (%s) of whom nobody else changed", c.ID, o.Status, o.Class, o.Message)
			}
		default:
			s.t.Errorf("%s: the report of a finished run says %s: %s", c.ID, o.Status, o.Message)
		}
	}
}

// checkBystanders: nobody differs from before but by the plan or somebody else.
func (s *storm) checkBystanders(p *plan.Plan, r stormRecord) {
	s.t.Helper()
	planned := map[string]bool{}
	for _, c := range p.Executable() {
		planned[c.ID] = true
	}
	now := s.now()
	for i := range s.before.Users {
		u, ok := now.User(s.before.Users[i].ID)
		if !ok {
			s.t.Errorf("%s is gone", s.before.Users[i].ID)
			continue
		}
		was, is := directSeats(&s.before.Users[i]), directSeats(u)
		for sku := range merge(was, is) {
			id := string(u.ID) + "/" + string(sku)
			if was[sku] != is[sku] && !planned[id] && !r.touched[id] {
				s.t.Errorf("%s: got %q, it was %q, and nobody is on record for it", id, is[sku], was[sku])
			}
		}
	}
}

// checkOnce: no change took effect twice by our hands, unless somebody else
// undid it meanwhile, which looks as if it had not been made.
func (s *storm) checkOnce(r stormRecord) {
	s.t.Helper()
	last := map[string]simulator.Write{}
	for _, w := range r.ours {
		if !w.Changed {
			continue
		}
		for _, sku := range skusOf(w) {
			id := w.User + "/" + string(sku)
			before, twice := last[id]
			last[id] = w
			if !twice {
				continue
			}
			undone := slices.ContainsFunc(r.others, func(o simulator.Write) bool {
				return o.Changed && o.User == w.User && o.Seq > before.Seq && o.Seq < w.Seq
			})
			if !undone {
				s.t.Errorf("%s: it took effect at %v and at %v", id, before.At, w.At)
			}
			s.counts["made again after somebody else undid it"]++
		}
	}
}

// checkIntents: each write that the tenant saw is in the journal before it, as
// often and with what it was about.
func (s *storm) checkIntents(entries []apply.Entry, r stormRecord) {
	s.t.Helper()
	intents := map[string][]apply.Entry{}
	for _, e := range entries {
		if e.State == apply.Intent {
			intents[string(e.User)] = append(intents[string(e.User)], e)
		}
	}
	for _, w := range r.ours {
		mine := intents[w.User]
		i := slices.IndexFunc(mine, func(e apply.Entry) bool {
			return !w.At.Before(e.At) && len(e.Add) == len(w.Add) && len(e.Remove) == len(w.Remove)
		})
		if i < 0 {
			s.t.Errorf("a write for %s at %v has no intent before it: %v", w.User, w.At, mine)
			continue
		}
		intents[w.User] = slices.Delete(slices.Clone(mine), i, i+1)
	}
}

// checkWaits: nobody was sent anything before the time that the journal says. A
// request whose sender stopped waiting may reach the tenant a moment later, so it
// is counted: until then no more writes than there were intents.
func (s *storm) checkWaits(entries []apply.Entry, r stormRecord) {
	s.t.Helper()
	for _, e := range entries {
		if e.NotBefore.IsZero() {
			continue
		}
		s.counts["waits that the tenant asked for, or a lost answer"]++
		intents, writes := 0, 0
		for _, x := range entries {
			if x.User == e.User && x.State == apply.Intent && !x.At.After(e.At) {
				intents++
			}
			if x.User == e.User && x.State == apply.Intent && x.Seq > e.Seq && x.At.Before(e.NotBefore) {
				s.t.Errorf("%s was to be written to at %v, and to wait until %v since %v", e.User, x.At, e.NotBefore, e.At)
			}
		}
		for _, w := range r.ours {
			if w.User == string(e.User) && w.At.Before(e.NotBefore) {
				writes++
			}
		}
		if writes > intents {
			s.t.Errorf("%s was written to %d times until %v, by %d intents until %v", e.User, writes, e.NotBefore, intents, e.At)
		}
	}
}

// checkAgain: a plan made again wants nothing of what was done.
func (s *storm) checkAgain(p *plan.Plan, run string) {
	s.t.Helper()
	again := s.plan(s.path("again.json"))
	r := s.record()
	done := map[string]bool{}
	for _, o := range s.report(run).Outcomes {
		done[string(o.User)+"/"+string(o.SKU)] = o.Status == plan.Done || o.Class == plan.Already
	}
	for _, c := range again.Executable() {
		if done[c.ID] && !r.people[c.Request] {
			s.t.Errorf("made again: %s %s, which was done", c.Action, c.ID)
		}
		s.counts["changes in a plan made again"]++
	}
}

// undo gives back what a run took, through the storm as well, and compares.
func (s *storm) undo(p *plan.Plan, run string) {
	s.t.Helper()
	file := s.path("undo.json")
	if code, out := s.reseat(nil, "undo", run, s.dir, "--out", file); code != 0 {
		s.t.Fatalf("undo: got exit code %d\n%s", code, out)
	}
	u, err := readPlan(file)
	if err != nil {
		s.t.Fatal(err)
	}
	entries, _ := s.journal(run, p)
	executed := apply.Executed(p, entries)
	if len(u.Executable()) == 0 {
		s.counts["undo plans with nothing to do"]++
		return
	}
	after := s.now()
	s.mark = len(s.writes())
	undone := s.carry(u, "undo", file)
	s.rest()
	entries, torn := s.journal(undone, u)
	if torn || len(entries) == 0 {
		s.t.Errorf("the journal of the undo is torn: %t, %d lines", torn, len(entries))
	}
	s.checkGivenBack(p, executed, u, undone, after)
	s.counts["undo compared"]++
}

// checkGivenBack: who was not changed by somebody else holds what he held before
// the run, less what the undo's plan and report say.
func (s *storm) checkGivenBack(p *plan.Plan, executed []apply.Deed, u *plan.Plan, undone string, after *plan.Snapshot) {
	s.t.Helper()
	r, now := s.record(), s.now()
	outcome := map[string]plan.Outcome{}
	for _, o := range s.report(undone).Outcomes {
		outcome[string(o.User)+"/"+string(o.SKU)] = o
		s.counts["undo outcome: "+string(o.Status)+" "+string(o.Class)]++
	}
	listed := map[string]bool{} // what the undo's plan says it does not do
	for _, c := range u.Changes {
		listed[c.ID] = listed[c.ID] || !c.Verdict.Executable()
	}
	for _, m := range u.Missing {
		listed[string(m.User.ID)+"/"+string(m.Product.SKU)] = true
	}
	for _, d := range executed {
		id := d.Change.ID
		user, _ := now.User(d.Change.Request)
		is, o := directSeats(user)[d.Change.SKU()], outcome[id]
		switch {
		case r.people[d.Change.Request], listed[id]:
			s.counts["undo: told otherwise, or changed by somebody else"]++
		case o.Status == "":
			s.t.Errorf("%s was done, and the undo says nothing of it", id)
		case o.Status == plan.Done, o.Class == plan.Already:
			if is != grantText(d.Change.Before) {
				s.t.Errorf("%s: the undo says %s, the tenant %q, want %q", id, o.Status, is, grantText(d.Change.Before))
			}
			s.counts["undo: given back as it was"]++
		}
	}
	made := map[string]bool{}
	for _, d := range executed {
		made[d.Change.ID] = true
	}
	for i := range after.Users {
		user, _ := now.User(after.Users[i].ID)
		was, is := directSeats(&after.Users[i]), directSeats(user)
		for sku := range merge(was, is) {
			id := string(user.ID) + "/" + string(sku)
			if was[sku] != is[sku] && !made[id] && !r.touched[id] {
				s.t.Errorf("%s: the undo changed it from %q to %q, and the run had not", id, was[sku], is[sku])
			}
		}
	}
	s.checkOnce(r)
	entries, _ := s.journal(undone, u)
	s.checkIntents(entries, r)
	s.checkWaits(entries, r)
}
