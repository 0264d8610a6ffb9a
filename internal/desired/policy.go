package desired

import (
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// What the settings of one rule may be at most.
const (
	maxSettings     = 10_000 // values, those within others too
	maxSettingDepth = 8
	maxSettingText  = 4096    // bytes
	maxInt          = 1 << 53 // more is no whole number to every reader of JSON
)

// policy reads the settings of rules: their shape. Which rules there are, and
// what the built-in ones can be told, is known when they are compiled.
func (s *source) policy(n *yaml.Node) []plan.RuleSetting {
	if n == nil {
		return nil
	}
	name := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	var out []plan.RuleSetting
	for _, e := range s.entries(n, "`policy`") {
		rule := s.name(e.key, "a rule in `policy`")
		switch {
		case rule.Text == "":
			continue
		case len(rule.Text) > 64 || !name.MatchString(rule.Text):
			s.fault(e.key, quote(rule.Text)+" is no name of a rule", "write its name in lower-case letters with hyphens, as in `recent-use`")
			continue
		}
		set := plan.RuleSetting{Rule: rule, Values: map[string]any{}, At: map[string]plan.Place{}, Place: rule.Place}
		room := maxSettings
		for _, v := range s.entries(e.value, "`"+rule.Text+"`") {
			if key := s.text(v.key, "a key in `"+rule.Text+"`"); key != "" {
				set.Values[key], set.At[key] = s.setting(v.value, "`"+clip(key)+"`", 1, &room), s.place(v.value)
			}
		}
		if room < 0 {
			s.fault(e.key, "the settings of "+rule.Text+" are more than "+strconv.Itoa(maxSettings)+" values", "keep long lists in the rule itself")
		}
		out = append(out, set)
	}
	return out
}

// setting is a value as JSON has it; room is how many more there may be. After a
// fault it is nil, which no setting is.
func (s *source) setting(n *yaml.Node, what string, depth int, room *int) any {
	*room--
	if *room < 0 || n.Kind == void || s.full() {
		return nil
	}
	if depth > maxSettingDepth {
		s.fault(n, what+" stands more than "+strconv.Itoa(maxSettingDepth)+" deep within other settings", "say it in fewer levels")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for _, e := range s.entries(n, what) {
			if key := s.text(e.key, "a key in "+what); key != "" {
				out[key] = s.setting(e.value, "`"+clip(key)+"`", depth+1, room)
			}
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		entries := s.list(n, what)
		if !strings.HasPrefix(what, "an entry of ") {
			what = "an entry of " + what
		}
		for _, e := range entries {
			out = append(out, s.setting(e, what, depth+1, room))
		}
		return out
	}
	return s.plainSetting(n, what)
}

// plainSetting is a text, a whole number or a boolean. Here alone it matters what
// a value is without quotes: a rule compares it with numbers.
func (s *source) plainSetting(n *yaml.Node, what string) any {
	t := s.prose(n, what)
	switch tag := n.ShortTag(); {
	case t == "":
		return nil
	case len(t) > maxSettingText:
		s.fault(n, what+" has more than "+strconv.Itoa(maxSettingText)+" bytes", "keep long texts in the rule itself")
		return nil
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return t
	case tag == "!!bool":
		return strings.EqualFold(t, "true")
	case tag == "!!int":
		return s.wholeSetting(n, what, t)
	case tag == "!!float":
		s.fault(n, what+" is "+quote(t)+", and rules are told whole numbers only", "write a whole number, or the text in quotes")
		return nil
	case tag == "!!null":
		s.fault(n, what+" is "+quote(t)+", which is nothing", "give it a value, or leave it out; quotes make text")
		return nil
	}
	return t
}

// wholeSetting reads a whole number that everybody reads alike.
func (s *source) wholeSetting(n *yaml.Node, what, t string) any {
	digits := strings.TrimPrefix(t, "-")
	v, err := strconv.Atoi(t)
	if err != nil || strings.Trim(digits, "0123456789") != "" || len(digits) > 1 && digits[0] == '0' || t == "-0" || v > maxInt || v < -maxInt {
		s.fault(n, what+" is "+quote(t)+", which is not read alike everywhere", "write a whole number in plain digits, or the text in quotes")
		return nil
	}
	return v
}
