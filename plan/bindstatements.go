package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// newRef hashes what a statement says. Places do not count: a statement that
// moves within its file is the same one.
func (b *bound) newRef(r *Ref, says ...any) ref { return b.refSaying(r, saying(says...)) }

// saying is what a statement says, as bytes that are equal where it is.
func saying(says ...any) []byte {
	body, err := json.Marshal(says)
	if err != nil {
		panic("plan: statements are plain data: " + err.Error())
	}
	return body
}

func (b *bound) refSaying(r *Ref, body []byte) ref {
	sum := sha256.Sum256(append([]byte(string(r.Kind)+"\n"+r.Name+"\n"), body...))
	out := ref{Ref: r, hash: hex.EncodeToString(sum[:])}
	b.hashes = append(b.hashes, out.hash)
	return out
}

func (b *bound) bindKeeps() {
	for i := range b.d.Keep {
		k := &b.d.Keep[i]
		out := boundKeep{ref: b.newRef(&k.Ref, saidWho(k.Who), saidWho(k.Except), saidProducts(k.Products), k.Span)}
		var nobody, nobodyExcept []Name
		out.who, nobody = b.audience(k.Who)
		out.except, nobodyExcept = b.audience(k.Except)
		if k.Products.All {
			out.products = b.managed
		} else {
			out.products = b.skus(k.Products.List)
		}
		if k.Span.Until != "" && k.Span.Until < b.day {
			b.notes = append(b.notes, Note{Code: "keep-ended", Text: k.File + ":" + itoa(k.Line) + ": keep " + quote(k.Name) + " ended on " + string(k.Span.Until)})
		}
		if !k.Span.Speaks(b.day) {
			continue
		}
		b.matchesNobody(out.who, out.except)
		b.danger(nobody, "keep", "")
		b.danger(nobodyExcept, "except", "")
		b.keep = append(b.keep, out)
	}
}

func (b *bound) bindRemoves() {
	for i := range b.d.Remove {
		r := &b.d.Remove[i]
		out := boundRemove{ref: b.newRef(&r.Ref, saidWho(r.Who), saidWho(r.Except), saidProducts(r.Products), r.Span, r.DataLoss), loss: r.DataLoss}
		var nobody, nobodyExcept []Name
		out.who, nobody = b.audience(r.Who)
		out.except, nobodyExcept = b.audience(r.Except)
		out.products = b.removed(r)
		if !r.Span.Speaks(b.day) {
			continue
		}
		b.matchesNobody(out.except)
		b.nobody(nobody)
		b.danger(nobodyExcept, "except", "")
		b.remove = append(b.remove, out)
	}
}

// removed is the set of products a remove statement is about; `all` leaves
// out those of rooms and shared devices.
func (b *bound) removed(r *Remove) skuSet {
	set := skuSet{}
	if !r.Products.All {
		for _, n := range r.Products.List {
			if sku, ok := b.statement(n); ok {
				set[sku] = true
			}
		}
		return set
	}
	for sku := range b.managed {
		if !forDevices(b.catalog.ref(sku).PartNumber) {
			set[sku] = true
		}
	}
	return set
}

// bindUsers resolves the entries of users. Many say the same, and share what
// it means.
func (b *bound) bindUsers() {
	known := map[string]meaning{} // by saying
	for i := range b.d.Users {
		u := &b.d.Users[i]
		body := saying(u.Exact, saidWanted(u.Licenses), saidWanted(u.Add), said(u.Remove))
		m, ok := known[string(body)]
		if !ok {
			faults := len(b.faults)
			if m = b.meaning(u); len(b.faults) == faults { // each fault has its place
				known[string(body)] = m
			}
		}
		out := &boundUser{ref: b.refSaying(&u.Ref, body), exact: u.Exact, wanted: m.wanted, remove: m.remove}
		f := b.find(u.Person.Text)
		if f.is != isHere {
			b.nobody([]Name{u.Person})
		}
		if !f.there() {
			b.inDoubt(out, f, u.Person.Text)
			continue
		}
		if other := b.users[f.id]; other != nil && other.doubt == "" {
			b.faults = append(b.faults, samePerson(u, other.Name, other.Place))
			continue
		}
		b.users[f.id] = out
	}
}

// A meaning is what an entry of users wants, resolved.
type meaning struct {
	wanted map[SKU]*want
	remove map[SKU]bool
}

func (b *bound) meaning(u *UserEntry) meaning {
	m := meaning{wanted: b.wants(slices.Concat(u.Licenses, u.Add)), remove: map[SKU]bool{}}
	for _, n := range u.Remove {
		if sku, ok := b.statement(n); ok {
			m.remove[sku] = true
		}
	}
	return m
}

// wants resolves wanted products and their service plans.
func (b *bound) wants(list []Wanted) map[SKU]*want {
	set := make(map[SKU]*want, len(list))
	for _, w := range list {
		sku, ok := b.statement(w.Product)
		if !ok {
			continue
		}
		if set[sku] != nil {
			b.fault(w.Product.Place, quote(w.Product.Text)+" is wanted twice here", "say it once")
			continue
		}
		set[sku] = &want{given: w.PlansGiven, off: b.plans(sku, w.DisabledPlans)}
	}
	return set
}

// plans resolves service plans by name or id within a product.
func (b *bound) plans(sku SKU, names []Name) []PlanID {
	off := []PlanID{}
	p := b.catalog.bySKU[sku]
	for _, n := range names {
		id, ok := findPlan(p, n.Text)
		if !ok {
			b.fault(n.Place, b.catalog.ref(sku).PartNumber+" has no service plan "+quote(n.Text), planNames(p))
			continue
		}
		off = append(off, id)
	}
	slices.Sort(off)
	return slices.Compact(off)
}

// planNames lists the service plans there are.
func planNames(p *Product) string {
	if p == nil {
		return "the tenant does not have the product, so its plans are not known"
	}
	names := make([]string, len(p.Plans))
	for i, sp := range p.Plans {
		names[i] = sp.Name
	}
	if len(names) == 0 {
		return "it has none that can be named"
	}
	slices.Sort(names)
	return "it has " + few(names, 12)
}

func findPlan(p *Product, name string) (PlanID, bool) {
	if p == nil {
		return "", false
	}
	for _, sp := range p.Plans {
		if strings.EqualFold(sp.Name, name) || strings.EqualFold(string(sp.ID), name) {
			return sp.ID, true
		}
	}
	return "", false
}

func (b *bound) bindProducts() {
	for i := range b.d.Products {
		p := &b.d.Products[i]
		r := b.newRef(&p.Ref, p.Closed, saidWho(p.Holders), saidWho(p.Add))
		sku, ok := b.statement(p.Product)
		if !ok {
			continue
		}
		out := boundProduct{ref: r, closed: p.Closed}
		var nobody, nobodyAdd []Name
		out.holders, nobody = b.audience(p.Holders)
		out.add, nobodyAdd = b.audience(p.Add)
		b.matchesNobody(out.holders, out.add)
		out.unresolved = b.danger(nobody, "holders", sku)
		if b.closedAnywhere(sku) { // who is missing here is not on the closed list either
			out.unresolved = append(out.unresolved, b.danger(nobodyAdd, "add", sku)...)
		} else {
			b.nobody(nobodyAdd)
		}
		if len(b.products[sku]) == 0 {
			b.order = append(b.order, sku)
		}
		b.products[sku] = append(b.products[sku], out)
		b.bindVia(p, sku)
		b.bindReplaces(p, sku)
	}
	slices.Sort(b.order)
}

// closedAnywhere reports whether some entry about the product has holders.
func (b *bound) closedAnywhere(sku SKU) bool {
	return slices.ContainsFunc(b.d.Products, func(p ProductEntry) bool {
		other, cause, _ := b.catalog.find(p.Product.Text)
		return p.Closed && cause == "" && other == sku
	})
}

func (b *bound) bindRules() {
	for i := range b.d.Rules {
		r := &b.d.Rules[i]
		b.matchesNobody(audience{selectors: []*Selector{&r.Match}})
		b.rules = append(b.rules, boundRule{
			ref: b.newRef(&r.Ref, saidSelector(&r.Match), r.Exact, saidWanted(r.Licenses), saidWanted(r.Add)), match: &r.Match, exact: r.Exact,
			wanted: b.wants(append(slices.Clone(r.Licenses), r.Add...)),
		})
	}
}
