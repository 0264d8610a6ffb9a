package render_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// budget is what GitHub's comments bear, with room to spare.
const budget = 60_000

// spans are code spans, in which no site reads anything.
var spans = regexp.MustCompile("`[^`\n]*`")

// ours are the signs that a report has of its own outside of code spans.
var ours = regexp.MustCompile(`(?m)^(<!-- reseat:run:[0-9A-Za-z-]+ -->|<details><summary>[^<>|@\x60]*</summary>|</details>)$`)

// tameMarkdown fails if a report is more than a report: text of a stranger
// outside of code spans, a table that is cut or skewed, a fold that is not closed.
func tameMarkdown(t *testing.T, text, stranger string) {
	t.Helper()
	harmless(t, text)
	if len(text) >= budget {
		t.Errorf("got %d bytes, want fewer than %d", len(text), budget)
	}
	tables(t, text)
	bare := ours.ReplaceAllString(spans.ReplaceAllString(text, "CODE"), "")
	if i := strings.IndexAny(bare, "<`@\\"); i >= 0 {
		t.Errorf("%q: something stands outside of code spans: %q", short(stranger), bare[max(0, i-40):min(len(bare), i+40)])
	}
	if open, closed := strings.Count(text, "<details>"), strings.Count(text, "\n</details>\n"); open != closed {
		t.Errorf("%q: got %d folds opened and %d closed", short(stranger), open, closed)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// tables reads the tables back: every row of one has as many cells as its head,
// a blank line or a list ends it. It returns the rows of all.
func tables(t *testing.T, text string) (rows [][]string) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "|") {
			if strings.Contains(lines[i], "|") {
				t.Errorf("a pipe outside of a table: %q", lines[i])
			}
			continue
		}
		head := cells(lines[i])
		if i+1 >= len(lines) || lines[i+1] != strings.Repeat("|---", len(head))+"|" {
			t.Errorf("a table without its second line: %q", lines[i])
			return rows
		}
		n := 0
		for i += 2; i < len(lines) && strings.HasPrefix(lines[i], "|"); i++ {
			row := cells(lines[i])
			if len(row) != len(head) {
				t.Errorf("got %d cells, want %d: %q", len(row), len(head), lines[i])
			}
			rows = append(rows, row)
			n++
		}
		if n == 0 || i < len(lines) && lines[i] != "" {
			t.Errorf("a table of %d rows ends in %q", n, lines[min(i, len(lines)-1)])
		}
	}
	return rows
}

func cells(line string) []string {
	if !strings.HasSuffix(line, " |") {
		return nil
	}
	return strings.Split(strings.TrimSuffix(line[1:], "|"), "|")
}

func TestReportMarkdownGolden(t *testing.T) {
	t.Parallel()
	whole := render.Options{Dir: "contoso"}
	sized := func(n int) (*plan.Report, *plan.Plan) { p := large(n); return many(p), p }
	of := func(r *plan.Report, p *plan.Plan) func() (*plan.Report, *plan.Plan) {
		return func() (*plan.Report, *plan.Plan) { return r, p }
	}
	for _, test := range []struct {
		name string
		of   func() (*plan.Report, *plan.Plan)
		o    render.Options
	}{
		{"md", of(told(), rich()), whole},
		{"md-upn", of(told(), rich()), render.Options{Dir: "contoso", Redact: render.RedactUPN}},
		{"md-all", of(told(), rich()), render.Options{Dir: "contoso", Redact: render.RedactAll}},
		{"md-cut", of(cutOff(), rich()), whole},
		{"md-work", of(atWork(), rich()), whole},
		{"md-no-plan", of(told(), nil), whole},
		{"md-rung-1", func() (*plan.Report, *plan.Plan) { return sized(600) }, whole},
		{"md-rung-2", func() (*plan.Report, *plan.Plan) { return sized(2500) }, whole},
		{"md-rung-3", func() (*plan.Report, *plan.Plan) { return sized(8000) }, whole},
		{"md-rung-4", lossyRun, whole},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, p := test.of()
			got := reportMarkdown(t, r, p, test.o)
			golden(t, test.name, got)
			tameMarkdown(t, got, "")
			if again := reportMarkdown(t, r, p, test.o); again != got {
				t.Error("the same report gave another text")
			}
		})
	}
}

// lossyRun is one in which thousands lose data and fail, with long names.
func lossyRun() (*plan.Report, *plan.Plan) {
	p := large(6000)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.User.UserPrincipalName = fmt.Sprintf("%04d.%s@contoso.com", i, strings.Repeat("long-", 6))
		c.Effects = []plan.Effect{{Kind: "mailbox", Text: "mailbox: gone 30 days after apply", RecoverableFor: "P30D"}}
		c.Reason.Statement, c.Reason.Line = fmt.Sprintf("rule of team %d %s", i%40, strings.Repeat("x", 30)), i%40
	}
	r := many(p)
	for i := range r.Outcomes {
		if i%3 == 0 {
			r.Outcomes[i].Status, r.Outcomes[i].Message = plan.Failed, strings.Repeat("refused for a long reason ", 10)
		}
	}
	return r, p
}

// TestReportMarkdownDropsNothingSilently: at every size, rows and counted ones
// come to all, losses of data by themselves.
func TestReportMarkdownDropsNothingSilently(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`(?m)^(?:#### |<details><summary>)([A-Z][A-Za-z, ]+?) \(([0-9,]+)\)`)
	more := regexp.MustCompile(`^- and ([0-9,]+) more[ ,]`)
	for _, n := range []int{20, 300, 1000, 3000, 10_000, -1} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r, p := lossyRun()
			if n > 0 {
				p = large(n)
				r = many(p)
			}
			text := reportMarkdown(t, r, p, render.Options{})
			tameMarkdown(t, text, "")
			total := 0
			for _, part := range strings.Split("\n"+text, "\n\n#### ")[0:] {
				for _, section := range strings.Split(part, "\n<details>") {
					total += counted(t, section, more)
				}
			}
			want := 0
			for _, m := range heading.FindAllStringSubmatch(text, -1) {
				want += figure(t, m[2])
			}
			if total != want {
				t.Errorf("got %d rows and counted ones, want the %d of the headings", total, want)
			}
			if all := len(r.Outcomes); want < all { // what is in doubt and lossy stands twice
				t.Errorf("the headings tell of %d, want all %d", want, all)
			}
		})
	}
}

// counted are the rows of people in a section, and those that are counted.
func counted(t *testing.T, section string, more *regexp.Regexp) (n int) {
	for _, l := range strings.Split(section, "\n") {
		switch {
		case strings.HasPrefix(l, "| `") && strings.Count(l, "|") > 4:
			n++
		case more.MatchString(l):
			n += figure(t, more.FindStringSubmatch(l)[1])
		}
	}
	return n
}

func figure(t *testing.T, s string) (n int) {
	if _, err := fmt.Sscan(strings.ReplaceAll(s, ",", ""), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRedaction: nobody's name stands in a report that is for many, and nobody
// is taken for another.
func TestRedaction(t *testing.T) {
	t.Parallel()
	p, r := rich(), told()
	r.Outcomes[3].Message = "eli.novak@contoso.com has no usage location"
	for _, mode := range []render.Redaction{render.RedactUPN, render.RedactAll} {
		text := reportMarkdown(t, r, p, render.Options{Redact: mode})
		for _, name := range []string{"amelia", "hart", "Amelia", "eli.novak", "Novák", "Ada Berg", "laptop/ada", "`ada", "佐藤"} {
			if strings.Contains(text, name) {
				t.Errorf("%q stands in a redacted report:\n%s", name, text)
			}
		}
		people := map[string]bool{}
		for _, o := range r.Outcomes {
			people[string(o.User[:8])] = strings.Contains(text, string(o.User[:8]))
		}
		for id, seen := range people {
			if !seen && id != string(contoso().gus.ID[:8]) {
				t.Errorf("%s is not told at all", id)
			}
		}
		if masked := strings.Contains(text, "a***.h*** "); masked != (mode == render.RedactUPN) {
			t.Errorf("mode %d: got masked names %t", mode, masked)
		}
	}
}
