package desired

import (
	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// productEntries reads the section `products`: who shall hold each product.
func (s *source) productEntries(n *yaml.Node) {
	if n == nil {
		return
	}
	for _, e := range s.entries(n, "`products`") {
		name := s.name(e.key, "a product in `products`")
		o, ok := s.object(e.value, "an entry of `products`", "holders add", "via replace")
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
		}
		if add := o.get("add"); add != nil && add.Kind == yaml.SequenceNode && len(add.Content) == 0 {
			s.fault(add, "`add` is empty", "name at least one person, or leave it out")
		}
		if !p.Closed && !o.guessed("holders", "add") && o.get("add") == nil && o.get("via") == nil && o.get("replace") == nil {
			s.fault(e.key, "the entry of "+quote(name.Text)+" has nothing in it", "write `holders: […]` for these and nobody else, or `add: […]` for these as well")
		}
		s.desired.Products = append(s.desired.Products, p)
	}
}
