package plan

import (
	"slices"
	"time"
)

// A bound desired state is a [Desired] whose names are resolved against one
// tenant, compiled for asking about a million people.
type bound struct {
	d                      *Desired
	s                      *Snapshot
	day                    Day
	catalog                *catalog
	matcher                *matcher
	managed                map[SKU]bool
	uncounted              skuSet // free products: no limit counts them
	keep                   []boundKeep
	remove                 []boundRemove
	keepIndex, removeIndex index // of the two above
	users                  map[UserID]*boundUser
	// products holds the entries about each product, in the order of the files.
	products   map[SKU][]boundProduct
	order      []SKU // of products, sorted
	rules      []boundRule
	vias       map[SKU]boundVia
	replaces   map[SKU][]boundReplace // by the product that goes, in the order of the files
	into       map[SKU][]SKU          // by the product that comes: those that it replaces
	pairs      map[skuPair][]counterpart
	families   map[PlanID]string // nil until it is needed
	hashes     []string          // of all statements, sorted, for the baseline
	unresolved []Unresolved
	notes      []Note
	faults     []Fault
	notices    []notice
	pins       pinned
	byName     map[string]UserID   // lower-case user principal name; only of names that are asked for
	shared     map[string][]UserID // who bears a name that is "" in byName
	formers    map[string]former   // by lower-case name or id, of names that are nobody's
	// roles are the directory roles of people; rolesErr is why they are not known.
	roles    map[UserID][]HeldRole
	rolesErr error
	pilot    []Truth // whether manage.people chooses each user; nil: everyone
	// unsure is true where a selector matched, or a name is, nobody among those
	// who were read, and not everyone was.
	unsure bool
}

// A ref is a statement with its hash.
type ref struct {
	*Ref
	hash string
}

// Unresolved is a name that is nobody in the tenant, where that is dangerous (R207).
type Unresolved struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Where string `json:"where"` // keep, except, protect, waivers, holders
	// SKU is the product of a closed holders list; empty where the whole plan is concerned.
	SKU SKU `json:"skuId"`
	// Hint is where the name may have gone, in words; empty where nothing is known.
	Hint string `json:"hint"`

	place Place
	told  bool // by a notice
}

type boundKeep struct {
	ref
	who, except audience
	products    skuSet
}

type boundRemove struct {
	ref
	who, except audience
	products    skuSet
	loss        DataLoss
}

type boundUser struct {
	ref
	exact  bool
	wanted map[SKU]*want // the exact set, or the additions
	remove map[SKU]bool
	doubt  string // what is not known, where the name is another's now
}

type boundProduct struct {
	ref
	closed       bool
	holders, add audience
	unresolved   []string
}

type boundRule struct {
	ref
	match  *Selector
	exact  bool
	wanted map[SKU]*want
}

// A want is a wanted seat; off is nil where the service plans are left alone.
type want struct {
	off   []PlanID
	given bool
}

// A skuSet is a set of products.
type skuSet map[SKU]bool

// bind resolves every name. Faults are gathered in b.faults; a bound state
// with faults must not be used.
func bind(d *Desired, s *Snapshot, now time.Time, also []string) *bound {
	b := &bound{
		d: d, s: s, day: DayOf(now), catalog: newCatalog(s),
		managed: map[SKU]bool{}, users: map[UserID]*boundUser{}, products: map[SKU][]boundProduct{},
		shared: map[string][]UserID{}, pins: newPinned(d.Pins),
		vias:     map[SKU]boundVia{},
		replaces: map[SKU][]boundReplace{}, into: map[SKU][]SKU{}, pairs: map[skuPair][]counterpart{},
	}
	b.findPeople(also)
	b.roles, b.rolesErr = b.gatherRoles()
	b.bindMatcher(now)
	b.bindManaged()
	b.bindKeeps()
	b.bindRemoves()
	b.keepIndex, b.removeIndex = newIndex(len(b.keep)), newIndex(len(b.remove))
	for i := range b.keep {
		b.keepIndex.add(i, &b.keep[i].who, b.keep[i].products)
	}
	for i := range b.remove {
		b.removeIndex.add(i, &b.remove[i].who, b.remove[i].products)
	}
	b.bindUsers()
	b.bindProducts()
	b.bindRules()
	if d.Settings.Manage.Duplicates == DuplicatesRemove {
		b.hashes = append(b.hashes, b.duplicatesRef().hash)
	}
	slices.Sort(b.hashes)
	b.hashes = slices.Compact(b.hashes)
	b.matcher.will = b.bindOutlook()
	b.bindPilot()
	b.faults = append(b.faults, b.check()...)
	slices.SortFunc(b.faults, func(x, y Fault) int { return x.Place.Compare(y.Place) })
	return b
}

func (b *bound) fault(at Place, cause, remedy string) {
	b.faults = append(b.faults, Fault{Place: at, Cause: cause, Remedy: remedy})
}

// product resolves a name, or records the fault and returns false.
func (b *bound) product(n Name) (SKU, bool) {
	sku, cause, remedy := b.catalog.find(n.Text)
	if cause != "" {
		b.unsure = b.unsure || b.mayBeHeld(n.Text)
		b.fault(n.Place, cause, remedy)
		return "", false
	}
	return sku, true
}

// mayBeHeld reports whether somebody who was not read may hold a product that
// is nowhere else: one that the tenant no longer has is known by its holders.
func (b *bound) mayBeHeld(name string) bool {
	_, err := ParseGUID(name)
	return err == nil && b.s.partial()
}

// statement resolves the product of a statement, which must be managed.
func (b *bound) statement(n Name) (SKU, bool) {
	sku, ok := b.product(n)
	if ok && !b.managed[sku] {
		b.fault(n.Place, quote(n.Text)+" is not managed", "add it to manage.products, or take it out of manage.exclude")
		return sku, false
	}
	return sku, ok
}

func (b *bound) skus(names []Name) skuSet {
	set := skuSet{}
	for _, n := range names {
		if sku, ok := b.product(n); ok {
			set[sku] = true
		}
	}
	return set
}

func (b *bound) bindManaged() {
	m := &b.d.Settings.Manage
	switch {
	case m.All:
		for i := range b.s.Products {
			if b.s.Products[i].Assignable() {
				b.managed[b.s.Products[i].SKU] = true
			}
		}
	case m.Given:
		b.managed = b.skus(m.Products)
	default:
		b.managed = b.skusQuietly(b.d.named())
	}
	for sku := range b.skus(m.Exclude) {
		delete(b.managed, sku)
	}
}

// skusQuietly leaves the faults to whoever resolves the names in their statements.
func (b *bound) skusQuietly(names []Name) skuSet {
	set := skuSet{}
	for _, n := range names {
		if sku, cause, _ := b.catalog.find(n.Text); cause == "" {
			set[sku] = true
		}
	}
	return set
}

// named are the products that remove, users, products and rules name: what is
// managed when manage.products is absent.
func (d *Desired) named() []Name {
	var names []Name
	wanted := func(list []Wanted) {
		for _, w := range list {
			names = append(names, w.Product)
		}
	}
	for _, r := range d.Remove {
		names = append(names, r.Products.List...)
	}
	for _, u := range d.Users {
		wanted(u.Licenses)
		wanted(u.Add)
		names = append(names, u.Remove...)
	}
	for _, p := range d.Products {
		names = append(names, p.Product)
		for _, r := range p.Replace {
			names = append(names, r.With)
		}
	}
	for _, r := range d.Rules {
		wanted(r.Licenses)
		wanted(r.Add)
	}
	return names
}
