package desired

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// The line by which import knows a file as its own, and how it is split.
const (
	madeMark       = "# Kept by `reseat import --style people --update`, "
	madeLetter     = madeMark + "by first letter."
	madeDepartment = madeMark + "by department."
)

// A madeFile is a file of lines that import keeps: what it is, and what is to
// become of it.
type madeFile struct {
	path  string
	split Split
	fresh bool
	was   []byte // all of it; nil of a fresh file
	bom   bool
	lines []string       // with their line ends; of a fresh file none
	ours  map[int]string // where import's own entries begin, with their keys
	spans map[int]int    // how many lines those take
	gone  map[int]bool
	to    map[int]string
	new   []newLine
	depts []string
}

// A newLine is an entry by its key, folded: that is how names are looked up.
type newLine struct{ key, text string }

func newMade(path string, split Split) *madeFile {
	return &madeFile{path: path, split: split, fresh: true, ours: map[int]string{}, spans: map[int]int{}, gone: map[int]bool{}, to: map[int]string{}}
}

// readMade reads a file if import made it, else it is nil. It is an error if the
// file is another by now than the one that was read as part of the folder.
func readMade(root fs.FS, file plan.File) (*madeFile, error) {
	m := openMade(root, file.Path)
	if m == nil {
		return nil, nil
	}
	if sum := sha256.Sum256(m.was); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, fmt.Errorf("%s was changed while the tenant was read: import again", file.Path)
	}
	return m, nil
}

func openMade(root fs.FS, path string) *madeFile {
	f, err := root.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // only read
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(f, head)
	if n == 0 || err != nil && err != io.ErrUnexpectedEOF {
		return nil
	}
	m := newMade(path, SplitAsBefore)
	for line := range strings.Lines(strings.TrimPrefix(string(head[:n]), "\uFEFF")) {
		switch strings.TrimRight(line, "\r\n") {
		case madeLetter:
			m.split = SplitLetter
		case madeDepartment:
			m.split = SplitDepartment
		}
		if !strings.HasPrefix(line, "#") {
			break
		}
	}
	if m.split == SplitAsBefore {
		return nil
	}
	rest, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	m.was = append(head[:n], rest...)
	text, bom := bytes.CutPrefix(m.was, []byte("\uFEFF"))
	m.fresh, m.bom, m.lines = false, bom, slices.Collect(strings.Lines(string(text)))
	return m
}

// own reports whether an entry is of the form that import writes, and remembers
// it: a list on its line, or one product a line where that would be too long;
// below its name where it is by id.
func (m *madeFile) own(e *plan.UserEntry) bool {
	if !e.Exact || e.Note != "" || e.Column != 3 {
		return false
	}
	names := make([]string, len(e.Licenses))
	for i, w := range e.Licenses {
		if names[i] = w.Product.Text; w.PlansGiven {
			return false
		}
	}
	start := e.Line - 1
	if _, err := plan.ParseGUID(e.Person.Text); err == nil {
		if start--; start < 0 || !strings.HasPrefix(m.lines[start], calledMark) {
			return false
		}
	}
	want := strings.Split(written(e.Person.Text, names), "\n")
	if !m.reads(e.Line-1, want) {
		return false
	}
	m.ours[start], m.spans[start] = fold(e.Person.Text), e.Line-1-start+len(want)
	return true
}

// start is where the entry begins that has its key in a line: above it, if its
// name stands there.
func (m *madeFile) start(line int) int {
	if _, ok := m.ours[line]; ok {
		return line
	}
	return line - 1
}

// reads reports whether just these lines stand somewhere.
func (m *madeFile) reads(at int, want []string) bool {
	if at+len(want) > len(m.lines) {
		return false
	}
	for i, w := range want {
		if strings.TrimRight(m.lines[at+i], "\r\n") != w {
			return false
		}
	}
	return true
}

// written is an entry as import writes it, and fmt: a list on one line, or one
// product a line where that would be too long.
func written(key string, names []string) string {
	line := "  " + key + ": " + listed(names)
	if utf8.RuneCountInString(line) > widest {
		return "  " + key + ":\n    - " + strings.Join(names, "\n    - ")
	}
	return line
}

// drop takes an entry away.
func (m *madeFile) drop(start int) {
	for i := range m.spans[start] {
		m.gone[start+i] = true
	}
}

// replace writes another entry in the place of one.
func (m *madeFile) replace(start int, text string) {
	m.drop(start)
	delete(m.gone, start)
	m.to[start] = text
}

func (m *madeFile) add(key, text string) { m.new = append(m.new, newLine{fold(key), text}) }

// about notes a department whose people stand here.
func (m *madeFile) about(department string) {
	if !slices.Contains(m.depts, department) {
		m.depts = append(m.depts, department)
	}
}

// changes reports whether anything is to be written.
func (m *madeFile) changes() bool { return len(m.gone)+len(m.to)+len(m.new) > 0 }

// byKey orders lines as people look names up.
func byKey(a, b newLine) int { return strings.Compare(a.key, b.key) }

// update is the file with its lines renewed; what is not ours stays as it is.
func (m *madeFile) update() []byte {
	slices.SortFunc(m.new, byKey)
	end := "\n"
	if len(m.lines) > 0 && strings.HasSuffix(m.lines[0], "\r\n") {
		end = "\r\n"
	}
	before, last := m.places(end)
	var out strings.Builder
	if m.bom {
		out.WriteString("\uFEFF")
	}
	for i, line := range m.lines {
		for _, n := range before[i] {
			out.WriteString(strings.ReplaceAll(n.text, "\n", end) + end)
		}
		switch text, to := m.to[i]; {
		case m.gone[i]:
		case to:
			out.WriteString(strings.ReplaceAll(text, "\n", end) + line[len(strings.TrimRight(line, "\r\n")):])
		default:
			out.WriteString(m.opened(i, before, last))
		}
	}
	if len(last) > 0 && out.Len() > 0 && !strings.HasSuffix(out.String(), "\n") {
		out.WriteString(end)
	}
	for _, n := range last {
		out.WriteString(strings.ReplaceAll(n.text, "\n", end) + end)
	}
	return []byte(out.String())
}

// places says before which line each new one goes, and which go to the end of
// the file: before the first own line that comes after it, with the comments
// above that; else behind the last own line, or below `users:`.
func (m *madeFile) places(end string) (before map[int][]newLine, last []newLine) {
	before = map[int][]newLine{}
	var own []int
	for line := range m.ours {
		own = append(own, line)
	}
	slices.Sort(own)
	users := slices.IndexFunc(m.lines, usersLine)
	for _, n := range m.new {
		at := slices.IndexFunc(own, func(line int) bool { return m.ours[line] > n.key })
		place := 0
		switch {
		case at >= 0:
			place = own[at]
			for place-1 > users && plainComment.MatchString(m.lines[place-1]) && !m.within(place-1) {
				place--
			}
		case len(own) > 0:
			place = own[len(own)-1] + m.spans[own[len(own)-1]]
		case users >= 0:
			place = users + 1
		default:
			if len(last) == 0 {
				last = append(last, newLine{"", "users:"})
			}
			last = append(last, n)
			continue
		}
		if place >= len(m.lines) {
			last = append(last, n)
		} else {
			before[place] = append(before[place], n)
		}
	}
	return before, last
}

// within reports whether a line is part of an entry of ours.
func (m *madeFile) within(line int) bool {
	for start, n := range m.spans {
		if start <= line && line < start+n {
			return true
		}
	}
	return false
}

// plainComment is a comment above a person; one farther in may be a line of a
// text that belongs to the person before.
var plainComment = regexp.MustCompile(`^ {0,2}#`)

// usersKey is the line of `users`, with or without anybody below it.
var usersKey = regexp.MustCompile(`^users:(?: \{\})?((?:[ \t]+#.*)?[ \t]*\r?\n?)$`)

func usersLine(line string) bool { return usersKey.MatchString(line) }

// opened is a line that stays; `users` has braces where nobody stands below it.
func (m *madeFile) opened(i int, before map[int][]newLine, last []newLine) string {
	line := m.lines[i]
	of := usersKey.FindStringSubmatch(line)
	switch {
	case of == nil:
		return line
	case m.bare(i, before, last):
		return "users: {}" + of[1]
	}
	return "users:" + of[1]
}

// bare reports whether nobody is left below a line `users`: no line of ours, and
// none of somebody else's.
func (m *madeFile) bare(i int, before map[int][]newLine, last []newLine) bool {
	for j := i + 1; j < len(m.lines); j++ {
		word := strings.TrimSpace(m.lines[j])
		switch {
		case len(before[j]) > 0, m.to[j] != "":
			return false
		case m.gone[j], word == "", word[0] == '#':
		default:
			return m.lines[j][0] != ' '
		}
	}
	return len(last) == 0
}
