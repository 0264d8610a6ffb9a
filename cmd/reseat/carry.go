package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// A job is one plan on its way: what was reviewed, and what is so now.
type job struct {
	plan *plan.Plan
	// again reads the plan from its file once more; nil: it cannot be.
	again func() (*plan.Plan, error)
	outs  []output
	lock  *state.Lock
	// now is the plan that the folder gives on fresh facts, and snap those
	// facts; nil until they are read. Both are read under the lock.
	now  *plan.Made
	snap *plan.Snapshot
	// ready are the ids of the changes that the guards judged: what may be sent.
	ready map[string]bool
	// counted are the ids of the changes that count for the limits, and takings
	// where what they took is noted; both for the run.
	counted map[string]bool
	takings *state.Takings

	run     *state.Run
	record  *plan.RunRecord // who works on the run
	history []apply.Entry
	undone  string // an operator's word for where the run of an undo plan lies
	// settleOnly: nothing more may be sent, but what was sent is found out. held
	// back is why, as the error that the command ends with.
	settleOnly bool
	heldBack   error
}

// skew is how far clocks may differ.
const skew = 5 * time.Minute

// carryOut applies a plan that nothing was done of yet.
func (s *session) carryOut(ctx context.Context, j *job) error {
	if err := s.app.refuseStopped(s.folder.dir, s.store, ""); err != nil {
		return err
	}
	s.app.lean(len(j.plan.Changes), 0)
	if err := s.fresh(j.plan, ""); err != nil {
		return err
	}
	items, err := s.sift(ctx, j)
	if err != nil {
		return err
	}
	if done, err := s.nothingToDo(ctx, j, items); done {
		return err
	}
	if j.run, err = s.store.NewRun(j.plan.Digests.Changes, s.app.now()); err != nil {
		return err
	}
	if err := j.lock.For(j.run.Name()); err != nil {
		return err
	}
	undo := func(w io.Writer) error { return apply.WriteUndo(w, j.plan, j.run.Name()) }
	if err := errors.Join(j.run.WritePlanBy(j.plan.Write), j.run.WriteUndoBy(undo)); err != nil {
		return err
	}
	return s.execute(ctx, j, items)
}

// resumeHint is the command that takes the run up.
func (j *job) resumeHint() string {
	hint := "reseat apply --resume " + j.run.Name()
	if j.undone != "" {
		hint += " --run " + shellWord(j.undone)
	}
	return hint
}

// toResume is the error of something that taking the run up again makes good.
func (j *job) toResume(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	code, hint := classify(err)
	if hint == "" {
		hint = j.resumeHint()
	}
	return &codeError{code: code, err: err, hint: hint}
}

// fresh refuses a plan that another run used, that is not valid now, or that a
// rule judged which is gone.
func (s *session) fresh(p *plan.Plan, run string) error {
	by, used, err := s.store.Used(p.ID)
	now := s.app.now()
	switch {
	case err != nil:
		return err
	case used && by != run && s.unfinished(by):
		return refused("reseat apply --resume "+by, "plan %s was applied already, by run %s, which is not finished", p.ID, by)
	case used && by != run:
		return refused("reseat show "+by, "plan %s was applied already, by run %s", p.ID, by)
	case !now.Before(p.ValidUntil) && p.Mode == plan.ModeUndo:
		return refused(s.planAgain(p), "plan %s was valid until %s", p.ID, p.ValidUntil.Format(time.RFC3339))
	case !now.Before(p.ValidUntil):
		return refused("reseat plan --out plan.json", "plan %s was valid until %s", p.ID, p.ValidUntil.Format(time.RFC3339))
	case now.Add(skew).Before(p.CreatedAt):
		return refused("check the clock", "plan %s was made at %s, which is in the future", p.ID, p.CreatedAt.Format(time.RFC3339))
	}
	if err := s.stillJudged(p); err != nil {
		return err
	}
	s.changedRules(p)
	if err := s.tellElsewhere(p); err != nil {
		return err
	}
	return s.tellForgotten()
}

// tellElsewhere says that the plan was made beside another state folder, which
// knows of an apply that this one does not: what was removed in the last 24 hours
// does not count here, and plans that were applied there could be applied again.
func (s *session) tellElsewhere(p *plan.Plan) error {
	at := p.Inputs.Snapshot.BaselineAt
	base, err := s.store.Baseline()
	if err != nil || at == nil || base != nil && !base.ReadAt.Before(*at) {
		return err
	}
	fmt.Fprintf(s.app.err, "note: the plan was made beside a state folder that knows of an apply at %s, and %s knows of none since then: "+
		"what was removed in the last 24 hours is not counted, and which plans were applied is not known\n", at.UTC().Format("2006-01-02 15:04 UTC"), render.Clean(s.store.Path("")))
	return nil
}

// guarded is the end of an apply that guards stop.
func (j *job) guarded(guards []plan.Guard) error {
	text, hint := "", ""
	for i, g := range guards {
		if i > 0 {
			text += "; "
		}
		text += g.Code + " " + g.Message
		if hint == "" {
			hint = comeBack(g)
		}
	}
	return &codeError{code: exitGuarded, err: fmt.Errorf("%s: %s", j.nothing(), text), hint: hint}
}

// nothing is how far an apply comes that is stopped before it sends.
func (j *job) nothing() string {
	if len(j.history) > 0 {
		return "nothing more is applied"
	}
	return "nothing was applied"
}

// sift resolves the folder again on fresh facts, holds the plan against it, and
// judges the guards over what is still ready.
func (s *session) sift(ctx context.Context, j *job) ([]apply.Item, error) {
	if err := s.readNow(ctx, j); err != nil {
		return nil, err
	}
	if err := s.clockOff(j.nothing()); err != nil && len(j.history) == 0 {
		return nil, err
	}
	if j.plan.Tenant.ID != j.snap.Organization.ID || j.plan.Tenant.Name != s.folder.desired.Settings.Name {
		return nil, refused("", "plan %s is for tenant %s (%s), this folder is %s (%s)", j.plan.ID,
			j.plan.Tenant.Name, j.plan.Tenant.ID, s.folder.desired.Settings.Name, j.snap.Organization.ID)
	}
	items := apply.Sift(j.plan, j.now.Plan, func(id plan.UserID) (plan.User, bool) {
		u, ok := j.snap.User(id)
		if !ok {
			return plan.User{}, false
		}
		return *u, true
	})
	j.ready = map[string]bool{}
	for _, it := range items {
		if it.Class == plan.Ready {
			j.ready[it.Change.ID] = true
		}
	}
	stop, err := s.mayNot(ctx, j)
	if err != nil || stop == nil {
		return items, err
	}
	if len(j.history) == 0 {
		return nil, stop
	}
	j.settleOnly, j.heldBack = true, stop // what was sent is settled with any plan
	return items, nil
}

// mayNot is why nothing more may be sent: the stop switch, the clock or guards;
// or nil.
func (s *session) mayNot(ctx context.Context, j *job) (stop, err error) {
	nothing := j.nothing()
	if len(j.ready) == 0 {
		return nil, nil
	}
	if stop := s.app.refuseStopped(s.folder.dir, s.store, nothing); stop != nil {
		return stop, nil
	}
	if stop := s.clockOff(nothing); stop != nil {
		return stop, nil
	}
	if trips := plan.Tripped(j.plan.Guards, plan.AtPlan); len(trips) > 0 {
		return j.guarded(trips), nil
	}
	guards, err := j.now.InWindow(s.window()).Guards(ctx, func(c *plan.Change) bool { return j.ready[c.ID] })
	if err != nil {
		return nil, err
	}
	if trips := plan.Tripped(guards, plan.AtApply); len(trips) > 0 {
		return j.guarded(trips), nil
	}
	return nil, nil
}

// readNow makes the plan that is held against the reviewed one: the folder's
// own, or for an undo plan that of the run it takes back.
func (s *session) readNow(ctx context.Context, j *job) error {
	if j.now != nil {
		return nil
	}
	// People of the plan are read whatever they hold by now: who was done is not gone.
	var also []string
	for _, id := range j.plan.Order {
		also = append(also, string(id))
	}
	s.everyone = s.everyone || j.plan.Mode == plan.ModeUndo
	// What decides about them is asked again; about others it can do nothing here.
	ours := map[plan.UserID]bool{}
	for _, id := range j.plan.Order {
		ours[id] = true
	}
	changes := len(j.plan.Changes)
	open, err := s.openRemovals(j)
	if err != nil {
		return err
	}
	back := j.setAside()
	var known memory
	j.now, j.snap, err = s.made(ctx, also, func(in plan.Input) (*plan.Made, error) {
		s.app.lean(changes, len(in.Snapshot.Users))
		if err := s.actAs(ctx, in.Snapshot); err != nil {
			return nil, err
		}
		if j.run != nil {
			if in.Recent, err = s.store.RecentBut(in.Now.Add(-24*time.Hour), j.run.Name(), open); err != nil {
				return nil, err
			}
		}
		in.First, in.Apply = j.plan.Order, true
		if l := j.plan.Inputs.Limit; j.plan.Mode == plan.ModeLimited && l != nil {
			in.Users, in.Products = l.Users, l.Products
		}
		if j.plan.Mode == plan.ModeUndo {
			return s.undoAgain(ctx, j, in)
		}
		return s.learned(ctx, in, &known, func(m *plan.Made) plan.Asks { return m.Needs().Of(ours) })
	})
	if err != nil {
		return err
	}
	j.now.Settle()
	return back()
}

// actAs makes the snapshot's actor the one who writes, if that is another.
func (s *session) actAs(ctx context.Context, snap *plan.Snapshot) error {
	if !s.tenant.apart {
		return nil
	}
	both, err := s.tenant.hands(snap.Organization.ID)
	if err != nil {
		return err
	}
	snap.Actor, _, err = both.writer.Actor(ctx)
	return err
}

// openRemovals are the seats that a resumed run noted as removed and did not
// remove: what is still to be done must not count twice.
func (s *session) openRemovals(j *job) (map[state.Seat]bool, error) {
	if j.run == nil {
		return nil, nil
	}
	_, removed, _, err := s.store.LedgerOf(j.run.Name())
	if err != nil {
		return nil, err
	}
	done := map[state.Seat]bool{}
	for _, d := range apply.Executed(j.plan, j.history) {
		done[state.Seat{User: d.Change.Request, SKU: d.Change.SKU()}] = true
	}
	open := map[state.Seat]bool{}
	for _, seat := range removed {
		if !done[seat] {
			open[seat] = true
		}
	}
	return open, nil
}

// nothingToDo ends an apply of which nothing can be sent: well where nothing
// was asked or all is so already, else refused.
func (s *session) nothingToDo(ctx context.Context, j *job, items []apply.Item) (done bool, err error) {
	already := 0
	for _, it := range items {
		switch it.Class {
		case plan.Ready:
			return false, nil
		case plan.Already:
			already++
		}
	}
	if trips := plan.Tripped(j.plan.Guards, plan.AtPlan); len(trips) > 0 {
		return true, j.guarded(trips)
	}
	report := s.unsent(j, items)
	if already < len(items) {
		return true, errors.Join(s.app.showReport(report, j.plan, s.folder.dir, j.undone, j.outs),
			refused("reseat plan", "nothing of plan %s is left to do", j.plan.ID))
	}
	return true, errors.Join(s.saveBaseline(ctx, j, report), s.app.showReport(report, j.plan, s.folder.dir, j.undone, j.outs))
}

// unsent is the report of an apply that sends nothing.
func (s *session) unsent(j *job, items []apply.Item) *plan.Report {
	now := s.app.now().UTC()
	r := &plan.Report{Plan: j.plan.ID, Tenant: j.plan.Tenant, Actor: j.snap.Actor, StartedAt: now, EndedAt: now, Outcomes: []plan.Outcome{}}
	for _, it := range items {
		o := plan.Outcome{User: it.Change.Request, SKU: it.Change.SKU(), Action: it.Change.Action, Class: it.Class,
			Status: plan.Skipped, Code: it.Code, Message: it.Message}
		r.Outcomes = append(r.Outcomes, o)
		if it.Class == plan.Already {
			r.Summary.Already++
		} else {
			r.Summary.Skipped++
		}
	}
	return r
}

// execute sends what is ready, then writes down how it ended.
func (s *session) execute(ctx context.Context, j *job, items []apply.Item) (err error) {
	if err := s.sign(j); err != nil {
		return err
	}
	if err := s.giving(j); err != nil {
		return err
	}
	s.keepLock = false
	both, err := s.tenant.hands(j.snap.Organization.ID)
	if err != nil {
		return err
	}
	journal, err := j.run.Journal()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	if j.takings, err = s.store.Takings(j.run.Name()); err != nil {
		return err
	}
	j.counted = j.now.Counted(j.plan, func(c *plan.Change) bool { return j.ready[c.ID] })
	if j.plan.Undoes == nil {
		j.now = nil // of a large tenant it is much, and nothing asks it again
	} else if j.now != nil {
		j.now.Plan = nil // what is given back is told by the folder and the people
	}
	appendLines := journal.Append
	if s.app.journal != nil {
		appendLines = s.app.journal(appendLines)
	}
	p := s.app.applyingNow()
	s.app.setApplying(true)
	report, runErr := apply.Executor{
		Tenant: both, Append: appendLines, Log: s.app.log, Now: s.app.now, Wait: s.app.wait, Progress: p.changes, Events: s.app.events.of(j),
		Interrupted: s.app.interrupted, SettleOnly: j.settleOnly, Actor: j.snap.Actor, Held: j.lock.Held, Open: s.maySend,
		Used:    func() error { return s.store.Use(j.plan.ID, j.plan.Digests.Changes, j.run.Name(), s.app.now()) },
		Removed: func(o []plan.Outcome) error { return s.ledger(j, o) },
	}.Run(ctx, j.plan, j.run.Name(), items, j.history)
	s.app.setApplying(false)
	p.done()
	if report == nil {
		return runErr
	}
	return s.finish(ctx, j, report, runErr)
}

// finish leaves report and baseline behind, then shows the report. What cannot
// be shown or written is an error beside the others and stops none of them.
func (s *session) finish(ctx context.Context, j *job, report *plan.Report, runErr error) error {
	j.tell(report)
	j.history = nil // it may be as much as the plan, and nothing asks it again
	err := s.givenBack(j, report)
	if err != nil {
		// Without a report, the run can be taken up to note it.
	} else if lost := j.lock.Held(); lost != nil {
		fmt.Fprintf(s.app.err, "note: %v: the report is left to who has the run now\n", lost)
	} else {
		err = j.toResume(j.run.WriteReportBy(report.Write))
	}
	j.now = nil
	if ctx.Err() == nil && runErr == nil {
		err = errors.Join(err, j.toResume(s.saveBaseline(ctx, j, report)))
	}
	if shown := s.app.showReport(report, j.plan, s.folder.dir, j.undone, j.outs); shown != nil {
		fmt.Fprintln(s.app.err, "note: the report could not be shown; see `reseat show "+j.run.Name()+s.app.place+"`")
		err = errors.Join(err, shown)
	}
	s.unseen(j, report)
	switch {
	case errors.Is(runErr, context.Canceled), runErr == nil && report.Summary.Interrupted:
		err = errors.Join(err, &codeError{code: exitInterrupted})
	case runErr != nil:
		err = errors.Join(err, &codeError{code: exitError, err: runErr, hint: j.resumeHint()})
	}
	if left := outcomeCode(report); left == nil || j.heldBack == nil {
		return errors.Join(err, left)
	}
	return errors.Join(err, j.heldBack)
}
