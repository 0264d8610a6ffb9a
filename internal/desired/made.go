package desired

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"

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
	bom   bool
	lines []string       // with their line ends; of a fresh file none
	ours  map[int]string // lines of import's own form, by number, with their keys
	gone  map[int]bool
	to    map[int]string
	new   []newLine
	depts []string
}

// A newLine is a line by its key, folded: that is how names are looked up.
type newLine struct{ key, text string }

func newMade(path string, split Split) *madeFile {
	return &madeFile{path: path, split: split, fresh: true, ours: map[int]string{}, gone: map[int]bool{}, to: map[int]string{}}
}

// readMade reads a file if import made it, else it is nil.
func readMade(root fs.FS, path string) *madeFile {
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
	text, bom := bytes.CutPrefix(append(head[:n], rest...), []byte("\uFEFF"))
	m.fresh, m.bom, m.lines = false, bom, slices.Collect(strings.Lines(string(text)))
	return m
}

// own reports whether an entry is one line of the form that import writes, and
// remembers it.
func (m *madeFile) own(e *plan.UserEntry) bool {
	if !e.Exact || e.Note != "" || e.Column != 3 || e.Line > len(m.lines) {
		return false
	}
	names := make([]string, len(e.Licenses))
	for i, w := range e.Licenses {
		if names[i] = w.Product.Text; w.PlansGiven {
			return false
		}
	}
	text := "  " + e.Person.Text + ": " + listed(names)
	rest, is := strings.CutPrefix(strings.TrimRight(m.lines[e.Line-1], "\r\n"), text)
	if _, err := plan.ParseGUID(e.Person.Text); err == nil {
		is = is && strings.HasPrefix(rest, calledMark)
	} else {
		is = is && rest == ""
	}
	if is {
		m.ours[e.Line-1] = fold(e.Person.Text)
	}
	return is
}

func (m *madeFile) drop(line int) { m.gone[line] = true }

func (m *madeFile) replace(line int, text string) { m.to[line] = text }

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
			out.WriteString(n.text + end)
		}
		switch text, to := m.to[i]; {
		case m.gone[i]:
		case to:
			out.WriteString(text + line[len(strings.TrimRight(line, "\r\n")):])
		default:
			out.WriteString(m.opened(line))
		}
	}
	if len(last) > 0 && out.Len() > 0 && !strings.HasSuffix(out.String(), "\n") {
		out.WriteString(end)
	}
	for _, n := range last {
		out.WriteString(n.text + end)
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
			for place-1 > users && strings.HasPrefix(strings.TrimSpace(m.lines[place-1]), "#") {
				place--
			}
		case len(own) > 0:
			place = own[len(own)-1] + 1
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

func usersLine(line string) bool {
	line = strings.TrimRight(line, " \t\r\n")
	return line == "users:" || line == "users: {}"
}

// opened is a line that stays; `users` has braces where nobody stands below it.
func (m *madeFile) opened(line string) string {
	if !usersLine(line) {
		return line
	}
	end := line[len(strings.TrimRight(line, " \t\r\n")):]
	if m.empty() {
		return "users: {}" + end
	}
	return "users:" + end
}

// empty reports whether no line of a person is left: none of ours, and none
// that is indented as theirs are.
func (m *madeFile) empty() bool {
	if len(m.new) > 0 {
		return false
	}
	for i, line := range m.lines {
		if !m.gone[i] && strings.HasPrefix(line, "  ") && !strings.HasPrefix(strings.TrimSpace(line), "#") && strings.TrimSpace(line) != "" {
			return false
		}
	}
	return true
}
