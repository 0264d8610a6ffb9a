package plan

import (
	"slices"
	"strings"
)

// Check finds the faults of a desired state that no tenant is needed for:
// statements that contradict each other, products that are not managed, and
// exact sets without a list of what is managed. [New] checks again with the
// tenant's own names.
func Check(d *Desired, today Day) []Fault {
	known := newCatalog(nil)
	pins := newPinned(d.Pins)
	n := names{person: pins.key, product: remembered(offlineKey), devices: func(key string) bool {
		return forDevices(known.ref(SKU(key)).PartNumber)
	}}
	faults := d.checkExact()
	faults = append(faults, d.checkClosed(n.product)...)
	faults = append(faults, d.checkVia(n.product)...)
	faults = append(faults, d.checkReplaces(today, n)...)
	faults = append(faults, d.checkManaged()...)
	faults = append(faults, pins.twice(d.Users)...)
	faults = append(faults, d.checkHolds(today, n.product)...)
	faults = append(faults, d.contradictions(today, n)...)
	slices.SortFunc(faults, compareFaults)
	return slices.Compact(faults)
}

// offlineKey tells products apart without a tenant: by id where the part
// number is well known, else by the words.
func offlineKey(n Name) string {
	name := n.Text
	for _, k := range knownProducts {
		if strings.EqualFold(k.part, name) || strings.EqualFold(string(k.sku), name) {
			return string(k.sku)
		}
	}
	return strings.ToLower(name)
}

// unknownGUID reports whether a product is named by an id that is not well
// known: without a tenant it may be any part number.
func unknownGUID(n Name) bool {
	id, err := ParseGUID(n.Text)
	return err == nil && !slices.ContainsFunc(knownProducts[:], func(k known) bool { return string(k.sku) == id })
}

// check finds the same faults with the tenant's names.
func (b *bound) check() []Fault {
	n := names{
		product: func(n Name) string {
			if sku, cause, _ := b.catalog.find(n.Text); cause == "" {
				return string(sku)
			}
			return strings.ToLower(n.Text)
		},
		person:  func(name string) string { return b.find(name).key(name) },
		devices: func(key string) bool { return forDevices(b.catalog.ref(SKU(key)).PartNumber) },
	}
	faults := b.d.checkExact()
	faults = append(faults, b.d.checkClosed(n.product)...)
	faults = append(faults, b.d.checkVia(n.product)...)
	faults = append(faults, b.d.checkReplaces(b.day, n)...)
	faults = append(faults, b.d.checkHolds(b.day, n.product)...)
	return append(faults, b.d.contradictions(b.day, n)...)
}

// checkExact refuses exact sets where nobody said what is managed: a product
// that is bought later must not vanish by surprise.
func (d *Desired) checkExact() []Fault {
	if d.Settings.Manage.Given || d.Settings.Manage.All {
		return nil
	}
	var faults []Fault
	exact := func(at Place, what string) {
		faults = append(faults, Fault{Place: at, Cause: what + " needs manage.products",
			Remedy: "list in reseat.yaml what may be touched, or say `products: all` under manage"})
	}
	for _, u := range d.Users {
		if u.Exact {
			exact(u.Place, "the exact set of "+u.Person.Text)
		}
	}
	for _, r := range d.Rules {
		if r.Exact {
			exact(r.Place, "the exact set of rule "+quote(r.Name))
		}
	}
	for _, r := range d.Remove {
		if r.Products.All {
			exact(r.Products.Place, "`products: all`")
		}
	}
	return faults
}

// checkManaged refuses statements on products that manage.products lacks.
func (d *Desired) checkManaged() []Fault {
	m := &d.Settings.Manage
	managed, excluded := map[string]bool{}, map[string]bool{}
	unclear := false
	for _, n := range m.Products {
		managed[offlineKey(n)] = true
		unclear = unclear || unknownGUID(n)
	}
	for _, n := range m.Exclude {
		excluded[offlineKey(n)] = true
	}
	var faults []Fault
	unmanaged := remembered(func(n Name) string {
		switch k := offlineKey(n); {
		case excluded[k]:
			return "excluded"
		case m.Given && !m.All && !managed[k] && !unclear && !unknownGUID(n):
			return "unmanaged"
		}
		return ""
	})
	d.eachNamed(func(n Name) {
		switch unmanaged(n) {
		case "excluded":
			faults = append(faults, Fault{Place: n.Place, Cause: quote(n.Text) + " is not managed: manage.exclude names it",
				Remedy: "leave it out here or there"})
		case "unmanaged":
			faults = append(faults, Fault{Place: n.Place, Cause: quote(n.Text) + " is not managed", Remedy: "add it to manage.products"})
		}
	})
	return faults
}

// checkClosed refuses a second closed list for one product.
func (d *Desired) checkClosed(product func(Name) string) []Fault {
	first := map[string]Place{}
	var faults []Fault
	for _, p := range d.Products {
		if !p.Closed {
			continue
		}
		key := product(p.Product)
		if at, twice := first[key]; twice {
			faults = append(faults, Fault{Place: p.Place, Cause: p.Product.Text + " has holders in " + at.String() + " already",
				Remedy: "put both lists into one"})
			continue
		}
		first[key] = p.Place
	}
	return faults
}
