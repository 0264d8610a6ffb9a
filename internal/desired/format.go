package desired

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"gopkg.in/yaml.v3"
)

// formatted is a file in canonical form: two spaces of indentation, LF, quotes
// only where YAML would read something else without them, the keys of
// statements in one order, short lists on one line. What its author chose
// otherwise stays: the order of entries, comments, single blank lines, and
// mappings in braces or on lines of their own.
//
// The file must have been read without a fault. An error means that the form
// would not say the same, and that the file is best left alone.
func formatted(data []byte) ([]byte, error) {
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\uFEFF")), []byte("\r\n"), []byte("\n"))
	data = bytes.TrimSuffix(data, []byte("\r")) // of a last line without a break
	before, err := newText(data)
	if err != nil {
		return nil, err
	}
	before.attach()
	out := before.write()
	after, err := newText(out)
	if err != nil {
		return nil, fmt.Errorf("its canonical form is no YAML: %w", err)
	}
	if err := same(before, after); err != nil {
		return nil, err
	}
	return out, nil
}

// A text is a file while it is formatted.
type text struct {
	data     []byte
	lines    []int // where each line begins
	docs     []*yaml.Node
	comments []comment
	breaks   []int              // lines with `---`
	ends     map[*yaml.Node]int // last lines of collections in brackets that have several
	indents  map[*yaml.Node]int // of what texts on lines of their own stand in
	notes    map[*yaml.Node]*note
}

// A note is what was written around an entry, by the node of its value, or
// within a collection behind its last entry.
type note struct {
	head, tail []comment // above the entry; behind it on its line
	foot       []comment // below the last entry
}

// newText parses data and finds its comments.
func newText(data []byte) (*text, error) {
	t := &text{data: data, lines: starts(data), ends: map[*yaml.Node]int{}, indents: map[*yaml.Node]int{}, notes: map[*yaml.Node]*note{}}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		n, err := next(dec)
		switch {
		case errors.Is(err, io.EOF):
			t.scan()
			return t, nil
		case err != nil:
			return nil, err
		case !blank(n):
			t.docs = append(t.docs, n)
		}
	}
}

// line is the text of a line, without its break.
func (t *text) line(number int) []byte {
	if number < 1 || number > len(t.lines) {
		return nil
	}
	rest := t.data[t.lines[number-1]:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// empty reports whether a line is there and has nothing on it.
func (t *text) empty(number int) bool {
	return number >= 1 && number <= len(t.lines) && len(bytes.TrimSpace(t.line(number))) == 0
}

// same reports an error if two texts do not say the same, keys of a mapping in
// any order, or not with the same comments.
func same(before, after *text) error {
	if len(before.docs) != len(after.docs) {
		return errors.New("its canonical form would have another number of documents")
	}
	for i := range before.docs {
		if n := differs(before.docs[i], after.docs[i]); n != nil {
			return fmt.Errorf("its canonical form would say something else at line %d", n.Line)
		}
	}
	if !slices.Equal(before.said(), after.said()) {
		return errors.New("its canonical form would lose a comment")
	}
	return nil
}

// said are the comments of a text, sorted.
func (t *text) said() []string {
	out := make([]string, len(t.comments))
	for i, c := range t.comments {
		out[i] = c.text
	}
	slices.Sort(out)
	return out
}

// differs returns the first node of a that b says otherwise, or nil.
func differs(a, b *yaml.Node) *yaml.Node {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) || a.Value != b.Value || a.ShortTag() != b.ShortTag() {
		return a
	}
	if a.Kind != yaml.MappingNode {
		for i := range a.Content {
			if n := differs(a.Content[i], b.Content[i]); n != nil {
				return n
			}
		}
		return nil
	}
	at := make(map[string]int, len(b.Content)/2)
	for i := 0; i+1 < len(b.Content); i += 2 {
		at[b.Content[i].Value] = i
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		j, ok := at[a.Content[i].Value]
		if !ok || differs(a.Content[i], b.Content[j]) != nil {
			return a.Content[i]
		}
		if n := differs(a.Content[i+1], b.Content[j+1]); n != nil {
			return n
		}
	}
	return nil
}
