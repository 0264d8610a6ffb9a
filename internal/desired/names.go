package desired

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// name reads a single name and its place.
func (s *source) name(n *yaml.Node, what string) plan.Name {
	return plan.Name{Text: s.text(n, what), Place: s.place(n)}
}

// names reads a list of names, in which none may stand twice.
func (s *source) names(n *yaml.Node, what string) []plan.Name {
	if n == nil {
		return nil
	}
	var out []plan.Name
	seen := s.seen(what)
	for _, e := range s.list(n, what) {
		if name := s.name(e, "an entry of "+what); name.Text != "" && seen(name) {
			out = append(out, name)
		}
	}
	return out
}

// seen returns a func that reports whether a name is new to the list called
// what, and a fault if not.
func (s *source) seen(what string) func(plan.Name) bool {
	var first map[string]plan.Name // of more than one name
	var only plan.Name
	return func(name plan.Name) bool {
		if only.Text == "" {
			only = name
			return true
		}
		if first == nil {
			first = map[string]plan.Name{fold(only.Text): only}
		}
		key := fold(name.Text)
		if was, ok := first[key]; ok {
			s.report(plan.Fault{
				Place:  name.Place,
				Cause:  fmt.Sprintf("%s stands twice in %s, first at %d:%d", quote(name.Text), what, was.Line, was.Column),
				Remedy: "keep one of them",
			})
			return false
		}
		first[key] = name
		return true
	}
}

// products reads a list of products, or the word all.
func (s *source) products(n *yaml.Node, what string) plan.Products {
	p := plan.Products{Place: s.place(n)}
	if n.Kind == yaml.ScalarNode && strings.EqualFold(normal(n.Value), "all") {
		p.All = s.enum(n, what, "all") == "all"
		return p
	}
	if n.Kind == yaml.ScalarNode {
		s.fault(n, what+" is a single value, neither a list nor `all`", "write "+bracketed(n.Value)+", or `all`")
		return p
	}
	p.List = s.named(n, what)
	return p
}

// named reads a list of products by name.
func (s *source) named(n *yaml.Node, what string) []plan.Name {
	list := s.names(n, what)
	for _, p := range list {
		s.reserved(p, what)
	}
	return list
}

// reserved reports a word that means something else than a product.
func (s *source) reserved(p plan.Name, what string) {
	switch strings.ToLower(p.Text) {
	case "all":
		s.report(plan.Fault{Place: p.Place, Cause: quote(p.Text) + " is no product", Remedy: "name the products; where all may be meant the word stands alone, as in `products: all`"})
	case "none":
		s.report(plan.Fault{Place: p.Place, Cause: quote(p.Text) + " is no product", Remedy: "leave it out of " + what + "; who shall hold nothing has the list `[]`"})
	}
}

// person checks that a text can name a person, and tells what else it might be.
func (s *source) person(n *yaml.Node, what string) (plan.Name, bool) {
	name := s.name(n, what)
	if name.Text == "" {
		return name, false
	}
	cause, remedy := noPerson(name.Text)
	if cause != "" {
		s.fault(n, cause, remedy)
	}
	return name, cause == ""
}

// noPerson says why a text cannot name a person; "" if it can.
func noPerson(text string) (cause, remedy string) {
	local, domain, found := strings.Cut(text, "@")
	if !found {
		if _, err := plan.ParseGUID(text); err == nil {
			return "", ""
		}
	}
	switch {
	case strings.ContainsAny(text, "*?"):
		return quote(text) + " is a pattern, not a person", `a pattern stands in a selector, as in {userPrincipalName: "bg-*@*"}`
	case !found:
		return quote(text) + " is neither a userPrincipalName nor an object id", "write it as adele@contoso.com"
	case local == "" || domain == "" || strings.ContainsAny(text, " \t"):
		return quote(text) + " is no userPrincipalName", "write it as adele@contoso.com"
	}
	return "", ""
}

// persons reads a list of persons.
func (s *source) persons(n *yaml.Node, what string) []plan.Name {
	if n == nil {
		return nil
	}
	var out []plan.Name
	for _, e := range s.list(n, what) {
		if name, ok := s.person(e, "an entry of "+what); ok {
			out = append(out, name)
		}
	}
	return out
}

// who reads a list of persons and selectors.
func (s *source) who(n *yaml.Node, what string) []plan.Who {
	if n == nil {
		return nil
	}
	var out []plan.Who
	for _, e := range s.list(n, what) {
		w := plan.Who{Place: s.place(e)}
		switch {
		case e.Kind == void:
			continue
		case e.Kind == yaml.MappingNode:
			w.Selector = s.selector(e)
		case e.Kind == yaml.ScalarNode && normal(e.Value) == "everyone":
			w.Everyone = true
		case e.Kind == yaml.ScalarNode && strings.EqualFold(normal(e.Value), "everyone"):
			s.fault(e, quote(e.Value)+" is no person", "did you mean `everyone`?")
			continue
		default:
			name, ok := s.person(e, "an entry of "+what)
			if !ok {
				continue
			}
			w.Person = name.Text
		}
		out = append(out, w)
	}
	return out
}
