package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Options say how a text is to look.
type Options struct {
	Width   int    // columns of the terminal; 0 is 100, and no more than 100 are used
	Color   bool   // never the only carrier of anything
	ASCII   bool   // every byte is ASCII; what is not stands as an escape
	Details bool   // every line and all seats, nothing grouped
	Next    string // the next command to type, the last line; or empty
	Or      string // another that may come next, below it; or empty
	Before  string // what stands before each command to type, as in NAME=VALUE and a space; or empty
	File    string // where the plan was written, or empty
	Run     string // the run as it stands in commands, quoted for a shell; empty: its name
	Held    string // of a list of runs: who holds the lock without a run, or empty
	Whole   bool   // of a report: everything that was done too, by whom and of which plan
	Undone  string // of a report of an undo: what it is held against, quoted for a shell; or empty
	Redact  Redaction
	Dir     string // the folder as it stands in commands, quoted for a shell; empty: the working directory
	Source  string // what the folder is, as in "files main@7c1e9f2"; empty: what the plan says
}

// The widths that are used: no line is meant to be longer than widest, and
// below narrowest lines are left to the terminal to fold.
const (
	widest    = 100
	narrowest = 40
)

// A span is text in one ink.
type span struct {
	text safe
	ink  ink
}

func in(i ink, s safe) span { return span{text: s, ink: i} }
func say(s safe) span       { return span{text: s} }

// A page is a text in the making.
type page struct {
	pen
	palette
	b       strings.Builder
	width   int
	details bool
	more    safe // where to find what is left out
}

func newPage(w io.Writer, o Options) *page {
	width := o.Width
	if width <= 0 {
		width = widest
	}
	p := &page{
		pen:     pen{ascii: o.ASCII},
		palette: newPalette(w, o.Color),
		width:   min(max(width, narrowest), widest),
		details: o.Details,
		more:    "see --details",
	}
	if o.File != "" {
		p.more += " or " + p.file(o)
	}
	return p
}

// file is the name of the file that was written.
func (p *page) file(o Options) safe { return glued(p.cut(p.text(o.File), p.width-2)) }

// send writes the page in one piece.
func (p *page) send(w io.Writer, what string) error {
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

// line prints one line as it is.
func (p *page) line(spans ...span) {
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		if last.text = safe(strings.TrimRight(string(last.text), " "+join)); last.text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	for _, s := range spans {
		p.b.WriteString(p.paint(strings.ReplaceAll(string(s.text), join, " "), s.ink))
	}
	p.b.WriteByte('\n')
}

func (p *page) blank() { p.b.WriteByte('\n') }

// flow prints spans as a paragraph, broken between words. The first line stands
// behind first (which may be a label, and is not broken), all others indent
// columns from the left.
func (p *page) flow(first []span, indent int, spans ...span) {
	at := 0
	for _, s := range first {
		at += s.text.wide()
	}
	for i, l := range fill(spans, p.width-at, p.width-indent) {
		if i == 0 {
			p.line(append(slices.Clip(first), l...)...)
			continue
		}
		p.line(append([]span{say(pad(indent))}, l...)...)
	}
}

// block is a paragraph whose every line is indented.
func (p *page) block(indent int, spans ...span) {
	p.flow([]span{say(pad(indent))}, indent, spans...)
}

// A word is what is not broken: pieces of several inks without a space between.
type word struct {
	pieces []span
	wide   int
}

// fill breaks spans into lines of at most first cells, then at most rest. There
// is always at least one line. A word that is too long for a line of its own is
// broken where it must be.
func fill(spans []span, first, rest int) [][]span {
	var lines [][]span
	var now []span
	room, used := max(first, 8), 0
	for _, w := range words(spans) {
		for _, w := range breakUp(w, max(rest, 8)) {
			gap := 1
			if used == 0 {
				gap = 0
			}
			// A first word that only fits further left leaves its label alone.
			if used > 0 && used+gap+w.wide > room || used == 0 && len(lines) == 0 && w.wide > room && rest > room {
				lines, now = append(lines, now), nil
				room, used, gap = max(rest, 8), 0, 0
				w = flush(w)
			}
			if gap > 0 {
				now = append(now, say(" "))
			}
			now = append(now, w.pieces...)
			used += gap + w.wide
		}
	}
	return append(lines, now)
}

// flush takes the no-break spaces from the beginning of a word, which part it
// from what stood before it on the line.
func flush(w word) word {
	head := w.pieces[0]
	head.text = safe(strings.TrimLeft(string(head.text), join))
	w.wide -= w.pieces[0].text.wide() - head.text.wide()
	w.pieces = append([]span{head}, w.pieces[1:]...)
	return w
}

func words(spans []span) []word {
	var all []word
	open := false
	for _, s := range spans {
		for i, part := range strings.Split(string(s.text), " ") {
			if i > 0 {
				open = false
			}
			if part == "" {
				continue
			}
			if !open {
				all, open = append(all, word{}), true
			}
			w := &all[len(all)-1]
			w.pieces = append(w.pieces, span{text: safe(part), ink: s.ink})
			w.wide += safe(part).wide()
		}
	}
	return all
}

// breakUp takes a word apart that is wider than a line: at its no-break spaces
// first, else between characters.
func breakUp(w word, width int) []word {
	if w.wide <= width {
		return []word{w}
	}
	var loose []span
	for _, s := range w.pieces {
		loose = append(loose, span{text: safe(strings.ReplaceAll(string(s.text), join, " ")), ink: s.ink})
	}
	var all []word
	for _, w := range words(loose) {
		if w.wide <= width {
			all = append(all, w)
			continue
		}
		for _, s := range w.pieces {
			for _, part := range strings.Split(ansi.Hardwrap(string(s.text), width, true), "\n") {
				all = append(all, word{pieces: []span{{text: safe(part), ink: s.ink}}, wide: safe(part).wide()})
			}
		}
	}
	return all
}
