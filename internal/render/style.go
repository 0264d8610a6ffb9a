package render

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// An ink is what a piece of text is for. Colour is chosen by it, and never says
// anything that the text does not.
type ink uint8

const (
	plain  ink = iota
	strong     // headings and verdicts
	faint      // places, ids
	good
	caution // warnings
	danger  // removals, denials, losses
	adding
	changing
	inks // how many there are
)

// A palette paints. Its zero value leaves text as it is.
type palette struct {
	on     bool
	styles [inks]lipgloss.Style
}

// newPalette makes the styles for w. The sixteen colours of the terminal's own
// theme are used, so that they can be read on light and on dark alike.
func newPalette(w io.Writer, color bool) palette {
	if !color {
		return palette{}
	}
	r := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.ANSI), termenv.WithTTY(false))
	r.SetColorProfile(termenv.ANSI)
	r.SetHasDarkBackground(true) // known, so that the terminal is not asked
	style := func(color string) lipgloss.Style { return r.NewStyle().Inline(true).Foreground(lipgloss.Color(color)) }
	bold := r.NewStyle().Inline(true).Bold(true)
	return palette{on: true, styles: [inks]lipgloss.Style{
		plain: r.NewStyle(), strong: bold, faint: r.NewStyle().Inline(true).Faint(true),
		good: style("2"), caution: style("3"), danger: style("1"), adding: style("2"), changing: style("6"),
	}}
}

func (p palette) paint(s string, i ink) string {
	if !p.on || i == plain || s == "" {
		return s
	}
	return p.styles[i].Render(s)
}
