package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	// everyone is true once all people were found to matter.
	everyone bool
	// strict makes faults of notices about people.
	strict bool
	// applying is true where the plan that is made is carried out at once.
	applying bool
	// saved stands for the tenant, which is not asked; nil: the tenant is read.
	saved *saved
	// keepLock leaves the lock to this process's end: a run that was cut off and
	// could not be taken up must stay in everybody's way.
	keepLock bool
	// lockTimeout is how long to wait for the lock, and lockPause waits.
	lockTimeout time.Duration
	lockPause   func(d time.Duration) error
}

// open opens everything for a folder. Nothing of the tenant is read yet but
// who it is.
func (a *app) open(ctx context.Context, dir string) (*session, error) {
	s, err := a.openPlain(ctx, dir)
	if err != nil {
		return nil, err
	}
	if s.engine, err = a.engineOf(ctx, s.folder.root.FS(), s.folder.desired); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// openPlain opens a folder and its state, without the rules.
func (a *app) openPlain(ctx context.Context, dir string) (*session, error) {
	f, err := a.openFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	return a.sessionOf(f)
}

// sessionOf opens the state of a folder.
func (a *app) sessionOf(f *folder) (_ *session, err error) {
	s := &session{app: a, folder: f}
	if s.store, err = state.Open(a.stateDir(f.dir), a.log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.store.OnWrite(a.disk)
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

// connected opens the tenant, if it is not open yet.
func (s *session) connected() error {
	if s.tenant != nil {
		return nil
	}
	t, err := s.app.connect(s.folder, s.store)
	if err == nil {
		s.tenant = t
	}
	return err
}

// read takes a snapshot: of the whole tenant, or of those whom reach names.
func (s *session) read(ctx context.Context, reach *graph.HolderWants) (*plan.Snapshot, error) {
	if err := s.connected(); err != nil {
		return nil, err
	}
	p := s.app.progress("reading")
	snap, err := s.tenant.reader.Snapshot(ctx, graph.Wants{Groups: s.folder.desired.Groups(), Holders: reach, Progress: p.items, Expect: p.expect})
	p.done()
	if err == nil {
		s.app.log.Info("read tenant", "tenant", snap.Organization.ID, "users", len(snap.Users), "everyone", snap.Scope == plan.Everyone,
			"products", len(snap.Products), "groups", len(snap.Groups))
	}
	return snap, err
}

// facts reads the tenant and gathers what a plan is made from. Also are people
// who matter beside those whom the folder names.
func (s *session) facts(ctx context.Context, also []string) (plan.Input, error) {
	if s.saved != nil {
		return s.input(s.saved.snapshot)
	}
	if err := s.connected(); err != nil {
		return plan.Input{}, err
	}
	base, err := s.store.Baseline()
	if err != nil {
		return plan.Input{}, err
	}
	reach, total, err := s.reach(ctx, base, also)
	if err != nil {
		return plan.Input{}, err
	}
	snap, err := s.read(ctx, reach)
	if err != nil {
		return plan.Input{}, err
	}
	snap.Total = total
	return s.input(snap)
}

// reach is whom to read instead of everyone, and how many there are, where that
// is much less; else nil.
func (s *session) reach(ctx context.Context, base *plan.Baseline, also []string) (*graph.HolderWants, int, error) {
	if s.everyone {
		return nil, 0, nil
	}
	d := s.folder.desired
	if r := plan.ReachOf(d, nil, nil, nil); r.Everyone { // told without asking
		s.app.log.Debug("everyone is read", "statement", r.Why)
		return nil, 0, nil
	}
	if _, err := s.tenant.reader.Verify(ctx); err != nil {
		return nil, 0, err
	}
	total, err := s.tenant.reader.CountUsers(ctx)
	if err != nil || total <= pageOfUsers {
		return nil, 0, err
	}
	products, err := s.tenant.reader.Products(ctx)
	if err != nil {
		return nil, 0, err
	}
	r := plan.ReachOf(d, products, base, also)
	if calls := callsFor(r, products, len(also)); 2*calls > total/pageOfUsers {
		s.app.log.Debug("everyone is read", "users", total, "calls", calls)
		return nil, 0, nil
	}
	return &graph.HolderWants{Products: r.Products, Names: r.People, IDs: r.IDs, Prefixes: r.Prefixes}, total, nil
}

// callsFor is about how many calls it takes to read those whom r names, so many
// of whom are people of a plan. Who is named is asked for by twenties. People of
// the baseline and of a plan hold something, but for those who no longer do.
func callsFor(r plan.Reach, products []plan.Product, ofPlan int) int {
	calls, holders := 0, 0
	for _, p := range products {
		if slices.Contains(r.Products, p.SKU) {
			calls += p.Consumed/pageOfUsers + 3 // with two counts
			holders += p.Consumed
		}
	}
	calls += len(r.Prefixes)
	mostlyHolders := ofPlan + len(r.IDs)
	return calls + (len(r.People)-min(ofPlan, len(r.People))+max(0, mostlyHolders-holders))/20
}

// pageOfUsers is how many users one call lists.
const pageOfUsers = 999

// made reads the tenant and makes of it what use says: of those whom the folder
// can be about, and where they are not enough of everyone.
func (s *session) made(ctx context.Context, also []string, use func(plan.Input) (*plan.Made, error)) (*plan.Made, *plan.Snapshot, error) {
	in, err := s.facts(ctx, also)
	if err != nil {
		return nil, nil, err
	}
	m, err := use(in)
	if errors.Is(err, plan.ErrNeedsEveryone) {
		s.app.log.Info("everyone is read", "because", err)
		s.everyone = true
		if in, err = s.facts(ctx, nil); err != nil {
			return nil, nil, err
		}
		m, err = use(in)
	}
	return m, in.Snapshot, err
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
	if s.saved != nil && base != nil && !base.ReadAt.Before(snap.ReadAt) {
		base = nil // what the last apply left is no past of a snapshot that was there before
	}
	day, err := s.store.Recent(now.Add(-24 * time.Hour))
	if err != nil {
		return plan.Input{}, err
	}
	hour, err := s.store.Lost(now.Add(-time.Hour))
	if err != nil {
		return plan.Input{}, err
	}
	cut, err := s.cutShort() // before the ledger is read: a run that ends meanwhile tells that first
	if err != nil {
		return plan.Input{}, err
	}
	given, err := s.store.GivenBack()
	if err != nil {
		return plan.Input{}, err
	}
	given = append(given, cut...)
	forgotten, err := s.forgotten()
	if err != nil {
		return plan.Input{}, err
	}
	return plan.Input{
		Tool: plan.Tool{Name: "reseat", Version: s.app.version}, Now: now, Desired: s.folder.desired, Snapshot: snap, File: s.saved.name(),
		Baseline: base, Judge: s.engine, Policy: s.engine.Input(), Recent: day, Hour: hour, Strict: s.strict,
		Window: s.window(), GivenBack: given, Forgotten: forgotten,
	}, nil
}

// tellForgotten says at an apply what [session.forgotten] says in a plan.
func (s *session) tellForgotten() error {
	text, err := s.forgotten()
	if text != "" {
		fmt.Fprintln(s.app.err, "note:", text)
	}
	return err
}

// forgotten is why the ledger may know of fewer removals than there were: it is
// gone, or lost lines, though runs are there that changed something. With the whole
// folder gone the plan says that no apply is recorded.
func (s *session) forgotten() (string, error) {
	runs, err := s.store.Unrecorded()
	if len(runs) == 0 || err != nil {
		return "", err
	}
	there, err := s.store.HasLedger()
	if err != nil {
		return "", err
	}
	how := "is gone"
	if there {
		how = "lost lines"
	}
	return "ledger.jsonl of the state folder " + how + ", though run " + runs[len(runs)-1].Name + " changed something: what was removed in the last 24 hours " +
		"is not counted, and which plans were applied is not known; put the file back from a copy", nil
}

// make reads the tenant and makes a plan of the folder.
func (s *session) make(ctx context.Context, users, products []string) (*plan.Made, *plan.Snapshot, error) {
	var known memory
	m, snap, err := s.made(ctx, users, func(in plan.Input) (*plan.Made, error) {
		in.Users, in.Products = users, products
		in.Apply = s.applying && !s.tenant.apart // else another writes, and is judged then
		return s.learned(ctx, in, &known, (*plan.Made).Asks)
	})
	if err != nil {
		return nil, nil, err
	}
	sum := m.Plan.Summary
	s.app.log.Info("made plan", "plan", m.Plan.ID, "changes", sum.Changes, "denied", sum.Denied, "blocked", sum.Blocked, "verdict", sum.Verdict)
	return m, snap, nil
}
