package policies

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A Rule is one rule in force, as its file describes it.
type Rule struct {
	Code        string     // R103; never changes
	Name        string     // protected-role
	Level       plan.Level // the worst that it asks for
	Title       string     // in a few words
	Description string     // when it speaks, in sentences
	Remedy      string     // what to do about a finding
	Waivable    bool       // whether a waiver may silence it
}

// Rules returns the rules in force, sorted by code. The slice is the caller's.
func (e *Engine) Rules() []Rule { return slices.Clone(e.rules) }

// Remedy implements [plan.Judge].
func (e *Engine) Remedy(code string) string {
	for _, r := range e.rules {
		if r.Code == code {
			return r.Remedy
		}
	}
	return ""
}

// Input identifies the rules in force: the SHA-256 over the sorted sources, in
// lower-case hex, and their number.
func (e *Engine) Input() plan.PolicyInput {
	return plan.PolicyInput{SHA256: e.digest, Rules: len(e.rules)}
}
