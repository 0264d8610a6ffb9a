package desired

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A lockEntry is one line of people.lock, with the comments above it.
type lockEntry struct {
	plan.Pin
	head []string
}

// formattedLock is a people.lock sorted by name, with one space between id and
// name. A comment stays above its line; what stands above a blank line, or was
// written by `reseat lock`, stays at the top.
func formattedLock(data []byte) ([]byte, []plan.Fault) {
	r := &reader{}
	l := &lined{reader: r, file: lockFile, data: data}
	if !l.check() {
		l.close()
		return nil, r.faults
	}
	entries, top, foot := l.entries()
	first := map[string]int{}
	for _, e := range entries {
		if was, twice := first[pinKey(e.Name)]; twice {
			l.fault(e.Line, e.Column, fmt.Sprintf("%s stands in people.lock already, on line %d", quote(e.Name), was), lockAgain)
		}
		first[pinKey(e.Name)] = e.Line
	}
	if l.close(); len(r.faults) > 0 {
		return nil, r.faults
	}
	slices.SortStableFunc(entries, func(a, b lockEntry) int { return ComparePins(a.Pin, b.Pin) })
	var b strings.Builder
	for _, line := range top {
		b.WriteString(line + "\n")
	}
	if n := len(top); n > 0 && top[n-1]+"\n" != lockHead {
		b.WriteByte('\n') // else the comment is of the first line
	}
	for _, e := range entries {
		for _, line := range e.head {
			b.WriteString(line + "\n")
		}
		b.WriteString(string(e.ID) + " " + e.Name + "\n")
	}
	for _, line := range foot {
		b.WriteString(line + "\n")
	}
	return []byte(b.String()), nil
}

// entries are the lines, and the comments above and below all of them.
func (l *lined) entries() (all []lockEntry, top, foot []string) {
	var head []string
	for rest, line := l.data, 1; len(rest) > 0; line++ {
		text, after, _ := bytes.Cut(rest, []byte{'\n'})
		rest = after
		word := strings.TrimSpace(string(text))
		if pin, ok := l.pin(string(text), line); ok {
			all, head = append(all, lockEntry{pin, head}), nil
			continue
		}
		if strings.HasPrefix(word, "#") {
			head = append(head, word)
		}
		if len(all) == 0 && (word == "" || word+"\n" == lockHead) {
			top, head = append(top, head...), nil
		}
	}
	return all, top, head
}
