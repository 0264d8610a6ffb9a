package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// A session is one folder with its tenant, state and rules: what every command
// that looks at a tenant works with.
type session struct {
	app    *app
	folder *folder
	store  *state.Store
	tenant *tenant
	engine *policies.Engine
	// keepLock leaves the lock to this process's end: a run that was cut off and
	// could not be taken up must stay in everybody's way.
	keepLock bool
}

// open opens everything for a folder. Nothing of the tenant is read yet but
// who it is.
func (a *app) open(ctx context.Context, dir string) (*session, error) {
	f, err := a.openFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, folder: f}
	if s.store, err = state.Open(a.stateDir(dir), a.log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if s.engine, err = policies.New(ctx, policies.Config{}); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *session) close() error {
	return errors.Join(s.disconnect(), s.folder.close())
}

// disconnect forgets the tenant, so that the next read connects anew: whatever
// was seen before a lock was taken may be old.
func (s *session) disconnect() error {
	if s.tenant == nil {
		return nil
	}
	t := s.tenant
	s.tenant = nil
	return t.close()
}

// read takes a snapshot of the whole tenant.
func (s *session) read(ctx context.Context) (*plan.Snapshot, error) {
	if s.tenant == nil {
		t, err := s.app.connect(s.folder, s.store)
		if err != nil {
			return nil, err
		}
		s.tenant = t
	}
	p := s.app.progress("reading")
	snap, err := s.tenant.reader.Snapshot(ctx, graph.Wants{Groups: s.folder.desired.Groups(), Progress: p.items})
	p.done()
	if err == nil {
		s.app.log.Info("read tenant", "tenant", snap.Organization.ID, "users", len(snap.Users), "products", len(snap.Products), "groups", len(snap.Groups))
	}
	return snap, err
}

// facts reads the tenant and gathers what a plan is made from.
func (s *session) facts(ctx context.Context) (plan.Input, error) {
	snap, err := s.read(ctx)
	if err != nil {
		return plan.Input{}, err
	}
	return s.input(snap)
}

// input gathers what a plan is made from.
func (s *session) input(snap *plan.Snapshot) (plan.Input, error) {
	now := s.app.now()
	base, err := s.store.Baseline()
	if err != nil {
		return plan.Input{}, err
	}
	if base != nil && base.Tenant != snap.Organization.ID {
		return plan.Input{}, fmt.Errorf("the baseline in %s is of tenant %s, not of %s", s.store.Path("baseline.json"), base.Tenant, snap.Organization.ID)
	}
	day, err := s.store.Recent(now.Add(-24 * time.Hour))
	if err != nil {
		return plan.Input{}, err
	}
	hour, err := s.store.Lost(now.Add(-time.Hour))
	if err != nil {
		return plan.Input{}, err
	}
	return plan.Input{
		Tool: plan.Tool{Name: "reseat", Version: s.app.version}, Now: now, Desired: s.folder.desired, Snapshot: snap,
		Baseline: base, Judge: s.engine, Policy: s.engine.Input(), Recent: day, Hour: hour,
	}, nil
}

// make reads the tenant and makes a plan of the folder.
func (s *session) make(ctx context.Context, users, products []string) (*plan.Made, *plan.Snapshot, error) {
	in, err := s.facts(ctx)
	if err != nil {
		return nil, nil, err
	}
	in.Users, in.Products = users, products
	m, err := plan.New(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	sum := m.Plan.Summary
	s.app.log.Info("made plan", "plan", m.Plan.ID, "changes", sum.Changes, "denied", sum.Denied, "blocked", sum.Blocked, "verdict", sum.Verdict)
	return m, in.Snapshot, nil
}
