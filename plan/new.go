package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Input is everything that a plan is made from. The same input gives the
// same bytes.
type Input struct {
	Tool     Tool
	Now      time.Time
	Desired  *Desired
	Snapshot *Snapshot
	Baseline *Baseline // nil: none yet
	Judge    Judge
	Policy   PolicyInput
	// Recent and Hour are how many seats of each product our own ledger took
	// in the last 24 hours and in the last hour.
	Recent, Hour map[SKU]int
	// Users and Products limit the plan to some people, by name or id: those
	// named, and those of whom a named product is to change. Their requests are
	// whole: half of a swap is no plan. Empty is all.
	Users, Products []string
	// File is the name of the file that Snapshot came from; empty: from the
	// tenant itself, a moment ago.
	File string
	// Strict makes faults of notices about people: names that are nobody's,
	// renamed, or not pinned.
	Strict bool
	// First are people whose requests come before others where seats are short:
	// at apply, those of the plan that was reviewed.
	First []UserID
	// Apply is true for the plan that an apply makes on fresh facts, as who writes.
	Apply bool
	// Window says whether an apply may send at Now.
	Window WindowFact
	// Forgotten is why Recent may be too few, or empty.
	Forgotten string
	// GivenBack are seats that undos gave back.
	GivenBack []GivenBack
	// undo: the folder's statements are not asked, so its faults do not matter.
	undo bool
}

// A FaultsError is a folder that cannot be used as it is.
type FaultsError struct{ Faults []Fault }

func (e *FaultsError) Error() string {
	if len(e.Faults) == 1 {
		return e.Faults[0].Error()
	}
	return fmt.Sprintf("%d faults in the folder, the first: %v", len(e.Faults), e.Faults[0])
}

// An IncompleteError is a tenant that could not be read as far as a plan
// needs: nothing is evaluated, and nobody loses anything.
type IncompleteError struct{ What, Reason string }

func (e *IncompleteError) Error() string {
	return "not evaluated: " + e.What + " was not read completely: " + e.Reason
}

// Made is a plan and what it was made from, for the questions that come later:
// guards over a part of it, and the baseline.
type Made struct {
	Plan    *Plan
	in      Input
	b       *bound
	people  *people
	diff    *difference
	limits  raises
	waivers waivers
	undoes  *Undone
	only    func(*User) bool // whom the plan is limited to; nil: nobody
}

// New compares, judges and writes the plan document. The error is a
// *[FaultsError] where the folder is at fault, an *[IncompleteError] where the
// tenant was not read far enough, [ErrNeedsEveryone] where a snapshot of holders
// does not do, or that of the judge.
func New(ctx context.Context, in Input) (*Made, error) {
	m, err := prepare(in)
	if err != nil {
		return nil, err
	}
	if m.only, err = m.limit(); err != nil {
		return nil, err
	}
	j, err := m.judged(ctx)
	if err != nil {
		return nil, err
	}
	mode := ModeNormal
	if m.limited() != nil {
		mode = ModeLimited
	}
	return m.write(ctx, j, mode)
}

// prepare resolves the folder's names against the tenant.
func prepare(in Input) (*Made, error) {
	if in.File != "" {
		in.Snapshot = in.Snapshot.closed()
	}
	m := &Made{in: in, b: bind(in.Desired, in.Snapshot, in.Now, in.Users)}
	m.limits = m.b.raisesOn(DayOf(in.Now))
	m.b.uncounted = m.b.skus(in.Desired.Settings.Limits.Uncounted)
	if err := in.Snapshot.readEnough(); err != nil {
		return nil, err
	}
	if err := m.b.knowWords(); err != nil {
		return nil, err
	}
	var err error
	if m.people, err = newPeople(m.b); err != nil {
		return nil, err
	}
	m.people.prepare(&m.in)
	m.b.pricesFit()
	m.waivers = m.b.bindWaivers()
	if m.everyoneNeeded() { // before the faults: some may be none among all
		return nil, fmt.Errorf("a name, a selector or a product of the folder is nobody's among %d people: %w", len(in.Snapshot.Users), ErrNeedsEveryone)
	}
	if l := m.b.unpinned(); l.n > 0 && !in.undo {
		m.b.notices = append(m.b.notices, l.notice(in.Desired.Locked))
	}
	m.b.tellNotices(in.Strict)
	if len(m.b.faults) > 0 && !in.undo {
		slices.SortFunc(m.b.faults, compareFaults)
		return nil, &FaultsError{Faults: slices.Compact(m.b.faults)}
	}
	return m, nil
}

// readEnough refuses a snapshot of which something was not read that nothing
// can be judged without. A list that nobody could read is not an empty list.
func (s *Snapshot) readEnough() error {
	for _, r := range s.Reads {
		switch r.What {
		case ReadUsers, ReadProducts, ReadRoles, ReadEligibility:
			if r.Status != ReadComplete && r.Status != ReadAbsent {
				return &IncompleteError{What: r.What, Reason: r.Reason}
			}
		}
	}
	return nil
}

// pricesFit refuses prices of products that nobody knows.
func (b *bound) pricesFit() {
	for _, p := range b.d.Settings.Prices.PerMonth {
		b.product(p.Product)
	}
}

// free are the free seats of each product; negative where more are used than bought.
func (m *Made) free() map[SKU]int {
	pool := map[SKU]int{}
	for i := range m.in.Snapshot.Products {
		p := &m.in.Snapshot.Products[i]
		pool[p.SKU] = p.Bought() - p.Consumed
	}
	return pool
}

// limit turns Input.Users into a filter, or nil where there is none.
func (m *Made) limit() (func(*User) bool, error) {
	if len(m.in.Users) == 0 {
		return nil, nil
	}
	users := map[UserID]bool{}
	for _, name := range m.in.Users {
		if f := m.b.find(name); f.is == isReused {
			return nil, fmt.Errorf("%s is somebody else's name now: the account that people.lock pins %s: say the object id", quote(name), m.b.became(f.id))
		}
		id, ok := m.b.person(name)
		if !ok && m.in.Snapshot.partial() {
			return nil, fmt.Errorf("%s is nobody among %d people: %w", quote(name), len(m.in.Snapshot.Users), ErrNeedsEveryone)
		}
		if !ok {
			id, ok = m.b.shortName(name)
		}
		if !ok {
			return nil, m.b.nobodyCalled(name)
		}
		users[id] = true
		if m.b.outside(id) {
			m.b.notes = append(m.b.notes, Note{Code: "pilot", Text: quote(name) + " is not known to be one of " + pilotName + ": nothing is asked of the account"})
		}
	}
	return func(u *User) bool { return users[u.ID] }, nil
}

// limitProducts leaves out the requests that have nothing to do with the
// products named.
func (m *Made) limitProducts(products []string) error {
	if len(products) == 0 {
		return nil
	}
	skus := skuSet{}
	for _, name := range products {
		sku, cause, remedy := m.b.catalog.find(name)
		if cause != "" && m.b.mayBeHeld(name) {
			return fmt.Errorf("%s: %w", cause, ErrNeedsEveryone)
		}
		if cause != "" {
			return fmt.Errorf("%s: %s", cause, remedy)
		}
		skus[sku] = true
	}
	m.diff.left = map[UserID]bool{}
	m.diff.requests = slices.DeleteFunc(m.diff.requests, func(r *requestDraft) bool {
		out := !slices.ContainsFunc(r.drafts, func(c *draft) bool { return skus[c.SKU()] }) &&
			!slices.ContainsFunc(r.missing, func(x Missing) bool { return skus[x.Product.SKU] })
		m.diff.left[r.user.ID] = m.diff.left[r.user.ID] || out
		return out
	})
	return nil
}

func setOf(ids []UserID) map[UserID]bool {
	set := make(map[UserID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// shortName finds a person by the part of the name before @, where only one has it.
func (b *bound) shortName(name string) (found UserID, ok bool) {
	for i := range b.s.Users {
		short, _, _ := strings.Cut(b.s.Users[i].UserPrincipalName, "@")
		if !strings.EqualFold(short, name) {
			continue
		}
		if ok {
			return "", false
		}
		found, ok = b.s.Users[i].ID, true
	}
	return found, ok
}

// write makes the document.
func (m *Made) write(ctx context.Context, j *judgement, mode Mode) (*Made, error) {
	in := &m.in
	p := &Plan{
		FormatVersion: FormatVersion, Kind: DocumentKind, Mode: mode, Tool: in.Tool,
		Tenant:    Tenant{ID: in.Snapshot.Organization.ID, Name: in.Desired.Settings.Name, Cloud: in.Desired.Settings.Tenant.Cloud, Domain: in.Snapshot.Organization.domain()},
		CreatedAt: in.Now.UTC().Truncate(time.Second),
		Undoes:    m.undoes, Inputs: m.inputs(), Actor: actor(in.Snapshot.Actor),
		Changes: []Change{}, Missing: []Missing{}, Order: append([]UserID{}, j.order...),
		NotEvaluated: append([]NotEvaluated{}, m.diff.notEvaluated...),
		Inherited:    m.inherited(), Drift: m.b.drift(in.Baseline),
	}
	m.Plan = p
	changes := 0
	for _, r := range m.diff.requests {
		changes += len(r.drafts)
	}
	p.Changes = make([]Change, 0, changes)
	asking := in.Desired.asking(KeyLastSignIn)
	left := leftFacts{}
	for _, r := range m.diff.requests {
		m.b.become(r)
		for _, c := range r.drafts {
			c.Cause, c.Seen = m.b.cause(in.Baseline, c), c.seen(asking)
			p.Changes = append(p.Changes, *c.Change) // there is room
			c.Change = &p.Changes[len(p.Changes)-1]
			c.facts = left.of(c)
		}
		slices.SortFunc(r.missing, func(a, b Missing) int { return strings.Compare(string(a.Product.SKU), string(b.Product.SKU)) })
		p.Missing = append(p.Missing, r.missing...)
	}
	p.ValidUntil = m.validUntil()
	guards, notes, err := m.guards(ctx, p.executable(), false)
	if err != nil {
		return nil, err
	}
	p.Guards = guards
	p.Notes = m.notes(notes)
	p.Seats = m.seats()
	p.Summary = m.summary()
	p.seal()
	return m, nil
}

func (o Organization) domain() string {
	if len(o.VerifiedDomains) == 0 {
		return ""
	}
	return o.VerifiedDomains[0]
}

func actor(a Actor) Actor {
	a.Roles, a.Permissions = append([]string{}, a.Roles...), append([]string{}, a.Permissions...)
	slices.Sort(a.Roles)
	slices.Sort(a.Permissions)
	if a.Kind == "" {
		a.Kind = ActorUnknown
	}
	return a
}

// executable are the changes that are carried out, in the order of the document.
func (p *Plan) executable() []*Change {
	var out []*Change
	for i := range p.Changes {
		if p.Changes[i].Verdict.Executable() {
			out = append(out, &p.Changes[i])
		}
	}
	return out
}

// Executable returns the changes that an apply carries out.
func (p *Plan) Executable() []*Change { return p.executable() }

// Guards judges the guards again, over the changes for which ready says yes:
// what an apply would really carry out.
func (m *Made) Guards(ctx context.Context, ready func(*Change) bool) ([]Guard, error) {
	var changes []*Change
	for _, c := range m.Plan.executable() {
		if ready(c) {
			changes = append(changes, c)
		}
	}
	rows, _, err := m.guards(ctx, changes, true)
	return rows, err
}

// Settle forgets how the changes were come by, which is more than they are. After
// that [Made.Asks] and [Made.Needs] have nothing to ask; all else is as it was.
func (m *Made) Settle() { m.diff.requests = nil }

// InWindow is the same at another time, for guards: window says whether an apply
// may send then.
func (m *Made) InWindow(window WindowFact) *Made {
	later := *m
	later.in.Window = window
	return &later
}

// Tripped returns the guards that stop a plan at the time given; at apply,
// those of plan time count as well.
func Tripped(rows []Guard, at When) []Guard {
	var out []Guard
	for _, g := range rows {
		if !g.OK && (g.When == AtPlan || at == AtApply) {
			out = append(out, g)
		}
	}
	return out
}

func (m *Made) validUntil() time.Time {
	today := DayOf(m.in.Now)
	until := m.Plan.CreatedAt.Add(m.in.Desired.Settings.ValidFor)
	earlier := func(t time.Time) {
		if t.Before(until) {
			until = t
		}
	}
	if len(m.Plan.executable()) > 0 {
		for _, d := range m.limits.until {
			earlier(d.Next())
		}
	}
	for _, d := range m.waiversEnd() {
		earlier(d.Next())
	}
	span := func(s Span) {
		if s.From > today {
			earlier(s.From.Start())
		}
		if s.Until >= today && s.Until != "" {
			earlier(s.Until.Next())
		}
	}
	for _, k := range m.in.Desired.Keep {
		span(k.Span)
	}
	for _, r := range m.in.Desired.Remove {
		span(r.Span)
	}
	return until
}
