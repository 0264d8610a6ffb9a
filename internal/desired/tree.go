package desired

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	tooDeep       = "mappings and lists stand more than 64 deep within each other"
	checkBrackets = "no part of a folder needs that; check the brackets"
)

// void marks a node whose fault is reported: readers pass over it in silence.
const void yaml.Kind = 0

func (s *source) place(n *yaml.Node) plan.Place {
	return plan.Place{File: s.file, Line: max(n.Line, 1), Column: max(n.Column, 1)}
}

func (s *source) fault(n *yaml.Node, cause, remedy string) {
	s.report(plan.Fault{Place: s.place(n), Cause: cause, Remedy: remedy})
}

// check goes once through a whole document, known parts and unknown ones, and
// reports what is refused everywhere: depth, aliases, anchors, tags, and keys
// that are no text or stand twice. It voids what it reports, without recursion.
// Of a section that is read apart it leaves the entries alone.
func (s *source) check(root *yaml.Node) { s.checkFrom(root, 1) }

func (s *source) checkFrom(root *yaml.Node, depth int) {
	type item struct {
		node  *yaml.Node
		depth int
	}
	for stack := []item{{root, depth}}; len(stack) > 0 && !s.full(); {
		n, depth := stack[len(stack)-1].node, stack[len(stack)-1].depth
		stack = stack[:len(stack)-1]
		s.properties(n)
		if s.lines != nil && n.Style&yaml.TaggedStyle == 0 && s.begins(n) == '!' {
			s.fault(n, "an explicit tag (`!`) is not used here", "leave the tag out; quotes make text")
		}
		if len(n.Content) == 0 || s.section != nil && n == s.section.node {
			continue
		}
		if depth > maxDepth {
			s.fault(n, tooDeep, checkBrackets)
			n.Kind, n.Content = void, nil
			continue
		}
		if n.Kind == yaml.MappingNode {
			s.keys(n)
		}
		for _, c := range slices.Backward(n.Content) { // so that they come off in their order
			stack = append(stack, item{c, depth + 1})
		}
	}
}

// properties reports an alias, an anchor or a tag.
func (s *source) properties(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		s.fault(n, "an alias (`*`) is not used here", `write the value out; put text that begins with a star into quotes, as in "*manager*"`)
		n.Kind, n.Alias = void, nil
		return
	}
	if n.Anchor != "" {
		s.fault(n, "an anchor (`&`) is not used here", "leave the anchor out; put text that begins with `&` into quotes")
	}
	if n.Style&yaml.TaggedStyle != 0 {
		s.fault(n, "an explicit tag (`!`) is not used here", "leave the tag out; quotes make text")
	}
}

// keys reports keys that are no text or stand twice, and takes them out.
func (s *source) keys(n *yaml.Node) {
	first := make(map[string]int, len(n.Content)/2)
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content) && !s.full(); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		line, doubled := first[k.Value]
		if s.key(k, line, doubled) {
			first[k.Value] = k.Line
			kept = append(kept, k, v)
		}
	}
	if len(kept) == 0 && len(n.Content) > 0 {
		n.Kind = void
	}
	n.Content = kept
}

// key reports whether a key is one; line is where it stands already if it is doubled.
func (s *source) key(k *yaml.Node, line int, doubled bool) bool {
	switch {
	case k.Kind == yaml.AliasNode:
		s.properties(k)
	case k.Kind != yaml.ScalarNode:
		s.fault(k, "a mapping or list cannot be a key", "write `key: value`; put text that begins with `{` or `[` into quotes")
	case k.Value == "<<" && k.Style == 0:
		s.fault(k, "a merge key (`<<`) is not used here", "write the fields out")
	case doubled:
		s.doubled(s.place(k), k.Value, line)
	default:
		return true
	}
	return false
}

func (s *source) doubled(at plan.Place, key string, line int) {
	s.report(plan.Fault{Place: at, Cause: fmt.Sprintf("the key %s stands twice, first on line %d", quote(key), line), Remedy: "keep one of them"})
}

// begins is the byte at which a node begins. The parser does not tell a lone
// `!` from no tag at all.
func (s *source) begins(n *yaml.Node) byte {
	line := s.cut.left(n.Line)
	if line < 1 || line > len(s.lines) {
		return 0
	}
	rest := s.data[s.lines[line-1]:]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(rest)
		rest = rest[size:]
	}
	if len(rest) == 0 {
		return 0
	}
	return rest[0]
}

// starts returns where each line begins.
func starts(data []byte) []int {
	lines := []int{0}
	for i, b := range data {
		if b == '\n' {
			lines = append(lines, i+1)
		}
	}
	return lines
}
