package policies

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A Rule is one rule in force, as its file describes it. What a rule of one's own
// does not say of itself is empty.
type Rule struct {
	Code        string     // R103; never changes. That of a rule of one's own is its METADATA's, or its name in capitals
	Name        string     // protected-role
	Level       plan.Level // the worst that it asks for
	Title       string     // in a few words
	Description string     // when it speaks, in sentences
	Remedy      string     // what to do about a finding
	Waivable    bool       // whether a waiver may silence it
	Own         bool       // whether it is a rule of one's own
	Package     string     // reseat.builtin.protected_role, without data
	File        string     // where it stands; of a built-in rule only the name
	About       string     // change, plan, or both
	Sets        []plan.Level
}

// Rules returns the rules in force: the built-in ones sorted by code, then those
// of one's own by name. The slice is the caller's.
func (e *Engine) Rules() []Rule { return slices.Clone(e.rules) }

// Remedy implements [plan.Judge]. Of a code that several rules of one's own use,
// it is what the first of them says.
func (e *Engine) Remedy(code string) string {
	for _, r := range e.rules {
		if r.Code == code && r.Remedy != "" {
			return r.Remedy
		}
	}
	for _, r := range e.own {
		if slices.Contains(r.codes, code) && r.remedy != "" {
			return r.remedy
		}
	}
	return ""
}

// Settings are the present values of each rule that has any, by its name: the
// defaults under what is set. They are not to be changed.
func (e *Engine) Settings() map[string]map[string]any { return e.settings }

// Waivable implements [plan.Judge]: a decision of a rule that is in force, by name
// and (a rule of one's own may give several) by code, and that may be waived.
func (e *Engine) Waivable(d plan.Decision) bool {
	return slices.ContainsFunc(e.rules, func(r Rule) bool { return r.Waivable && r.Name == d.Rule && (r.Own || r.Code == d.Code) })
}

// Input identifies the rules in force: the SHA-256 over their sorted sources and
// settings, in lower-case hex, their number, the names of one's own, and which
// built-in ones were made to say less.
func (e *Engine) Input() plan.PolicyInput {
	in := plan.PolicyInput{SHA256: e.digest, Rules: len(e.rules)}
	for _, r := range e.own {
		in.Own = append(in.Own, r.name)
	}
	in.Lowered = lowered(e.settings)
	return in
}
