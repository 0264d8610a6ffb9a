package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// A job is one plan on its way: what was reviewed, and what is so now.
type job struct {
	plan *plan.Plan
	outs []output
	// now is the plan that the folder gives on fresh facts, and snap those
	// facts; nil until they are read.
	now  *plan.Made
	snap *plan.Snapshot

	run     *state.Run
	history []apply.Entry
	// settleOnly: the plan may no longer be applied, but what was sent is found out.
	settleOnly bool
}

// skew is how far clocks may differ.
const skew = 5 * time.Minute

// carryOut applies a plan that nothing was done of yet.
func (s *session) carryOut(ctx context.Context, j *job) (err error) {
	lock, err := s.lock("apply", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := s.fresh(j.plan); err != nil {
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
	if err := lock.For(j.run.Name()); err != nil {
		return err
	}
	undo, err := apply.UndoDocument(j.plan, j.run.Name())
	if err != nil {
		return err
	}
	if err := errors.Join(j.run.WritePlan(plan.Encode(j.plan)), j.run.WriteUndo(undo)); err != nil {
		return err
	}
	return s.execute(ctx, j, items)
}

// fresh refuses a plan that is expired or used.
func (s *session) fresh(p *plan.Plan) error {
	run, used, err := s.store.Used(p.ID)
	now := s.app.now()
	switch {
	case err != nil:
		return err
	case used:
		return refused("reseat show "+run, "plan %s was applied already, by run %s", p.ID, run)
	case p.Summary.Verdict == plan.Guarded:
		return &codeError{code: exitGuarded, err: fmt.Errorf("plan %s is guarded: %s", p.ID, tripped(plan.Tripped(p.Guards, plan.AtPlan)))}
	case !now.Before(p.ValidUntil):
		return refused("reseat plan --out plan.json", "plan %s was valid until %s", p.ID, p.ValidUntil.Format(time.RFC3339))
	case now.Add(skew).Before(p.CreatedAt):
		return refused("check the clock", "plan %s was made at %s, which is in the future", p.ID, p.CreatedAt.Format(time.RFC3339))
	}
	return nil
}

func tripped(guards []plan.Guard) string {
	text := ""
	for i, g := range guards {
		if i > 0 {
			text += "; "
		}
		text += g.Code + " " + g.Message
	}
	return text
}

// sift resolves the folder again on fresh facts, holds the plan against it, and
// judges the guards over what is still ready.
func (s *session) sift(ctx context.Context, j *job) ([]apply.Item, error) {
	if err := s.readNow(ctx, j); err != nil {
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
	ready := map[string]bool{}
	for _, it := range items {
		if it.Class == plan.Ready {
			ready[it.Change.ID] = true
		}
	}
	guards, err := j.now.Guards(ctx, func(c *plan.Change) bool { return ready[c.ID] })
	if err != nil {
		return nil, err
	}
	if stop := plan.Tripped(guards, plan.AtApply); len(stop) > 0 && len(ready) > 0 && !j.settleOnly {
		return nil, &codeError{code: exitGuarded, err: fmt.Errorf("nothing was applied: %s", tripped(stop))}
	}
	return items, nil
}

// readNow makes the plan that is held against the reviewed one: the folder's
// own, or for an undo plan that of the run it takes back.
func (s *session) readNow(ctx context.Context, j *job) error {
	if j.now != nil {
		return nil
	}
	snap, err := s.read(ctx)
	if err != nil {
		return err
	}
	in, err := s.input(snap)
	if err != nil {
		return err
	}
	j.snap = snap
	if j.plan.Mode == plan.ModeUndo {
		j.now, err = s.undoAgain(ctx, j.plan, in)
		return err
	}
	j.now, err = plan.New(ctx, in)
	return err
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
	report := s.unsent(j, items)
	if err := s.app.showReport(report, j.plan, s.folder.dir, j.outs); err != nil {
		return true, err
	}
	if already < len(items) {
		return true, refused("reseat plan", "nothing of plan %s is left to do", j.plan.ID)
	}
	return true, s.saveBaseline(ctx, j, report)
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
	writer, err := graph.NewWriter(s.tenant.config)
	if err != nil {
		return err
	}
	journal, err := j.run.Journal()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	appendLines := journal.Append
	if s.app.journal != nil {
		appendLines = s.app.journal(appendLines)
	}
	p := s.app.progress("applying")
	s.app.setApplying(true)
	report, runErr := apply.Executor{
		Tenant: writer, Append: appendLines, Log: s.app.log, Now: s.app.now, Wait: s.app.wait, Progress: p.changes,
		Interrupted: s.app.interrupted, SettleOnly: j.settleOnly, Actor: j.snap.Actor,
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

// finish leaves report and baseline behind, shows the report, and gives the exit code.
func (s *session) finish(ctx context.Context, j *job, report *plan.Report, runErr error) error {
	doc, err := documentOf(report)
	if err == nil {
		err = j.run.WriteReport(doc)
	}
	if err == nil {
		err = s.app.showReport(report, j.plan, s.folder.dir, j.outs)
	}
	hint := "reseat apply --resume " + j.run.Name()
	switch {
	case errors.Is(runErr, context.Canceled), runErr == nil && report.Summary.Interrupted:
		return errors.Join(&codeError{code: exitInterrupted}, err)
	case runErr != nil:
		return &codeError{code: exitError, err: errors.Join(runErr, err), hint: hint}
	case err != nil:
		return err
	}
	if err := errors.Join(s.givenBack(j, report), s.saveBaseline(ctx, j, report)); err != nil {
		return err
	}
	for _, o := range report.Outcomes {
		if o.Status != plan.Done && o.Class != plan.Already {
			return &codeError{code: exitPartly}
		}
	}
	return nil
}

// saveBaseline reads the touched people back, looks whether the folder still
// asks something of them, and writes the tenant down as this apply leaves it.
func (s *session) saveBaseline(ctx context.Context, j *job, report *plan.Report) error {
	snap, err := s.readBack(ctx, j)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	in, err := s.input(snap)
	if err != nil {
		return err
	}
	after, err := plan.New(ctx, in)
	if err != nil {
		return fmt.Errorf("compare again: %w", err)
	}
	if j.plan.Mode == plan.ModeNormal {
		s.compareAgain(after.Plan, report)
	}
	return s.store.SaveBaseline(after.Baseline(j.plan.Digests.Changes))
}

// compareAgain tells of people who were done and of whom the folder asks more.
func (s *session) compareAgain(after *plan.Plan, report *plan.Report) {
	done := map[plan.UserID]bool{}
	for _, o := range report.Outcomes {
		if o.Status == plan.Done {
			done[o.User] = true
		}
	}
	n := 0
	for _, c := range after.Executable() {
		if done[c.Request] {
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(s.app.err, "note: the folder asks %d more of people who were just done; see `reseat plan`\n", n)
	}
}

// readBack is the snapshot with everybody whom the plan touches read anew.
func (s *session) readBack(ctx context.Context, j *job) (*plan.Snapshot, error) {
	ids := []plan.UserID{}
	for _, c := range j.plan.Executable() {
		ids = append(ids, c.Request)
	}
	ids = slices.Compact(ids)
	snap := *j.snap
	if len(ids) == 0 {
		return &snap, nil
	}
	users, err := s.tenant.reader.Users(ctx, ids)
	if err != nil {
		return nil, err
	}
	if snap.Products, err = s.tenant.reader.Products(ctx); err != nil {
		return nil, err
	}
	snap.ReadAt = s.app.now().UTC()
	touched := map[plan.UserID]bool{}
	for _, id := range ids {
		touched[id] = true
	}
	snap.Users = nil
	for _, u := range j.snap.Users {
		if touched[u.ID] {
			fresh, there := users[u.ID]
			if !there {
				continue
			}
			u = fresh
		}
		snap.Users = append(snap.Users, u)
	}
	snap.Count = plan.UserCount{Before: len(snap.Users), After: len(snap.Users)}
	return &snap, nil
}
