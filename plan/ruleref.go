package plan

import (
	"fmt"
	"slices"
	"strings"
)

// A RuleRef is what the folder must know of a rule in force to speak of it.
type RuleRef struct {
	Code     string // R103; empty for a rule of one's own that gives several
	Name     string // protected-role
	Level    Level  // the worst that it asks for; LevelGuard is about the whole plan
	Waivable bool
	Own      bool // a rule of one's own
}

func (r *RuleRef) String() string { return strings.TrimSpace(r.Code + " " + r.Name) }

// CheckRules finds what `waivers` and `policy` say of rules that are not in
// force, or that may not be spoken of so. Rules are all that are in force, those
// of one's own too.
func (d *Desired) CheckRules(rules []RuleRef) []Fault {
	faults := d.checkWaivers(rules)
	for i := range d.Settings.Policy {
		faults = append(faults, d.Settings.Policy[i].check(rules)...)
	}
	slices.SortStableFunc(faults, compareFaults)
	return slices.Compact(faults)
}

// ruleCalled finds a rule by its code or name.
func ruleCalled(rules []RuleRef, word string) *RuleRef {
	i := slices.IndexFunc(rules, func(r RuleRef) bool { return strings.EqualFold(r.Name, word) })
	if i < 0 {
		i = slices.IndexFunc(rules, func(r RuleRef) bool { return r.Code != "" && strings.EqualFold(r.Code, word) })
	}
	if i < 0 {
		return nil
	}
	return &rules[i]
}

// noRule is the fault of a word that is no rule among those that may stand there.
func noRule(n Name, rules []RuleRef, may func(*RuleRef) bool) Fault {
	var words, names []string
	for i := range rules {
		if r := &rules[i]; may(r) {
			names = append(names, r.Name)
			words = append(words, r.Name)
			if r.Code != "" {
				words = append(words, r.Code)
			}
		}
	}
	f := Fault{Place: n.Place, Cause: "no rule is called " + quote(n.Text), Remedy: "take it out; no rule can stand here"}
	if best := Nearest(n.Text, words); best != "" {
		f.Remedy = "did you mean `" + best + "`?"
	} else if len(names) > 0 {
		f.Remedy = "write " + ticked(names)
	}
	return f
}

// ticked is "`a`, `b` or `c`".
func ticked(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return either(out)
}

func (d *Desired) checkWaivers(rules []RuleRef) []Fault {
	type key struct{ rule, user, product string }
	pins := newPinned(d.Pins)
	first := map[key]Place{}
	var faults []Fault
	for i := range d.Settings.Waivers {
		w := &d.Settings.Waivers[i]
		r := ruleCalled(rules, w.Rule.Text)
		switch {
		case r == nil:
			faults = append(faults, noRule(w.Rule, rules, func(r *RuleRef) bool { return r.Waivable }))
			continue
		case !r.Waivable || r.Level == LevelGuard:
			faults = append(faults, r.notWaived(w.Rule.Place))
			continue
		case w.User == nil:
			continue
		}
		k := key{rule: r.Name, user: pins.key(w.User.Text)}
		if w.Product != nil {
			k.product = offlineKey(*w.Product)
		}
		if at, twice := first[k]; twice {
			faults = append(faults, Fault{Place: w.Place, Cause: "this waiver stands already in " + at.String() + ": " + r.Name + " for " + w.User.Text,
				Remedy: "keep the one that holds as long as it should"})
			continue
		}
		first[k] = w.Place
	}
	return faults
}

// notWaived says why, and what can be done instead.
func (r *RuleRef) notWaived(at Place) Fault {
	f := Fault{Place: at, Cause: r.String() + " cannot be waived", Remedy: "take the waiver out"}
	if r.Level == LevelGuard {
		f.Cause = r.String() + " is a guard over the whole plan, and guards cannot be waived"
	}
	switch r.Code {
	case "R201", "R202", "R203", "R204", "R208":
		f.Remedy = "raise the limit for a while, under limits.raise"
	case "R102":
		f.Remedy = "say under selfService which products were taken over, or are ours"
	case "R101":
		f.Remedy = "apply as an identity that may assign licences"
	case "R105":
		f.Remedy = "take the person out of the group, or the licence from it"
	case "R112":
		f.Remedy = "buy or free a seat of what is missing"
	case "R205":
		f.Remedy = "change `windows`"
	case "R207":
		f.Remedy = "correct the name that is nobody's"
	}
	return f
}

// An option is one setting of a built-in rule: one of words, or a whole number
// between least and most.
type option struct {
	key         string
	words       []string
	least, most int
}

// options are the settings of the built-in rules that have any.
func options(rule string) []option {
	level := func(words ...Level) option {
		o := option{key: "level"}
		for _, w := range words {
			o.words = append(o.words, string(w))
		}
		return o
	}
	switch rule {
	case "recent-use":
		return []option{{key: "days", least: 1, most: 3650}, level(LevelOff, LevelWarn, LevelDeny)}
	case "shared-mailbox":
		return []option{level(LevelWarn, LevelDeny)}
	case "dependency":
		return []option{level(LevelOff, LevelWarn, LevelDeny)}
	}
	return nil
}

// check checks what is set of one rule. A rule of one's own may be told anything.
func (s *RuleSetting) check(rules []RuleRef) []Fault {
	r := ruleCalled(rules, s.Rule.Text)
	switch {
	case r == nil:
		return []Fault{noRule(s.Rule, rules, func(r *RuleRef) bool { return r.Own || options(r.Name) != nil })}
	case r.Name != s.Rule.Text:
		return []Fault{{Place: s.Rule.Place, Cause: "a rule is set by its name, and " + quote(s.Rule.Text) + " is none", Remedy: "did you mean `" + r.Name + "`?"}}
	case r.Own:
		return nil
	}
	known := options(r.Name)
	if known == nil {
		f := Fault{Place: s.Rule.Place, Cause: r.String() + " cannot be set", Remedy: "take it out"}
		if r.Waivable {
			f.Remedy += "; a waiver lifts it for some people until a day"
		}
		return []Fault{f}
	}
	var faults []Fault
	for _, key := range sortedKeys(s.Values) {
		if f, bad := s.value(key, known); bad {
			faults = append(faults, f)
		}
	}
	return faults
}

// value checks one setting of a built-in rule.
func (s *RuleSetting) value(key string, known []option) (Fault, bool) {
	f := Fault{Place: s.Rule.Place}
	if at, ok := s.At[key]; ok {
		f.Place = at
	}
	keys := make([]string, len(known))
	for i, o := range known {
		keys[i] = o.key
	}
	i := slices.Index(keys, key)
	if i < 0 {
		f.Cause, f.Remedy = "unknown key "+quote(key)+" in `"+s.Rule.Text+"`", choose(key, keys)
		return f, true
	}
	o, got := known[i], s.Values[key]
	text, isText := got.(string)
	n, isNumber := got.(int)
	switch {
	case o.words != nil && isText && slices.Contains(o.words, text), o.words == nil && isNumber && o.least <= n && n <= o.most:
		return Fault{}, false
	case o.words != nil:
		f.Cause, f.Remedy = "`"+key+"` of "+s.Rule.Text+" cannot be "+shown(got), choose(text, o.words)
	case isNumber:
		f.Cause, f.Remedy = fmt.Sprintf("`%s` of %s is %d, out of range", key, s.Rule.Text, n), fmt.Sprintf("write a whole number from %d to %d", o.least, o.most)
	default:
		f.Cause, f.Remedy = "`"+key+"` of "+s.Rule.Text+" is "+shown(got)+", which is no whole number", fmt.Sprintf("write a whole number from %d to %d, without quotes", o.least, o.most)
	}
	return f, true
}

// shown is a value in a message.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case map[string]any:
		return "a mapping"
	case []any:
		return "a list"
	}
	return fmt.Sprint(v)
}

// choose is the remedy for a word that is none of words.
func choose(word string, words []string) string {
	if best := Nearest(word, words); best != "" {
		return "did you mean `" + best + "`?"
	}
	return "write " + ticked(words)
}
