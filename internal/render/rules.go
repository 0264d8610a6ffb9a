package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A Ruling is one rule in force, as a list of rules shows it.
type Ruling struct {
	Code        string     `json:"code"`
	Name        string     `json:"name"`
	About       string     `json:"about"` // change, plan or both
	Level       plan.Level `json:"level"` // as it is set
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Remedy      string     `json:"remedy"`
	Fixed       bool       `json:"fixed"` // neither its level nor a waiver nor a limit changes what it says
	Waivable    bool       `json:"waivable"`
	Own         bool       `json:"own"`
	File        string     `json:"file"` // of a rule of one's own; else empty
	// Settings are its present values, as "days: 30", and Waivers those of the
	// folder, in words; sorted, never nil.
	Settings []string `json:"settings"`
	Waivers  []string `json:"waivers"`
}

// Rulings writes the list of rules in force. Source says of which folder they
// are. The only errors are those of w.
func Rulings(w io.Writer, rules []Ruling, o Options) error {
	p := newPage(w, o)
	p.flow([]span{in(strong, "reseat policy list"), say("   ")}, 2, say(p.text(o.Source)))
	p.blank()
	if o.Details {
		for i := range rules {
			p.ruling(&rules[i])
		}
	} else {
		p.rulings(rules)
	}
	p.blank()
	p.block(2, p.dotted([]span{in(faint, glued("! cannot be lowered")), in(faint, "WAIVER yes: one in reseat.yaml lifts it for some people until a day"), in(faint, glued("limit: raise it instead"))})...)
	if o.Next != "" {
		p.next(o)
	}
	return p.send(w, "rules")
}

// waived says in a word how a rule can be lifted.
func (r *Ruling) waived() safe {
	switch {
	case r.Waivable && len(r.Waivers) > 0:
		return "yes, " + num(len(r.Waivers))
	case r.Waivable:
		return "yes"
	case r.Fixed, r.Own, r.Code == "R205": // windows are no limit: they are changed, and not raised
		return "no"
	}
	return "limit"
}

// leastSays is the room that what a rule says has at least; it goes on below.
const leastSays = 34

func (p *page) rulings(rules []Ruling) {
	g := grid{columns: []column{{head: "CODE"}, {head: "RULE", flex: true}, {head: "LEVEL"}, {head: "WAIVER"}}}
	for i := range rules {
		r := &rules[i]
		g.rows = append(g.rows, row{cells: []span{say(p.cut(p.text(r.Code), 32)), say(p.cut(p.text(r.Name), 40)),
			in(levelInk(r.Level), p.cut(p.text(string(r.Level)), 8)), say(r.waived())}})
	}
	const marks = 2
	wide, gap := g.measure(p.width - marks - leastSays - narrowGap)
	says := marks + sum(wide) + gap*len(wide)
	heads := make([]span, len(g.columns))
	for i, c := range g.columns {
		heads[i] = in(strong, c.head)
	}
	p.line(append(append([]span{say(pad(marks))}, p.cells(g, wide, gap, heads)...), say(pad(gap)), in(strong, "SAYS"))...)
	for i := range rules {
		r := &rules[i]
		mark, title := say(" "), p.text(r.Title)
		if r.Fixed {
			mark = in(strong, "!")
		}
		if title == "" {
			title = p.text(r.File)
		}
		lead := append([]span{mark, say(" ")}, p.cells(g, wide, gap, g.rows[i].cells)...)
		p.flow(append(lead, say(pad(gap))), says, say(title))
		if r.Own {
			p.block(marks+2, in(faint, "one's own, "+p.text(r.File)))
		}
	}
}

// ruling shows one rule with all that it says of itself.
func (p *page) ruling(r *Ruling) {
	mark := safe(" ")
	if r.Fixed {
		mark = "!"
	}
	p.flow([]span{in(strong, mark), say(" "), in(strong, glued(p.text(r.Code)+" "+p.text(r.Name))), say("  "), in(levelInk(r.Level), p.text(string(r.Level))), say("  ")}, 2, say(p.text(r.Title)))
	if r.Own {
		p.block(4, in(faint, "one's own, "+p.text(r.File)))
	}
	if r.Description != "" {
		p.block(4, say(p.text(r.Description)))
	}
	if r.Remedy != "" {
		p.block(4, in(strong, "what to do:"), say(" "+p.text(r.Remedy)))
	}
	if len(r.Settings) > 0 {
		p.block(4, in(strong, "set:"), say(" "+p.text(strings.Join(r.Settings, ", "))))
	}
	for _, w := range r.Waivers {
		p.block(4, in(strong, "waiver:"), say(" "+p.text(w)))
	}
	if len(r.Waivers) == 0 {
		p.block(4, in(faint, "waiver: "+r.waived()))
	}
}

// RulingsMarkdown writes the list of rules in force as a page of Markdown: a
// table, then each rule with all that it says of itself. The only errors are
// those of w.
func RulingsMarkdown(w io.Writer, rules []Ruling, o Options) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules in force\n\n%s\n\n", mdText(o.Source))
	b.WriteString(RulingsTable(rules))
	b.WriteString("\nThose marked ! can neither be lowered nor waived.\n")
	for i := range rules {
		r := &rules[i]
		fmt.Fprintf(&b, "\n## %s %s\n\n%s\n", mdText(r.Code), mdText(r.Name), mdText(r.Title))
		for _, x := range []struct{ what, text string }{
			{"", r.Description}, {"What to do: ", r.Remedy}, {"Set: ", strings.Join(r.Settings, ", ")}, {"Waiver: ", strings.Join(r.Waivers, "; ")}, {"File: ", r.File},
		} {
			if x.text != "" {
				fmt.Fprintf(&b, "\n%s%s\n", x.what, mdText(x.text))
			}
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write rules: %w", err)
	}
	return nil
}

// RulingsTable is the list of rules as a table of Markdown.
func RulingsTable(rules []Ruling) string {
	var b strings.Builder
	b.WriteString("| code | rule | level | waiver | says |\n| --- | --- | --- | --- | --- |\n")
	for i := range rules {
		r := &rules[i]
		mark := ""
		if r.Fixed {
			mark = "!"
		}
		fmt.Fprintf(&b, "| %s%s | %s | %s | %s | %s |\n", mdText(r.Code), mark, mdText(r.Name), mdText(string(r.Level)), r.waived(), mdText(r.Title))
	}
	return b.String()
}

// mdText makes text from outside harmless within a line of Markdown.
func mdText(s string) string {
	return mdEscapes.Replace(string(pen{}.text(s)))
}

var mdEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "@", "&#64;", "&", "&amp;", "://", ":&#8203;//")
