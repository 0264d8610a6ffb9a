package desired

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// errPanic is a panic of the parser; it has had several (go-yaml issues 560, 615 and 665).
var errPanic = errors.New("the parser gave up")

// documents parses a checked file and reads its documents, one after another.
// People who can be are read apart from the rest; of a file that is no YAML
// those before the place where that shows.
func (s *source) documents(data []byte) {
	before, limit := s.mark(), len(data)+1
	var found *problem // by a reading that was not sure
	for tries := 0; ; tries++ {
		s.cut = cutUp(data, s.least, limit)
		switch {
		case parts(s.cut.kept, maxParts) <= maxParts:
		case found != nil:
			s.reportAt(found.line, found.column, found.cause, found.remedy)
			return
		default:
			s.reportAt(1, 1, "the file has more than a million entries beside people with one line each", "split it into several files, or write people as `adele@contoso.com: [SPE_E3]`")
			return
		}
		p, ok := s.read()
		if ok {
			return
		}
		s.rewind(before)
		s.unnamed = map[plan.StatementKind]int{}
		found, limit = p, 0
		if p != nil && tries == 0 {
			limit = p.line
		}
	}
}

// read reads what a cut has left, and its runs with it. It is false if it
// cannot be sure that this is what the whole file says; if the file is no YAML
// in either case, the problem says where.
func (s *source) read() (*problem, bool) {
	s.data, s.lines = s.cut.kept, nil
	if regexp.MustCompile(`![\s\]},]`).Match(s.data) { // a tag without a name
		s.lines = starts(s.data)
	}
	dec := yaml.NewDecoder(bytes.NewReader(s.data))
	runs, said := s.cut.runs, false
	for count := 0; ; count++ {
		n, err := next(dec)
		switch {
		case errors.Is(err, io.EOF):
			if !said && len(runs) == 0 {
				s.reportAt(1, 1, "the file says nothing", "begin it with `apiVersion: reseat/v1` and `kind: Licenses`, or move it out of the folder")
			}
			return nil, len(runs) == 0
		case err != nil:
			return s.broken(err, runs)
		case count == maxDocuments:
			s.reportAt(s.cut.line(n.Line), 1, "the file has more than 10,000 documents", "join them, or split the file")
			return nil, len(runs) == 0
		case blank(n): // as after a `---` at the end
			continue
		}
		said = true
		if runs, err = s.whole(n, runs); err != nil {
			return nil, false
		}
		if s.full() {
			return nil, true
		}
	}
}

// broken reports an error of the parser, if it is sure of it while runs were
// not seen yet.
func (s *source) broken(err error, runs []run) (*problem, bool) {
	p := explain(s.data, err)
	p.line = s.cut.line(p.line)
	all := s.cut.runs
	if len(all) > 0 && all[len(all)-1].last >= p.line || len(runs) > 0 && !s.cut.sure() {
		return &p, false
	}
	s.reportAt(p.line, p.column, p.cause, p.remedy)
	return nil, true
}

// whole reads a document with those of the runs that belong to it, and returns
// the others.
func (s *source) whole(n *yaml.Node, runs []run) ([]run, error) {
	s.cut.place(n)
	users, of, ok := s.cut.users(n, runs)
	if !ok {
		return nil, errApart
	}
	s.section = nil
	if len(of) > 0 {
		s.section = &section{source: s, node: users, runs: of}
	}
	s.check(n)
	s.document(n)
	if p := s.section; p != nil {
		if !p.done {
			p.read(false)
		}
		if p.err != nil {
			return nil, p.err
		}
	}
	s.cuts += len(of)
	return runs[len(of):], nil
}

// next parses one document and returns its root; a panic becomes an error.
func next(dec *yaml.Decoder) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	var n yaml.Node
	if err := dec.Decode(&n); err != nil {
		return nil, err
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return nil, errPanic
	}
	return n.Content[0], nil
}

// blank reports whether nothing was written at all.
func blank(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == ""
}

// A problem is an error of the parser, told anew.
type problem struct {
	line, column  int
	cause, remedy string
}

// explain says in our words what the parser stumbled over, and finds the place.
func explain(data []byte, err error) problem {
	if errors.Is(err, errPanic) {
		line := fed(data)
		return problem{line, 1, "the YAML parser gives up here or shortly before", "write this part more simply"}
	}
	text, line := lineOf(err)
	if name, ok := strings.CutPrefix(text, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "' referenced")
		line, column := find(data, "*"+name)
		return problem{line, column, "an alias (`*`) is not used here", `put text that begins with a star into quotes, as in "*manager*"`}
	}
	p := words(text)
	p.line = line
	if strings.HasPrefix(text, "did not find expected key") || strings.HasPrefix(text, "did not find expected '-'") {
		p.line = locate(data, text)
	}
	p.column = 1 + indentOf(data, p.line)
	return p
}

// lineOf parts the parser's message from its line, which for errors of its
// upper half counts from 0.
func lineOf(err error) (text string, line int) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			text, line = after, n
		}
	}
	switch text {
	case "did not find expected <document start>", "did not find expected node content",
		"did not find expected '-' indicator", "did not find expected key",
		"did not find expected ',' or ']'", "did not find expected ',' or '}'", "found undefined tag handle":
		line++
	}
	return text, max(line, 1)
}

// words turns a message of the parser into one of ours.
func words(text string) problem {
	switch {
	case strings.HasPrefix(text, "did not find expected key"), strings.HasPrefix(text, "did not find expected '-'"):
		return problem{cause: "the line does not fit what stands above it", remedy: "indent entries of one mapping or list alike, and close quotes"}
	case strings.HasPrefix(text, "mapping values are not allowed"):
		return problem{cause: "a `:` is not expected in this line", remedy: "put text with a colon into quotes, and check the indentation"}
	case strings.HasPrefix(text, "could not find expected ':'"):
		return problem{cause: "the line has no `:` after its key", remedy: "write `key: value`"}
	case strings.HasSuffix(text, "',' or ']'"):
		return problem{cause: "a list in brackets lacks its `]` or a comma", remedy: "write it as `[a, b]`"}
	case strings.HasSuffix(text, "',' or '}'"):
		return problem{cause: "a mapping in braces lacks its `}` or a comma", remedy: "write it as `{key: value, key: value}`"}
	case strings.HasPrefix(text, "found unexpected end of stream"), strings.HasPrefix(text, "found unexpected document indicator"):
		return problem{cause: "a quote that opens here is not closed", remedy: "close it on the same line"}
	case strings.HasPrefix(text, "found character that cannot start any token"):
		return problem{cause: "a value in this line begins with a character that YAML keeps for itself", remedy: "put the value into quotes"}
	case strings.HasPrefix(text, "did not find expected alphabetic or numeric character"):
		return problem{cause: "a value in this line begins with `*` or `&`, which YAML keeps for aliases", remedy: `put it into quotes, as in "*@contoso.com"`}
	case strings.HasPrefix(text, "found unknown escape character"):
		return problem{cause: "a backslash in double quotes begins an unknown escape", remedy: `write '…' instead of "…", or double the backslash`}
	case strings.HasPrefix(text, "block sequence entries are not allowed"):
		return problem{cause: "a list entry (`- `) is not expected here", remedy: "put it on a line of its own below its key"}
	case strings.HasPrefix(text, "did not find expected <document start>"):
		return problem{cause: "the line does not belong to what stands above it", remedy: "check the indentation, or begin a new document with `---`"}
	case strings.HasPrefix(text, "exceeded max depth"):
		return problem{cause: tooDeep, remedy: checkBrackets}
	}
	return problem{cause: "this is not YAML (" + clip(text) + ")", remedy: "compare it with the examples"}
}

// A feeder hands out one line at a time and counts them, so that one can see
// how far the parser came.
type feeder struct {
	rest  []byte
	lines int
}

func (f *feeder) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(f.rest, '\n') + 1
	if end == 0 {
		end = len(f.rest)
	}
	if end <= len(p) {
		f.lines++
	}
	n := copy(p, f.rest[:min(end, len(p))])
	f.rest = f.rest[n:]
	return n, nil
}

// fed returns the line that the parser had read when it stopped.
func fed(data []byte) int {
	line, _ := parseFed(data)
	return line
}

func parseFed(data []byte) (int, error) {
	f := &feeder{rest: data}
	dec := yaml.NewDecoder(f)
	for {
		if _, err := next(dec); err != nil {
			return max(f.lines, 1), err
		}
	}
}

// locate finds the line at which an error arises for which the parser only
// gives the start of the collection around it: the last line of the shortest
// text that ends in the same error. The parser looks a little ahead, so the
// search goes back from the line that it had read.
func locate(data []byte, text string) int {
	const steps, most = 40, 1 << 20
	line, _ := parseFed(data)
	if len(data) > most {
		return line
	}
	for range steps {
		shorter := data[:offset(data, line)]
		_, err := parseFed(shorter)
		if got, _ := lineOf(err); got != text || line == 1 {
			break
		}
		line--
	}
	return line
}

// offset is where a line begins.
func offset(data []byte, line int) int {
	at := 0
	for range line - 1 {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return len(data)
		}
		at += i + 1
	}
	return at
}

// indentOf counts the spaces before a line's text.
func indentOf(data []byte, line int) int {
	rest := data[offset(data, line):]
	return len(rest) - len(bytes.TrimLeft(rest, " "))
}

// find returns line and column of a word that stands free, or 1 and 1.
func find(data []byte, word string) (line, column int) {
	at := regexp.MustCompile(`(?m)(?:^|[\s\[{,:-])(` + regexp.QuoteMeta(word) + `)(?:[\s\]},]|$)`).FindSubmatchIndex(data)
	if at == nil {
		return 1, 1
	}
	start := bytes.LastIndexByte(data[:at[2]], '\n') + 1
	return bytes.Count(data[:at[2]], []byte{'\n'}) + 1, utf8.RuneCount(data[start:at[2]]) + 1
}
