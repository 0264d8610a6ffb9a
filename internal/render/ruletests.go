package render

import (
	"fmt"
	"io"
	"strconv"
)

// A RuleTest is what the tests of rules said.
type RuleTest struct {
	Kind    string      `json:"kind"` // RuleTest
	Summary TestSummary `json:"summary"`
	Tests   []TestRow   `json:"tests"`
	Files   []CoverRow  `json:"files"` // how much of each rule the tests reach
	// Untested are the rules of one's own that no test is for.
	Untested []string `json:"untested"`
}

// A TestSummary counts them.
type TestSummary struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Percent int `json:"percent"` // of the lines that are reached
}

// A TestRow is one test.
type TestRow struct {
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
	Pass bool   `json:"pass"`
	Why  string `json:"why"` // it did not pass
}

// A CoverRow is one rule's file.
type CoverRow struct {
	File    string `json:"file"`
	Lines   int    `json:"lines"`   // that could be reached
	Missing []int  `json:"missing"` // that no test reaches
}

// RuleTests writes what the tests of rules said: each test, then how much of
// each file they reach, then the sum. The only errors are those of w.
func RuleTests(w io.Writer, r *RuleTest, o Options) error {
	p := newPage(w, o)
	for _, t := range r.Tests {
		mark, at := in(good, "pass"), join+p.place(t.File, t.Line)
		if !t.Pass {
			mark = in(danger, "FAIL")
		}
		p.flow([]span{mark, say("  ")}, 6, say(p.text(t.Name)), say("  "), in(faint, at))
		if !t.Pass {
			p.block(6, say(p.text(t.Why)))
		}
	}
	if len(r.Files) > 0 && len(r.Tests) > 0 {
		p.blank()
		p.coverage(r.Files)
	}
	for _, name := range r.Untested {
		p.flow([]span{in(caution, "note:"), say(" ")}, 2, say("no test is for the rule "+p.text(name)))
	}
	p.blank()
	sum := []span{say(count(r.Summary.Passed, "test", "tests") + " passed")}
	if r.Summary.Failed > 0 {
		sum = append(sum, in(danger, num(r.Summary.Failed)+" failed"))
	}
	if len(r.Files) > 0 {
		sum = append(sum, say(glued(num(r.Summary.Percent)+" % of the lines reached")))
	}
	p.flow([]span{in(strong, "TESTS"), say("  ")}, 7, p.dotted(sum)...)
	return p.send(w, "tests")
}

func (p *page) coverage(files []CoverRow) {
	g := grid{columns: []column{{head: "RULE", flex: true}, {head: "LINES", right: true}, {head: "REACHED", right: true}}}
	for _, f := range files {
		line := row{cells: []span{say(p.text(f.File)), say(num(f.Lines)), say(num(f.Lines - len(f.Missing)))}}
		if len(f.Missing) > 0 {
			line.mark = in(caution, "!")
			line.under = [][]span{{in(caution, "no test reaches"), say(" " + ranges(f.Missing))}}
		}
		g.rows = append(g.rows, line)
	}
	p.table("", g)
}

// ranges says lines as "line 7" or "lines 3, 7–9".
func ranges(lines []int) safe {
	var parts []safe
	for i := 0; i < len(lines); {
		j := i
		for j+1 < len(lines) && lines[j+1] == lines[j]+1 {
			j++
		}
		part := safe(strconv.Itoa(lines[i]))
		if j > i {
			part = safe(fmt.Sprintf("%d-%d", lines[i], lines[j]))
		}
		parts = append(parts, part)
		i = j + 1
	}
	word := safe("lines ")
	if len(lines) == 1 {
		word = "line "
	}
	return glued(word) + commas(parts)
}
