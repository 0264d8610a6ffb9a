package desired

import (
	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	limitKeys = "removals removalPercent productPercent small assignments uncounted raise"
	raiseKeys = "removals removalPercent productPercent assignments product until reason"
)

// limits reads the limits that are given; the others keep their defaults.
func (s *source) limits(n *yaml.Node, l *plan.Limits) {
	if n == nil {
		return
	}
	o, _ := s.object(n, "`limits`", limitKeys, "")
	s.limit(o, "removals", maxCount, &l.Removals)
	l.RemovalsGiven = o.get("removals") != nil
	s.limit(o, "removalPercent", 100, &l.RemovalPercent)
	s.limit(o, "productPercent", 100, &l.ProductPercent)
	s.limit(o, "small", maxCount, &l.Small)
	s.limit(o, "assignments", maxCount, &l.Assignments)
	if v := o.get("uncounted"); v != nil {
		l.Uncounted = s.named(v, "`uncounted`")
	}
	if v := o.get("raise"); v != nil {
		for _, e := range s.list(v, "`raise`") {
			l.Raise = append(l.Raise, s.raise(e))
		}
	}
}

func (s *source) limit(o object, key string, most int, to *int) {
	if v := o.get(key); v != nil {
		if x, ok := s.number(v, "`"+key+"`", 0, most); ok {
			*to = x
		}
	}
}

// raise reads one entry of limits.raise.
func (s *source) raise(n *yaml.Node) plan.Raise {
	r := plan.Raise{Place: s.place(n)}
	o, ok := s.object(n, "a raise", raiseKeys, "")
	if !ok {
		return r
	}
	figures := false
	for _, f := range []struct {
		key  string
		most int
		to   *int
	}{
		{"removals", maxCount, &r.Removals},
		{"removalPercent", 100, &r.RemovalPercent},
		{"productPercent", 100, &r.ProductPercent},
		{"assignments", maxCount, &r.Assignments},
	} {
		v := o.get(f.key)
		if v == nil {
			continue
		}
		figures = true
		if x, ok := s.number(v, "`"+f.key+"`", 1, f.most); ok {
			*f.to = x
		}
	}
	if !figures && !o.guessed("removals", "removalPercent", "productPercent", "assignments") {
		s.fault(n, "the raise raises nothing", "add `removals`, `removalPercent`, `productPercent` or `assignments`")
	}
	if v := o.get("product"); v != nil {
		name := s.name(v, "`product`")
		r.Product = &name
		for _, key := range []string{"removalPercent", "assignments"} {
			if of := o.get(key); of != nil {
				s.fault(of, "a raise of one product raises no `"+key+"`, which is of all products", "take `"+key+"` out, or put it into a raise without `product`")
			}
		}
	}
	if !s.missing(o, "the raise", "until", "say the last day it holds, as in `until: 2027-01-31`") {
		r.Until = s.day(o.get("until"), "`until`")
	}
	if !s.missing(o, "the raise", "reason", "say why, as in `reason: CHG-2210`") {
		r.Reason = s.prose(o.get("reason"), "`reason`")
	}
	return r
}
