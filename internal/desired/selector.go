package desired

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	selectorKeys = "accountEnabled userType department jobTitle companyName country city officeLocation usageLocation employeeType " +
		"displayName mail userPrincipalName onPremisesSyncEnabled isResourceAccount memberOf " +
		"holds role mailbox lastSignIn created listed fact not"
	extensionKeys = "extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5 " +
		"extensionAttribute6 extensionAttribute7 extensionAttribute8 extensionAttribute9 extensionAttribute10 " +
		"extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14 extensionAttribute15"
	mailboxWords = "user linked shared room equipment others none"
)

// selector reads a selector; it never returns nil. The depth of `not` in `not`
// is bounded by that of the document.
func (s *source) selector(n *yaml.Node) *plan.Selector {
	sel := &plan.Selector{Place: s.place(n)}
	if !s.mapping(n, "a selector") {
		return sel
	}
	if len(n.Content) == 0 {
		s.fault(n, "the selector is empty", "say what to look for, as in {department: [Sales]}; for all people write `everyone` in a list of people")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !has(selectorKeys, k.Value) && !has(extensionKeys, k.Value):
			s.fault(k, "unknown key "+quote(k.Value)+" in a selector", selectorChoices(k.Value))
		case !s.nothing(k, v):
			sel.Terms = append(sel.Terms, s.term(k, v))
		}
	}
	return sel
}

func selectorChoices(word string) string {
	if strings.HasPrefix(strings.ToLower(word), "extensionattribute") {
		return "write `extensionAttribute1` to `extensionAttribute15`"
	}
	if best := plan.Nearest(word, strings.Fields(selectorKeys)); best != "" {
		return "did you mean `" + best + "`?"
	}
	return "write " + either(append(strings.Fields(selectorKeys), "extensionAttribute1…15"))
}

// term reads one key of a selector.
func (s *source) term(k, v *yaml.Node) plan.Term {
	t := plan.Term{Key: plan.Key(k.Value), Place: s.place(k)}
	what := "`" + k.Value + "`"
	switch {
	case t.Key == plan.KeyNot:
		t.Not = s.selector(v)
	case t.Key.Bool():
		if b := s.enum(v, what, "true false"); b != "" {
			t.Values = []string{b}
		}
	case t.Key == plan.KeyLastSignIn, t.Key == plan.KeyCreated:
		t.OlderThan = s.olderThan(v, what)
	case t.Key == plan.KeyFact:
		t.Facts = s.facts(v)
	case t.Key == plan.KeyMemberOf, t.Key == plan.KeyHolds, t.Key == plan.KeyRole, t.Key == plan.KeyMailbox, t.Key == plan.KeyListed:
		t.Values = s.things(t.Key, v, what)
	default:
		t.Values, t.None = s.values(v, what)
	}
	return t
}

// one reads the one value or the list of values of a key; none is for the
// fault of an empty list.
func (s *source) one(v *yaml.Node, what, none string) []*yaml.Node {
	if v.Kind == yaml.ScalarNode {
		return []*yaml.Node{v}
	}
	if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
		s.fault(v, what+" has no values", none)
	}
	return s.list(v, what)
}

// values reads the value or values of a text attribute or of a fact.
func (s *source) values(v *yaml.Node, what string) (values []string, none bool) {
	for _, e := range s.one(v, what, "name at least one; `none` asks for an empty attribute") {
		text := s.text(e, "a value of "+what)
		switch {
		case text == "":
		case text == "none":
			none = true
		case strings.EqualFold(text, "none"):
			s.fault(e, "a value of "+what+" is "+quote(text), "write `none` for an empty attribute, or "+quote("?"+text[1:])+" for one that says so")
		default:
			values = append(values, text)
		}
	}
	return values, none
}

// things reads the names that a key takes which asks for more than text.
func (s *source) things(key plan.Key, v *yaml.Node, what string) []string {
	nodes := s.one(v, what, "name at least one")
	out := make([]string, 0, len(nodes))
	for _, e := range nodes {
		text := ""
		if key == plan.KeyMailbox {
			text = s.enum(e, "a value of "+what, mailboxWords)
		} else {
			text = s.text(e, "a value of "+what)
		}
		if text == "" {
			continue
		}
		out = append(out, text)
		switch key {
		case plan.KeyHolds:
			s.product(e, text)
		case plan.KeyRole:
			s.role(e, text)
		case plan.KeyListed: // out never grows beyond what it has, so the address stays
			s.asks = append(s.asks, ask{table: &out[len(out)-1], place: s.place(e)})
		}
	}
	return out
}

// product reports a word that stands for something else than one product.
func (s *source) product(n *yaml.Node, text string) {
	switch fold(text) {
	case "all", "any":
		s.fault(n, quote(text)+" is no product", "name the products; who holds any of them is asked for as `holds: [SPE_E3, SPE_E5]`")
	case "none":
		s.fault(n, quote(text)+" is no product", "name the products; who holds none of them is asked for as `not: {holds: [SPE_E3, SPE_E5]}`")
	}
}

// role reports a word that stands for something else than one role.
func (s *source) role(n *yaml.Node, text string) {
	switch {
	case text == "any":
	case strings.EqualFold(text, "any"):
		s.fault(n, quote(text)+" is no role", "did you mean `any`?")
	case strings.EqualFold(text, "none"):
		s.fault(n, quote(text)+" is no role", "who holds no role is asked for as `not: {role: any}`")
	case strings.ContainsAny(text, "*?"):
		s.fault(n, quote(text)+" is a pattern, and roles are asked for by name or id", "name the roles, or write `any`")
	}
}

// noHolds reports `holds` where the answer would depend on itself; where says
// where that is.
func (s *source) noHolds(sel *plan.Selector, where string) {
	if sel == nil {
		return
	}
	for _, t := range sel.Terms {
		if t.Key == plan.KeyHolds {
			s.report(plan.Fault{Place: t.Place, Cause: "`holds` cannot stand in " + where + ": what people will hold depends on it",
				Remedy: "ask for something that no plan changes, such as `department` or `memberOf`"})
		}
		s.noHolds(t.Not, where)
	}
}

// noHoldsAmong reports `holds` among people.
func (s *source) noHoldsAmong(who []plan.Who, where string) {
	for _, w := range who {
		s.noHolds(w.Selector, where)
	}
}
