package desired

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// How many faults of one file of many lines alike are told one by one, and how
// many are looked for.
const (
	maxTold    = 10
	maxCounted = 1000
)

// A lined file is no YAML but many lines alike. Its faults are told up to a
// number, for what is wrong in one line mostly is so in all.
type lined struct {
	*reader
	file   string
	data   []byte // without the mark at its begin
	faults int
	beyond plan.Place // of the first fault that is not told
}

// fault reports something at a line and a byte of it, both from 1.
func (l *lined) fault(line, at int, cause, remedy string) {
	l.faults++
	switch {
	case l.faults <= maxTold:
		l.report(plan.Fault{Place: l.place(line, at), Cause: cause, Remedy: remedy})
	case l.faults == maxTold+1:
		l.beyond = l.place(line, at)
	}
}

// close tells how many faults were not told.
func (l *lined) close() {
	more := fmt.Sprintf("%d more faults", l.faults-maxTold)
	switch {
	case l.faults <= maxTold:
		return
	case l.faults == maxTold+1:
		more = "one more fault"
	case l.full():
		more = "hundreds of faults more"
	}
	l.report(plan.Fault{Place: l.beyond, Cause: "and " + more + " from here on", Remedy: "correct those above first"})
}

// full reports whether enough is wrong to stop looking.
func (l *lined) full() bool { return l.faults >= maxCounted }

// place turns bytes into characters, as editors count.
func (l *lined) place(line, at int) plan.Place {
	text := l.data[offset(l.data, line):]
	return plan.Place{File: l.file, Line: line, Column: utf8.RuneCount(text[:min(at-1, len(text))]) + 1}
}

// check looks at the bytes before anything else does; it reports at most one
// fault of each line, and whether there was none.
func (l *lined) check() bool {
	if bytes.HasPrefix(l.data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(l.data, []byte{0xFE, 0xFF}) {
		l.fault(1, 1, "the file is UTF-16", "save it as UTF-8")
		return false
	}
	l.data = bytes.TrimPrefix(l.data, []byte("\uFEFF"))
	for rest, line := l.data, 1; len(rest) > 0 && !l.full(); line++ {
		text, after, _ := bytes.Cut(rest, []byte{'\n'})
		if text = bytes.TrimSuffix(text, []byte{'\r'}); len(text) > maxLine {
			l.fault(line, 1, "the line has more than 64 KiB", "shorten it")
		} else if at, cause, remedy := hidden(text); cause != "" {
			l.fault(line, at+1, cause, remedy)
		}
		rest = after
	}
	return l.faults == 0
}

// hidden finds the first thing in a line that does not show; a tab is fine.
func hidden(text []byte) (at int, cause, remedy string) {
	for at < len(text) {
		if b := text[at]; b >= 0x20 && b < 0x7F || b == '\t' {
			at++
			continue
		}
		switch r, size := utf8.DecodeRune(text[at:]); {
		case r == utf8.RuneError && size <= 1:
			return at, "the file is not valid UTF-8", "save it as UTF-8"
		case r == 0:
			return at, "there is a NUL byte", "save the file as UTF-8 text"
		case r == '\r', r == 0x85, r == 0x2028, r == 0x2029:
			return at, fmt.Sprintf("there is an unusual line break (U+%04X)", r), "end lines with a plain line feed"
		case !shows(r):
			return at, fmt.Sprintf("there is a character that does not show (U+%04X)", r), "take it out"
		default:
			at += size
		}
	}
	return 0, "", ""
}
