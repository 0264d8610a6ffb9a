package desired

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
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
// later are in the contract but not built yet.
func (s *source) object(n *yaml.Node, what, known, later string) (object, bool) {
	if !s.mapping(n, what) {
		return object{}, false
	}
	var guesses []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case has(later, k.Value):
			s.fault(k, "`"+k.Value+"` is not built yet", "leave it out")
		case !has(known, k.Value):
			s.fault(k, "unknown key "+quote(k.Value)+" in "+what, choices(k.Value, known))
			if g := nearest(k.Value, strings.Fields(known)); g != "" {
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
	if best := nearest(word, all); best != "" {
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

// nearest is the word that was probably meant, or "".
func nearest(word string, words []string) string {
	word = strings.ToLower(word)
	if word == "" || len(word) > 40 {
		return ""
	}
	best, least := "", 1+max(1, min(3, len(word)/3))
	for _, w := range words {
		if d := distance(word, strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour that turn a into b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			replace := last[j-1]
			if s[i-1] != t[j-1] {
				replace++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
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
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k, v := n.Content[i], n.Content[i+1]; !s.nothing(k, v) {
			out = append(out, entry{k, v})
		}
	}
	return slices.Clip(out)
}
