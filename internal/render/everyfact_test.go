package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// TestReportTellsEveryFact: of every change that was carried out a reader who was
// not there finds who, what, when and by which statement in one place; and, once,
// by which plan, of which changes and commit, and who carried it out.
func TestReportTellsEveryFact(t *testing.T) {
	t.Parallel()
	p := large(5000)
	r := many(p)
	few := large(150)
	of := map[string]*plan.Change{}
	for _, c := range append(p.Changes, few.Changes...) {
		of[c.ID] = &c
	}
	for _, test := range []struct {
		name, text string
		report     *plan.Report
		row        func(c *plan.Change, o *plan.Outcome) []string // what stands together
	}{
		{"text", byStatement(reportText(t, r, p, render.Options{Whole: true, Details: true, Width: 120})), r, func(c *plan.Change, o *plan.Outcome) []string {
			return []string{who(c) + " ", " " + c.Product.PartNumber + " ", " " + o.At.UTC().Format("15:04:05") + " ", " by " + stands(c)}
		}},
		{"markdown", reportMarkdown(t, many(few), few, render.Options{}), many(few), func(c *plan.Change, o *plan.Outcome) []string {
			return []string{"| `" + who(c) + "` |", "`" + c.Product.PartNumber + "`", o.At.UTC().Format("2006-01-02") + " " + o.At.UTC().Format("15:04:05"), stands(c)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			part := test.report.Parts[0]
			for _, fact := range []string{r.Run, r.Plan, r.Changes, strings.TrimSuffix(r.Revision, "+changed"), part.Actor.Name, part.Actor.ID, part.Who, part.Host} {
				if fact == "" || !strings.Contains(test.text, fact) {
					t.Errorf("nowhere is %q", fact)
				}
			}
			rows := map[string][]string{}
			for line := range strings.Lines(test.text) {
				for _, word := range strings.Fields(strings.ReplaceAll(line, "`", " ")) {
					rows[word] = append(rows[word], line)
				}
			}
			told := 0
			for i := range test.report.Outcomes {
				o := &test.report.Outcomes[i]
				c := of[fmt.Sprintf("%s/%s", o.User, o.SKU)]
				if o.Status != plan.Done {
					continue
				}
				told++
				if want := test.row(c, o); !anyHas(rows[who(c)], want) {
					t.Fatalf("no line has all of %q: got %q", want, rows[who(c)])
				}
			}
			if told < 100 {
				t.Errorf("got %d changes that were done, want many", told)
			}
		})
	}
}

func who(c *plan.Change) string {
	name, _, _ := strings.Cut(c.User.UserPrincipalName, "@")
	return name
}

func stands(c *plan.Change) string { return fmt.Sprintf("%s:%d", c.Reason.File, c.Reason.Line) }

// byStatement puts the statement above a row at the end of it.
func byStatement(text string) string {
	var b strings.Builder
	by := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.ReplaceAll(line, "\u00a0", " "), "\n")
		if rest, is := strings.CutPrefix(line, "  by "); is {
			_, place, _ := strings.Cut(rest, ", ")
			by = " by " + place
		}
		b.WriteString(line + by + "\n")
	}
	return b.String()
}

func anyHas(lines, all []string) bool {
	for _, line := range lines {
		has := true
		for _, one := range all {
			has = has && strings.Contains(line, one)
		}
		if has {
			return true
		}
	}
	return false
}
