package desired

import (
	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// productEntries reads the section `products`: who shall hold each product, how
// it shall be held, and what takes its place.
func (s *source) productEntries(n *yaml.Node) {
	if n == nil {
		return
	}
	for _, e := range s.entries(n, "`products`") {
		name := s.name(e.key, "a product in `products`")
		o, ok := s.object(e.value, "an entry of `products`", "holders add via replace", "")
		if !ok || name.Text == "" {
			continue
		}
		s.reserved(name, "`users`")
		p := plan.ProductEntry{
			Ref:     plan.Ref{Kind: plan.KindProducts, Name: name.Text, Place: name.Place},
			Product: name,
			Closed:  o.get("holders") != nil,
			Holders: s.who(o.get("holders"), "`holders`"),
			Add:     s.who(o.get("add"), "`add`"),
			Via:     plan.Via(s.enum(o.get("via"), "`via`", "any direct group")),
			Replace: s.replaces(o.get("replace"), name),
		}
		if add := o.get("add"); add != nil && add.Kind == yaml.SequenceNode && len(add.Content) == 0 {
			s.fault(add, "`add` is empty", "name at least one person, or leave it out")
		}
		if len(o.pairs) == 0 {
			s.fault(e.key, "the entry of "+quote(name.Text)+" has nothing in it", "write `holders: […]` for these and nobody else, or `add: […]` for these as well")
		}
		s.desired.Products = append(s.desired.Products, p)
	}
}

// replaces reads what takes the place of a product.
func (s *source) replaces(n *yaml.Node, product plan.Name) []plan.Replace {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		s.fault(n, "`replace` is empty", "name at least one product that takes the place, or leave it out")
	}
	var out []plan.Replace
	for _, e := range s.list(n, "`replace`") {
		o, ok := s.object(e, "an entry of `replace`", "with who except", "")
		if !ok {
			continue
		}
		r := plan.Replace{Ref: plan.Ref{Kind: plan.KindProducts, Place: s.place(e)}}
		if !s.missing(o, "the replace", "with", "name the product that takes the place, as in `with: SPE_E3`") {
			r.With = s.name(o.get("with"), "`with`")
			r.Name = "replace with " + r.With.Text
			s.instead(r.With, product)
		}
		r.Who = s.whom(o, "the replace")
		r.Except = s.who(o.get("except"), "`except`")
		out = append(out, r)
	}
	return out
}

// instead checks the product that takes another's place.
func (s *source) instead(with, product plan.Name) {
	f := plan.Fault{Place: with.Place}
	switch fold(with.Text) {
	case "":
		return
	case fold(product.Text):
		f.Cause, f.Remedy = quote(with.Text)+" cannot take its own place", "name another product, or leave the entry out"
	case "all", "none":
		f.Cause, f.Remedy = quote(with.Text)+" is no product", "name the product that takes the place; who shall lose one stands in `remove`"
	default:
		return
	}
	s.report(f)
}
