package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// An order is the body of an assignLicense.
type order struct {
	add    []addition
	remove []plan.SKU
}

// An addition is a product to give, or to give with other service plans.
type addition struct {
	SKU plan.SKU `json:"skuId"`
	// DisabledPlans is nil where the caller did not say: then the plans stay as they are.
	DisabledPlans []plan.PlanID `json:"disabledPlans"`
}

// readOrder takes the body of an assignLicense apart.
func readOrder(c *call) (order, error) {
	var raw map[string]json.RawMessage
	if err := c.decode(&raw); err != nil {
		return order{}, err
	}
	var o order
	var absent []string
	for _, name := range []string{"addLicenses", "removeLicenses"} {
		if v, ok := raw[name]; !ok || string(v) == "null" {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		return o, badRequest("One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: %s.", strings.Join(absent, ", "))
	}
	for name := range raw {
		if name != "addLicenses" && name != "removeLicenses" && !strings.Contains(name, "@odata.") {
			return o, badRequest("The parameter '%s' in the request payload is not a valid parameter for the operation 'assignLicense'.", name)
		}
	}
	var adds []map[string]json.RawMessage
	var removes []json.RawMessage
	if json.Unmarshal(raw["addLicenses"], &adds) != nil || json.Unmarshal(raw["removeLicenses"], &removes) != nil {
		return o, badRequest("addLicenses and removeLicenses must be collections.")
	}
	for _, a := range adds {
		one, err := readAddition(a)
		if err != nil {
			return o, err
		}
		o.add = append(o.add, one)
	}
	for _, r := range removes {
		id, err := edmGUID(r)
		if err != nil {
			return o, err
		}
		o.remove = append(o.remove, plan.SKU(id))
	}
	return o, o.sane()
}

func readAddition(raw map[string]json.RawMessage) (addition, error) {
	var a addition
	for name, v := range raw {
		switch {
		case name == "skuId":
			id, err := edmGUID(v)
			if err != nil {
				return a, err
			}
			a.SKU = plan.SKU(id)
		case name == "disabledPlans":
			var plans []json.RawMessage
			if json.Unmarshal(v, &plans) != nil || plans == nil {
				return a, badRequest("disabledPlans must be a collection.")
			}
			a.DisabledPlans = []plan.PlanID{}
			for _, p := range plans {
				id, err := edmGUID(p)
				if err != nil {
					return a, err
				}
				a.DisabledPlans = append(a.DisabledPlans, plan.PlanID(id))
			}
			slices.Sort(a.DisabledPlans)
			a.DisabledPlans = slices.Compact(a.DisabledPlans)
		case !strings.Contains(name, "@odata."):
			return a, badRequest("The property '%s' does not exist on type 'microsoft.graph.assignedLicense'.", name)
		}
	}
	if a.SKU == "" {
		return a, badRequest("skuId is missing from an entry of addLicenses.")
	}
	return a, nil
}

func edmGUID(raw json.RawMessage) (string, error) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		if id, err := plan.ParseGUID(s); err == nil {
			return id, nil
		}
	}
	return "", badRequest("Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.")
}

// sane refuses what nobody knows the service's answer to.
func (o order) sane() error {
	if len(o.add)+len(o.remove) == 0 {
		return badRequest("Both addLicenses and removeLicenses are empty; what the service answers is not known, so the simulated tenant refuses.")
	}
	seen := map[plan.SKU]bool{}
	for _, sku := range slices.Concat(o.skus(), o.remove) {
		if seen[sku] {
			return badRequest("License %s occurs twice in one request; what the service answers is not known, so the simulated tenant refuses.", sku)
		}
		seen[sku] = true
	}
	return nil
}

func (o order) skus() []plan.SKU {
	var all []plan.SKU
	for _, a := range o.add {
		all = append(all, a.SKU)
	}
	return all
}

// settle fills in the plans that the caller left as they are.
func (o order) settle(h holding) order {
	o.add = slices.Clone(o.add)
	for i, a := range o.add {
		if a.DisabledPlans == nil {
			s, _ := h.direct(a.SKU)
			o.add[i].DisabledPlans = full(s.DisabledPlans)
		}
	}
	return o
}

// judge returns what an account holds once an order is carried out, or why it
// is refused; nothing of a refused order is done. Its caller holds writes.
func (t *Tenant) judge(a *account, o order, at time.Time) (holding, error) {
	next := a.now
	for _, sku := range o.remove {
		if _, ok := a.now.direct(sku); !ok {
			if a.now.inherits(sku) || slices.Contains(a.now.unsourced, sku) {
				return next, badRequest("User license is inherited from a group membership and it cannot be removed directly from the user.")
			}
			return next, badRequest("User does not have a corresponding license.")
		}
		next = next.without(sku)
	}
	for _, add := range o.add {
		if err := t.assignable(a, add); err != nil {
			return next, err
		}
		next = next.with(plan.Source{SKU: add.SKU, State: plan.Active, DisabledPlans: add.DisabledPlans, UpdatedAt: at})
	}
	return next, t.lawful(a.now, next)
}

func (t *Tenant) assignable(a *account, add addition) error {
	s, err := t.fit(add)
	switch {
	case err != nil:
		return err
	case !location(a.user.UsageLocation):
		return badRequest("License assignment cannot be done for user with invalid usage location.")
	case !s.Assignable() || !a.now.shows(add.SKU) && s.consumed >= s.Bought():
		return noUnits(add.SKU)
	}
	return nil
}

// fit refuses products that cannot be assigned, to whomever.
func (t *Tenant) fit(add addition) (*stock, error) {
	s := t.bySKU[add.SKU]
	switch {
	case s == nil:
		return nil, badRequest("License %s does not correspond to a valid company License.", add.SKU)
	case s.AppliesTo != "User":
		return nil, badRequest("License %s cannot be assigned to a user.", add.SKU)
	}
	for _, p := range add.DisabledPlans {
		if _, ok := s.plans[p]; !ok {
			return nil, badRequest("License assignment failed because service plan %s is not part of license %s.", p, add.SKU)
		}
	}
	return s, nil
}

func noUnits(sku plan.SKU) error {
	return badRequest("Subscription with SKU %s does not have any available licenses.", sku)
}

// location reports whether s is a country as ISO 3166 writes it; UK is none.
func location(s string) bool {
	return len(s) == 2 && s != "UK" && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

func (t *Tenant) assignLicense(c *call) (*answer, error) {
	o, err := readOrder(c)
	if err != nil {
		return nil, err
	}
	c.order = &o
	id, err := t.userID(c.args[0])
	if err != nil {
		return nil, err
	}
	done, err := t.enter(c, id)
	if err != nil {
		return nil, err
	}
	defer done()
	e := &entry{User: id, Add: o.add, Remove: o.remove}
	if err := t.commit(c.now, e); err != nil {
		return nil, err
	}
	c.entry = e
	return t.shown(c, e)
}

// shown answers with the user as a write left him.
func (t *Tenant) shown(c *call, e *entry) (*answer, error) {
	return t.shownAs(e, c.context("users/$entity"), defaultUser+",assignedLicenses,assignedPlans")
}

func (t *Tenant) shownAs(e *entry, annotations, properties string) (*answer, error) {
	cols, err := choose(&call{}, "user", t.views.users, properties)
	if err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return &answer{status: http.StatusOK, body: appendObject(nil, annotations, cols, person{e.user, e.next, t})}, nil
}

// prepareAssign judges an assignLicense of a user.
func (t *Tenant) prepareAssign(e *entry) (func(mark), error) {
	a, err := t.living(e.User)
	if err != nil {
		return nil, err
	}
	o := order{e.Add, e.Remove}.settle(a.now)
	e.Add = o.add
	next, err := t.judge(a, o, e.At)
	if err != nil {
		return nil, err
	}
	e.user, e.next = a.user, next
	e.changed = !sameSources(a.now.sources, next.sources) || !slices.Equal(a.now.unsourced, next.unsourced)
	return func(m mark) { t.install(a, next, m) }, nil
}

// userID returns the id of a user by id or name.
func (t *Tenant) userID(idOrName string) (plan.UserID, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if a := t.account(idOrName); a != nil {
		return a.user.ID, nil
	}
	return "", notFound(idOrName)
}
