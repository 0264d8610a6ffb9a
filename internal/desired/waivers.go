package desired

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const waiverKeys = "rule user match product until reason"

// waivers reads what lifts rules for some people. Which rules there are is
// known when they are compiled.
func (s *source) waivers(n *yaml.Node) []plan.Waiver {
	if n == nil {
		return nil
	}
	var out []plan.Waiver
	for _, e := range s.list(n, "`waivers`") {
		out = append(out, s.waiver(e))
	}
	return out
}

func (s *source) waiver(n *yaml.Node) plan.Waiver {
	w := plan.Waiver{Place: s.place(n)}
	o, ok := s.object(n, "a waiver", waiverKeys, "")
	if !ok {
		return w
	}
	if !s.missing(o, "the waiver", "rule", "say which rule it lifts, as in `rule: protected-role`") {
		w.Rule = s.name(o.get("rule"), "`rule`")
	}
	s.waived(o, &w)
	if v := o.get("product"); v != nil {
		w.Product = s.waivedProduct(v)
	}
	if !s.missing(o, "the waiver", "until", "say the last day it holds, as in `until: 2027-01-31`") {
		w.Until = s.day(o.get("until"), "`until`")
	}
	if !s.missing(o, "the waiver", "reason", "say why, as in `reason: CHG-1234`") {
		w.Reason = s.prose(o.get("reason"), "`reason`")
	}
	return w
}

// waived reads whom a waiver is for: one person, or those who match.
func (s *source) waived(o object, w *plan.Waiver) {
	user, match := o.get("user"), o.get("match")
	switch {
	case user != nil && match != nil:
		s.fault(o.key("match"), "the waiver has both `user` and `match`", "keep one, and write the other as a waiver of its own")
	case user == nil && match == nil && !o.guessed("user", "match"):
		s.fault(o.node, "the waiver says neither `user` nor `match`", "say for whom, as in `user: dana@contoso.com` or `match: {department: [Design]}`")
	}
	if user != nil && user.Kind != void {
		if name, ok := s.person(user, "`user`"); ok {
			w.User = &name
		}
	}
	if match != nil && match.Kind != void {
		w.Match = s.selector(match)
		s.noHolds(w.Match, "a waiver")
	}
}

// waivedProduct reads the one product that a waiver is about.
func (s *source) waivedProduct(n *yaml.Node) *plan.Name {
	name := s.name(n, "`product`")
	switch {
	case name.Text == "":
		return nil
	case strings.EqualFold(name.Text, "all"), strings.EqualFold(name.Text, "any"), strings.EqualFold(name.Text, "none"):
		s.fault(n, quote(name.Text)+" is no product", "leave `product` out for every product")
		return nil
	}
	return &name
}
