package policies

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// mostFindings is how many findings of one level a rule of one's own may have on
// one subject.
const mostFindings = 100

// longest is how many characters a message may have.
const longest = 500

// read turns a rule's answer, one set of findings for each level of its entry,
// into decisions. What is no finding becomes one that fails the rule.
func (k *court) read(e entry, answer *ast.Term) []plan.Decision {
	sets, ok := elements(answer)
	if !ok || len(sets) != len(e.sets) {
		return []plan.Decision{k.failed(e, errors.New("answered in another shape than it was asked"))}
	}
	var found []plan.Decision
	for i, level := range e.sets {
		set, ok := sets[i].Value.(ast.Set)
		if !ok {
			found = append(found, k.failed(e, fmt.Errorf("answered with a %s that is no set", level)))
			continue
		}
		if k.own && set.Len() > mostFindings {
			found = append(found, k.failed(e, fmt.Errorf("answered with %d findings, at most %d are told", set.Len(), mostFindings)))
			continue
		}
		set.Foreach(func(t *ast.Term) {
			code, message, err := k.finding(e, t)
			if err != nil {
				found = append(found, k.failed(e, fmt.Errorf("answered with a %s that is no finding: %w", level, err)))
				return
			}
			found = append(found, plan.Decision{Code: code, Rule: e.name, Level: level, Message: message})
		})
	}
	return found
}

// failed is the finding that a rule could not be relied upon.
func (k *court) failed(e entry, cause error) plan.Decision {
	says := cause.Error()
	if k.own {
		says = plain(says)
	}
	return plan.Decision{Code: e.code, Rule: e.name, Level: k.failure, Message: harmless("the rule " + says), Failed: true}
}

// plain takes names out of an error that are none of the rule's.
func plain(says string) string {
	return strings.NewReplacer("eval_builtin_error: ", "", madeName+": ", "", boundPrefix, "").Replace(says)
}

// finding returns what {"code", "message"} has, both texts and nothing beside
// them, or says what is wrong with it.
func (k *court) finding(e entry, t *ast.Term) (code, message string, err error) {
	o, ok := t.Value.(ast.Object)
	if !ok || o.Len() != 2 {
		return "", "", errors.New("not an object of code and message")
	}
	code, ok = text(o, "code")
	switch {
	case !k.own && (!ok || code != e.code):
		return "", "", errors.New("its code is not the rule's own")
	case k.own && (!ok || !ownCode.MatchString(code)):
		return "", "", errors.New("its code is not 2 to 32 capitals, digits and hyphens, a capital first")
	case k.own && builtInCode.MatchString(code):
		return "", "", errors.New("its code is one of the built-in rules")
	case k.own && k.taken[code] && code != strings.ToUpper(e.name):
		return "", "", errors.New("its code is the name of another rule")
	}
	message, ok = text(o, "message")
	switch {
	case !ok || strings.TrimSpace(message) == "":
		return "", "", errors.New("it has no message")
	case utf8.RuneCountInString(message) > longest:
		return "", "", fmt.Errorf("its message is longer than %d characters", longest)
	case !utf8.ValidString(message) || strings.ContainsFunc(message, harmful):
		return "", "", errors.New("its message has control characters")
	}
	return code, message, nil
}

func text(o ast.Object, key string) (string, bool) {
	t := o.Get(ast.StringTerm(key))
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

// harmful tells characters that move the cursor or turn the direction of text.
func harmful(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u061c', r == '\u200e', r == '\u200f',
		'\u2028' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return true
	}
	return false
}

// harmless makes the text of an error fit for a message.
func harmless(s string) string {
	s = strings.Map(func(r rune) rune {
		if harmful(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	if runes := []rune(s); len(runes) > longest {
		s = string(runes[:longest-1]) + "…"
	}
	return s
}
