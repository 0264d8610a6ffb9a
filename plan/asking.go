package plan

import "slices"

// asking are the statements of the folder of which a selector has the key.
func (d *Desired) asking(key Key) map[*Ref]bool {
	out := map[*Ref]bool{}
	has := func(s *Selector) (found bool) {
		s.each(func(t *Term) { found = found || t.Key == key })
		return found
	}
	listed := func(r *Ref, lists ...[]Who) {
		for _, list := range lists {
			if slices.ContainsFunc(list, func(w Who) bool { return has(w.Selector) }) {
				out[r] = true
			}
		}
	}
	for i := range d.Remove {
		listed(&d.Remove[i].Ref, d.Remove[i].Who, d.Remove[i].Except)
	}
	for i := range d.Products {
		p := &d.Products[i]
		listed(&p.Ref, p.Holders, p.Add)
		for j := range p.Replace {
			listed(&p.Replace[j].Ref, p.Replace[j].Who, p.Replace[j].Except)
		}
	}
	for i := range d.Rules {
		if has(&d.Rules[i].Match) {
			out[&d.Rules[i].Ref] = true
		}
	}
	return out
}
