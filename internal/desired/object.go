package desired

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// An object is a mapping with a fixed vocabulary, once its keys are checked.
// The vocabularies are strings of words, so that they are constants.
type object struct {
	node    *yaml.Node
	pairs   []*yaml.Node // key, value, …
	guesses []string     // keys that unknown ones were probably meant to be
}

// get returns the value of a key, or nil.
func (o object) get(key string) *yaml.Node {
	for i := 0; i+1 < len(o.pairs); i += 2 {
		if o.pairs[i].Value == key {
			return o.pairs[i+1]
		}
	}
	return nil
}

// key returns the key itself, or nil.
func (o object) key(key string) *yaml.Node {
	for i := 0; i+1 < len(o.pairs); i += 2 {
		if o.pairs[i].Value == key {
			return o.pairs[i]
		}
	}
	return nil
}

// guessed reports whether an unknown key was probably meant to be one of keys:
// then that is the fault, and not that the key is missing.
func (o object) guessed(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(o.guesses, k) })
}

// object reads a mapping called what, whose keys are among known. Keys among
// later have their place in the format and are not built yet.
func (s *source) object(n *yaml.Node, what, known, later string) (object, bool) {
	if !s.mapping(n, what) {
		return object{}, false
	}
	var guesses []string
	for i := 0; i+1 < len(n.Content) && !s.full(); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case has(later, k.Value):
			s.fault(k, "`"+k.Value+"` is not built yet", "leave it out")
		case !has(known, k.Value):
			s.fault(k, "unknown key "+quote(k.Value)+" in "+what, choices(k.Value, known))
			if g := plan.Nearest(k.Value, strings.Fields(known)); g != "" {
				guesses = append(guesses, g)
			}
		case s.nothing(k, v):
		}
	}
	return object{n, n.Content, guesses}, true
}

// mapping reports whether n is a mapping, and a fault if it is not.
func (s *source) mapping(n *yaml.Node, what string) bool {
	if n.Kind != yaml.MappingNode && n.Kind != void {
		s.fault(n, what+" is "+kind(n)+", not a mapping", "write it as `key: value`, one a line, or as `{key: value}`")
	}
	return n.Kind == yaml.MappingNode
}

// list returns the entries of the list called what; nothing but a fault if it is none.
func (s *source) list(n *yaml.Node, what string) []*yaml.Node {
	switch n.Kind {
	case void:
		return nil
	case yaml.ScalarNode:
		s.fault(n, what+" is a single value, not a list", "write "+bracketed(n.Value))
		return nil
	case yaml.SequenceNode:
	default:
		s.fault(n, what+" is "+kind(n)+", not a list", "write it as `[a, b]`, or one entry a line after `- `")
		return nil
	}
	entries := make([]*yaml.Node, 0, len(n.Content))
	for _, e := range n.Content {
		if s.full() {
			return nil
		}
		if blank(e) && e.Kind == yaml.ScalarNode {
			s.fault(e, "an entry of "+what+" is empty", "give it a value or take it out")
			continue
		}
		entries = append(entries, e)
	}
	return entries
}

// bracketed shows how a single value is written as a list.
func bracketed(value string) string {
	switch {
	case strings.EqualFold(value, "none") || value == "" || value == "~":
		return "`[]`"
	case strings.EqualFold(value, "all"):
		return "the products out, as in `[SPE_E3, SPE_E5]`"
	case !printable(value) || strings.ContainsAny(value, "[]{},#`"):
		return "it in brackets, as in `[a, b]`"
	}
	return "`[" + clip(value) + "]`"
}

// nothing reports a key without a value, and voids the value.
func (s *source) nothing(k, v *yaml.Node) bool {
	if !blank(v) {
		return false
	}
	s.fault(k, "nothing stands after "+quote(k.Value), "give it a value or leave it out")
	v.Kind = void
	return true
}

// missing reports that a key must be there.
func (s *source) missing(o object, what, key, remedy string) bool {
	if o.get(key) != nil {
		return false
	}
	if !o.guessed(key) {
		s.fault(o.node, what+" has no `"+key+"`", remedy)
	}
	return true
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

// has reports whether a word is among words, exactly.
func has(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// choices is the remedy for a word that is none of words.
func choices(word, words string) string {
	all := strings.Fields(words)
	if best := plan.Nearest(word, all); best != "" {
		return "did you mean `" + best + "`?"
	}
	return "write " + either(all)
}

// either is "`a`, `b` or `c`".
func either(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "`" + w + "`"
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// entry is a pair of a mapping whose keys are names.
type entry struct{ key, value *yaml.Node }

// entries returns the pairs of a mapping whose keys are names, those with
// nothing after them reported and left out.
func (s *source) entries(n *yaml.Node, what string) []entry {
	if !s.mapping(n, what) {
		return nil
	}
	out := make([]entry, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && !s.full(); i += 2 {
		if k, v := n.Content[i], n.Content[i+1]; !s.nothing(k, v) {
			out = append(out, entry{k, v})
		}
	}
	return slices.Clip(out)
}
