package apply_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

var (
	errCut   = errors.New("connection reset")
	errDisk  = errors.New("no space left on device")
	noon     = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	assigned = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

const (
	e3    = plan.SKU("05e9a617-0261-4cee-bb44-138d3ef5d965")
	e5    = plan.SKU("06ebc4ee-1bb5-47dd-8120-11324bc54e06")
	visio = plan.SKU("c5928f49-12ba-48f7-ada3-0d743a3601d5")
	yam   = plan.PlanID("7547a3fe-08ee-4ccb-b430-5077c5041653")
)

func user(n int) plan.UserID { return plan.UserID(fmt.Sprintf("00000000-0000-0000-0000-%012d", n)) }

// A tenant is a directory in memory that can fail in the ways of Graph.
type tenant struct {
	t      *testing.T
	users  map[plan.UserID]plan.User
	old    map[plan.UserID]plan.User // what stale reads show
	stale  int                       // reads that still show old, after each write
	lag    map[plan.UserID]int
	bought map[plan.SKU]int

	calls int
	cut   int  // the call at which the connection dies, 0 for never
	after bool // the dying call takes effect
	dead  bool

	// fault may answer for a request itself; the bool says whether the request
	// takes effect all the same. Nil answers mean nothing special.
	fault func(call int, q plan.Request) (*plan.Answer, bool)
	// omit drops the answer of a request.
	omit func(call int, q plan.Request) bool

	journal   func() []byte
	effective map[string]int // how often a seat was really changed
	batches   [][]plan.UserID
	ids       bool // answers have ids as long as Graph's
	now       func() time.Time
	sentAt    map[plan.UserID][]time.Time
}

func newTenant(t *testing.T, p *plan.Plan) *tenant {
	n := &tenant{t: t, users: map[plan.UserID]plan.User{}, old: map[plan.UserID]plan.User{}, lag: map[plan.UserID]int{},
		bought: map[plan.SKU]int{e3: 1000, e5: 1000, visio: 1000}, effective: map[string]int{}, sentAt: map[plan.UserID][]time.Time{}}
	for _, c := range p.Changes {
		u := n.users[c.User.ID]
		u.ID = c.User.ID
		if c.Before != nil {
			u.Sources = append(u.Sources, plan.Source{SKU: c.SKU(), State: plan.Active, DisabledPlans: c.Before.DisabledPlans, UpdatedAt: c.Held.UpdatedAt})
		}
		for _, g := range c.Held.Groups {
			u.Sources = append(u.Sources, plan.Source{SKU: c.SKU(), Group: g.ID, State: g.State})
		}
		n.users[c.User.ID] = u
	}
	return n
}

func (n *tenant) user(id plan.UserID) (plan.User, bool) { u, ok := n.users[id]; return u, ok }

// begin counts a call; dies says that it loses the connection.
func (n *tenant) begin() (dies bool) {
	n.calls++
	if n.calls == n.cut {
		n.dead = true
		return true
	}
	return false
}

func (n *tenant) Users(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.User, error) {
	if n.dead || n.begin() {
		return nil, errCut
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	got := map[plan.UserID]plan.User{}
	for _, id := range ids {
		u, ok := n.users[id]
		if n.lag[id] > 0 {
			n.lag[id]--
			u = n.old[id]
		}
		if ok {
			u.Sources = slices.Clone(u.Sources)
			got[id] = u
		}
	}
	return got, nil
}

func (n *tenant) Products(context.Context) ([]plan.Product, error) {
	if n.dead || n.begin() {
		return nil, errCut
	}
	var got []plan.Product
	for _, sku := range []plan.SKU{e3, e5, visio} {
		got = append(got, plan.Product{SKU: sku, AppliesTo: "User", Status: "Enabled", Enabled: n.bought[sku], Consumed: n.consumed(sku)})
	}
	return got, nil
}

func (n *tenant) consumed(sku plan.SKU) int {
	used := 0
	for _, u := range n.users {
		if slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.SKU == sku }) {
			used++
		}
	}
	return used
}

func (n *tenant) Assign(ctx context.Context, requests []plan.Request) ([]plan.Answer, error) {
	if n.dead {
		return nil, errCut
	}
	dies := n.begin()
	if dies && !n.after {
		return nil, errCut
	}
	n.checkBatch(requests)
	var answers []plan.Answer
	for _, q := range slices.Backward(requests) { // any order will do
		if n.now != nil {
			n.sentAt[q.User] = append(n.sentAt[q.User], n.now())
		}
		a := plan.Answer{User: q.User, Status: 200, RequestID: "r-" + string(q.User)}
		if n.fault != nil {
			if f, effect := n.fault(n.calls, q); f != nil {
				if effect {
					n.carryOut(q)
				}
				f.User = q.User
				answers = append(answers, *f)
				continue
			}
		}
		if n.ids {
			a.RequestID, a.ClientRequestID = "94fb3b52-452a-4535-a601-69e0a90e3aa2", "0b1d6c0e-5d3f-4d6b-9a55-2f7f0d6f9a11"
		}
		a.Status, a.Code, a.Message = n.carryOut(q)
		if n.omit != nil && n.omit(n.calls, q) {
			continue
		}
		answers = append(answers, a)
	}
	if dies {
		return nil, errCut
	}
	return answers, ctx.Err()
}

// checkBatch holds what is sent against what Graph takes and what the journal has.
func (n *tenant) checkBatch(requests []plan.Request) {
	seen := map[plan.UserID]bool{}
	var ids []plan.UserID
	for _, q := range requests {
		if seen[q.User] {
			n.t.Errorf("user %s twice in one batch", q.User)
		}
		if len(q.Add)+len(q.Remove) == 0 {
			n.t.Errorf("user %s: an empty request was sent", q.User)
		}
		seen[q.User] = true
		ids = append(ids, q.User)
		if n.journal != nil && !bytes.Contains(n.journal(), []byte(`"state":"INTENT","user":"`+string(q.User)+`"`)) {
			n.t.Errorf("user %s: sent without a durable intent", q.User)
		}
	}
	if len(requests) > 20 {
		n.t.Errorf("got a batch of %d, want at most 20", len(requests))
	}
	n.batches = append(n.batches, ids)
}

// carryOut does what Graph does: all of a request or nothing.
func (n *tenant) carryOut(q plan.Request) (int, string, string) {
	const bad = "Request_BadRequest"
	u, ok := n.users[q.User]
	if !ok {
		return 404, "Request_ResourceNotFound", "Resource does not exist"
	}
	sources := slices.Clone(u.Sources)
	direct := func(sku plan.SKU) int {
		return slices.IndexFunc(sources, func(s plan.Source) bool { return s.SKU == sku && s.Direct() })
	}
	var changed []string
	for _, sku := range q.Remove {
		i := direct(sku)
		if i < 0 {
			return 400, bad, "User does not have a corresponding license."
		}
		sources = slices.Delete(sources, i, i+1)
		changed = append(changed, string(q.User)+"/"+string(sku))
	}
	for _, l := range q.Add {
		if i := direct(l.SKU); i >= 0 {
			if !slices.Equal(sources[i].DisabledPlans, l.Grant.DisabledPlans) {
				sources[i].DisabledPlans = l.Grant.DisabledPlans
				changed = append(changed, string(q.User)+"/"+string(l.SKU))
			}
			continue
		}
		if n.consumed(l.SKU) >= n.bought[l.SKU] {
			return 400, bad, fmt.Sprintf("Subscription with SKU %s does not have any available licenses.", l.SKU)
		}
		sources = append(sources, plan.Source{SKU: l.SKU, State: plan.Active, DisabledPlans: l.Grant.DisabledPlans, UpdatedAt: noon})
		changed = append(changed, string(q.User)+"/"+string(l.SKU))
	}
	for _, k := range changed {
		n.effective[k]++
	}
	if len(changed) > 0 {
		n.old[q.User], n.lag[q.User] = u, n.stale
	}
	u.Sources = sources
	n.users[q.User] = u
	return 200, "", ""
}

// A disk keeps a journal and can fail at an append, before or after it is durable.
type disk struct {
	data    []byte
	appends int
	fail    int // the append that fails
	keep    int // how much of it becomes durable all the same: bytes, or -1 for all
	dead    *bool
}

func (d *disk) Append(lines []byte) error {
	d.appends++
	if d.appends == d.fail {
		keep := min(d.keep, len(lines))
		if d.keep < 0 {
			keep = len(lines)
		}
		d.data = append(d.data, lines[:keep]...)
		if d.dead != nil {
			*d.dead = true
		}
		return errDisk
	}
	d.data = append(d.data, lines...)
	return nil
}

// A bench is a plan, its tenant, disk and clock.
type bench struct {
	t      *testing.T
	p      *plan.Plan
	tenant *tenant
	disk   *disk
	clock  time.Time
	waits  []time.Duration
	x      apply.Executor
	used   int
	taken  []plan.Outcome
}

func newBench(t *testing.T, p *plan.Plan) *bench {
	b := &bench{t: t, p: p, tenant: newTenant(t, p), disk: &disk{}, clock: noon}
	b.disk.dead = &b.tenant.dead
	b.tenant.journal = func() []byte { return b.disk.data }
	b.tenant.now = func() time.Time { return b.clock }
	b.x = apply.Executor{
		InFlight: 1, // the tenant and the clock of a bench are for one goroutine
		Tenant:   b.tenant, Append: b.disk.Append, Now: func() time.Time { return b.clock },
		Used:    func() error { b.used++; return nil },
		Removed: func(o []plan.Outcome) error { b.taken = append(b.taken, o...); return nil },
		Wait: func(ctx context.Context, d time.Duration) error {
			b.clock = b.clock.Add(d)
			b.waits = append(b.waits, d)
			return ctx.Err()
		},
	}
	return b
}

// history is the journal so far, cut to its valid length as a resumed run does.
func (b *bench) history() []apply.Entry {
	b.t.Helper()
	entries, valid, err := apply.DecodeJournal(b.p, b.disk.data)
	if err != nil {
		b.t.Fatalf("read journal: %v", err)
	}
	b.disk.data = b.disk.data[:valid]
	return entries
}

func (b *bench) run(ctx context.Context) (*plan.Report, error) {
	b.t.Helper()
	items := apply.Sift(b.p, nil, b.tenant.user)
	return b.x.Run(ctx, b.p, "run-1", items, b.history())
}

// revive ends all troubles.
func (b *bench) revive() {
	b.tenant.dead, b.tenant.cut, b.disk.fail = false, 0, 0
	b.tenant.fault, b.tenant.omit = nil, nil
}

// wantDone fails unless every change was made exactly once and is reported so.
func (b *bench) wantDone(r *plan.Report) {
	b.t.Helper()
	for i, c := range b.p.Changes {
		if got := b.tenant.effective[c.ID]; got != 1 {
			b.t.Errorf("%s was changed %d times, want once", c.ID, got)
		}
		if o := r.Outcomes[i]; o.Status != plan.Done {
			b.t.Errorf("%s: got outcome %+v, want done", c.ID, o)
		}
	}
	if got := len(apply.Executed(b.p, b.history())); got != len(b.p.Changes) {
		b.t.Errorf("got %d deeds in the journal, want %d", got, len(b.p.Changes))
	}
}

func (b *bench) outcome(r *plan.Report, id string) plan.Outcome {
	b.t.Helper()
	for _, o := range r.Outcomes {
		if string(o.User)+"/"+string(o.SKU) == id {
			return o
		}
	}
	b.t.Fatalf("no outcome of %s", id)
	return plan.Outcome{}
}

// change makes an executable change; nil grants are no direct seat.
func change(n int, sku plan.SKU, before, after *plan.Grant) plan.Change {
	c := plan.Change{
		ID: string(user(n)) + "/" + string(sku), Request: user(n), Verdict: plan.Allow, User: plan.UserRef{ID: user(n)},
		Product: plan.ProductRef{SKU: sku, PartNumber: map[plan.SKU]string{e3: "SPE_E3", e5: "SPE_E5", visio: "VISIOCLIENT"}[sku]},
		Before:  before, After: after,
	}
	switch {
	case before == nil:
		c.Action = plan.Assign
	case after == nil:
		c.Action = plan.Unassign
	default:
		c.Action = plan.Adjust
	}
	if before != nil {
		c.Held = plan.Held{Direct: true, UpdatedAt: assigned}
	}
	return c
}

func grant(off ...plan.PlanID) *plan.Grant {
	return &plan.Grant{DisabledPlans: append([]plan.PlanID{}, off...)}
}

// planOf makes a plan of changes that are sorted by user.
func planOf(changes ...plan.Change) *plan.Plan {
	p := &plan.Plan{ID: "20261120T080000Z-3fa9c2e1", Mode: plan.ModeNormal, Tenant: plan.Tenant{ID: "t"}, Changes: changes,
		Digests: plan.Digests{Changes: "3fa9c2e1", Body: "b0d1"}}
	for _, c := range changes {
		if !slices.Contains(p.Order, c.User.ID) {
			p.Order = append(p.Order, c.User.ID)
		}
	}
	return p
}

// mixed is a plan of n people with every kind of request.
func mixed(n int) *plan.Plan {
	var changes []plan.Change
	for i := range n {
		switch i % 4 {
		case 0:
			changes = append(changes, change(i, visio, grant(), nil))
		case 1:
			changes = append(changes, change(i, e3, nil, grant()), change(i, e5, grant(), nil))
		case 2:
			changes = append(changes, change(i, e3, grant(), grant(yam)))
		case 3:
			changes = append(changes, change(i, e5, grant(yam), nil), change(i, visio, grant(), nil))
		}
	}
	return planOf(changes...)
}

// A confused tenant answers to each request twice, once wrongly, and to what
// nobody asked.
type confused struct{ *tenant }

func (c confused) Assign(ctx context.Context, requests []plan.Request) ([]plan.Answer, error) {
	answers, err := c.tenant.Assign(ctx, requests)
	for _, a := range answers {
		answers = append(answers, plan.Answer{User: a.User, Status: 403}, plan.Answer{User: "nobody", Status: 200})
	}
	return answers, err
}
