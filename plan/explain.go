package plan

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Explain tells why a person keeps, loses, gets or lacks what is managed, or
// one product if that is named, managed or not. The person is named by user
// principal name, by object id, or by the part before @ where only one has it.
//
// The plan must be about the person: one of everybody, or limited to some among
// whom the person is. The error says who or what could not be found.
func (m *Made) Explain(user, product string) (*Explanation, error) {
	if m.Plan.Mode == ModeUndo {
		return nil, errors.New("an undo plan asks no statements")
	}
	u, err := m.who(user)
	if err != nil {
		return nil, err
	}
	limit, err := m.limit()
	if err != nil {
		return nil, err
	}
	if limit != nil && !limit(u) {
		return nil, errors.New("the plan is limited, and not to " + quote(user))
	}
	x := newExplainer(m, u)
	out := &Explanation{FormatVersion: FormatVersion, Kind: ExplanationKind, Plan: m.Plan.ID, Tenant: m.Plan.Tenant,
		Revision: m.in.Desired.Revision, CreatedAt: m.Plan.CreatedAt, Snapshot: m.Plan.Inputs.Snapshot, Person: x.person(),
		Products: []Explained{}, Unmanaged: []ProductRef{}}
	skus, unmanaged := x.worthTelling(), x.unmanaged()
	if product != "" {
		sku, cause, remedy := m.b.catalog.find(product)
		if cause != "" {
			return nil, errors.New(cause + ": " + remedy)
		}
		skus, unmanaged = []SKU{sku}, nil
	}
	for _, sku := range skus {
		out.Products = append(out.Products, x.product(sku))
	}
	for _, sku := range unmanaged {
		out.Unmanaged = append(out.Unmanaged, m.b.catalog.ref(sku))
	}
	slices.SortFunc(out.Products, func(a, b Explained) int { return compareProducts(a.Product, b.Product) })
	slices.SortFunc(out.Unmanaged, compareProducts)
	return out, nil
}

func compareProducts(a, b ProductRef) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.PartNumber), strings.ToLower(b.PartNumber)), cmp.Compare(a.SKU, b.SKU))
}

// An explainer asks everything again about one person, and writes down what
// was answered.
type explainer struct {
	describer
	m *Made
	p *person
}

func newExplainer(m *Made, u *User) *explainer {
	p := &person{b: m.b}
	p.reset(u)
	return &explainer{describer: describer{b: m.b, u: u}, m: m, p: p}
}

func (x *explainer) person() Person {
	c := draft{Change: &Change{}, user: x.u, facts: &Facts{}}
	x.m.people.fill(&c)
	out := Person{UserRef: x.u.ref(), Facts: x.facts(), Roles: c.facts.Roles, Protected: c.facts.Protected, InPeople: Yes, People: []AskedTerm{}, Waivers: x.waivers()}
	if s := x.b.d.Settings.Manage.People; s != nil {
		out.InPeople, out.People = x.b.matcher.match(s, x.u).truth(), x.terms(s)
	}
	return out
}

// holds are the products that the person has anything of, each once.
func (x *explainer) holds() []SKU {
	skus := slices.Clone(x.u.Unsourced)
	for i := range x.u.Sources {
		skus = append(skus, x.u.Sources[i].SKU)
	}
	slices.Sort(skus)
	return slices.Compact(skus)
}

// worthTelling are the managed products that the person holds, or that some
// statement wants, or may want, for the person.
func (x *explainer) worthTelling() []SKU {
	held := x.holds()
	named := x.p.wants(slices.Clone(held))
	skus := slices.Clone(named)
	skus = append(skus, sortedKeys(x.b.managed)...) // what an unknown rule may want
	slices.Sort(skus)
	return slices.DeleteFunc(slices.Compact(skus), func(sku SKU) bool {
		if !x.b.managed[sku] || slices.Contains(held, sku) {
			return !x.b.managed[sku]
		}
		r := x.p.rule(sku)
		nothing := r.by.Ref != nil && r.by.Kind == KindRemove && !slices.Contains(named, sku) // there is nothing to take
		return r.stance != wanted && (r.stance != unevaluated || nothing)
	})
}

func (x *explainer) unmanaged() []SKU {
	return slices.DeleteFunc(x.holds(), func(sku SKU) bool { return x.b.managed[sku] })
}

// product explains one product.
func (x *explainer) product(sku SKU) Explained {
	direct, groups, through := holding(x.u, sku)
	out := Explained{Product: x.b.catalog.ref(sku), Managed: x.b.managed[sku], Held: x.b.held(direct, groups),
		Unsourced: direct == nil && slices.Contains(x.u.Unsourced, sku) || doubled(x.u, sku),
		Off:       []string{}, Overridden: []Statement{}, Sections: []Section{}, Notes: []string{}, Outcome: OutNotManaged}
	if direct != nil {
		out.Off = x.plans(sku, direct.DisabledPlans)
	}
	if !out.Managed {
		return out
	}
	r := x.p.rule(sku)
	if out.Stance = r.stance.word(); r.stance == unevaluated {
		out.Unknown = r.fact
	}
	x.decided(&out, r)
	x.comesOf(&out, r, direct, through)
	out.Sections = x.sections(&out, r)
	out.Notes = append(out.Notes, x.notes(&out, r, direct, groups, through)...)
	return out
}

// plans names service plans.
func (x *explainer) plans(sku SKU, ids []PlanID) []string {
	out := []string{}
	p := x.b.catalog.bySKU[sku]
	for _, id := range sortedPlans(ids) {
		name := string(id)
		if p != nil {
			if i := slices.IndexFunc(p.Plans, func(sp ServicePlan) bool { return sp.ID == id }); i >= 0 {
				name = p.Plans[i].Name
			}
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// decided says by which statement, and over which others.
func (x *explainer) decided(out *Explained, r ruling) {
	if r.stance == nobodys {
		return
	}
	by := r.by.statement()
	out.Decided, out.Overridden = &by, x.p.overrides(out.Product.SKU, r)
	if r.stance == wanted && r.want != nil && r.want.given {
		off := x.plans(out.Product.SKU, r.want.off)
		out.WantedOff = &off
	}
}

// comesOf finds the change or the missing seat in the plan, or says what else
// comes of the product.
func (x *explainer) comesOf(out *Explained, r ruling, direct *Source, through bool) {
	p, sku := x.m.Plan, out.Product.SKU
	for i := range p.Changes {
		if c := &p.Changes[i]; c.User.ID == x.u.ID && c.SKU() == sku {
			out.Outcome, out.Change = OutChange, c
			if c.Reason.Kind == KindSettings || c.Reason.Kind == KindVia {
				out.Decided = &Statement{Statement: c.Reason.Statement, Kind: c.Reason.Kind, File: c.Reason.File, Line: c.Reason.Line}
			}
			return
		}
	}
	for i := range p.Missing {
		if s := &p.Missing[i]; s.User.ID == x.u.ID && s.Product.SKU == sku {
			out.Outcome, out.Missing = OutMissing, s
			return
		}
	}
	out.Outcome = x.quiet(out, r, direct != nil, through)
}

// quiet is what comes of a product of which the plan has no line.
func (x *explainer) quiet(out *Explained, r ruling, direct, through bool) Outlook {
	switch {
	case x.outside():
		return OutOutside
	case r.stance == kept:
		return OutKept
	case r.stance == unevaluated:
		return OutNotEvaluated
	case out.Unsourced:
		return OutUnsourced
	case r.stance == nobodys:
		return OutAsIs
	case r.stance == wanted:
		return OutInSync
	case direct:
		return OutSkipped
	case through:
		return OutCounted
	}
	return OutNotHeld
}

func (x *explainer) outside() bool { return x.b.outside(x.u.ID) }

// notes are what else there is to know of a product.
func (x *explainer) notes(out *Explained, r ruling, direct *Source, groups []*Source, through bool) []string {
	var notes []string
	for _, g := range out.Held.Groups {
		if g.State != Active {
			notes = append(notes, "the copy of the group "+quote(g.Name)+" is in the state "+string(g.State)+x.failure(groups, g.ID))
		}
	}
	_, goes := x.b.drops(out.Product.SKU)
	twice, viaGroup := direct != nil && through && out.Change == nil, x.b.viaGroup(out.Product.SKU)
	switch {
	case twice && !goes:
		notes = append(notes, "held directly and through a group, and left so")
	case twice && r.doubt != nil: // said below
	case twice && (r.stance == wanted || r.stance == nobodys) && !x.outside():
		notes = append(notes, "the direct copy waits: the group's is not Active, or gives less")
	case viaGroup && direct != nil && out.Change == nil, viaGroup && out.Missing != nil:
		notes = append(notes, "via: group: "+x.giving(out.Product.SKU))
	}
	if r.note != "" {
		notes = append(notes, r.note)
	}
	if r.doubt != nil {
		notes = append(notes, quote(r.doubt.by.Name)+" does not speak, as it is not known: "+r.doubt.fact)
	}
	if len(r.unresolved) > 0 {
		notes = append(notes, "on the closed list stand names that nobody bears: "+few(r.unresolved, 5))
	}
	return notes
}

// failure is what Graph says of a group's copy.
func (x *explainer) failure(groups []*Source, id GroupID) string {
	for _, g := range groups {
		if g.Group == id && g.Error != "" {
			return " (" + g.Error + ")"
		}
	}
	return ""
}

// giving says which groups give a product.
func (x *explainer) giving(sku SKU) string {
	if groups := x.b.giving(sku); len(groups) > 0 {
		return "it comes through " + either(groupNames(groups))
	}
	return "no group that gives it is known"
}
