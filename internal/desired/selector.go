package desired

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	selectorKeys = "accountEnabled userType department jobTitle companyName country city officeLocation usageLocation employeeType " +
		"displayName mail userPrincipalName onPremisesSyncEnabled isResourceAccount memberOf not"
	extensionKeys = "extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5 " +
		"extensionAttribute6 extensionAttribute7 extensionAttribute8 extensionAttribute9 extensionAttribute10 " +
		"extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14 extensionAttribute15"
	selectorLater = "holds role mailbox lastSignIn created listed fact"
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
		case has(selectorLater, k.Value):
			s.fault(k, "`"+k.Value+"` is not built yet", "leave it out")
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
	default:
		s.values(&t, v, what)
	}
	return t
}

// values reads the value or values of a text attribute or of memberOf.
func (s *source) values(t *plan.Term, v *yaml.Node, what string) {
	list := []*yaml.Node{v}
	if v.Kind != yaml.ScalarNode {
		list = s.list(v, what)
		if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
			s.fault(v, what+" has no values", "name at least one; `none` asks for an empty attribute")
		}
	}
	for _, e := range list {
		text := s.text(e, "a value of "+what)
		switch {
		case text == "":
		case t.Key == plan.KeyMemberOf:
			t.Values = append(t.Values, text)
		case text == "none":
			t.None = true
		case strings.EqualFold(text, "none"):
			s.fault(e, "a value of "+what+" is "+quote(text), "write `none` for an empty attribute, or "+quote("?"+text[1:])+" for one that says so")
		default:
			t.Values = append(t.Values, text)
		}
	}
}
