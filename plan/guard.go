package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// figures works out what the guards judge, over the executable changes given.
func (m *Made) figures(changes []*Change, apply bool) PlanFacts {
	f := PlanFacts{
		Apply: apply, Undo: m.Plan.Mode == ModeUndo,
		Actor: m.actorFact(), Statements: m.b.d.statements(), Small: m.b.d.Settings.Limits.Small,
		Reads: m.readFacts(), Unresolved: []Unresolved{}, Products: []ProductFacts{}, Window: m.in.Window,
	}
	if !f.Undo {
		f.Unresolved = append(f.Unresolved, m.b.wholePlan()...)
	}
	t := m.tally(changes)
	l := &m.b.d.Settings.Limits
	general := m.limits.general
	f.Assignments, f.AssignmentLimit = t.assigns, max(l.Assignments, general.Assignments)
	f.Removals.Seats = m.countedSeats()
	f.Removals.Limit = max(m.defaultRemovals(f.Removals.Seats), general.Removals)
	f.Removals.Percent = max(l.RemovalPercent, general.RemovalPercent)
	for _, sku := range sortedKeys(t.lost) {
		raise, raised := m.limits.products[sku]
		p := ProductFacts{
			Product: m.b.catalog.ref(sku), Removals: t.lost[sku], Seats: m.diff.direct.bySKU[sku],
			Percent: max(l.ProductPercent, general.ProductPercent, raise.ProductPercent),
			Raised:  raised, Limit: raise.Removals, Recent: m.in.Recent[sku],
		}
		if p.Limit == 0 {
			p.Limit = f.Removals.Limit
		}
		f.Products = append(f.Products, p)
		if !p.Raised {
			f.Removals.Count += p.Removals
		}
	}
	if general.Removals < f.Removals.Count {
		f.Removals.All = f.Removals.Count
	}
	for sku, n := range m.in.Recent {
		if _, raised := m.limits.products[sku]; !raised && !m.b.uncounted[sku] {
			f.Removals.Recent += n
		}
	}
	return f
}

// A tally counts the seats that changes take and give.
type tally struct {
	counted []*Change   // removals by which a counted seat is lost
	lost    map[SKU]int // the same, by product
	assigns int
}

// tally counts, request by request: of a request with assigns as many removals
// as assigns are swaps and do not count, those that share a service first.
func (m *Made) tally(changes []*Change) tally {
	t := tally{lost: map[SKU]int{}}
	for start := 0; start < len(changes); {
		end := start + 1
		for end < len(changes) && changes[end].Request == changes[start].Request {
			end++
		}
		m.tallyRequest(&t, changes[start:end])
		start = end
	}
	for _, c := range t.counted {
		t.lost[c.SKU()]++
	}
	return t
}

func (m *Made) tallyRequest(t *tally, request []*Change) {
	swapped, lost := m.b.swaps(request)
	for _, c := range request {
		if c.Action == Assign {
			t.assigns++
		}
	}
	t.counted = append(t.counted, lost[len(swapped):]...)
}

// Counted are the ids of a plan's executable changes that count as removals,
// for the ledger: not swaps, not free products. What counts among those that an
// apply found ready counts too: beside a seat that somebody else gave by then, one
// that goes is no swap any more.
func (m *Made) Counted(p *Plan, ready func(*Change) bool) map[string]bool {
	ids := map[string]bool{}
	all := p.executable()
	sent := slices.DeleteFunc(slices.Clone(all), func(c *Change) bool { return !ready(c) })
	for _, changes := range [][]*Change{all, sent} {
		for _, c := range m.tally(changes).counted {
			ids[c.ID] = true
		}
	}
	return ids
}

// countedSeats are the direct seats of known source, without free products.
func (m *Made) countedSeats() int {
	n := m.diff.direct.all
	for sku := range m.b.uncounted {
		n -= m.diff.direct.inside[sku]
	}
	return n
}

// defaultRemovals is limits.removals: given, or 25, or 0.5 % of the seats
// rounded up, whichever is more.
func (m *Made) defaultRemovals(seats int) int {
	l := &m.b.d.Settings.Limits
	if l.RemovalsGiven {
		return l.Removals
	}
	return max(DefaultRemovals, (seats*5+999)/1000)
}

// raises are the raised limits that are in force.
type raises struct {
	general  Raise
	products map[SKU]Raise
	until    []Day
	notes    []Note
}

// raisesOn gathers the raises of a day; several of one kind: the highest figure counts.
func (b *bound) raisesOn(day Day) raises {
	out := raises{products: map[SKU]Raise{}}
	for i := range b.d.Settings.Limits.Raise {
		r := &b.d.Settings.Limits.Raise[i]
		what := "the general limits"
		var sku SKU
		if r.Product != nil {
			var ok bool
			if sku, ok = b.product(*r.Product); !ok {
				continue
			}
			what = "the limits of " + b.catalog.ref(sku).PartNumber
		}
		if r.Until < day {
			out.notes = append(out.notes, Note{Code: "raise-expired", Text: fmt.Sprintf("%s:%d: the raise of %s ended on %s", r.Place.File, r.Place.Line, what, r.Until)})
			continue
		}
		out.until = append(out.until, r.Until)
		out.notes = append(out.notes, Note{Code: "raise", Text: fmt.Sprintf("%s:%d: %s are raised until %s: %s", r.Place.File, r.Place.Line, what, r.Until, r.Reason)})
		if r.Product == nil {
			out.general = higher(out.general, *r)
		} else {
			out.products[sku] = higher(out.products[sku], *r)
		}
	}
	return out
}

func higher(a, b Raise) Raise {
	a.Removals = max(a.Removals, b.Removals)
	a.RemovalPercent = max(a.RemovalPercent, b.RemovalPercent)
	a.ProductPercent = max(a.ProductPercent, b.ProductPercent)
	a.Assignments = max(a.Assignments, b.Assignments)
	return a
}

// guards asks the rules over a set of changes and turns the findings into rows.
func (m *Made) guards(ctx context.Context, changes []*Change, apply bool) ([]Guard, []Note, error) {
	f := m.figures(changes, apply)
	findings, err := m.in.Judge.Plan(ctx, f)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the rules: %w", err)
	}
	said, called := map[string][]string{}, map[string]string{}
	var notes []Note
	for _, d := range findings {
		switch {
		case d.Code == "R206":
			return nil, nil, &IncompleteError{What: "the tenant", Reason: d.Message}
		case d.Level == LevelWarn:
			notes = append(notes, Note{Code: d.Code, Text: m.ofWho(d.Code, d.Message, apply)})
		default:
			said[d.Code] = append(said[d.Code], d.Message)
			called[d.Code] = cmp.Or(called[d.Code], d.Rule, "rule")
		}
	}
	if !apply && m.in.Snapshot.partial() && slices.ContainsFunc([]string{"R201", "R202", "R203", "R204"}, func(code string) bool { return said[code] != nil }) {
		// The base is what was read of it: with all of it the limit may well hold.
		return nil, nil, fmt.Errorf("a limit tripped over the seats of %d people: %w", len(m.in.Snapshot.Users), ErrNeedsEveryone)
	}
	rows := guardRows(&f)
	for i := range rows {
		g := &rows[i]
		g.AtLeast = m.in.Snapshot.partial() && (g.Code == "R202" || g.Code == "R204" || g.Code == "R201" && !m.b.d.Settings.Limits.RemovalsGiven)
	}
	for i := range rows {
		// A finding without words trips as well.
		_, tripped := said[rows[i].Code]
		rows[i].OK = !tripped
		if rows[i].Message = strings.Join(said[rows[i].Code], "; "); tripped {
			rows[i].Message = m.ofWho(rows[i].Code, rows[i].Message, apply)
		}
		if rows[i].OK && rows[i].Code == "R205" && f.Window.Text != "" {
			rows[i].Message = "the windows are " + f.Window.Text
		}
		if !rows[i].OK {
			rows[i].Remedy = m.in.Judge.Remedy(rows[i].Code)
		}
		if !rows[i].OK && rows[i].When == AtApply && !apply {
			notes = append(notes, Note{Code: rows[i].Code, Text: "at apply: " + rows[i].Message})
		}
		delete(said, rows[i].Code)
	}
	for _, code := range sortedKeys(said) {
		rows = append(rows, Guard{Code: code, Name: called[code], When: AtPlan, Message: strings.Join(said[code], "; "), Remedy: m.in.Judge.Remedy(code)})
	}
	return rows, notes, nil
}

// ofWho says of a finding about the acting identity that it is about the one
// that plans, where an apply signs in otherwise.
func (m *Made) ofWho(code, text string, apply bool) string {
	if code != "R101" || apply || !m.b.d.Settings.Auth.Apart() {
		return text
	}
	return "of the identity that plans: " + text + "; apply signs in otherwise, and that identity is judged then"
}

// guardRows are the figures that reviewers see, whether they trip or not.
func guardRows(f *PlanFacts) []Guard {
	rows := []Guard{{Code: "R101", Name: "actor-role", When: AtApply}}
	if !f.Undo {
		r := f.Removals
		worst := worstProduct(f.Products)
		rows = append(rows,
			Guard{Code: "R201", Name: "removal-limit", Value: r.Count + r.Recent, Recent: r.Recent, Limit: r.Limit, When: AtPlan},
			Guard{Code: "R202", Name: "removal-percent", Value: r.Count, Limit: r.Percent * r.Seats / 100, Of: r.Seats, Percent: r.Percent, When: AtPlan},
			Guard{Code: "R203", Name: "product-percent", Subject: worst.Product.PartNumber, Value: worst.Removals,
				Limit: worst.Percent * worst.Seats / 100, Of: worst.Seats, Percent: worst.Percent, When: AtPlan},
			Guard{Code: "R204", Name: "empty-desired", Value: r.All, Limit: 95 * r.Seats / 100, Of: r.Seats, Percent: 95, When: AtPlan},
		)
	}
	if f.Window.Given {
		rows = append(rows, Guard{Code: "R205", Name: "window", When: AtApply})
	}
	rows = append(rows, Guard{Code: "R207", Name: "unresolved-name", Value: len(f.Unresolved), When: AtPlan})
	if !f.Undo {
		rows = append(rows, Guard{Code: "R208", Name: "assignment-limit", Value: f.Assignments, Limit: f.AssignmentLimit, When: AtPlan})
	}
	return rows
}

// worstProduct is the one nearest to its limit, or furthest over it.
func worstProduct(products []ProductFacts) ProductFacts {
	var worst ProductFacts
	limit := func(p *ProductFacts) int64 { return max(int64(p.Percent)*int64(p.Seats), 1) }
	for i := range products {
		p := &products[i]
		if worst.Product.SKU == "" || int64(p.Removals)*limit(&worst) > int64(worst.Removals)*limit(p) {
			worst = *p
		}
	}
	return worst
}

// statements counts what the folder says; an empty `rules` counts as one.
func (d *Desired) statements() int {
	n := len(d.Keep) + len(d.Remove) + len(d.Users) + len(d.Products) + len(d.Rules)
	for i := range d.Products {
		n += len(d.Products[i].Replace)
	}
	if d.RulesGiven && len(d.Rules) == 0 {
		n++
	}
	return n
}

// wholePlan are the unresolved names that concern everybody; those of a closed
// list block that product alone.
func (b *bound) wholePlan() []Unresolved {
	var out []Unresolved
	for _, u := range b.unresolved {
		if u.SKU == "" {
			out = append(out, u)
		}
	}
	return out
}

func (m *Made) readFacts() ReadFacts {
	s := m.in.Snapshot
	f := ReadFacts{Users: len(s.Users), CountBefore: s.Count.Before, CountAfter: s.Count.After, Unheld: []UnheldProduct{}}
	for i := range s.Products {
		p := &s.Products[i]
		if p.Consumed >= 5 && m.b.managed[p.SKU] && !m.b.catalog.held[p.SKU] && !strings.EqualFold(p.AppliesTo, "Company") {
			f.Unheld = append(f.Unheld, UnheldProduct{Product: m.b.catalog.ref(p.SKU), Consumed: p.Consumed, Recent: m.in.Hour[p.SKU]})
		}
	}
	return f
}

func (m *Made) actorFact() ActorFact {
	a := m.in.Snapshot.Actor
	f := ActorFact{Kind: a.Kind, Name: a.Name, RolesKnown: a.RolesKnown, PermissionsKnown: a.PermissionsKnown,
		Permissions: append([]string{}, a.Permissions...), Roles: []ActorRole{}}
	if f.Kind == "" {
		f.Kind = ActorUnknown
	}
	defs := map[RoleID]*Role{}
	for i := range m.in.Snapshot.Roles {
		r := &m.in.Snapshot.Roles[i]
		defs[r.ID] = r
	}
	for _, h := range m.people.roles[UserID(strings.ToLower(a.ID))] {
		if h.How != "eligible" {
			f.Roles = append(f.Roles, actorRole(defs, h.ID, h.Unit))
		}
	}
	for _, id := range a.Roles {
		if id := RoleID(strings.ToLower(id)); !slices.ContainsFunc(f.Roles, func(r ActorRole) bool { return r.ID == id && !r.Unit }) {
			// wids tells no scope: a role that the directory shows over a unit only is not tenant-wide.
			unit := slices.ContainsFunc(f.Roles, func(r ActorRole) bool { return r.ID == id })
			f.Roles = append(f.Roles, actorRole(defs, id, unit))
		}
	}
	return f
}

func actorRole(defs map[RoleID]*Role, id RoleID, unit bool) ActorRole {
	r := defs[id]
	if r == nil {
		r = &Role{ID: id, TemplateID: id, Name: builtInName(id)}
	}
	name := r.Name
	if name == "" {
		name = string(id)
	}
	return ActorRole{ID: id, Name: name, Unit: unit, Assigns: r.assignsLicences()}
}
