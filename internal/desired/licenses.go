package desired

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	licensesKeys = "apiVersion kind keep remove users products rules"
	keepKeys     = "name who except products from until reason"
	removeKeys   = "name who except products from until dataLoss reason"
	ruleKeys     = "name match licenses add"
	sampleWho    = "say whom it is about, as in `who: [adele@contoso.com]`; for all people write `who: [everyone]`"
)

// licenses reads a document of kind Licenses.
func (s *source) licenses(n *yaml.Node) {
	o, ok := s.object(n, "kind Licenses", licensesKeys, "")
	if !ok {
		return
	}
	if v := o.get("keep"); v != nil {
		for _, e := range s.list(v, "`keep`") {
			s.keep(e)
		}
	}
	if v := o.get("remove"); v != nil {
		for _, e := range s.list(v, "`remove`") {
			s.remove(e)
		}
	}
	s.users(o.get("users"))
	s.productEntries(o.get("products"))
	if v := o.get("rules"); v != nil {
		s.rulesKey(o.key("rules"))
		for _, e := range s.list(v, "`rules`") {
			s.rule(e)
		}
	}
}

// keep reads one entry of `keep`.
func (s *source) keep(n *yaml.Node) {
	o, ok := s.object(n, "an entry of `keep`", keepKeys, "after")
	if !ok {
		return
	}
	k := plan.Keep{Ref: s.ref(o, plan.KindKeep)}
	k.Who, k.Except, k.Products = s.about(o, "the keep")
	k.Span = s.span(o)
	k.Reason = s.prose(o.get("reason"), "`reason`")
	s.desired.Keep = append(s.desired.Keep, k)
}

// remove reads one entry of `remove`.
func (s *source) remove(n *yaml.Node) {
	o, ok := s.object(n, "an entry of `remove`", removeKeys, "after")
	if !ok {
		return
	}
	r := plan.Remove{Ref: s.ref(o, plan.KindRemove), DataLoss: plan.LossDeny}
	r.Who, r.Except, r.Products = s.about(o, "the remove")
	r.Span = s.span(o)
	if w := s.enum(o.get("dataLoss"), "`dataLoss`", "deny skip accept"); w != "" {
		r.DataLoss = plan.DataLoss(w)
	}
	r.Reason = s.prose(o.get("reason"), "`reason`")
	s.desired.Remove = append(s.desired.Remove, r)
}

// about reads whom and what a keep or remove is about; neither has a default.
func (s *source) about(o object, what string) (who, except []plan.Who, products plan.Products) {
	who, except = s.whom(o, what), s.who(o.get("except"), "`except`")
	if !s.missing(o, what, "products", "name them, as in `products: [VISIOCLIENT]`, or write `products: all`") {
		v := o.get("products")
		products = s.products(v, "`products`")
		if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
			s.fault(v, "`products` is empty", "name at least one, or write `products: all`")
		}
	}
	if products.All {
		s.noHoldsAmong(who, "a statement on all products")
		s.noHoldsAmong(except, "a statement on all products")
	}
	return who, except, products
}

// whom reads `who`, which has no default.
func (s *source) whom(o object, what string) []plan.Who {
	if s.missing(o, what, "who", sampleWho) {
		return nil
	}
	v := o.get("who")
	if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
		s.fault(v, "`who` is empty", sampleWho)
	}
	return s.who(v, "`who`")
}

// rulesKey notes where rules stand: their order counts, so they stand in one file.
func (s *source) rulesKey(key *yaml.Node) {
	s.desired.RulesGiven = true
	place := s.place(key)
	switch first := s.reader.rules; {
	case first == nil:
		s.reader.rules = &place
	case first.File != s.file:
		s.fault(key, fmt.Sprintf("`rules` stand in another file already, at %s", first), "the order of rules counts, so move them into one file")
	}
}

// rule reads one entry of `rules`.
func (s *source) rule(n *yaml.Node) {
	o, ok := s.object(n, "a rule", ruleKeys, "")
	if !ok {
		return
	}
	r := plan.Rule{Ref: s.ref(o, plan.KindRules)}
	if !s.missing(o, "the rule", "match", "say whom it is for, as in `match: {department: [Sales]}`") {
		r.Match = *s.selector(o.get("match"))
	}
	licenses, add := o.get("licenses"), o.get("add")
	switch {
	case licenses != nil && add != nil:
		s.fault(o.key("add"), "the rule has both `licenses` and `add`", "keep `licenses` for exactly these, or `add` for these as well")
	case licenses != nil:
		r.Exact, r.Licenses = true, s.wanted(licenses, "`licenses`")
		s.noHolds(&r.Match, "a rule with `licenses`, which speaks about all managed products")
	case add != nil:
		r.Add = s.some(add, "`add`")
	case !o.guessed("licenses", "add"):
		s.fault(n, "the rule has neither `licenses` nor `add`", "write `licenses: [SPE_E3]` for exactly these, or `add: [SPE_E3]` for these as well")
	}
	s.desired.Rules = append(s.desired.Rules, r)
}

// wanted reads a list of licences: names, or mappings with sku and disabledPlans.
func (s *source) wanted(n *yaml.Node, what string) []plan.Wanted {
	if n == nil {
		return nil
	}
	var out []plan.Wanted
	isNew := s.seen(what)
	for _, e := range s.list(n, what) {
		var w plan.Wanted
		if e.Kind == yaml.MappingNode {
			w = s.licence(e, what)
		} else {
			w.Product = s.name(e, "an entry of "+what)
			s.reserved(w.Product, what)
		}
		if w.Product.Text != "" && isNew(w.Product) {
			out = append(out, w)
		}
	}
	return out
}

// licence reads {sku, disabledPlans}.
func (s *source) licence(n *yaml.Node, what string) plan.Wanted {
	var w plan.Wanted
	o, ok := s.object(n, "an entry of "+what, "sku disabledPlans", "")
	if !ok || s.missing(o, "the entry", "sku", "name the product, as in `{sku: SPE_E3, disabledPlans: [YAMMER_ENTERPRISE]}`") {
		return w
	}
	w.Product = s.name(o.get("sku"), "`sku`")
	s.reserved(w.Product, what)
	if v := o.get("disabledPlans"); v != nil {
		w.PlansGiven, w.DisabledPlans = true, s.names(v, "`disabledPlans`")
	}
	return w
}

// some is wanted for a list that must not be empty.
func (s *source) some(n *yaml.Node, what string) []plan.Wanted {
	if n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		s.fault(n, what+" is empty", "name at least one product, or leave it out")
	}
	return s.wanted(n, what)
}
