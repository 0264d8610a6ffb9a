package render

import (
	"strings"
)

// budget is how many bytes a comment may have: GitHub refuses larger ones.
const budget = 60_000

// A markdown is a text for a comment in the making. Text of strangers stands in
// code spans alone, where no site mentions people, makes links or reads HTML;
// nothing of it can end the span or the cell of a table.
type markdown struct{ b strings.Builder }

// code is a text of a stranger, or of a document, as a code span.
func code(s safe) safe {
	if s == "" {
		return "-"
	}
	return "`" + safe(unspanned(string(s))) + "`"
}

// unspanned writes what could end a code span or a cell, or begin a tag, as
// escapes.
func unspanned(s string) string {
	if !strings.ContainsAny(s, "`|<"+join) {
		return s
	}
	return strings.NewReplacer("`", `\x60`, "|", `\x7c`, "<", `\x3c`, join, " ").Replace(s)
}

// line writes a line; constants and code spans only.
func (m *markdown) line(parts ...safe) {
	for _, p := range parts {
		m.b.WriteString(strings.ReplaceAll(string(p), join, " "))
	}
	m.b.WriteByte('\n')
}

func (m *markdown) blank() { m.b.WriteByte('\n') }

// table writes a whole table: every row has as many cells as heads.
func (m *markdown) table(heads []safe, rows [][]safe) {
	if len(rows) == 0 {
		return
	}
	m.row(heads)
	m.b.WriteString(strings.Repeat("|---", len(heads)) + "|\n")
	for _, r := range rows {
		m.row(r)
	}
}

func (m *markdown) row(cells []safe) {
	m.b.WriteByte('|')
	for _, c := range cells {
		m.b.WriteString(" " + strings.ReplaceAll(string(c), join, " ") + " |")
	}
	m.b.WriteByte('\n')
}

// folded writes what a reader opens with a click.
func (m *markdown) folded(summary safe, inside func()) {
	m.line("<details><summary>", summary, "</summary>")
	m.blank()
	inside()
	m.blank()
	m.line("</details>")
	m.blank()
}
