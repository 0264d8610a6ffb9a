package render_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

func reportMarkdown(t testing.TB, r *plan.Report, p *plan.Plan, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.ReportMarkdown(&b, r, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// cutOff is a run that left no report, atWork one that has not ended.
func cutOff() *plan.Report {
	r := told()
	r.FromJournal, r.Parts = true, r.Parts[:1]
	r.Outcomes[1].Status, r.Outcomes[1].Message = plan.Uncertain, "sent without a recorded answer"
	r.Outcomes[5].Status = plan.NotReached
	return r
}

func atWork() *plan.Report {
	r := cutOff()
	r.AtWork = true
	return r
}

// older is a run of a version that noted less.
func older() *plan.Report {
	r := ran()
	r.Actor = plan.Actor{Kind: plan.ActorApplication, ID: "5d1e0000-1111-4222-8333-444455556666", Name: "reseat-ci"}
	return r
}

func TestWholeReportGolden(t *testing.T) {
	t.Parallel()
	whole := render.Options{Whole: true, Dir: "contoso"}
	with := func(width int, set func(*render.Options)) render.Options {
		o := whole
		o.Width = width
		if set != nil {
			set(&o)
		}
		return o
	}
	details := func(o *render.Options) { o.Details = true }
	big := large(3000)
	for _, test := range []struct {
		name   string
		report *plan.Report
		plan   *plan.Plan
		o      render.Options
	}{
		{"whole-80", told(), rich(), with(80, nil)},
		{"whole-120", told(), rich(), with(120, nil)},
		{"whole-120-color", told(), rich(), with(120, func(o *render.Options) { o.Color = true })},
		{"whole-60-ascii", told(), rich(), with(60, func(o *render.Options) { o.ASCII = true })},
		{"whole-80-details", told(), rich(), with(80, details)},
		{"whole-cut-80", cutOff(), rich(), with(80, nil)},
		{"whole-work-80", atWork(), rich(), with(80, nil)},
		{"whole-old-80", older(), rich(), with(80, nil)},
		{"whole-no-plan-80", told(), nil, with(80, nil)},
		{"whole-path-80", told(), rich(), with(80, func(o *render.Options) { o.Run, o.Dir = "/srv/runs/20261120T081500Z-3fa9c2e1", "DIR" })},
		{"whole-large-80", many(big), big, with(80, nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := reportText(t, test.report, test.plan, test.o)
			golden(t, test.name, got)
			bounded(t, copied.ReplaceAllString(got, ""), min(test.o.Width, 100))
			if again := reportText(t, test.report, test.plan, test.o); again != got {
				t.Error("the same report gave another text")
			}
		})
	}
}

// TestWholeReportNamesEveryLoss: whoever lost something is named, in the short
// form too as long as it is a loss of data, and with Details always.
func TestWholeReportNamesEveryLoss(t *testing.T) {
	t.Parallel()
	p := large(1500)
	r := many(p)
	short, full := reportText(t, r, p, render.Options{Whole: true}), reportText(t, r, p, render.Options{Whole: true, Details: true})
	lossy := map[plan.UserID]bool{}
	for i := range p.Changes {
		lossy[p.Changes[i].User.ID] = len(p.Changes[i].Effects) > 0
	}
	names := map[plan.UserID]string{}
	for _, c := range p.Changes {
		names[c.User.ID], _, _ = strings.Cut(c.User.UserPrincipalName, "@")
	}
	told := 0
	for _, o := range r.Outcomes {
		if o.Status != plan.Done || o.Action != plan.Unassign {
			continue
		}
		row := names[o.User] + " "
		if !strings.Contains(full, row) || !strings.Contains(full, string(o.User)) {
			t.Fatalf("--details does not name %s", row)
		}
		if lossy[o.User] {
			told++
			if !strings.Contains(short, "! "+row) {
				t.Fatalf("the short form does not name %s, who loses data", row)
			}
		}
	}
	if told < 100 {
		t.Fatalf("got %d losses of data, want many", told)
	}
}

// TestWholeReportCountsWhatHasNoRoom: rows and counted ones come to all.
func TestWholeReportCountsWhatHasNoRoom(t *testing.T) {
	t.Parallel()
	p := large(8000)
	r := many(p)
	text := reportText(t, r, p, render.Options{Whole: true})
	section := text[strings.Index(text, "\nTAKEN  "):strings.Index(text, "\nGIVEN  ")]
	var all, people, counted int
	if _, err := fmt.Sscanf(strings.ReplaceAll(section, ",", ""), "\nTAKEN  %d licences from %d people", &all, &people); err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.ReplaceAll(section, ",", ""), "\n") {
		var n int
		if strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "! ") {
			counted++
		} else if _, err := fmt.Sscanf(l, "  and %d more", &n); err == nil {
			counted += n
		}
	}
	if counted != all || !strings.Contains(section, "with loss of data") {
		t.Errorf("got %d rows and counted ones, want %d:\n%s", counted, all, section[len(section)-600:])
	}
}

func TestHostileRuns(t *testing.T) {
	t.Parallel()
	for _, s := range hostile() {
		for _, all := range []bool{false, true} {
			p, r := rich(), told()
			r.Undoes = &plan.Undone{Run: "x", Plan: "y", Changes: "z"}
			poison(reflect.ValueOf(p), s, all)
			poison(reflect.ValueOf(r), s, all)
			for _, o := range []render.Options{{Width: 80, Whole: true}, {Width: 60, Whole: true, ASCII: true, Details: true}} {
				tame(t, reportText(t, r, p, o), o.Width)
			}
			for _, redact := range []render.Redaction{render.RedactNone, render.RedactUPN, render.RedactAll} {
				tameMarkdown(t, reportMarkdown(t, r, p, render.Options{Redact: redact}), s)
			}
			var b strings.Builder
			if err := render.Runs(&b, []render.Run{{Name: s, Plan: s, State: s, Lock: s, By: s, Resumes: 2}}, render.Options{Held: s}); err != nil {
				t.Fatal(err)
			}
			harmless(t, b.String())
		}
	}
}

func FuzzWholeReport(f *testing.F) {
	for i, s := range hostile() {
		if i%7 == 0 {
			f.Add(s, 40+i, i%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, s string, width int, all bool) {
		p, r := rich(), told()
		poison(reflect.ValueOf(p), s, all)
		poison(reflect.ValueOf(r), s, all)
		bound := min(max(width, 40), 100)
		if width <= 0 {
			bound = 100
		}
		tame(t, reportText(t, r, p, render.Options{Width: width, Whole: true}), bound)
		tameMarkdown(t, reportMarkdown(t, r, p, render.Options{}), s)
	})
}

// BenchmarkWholeReport tells of 100,000 outcomes.
func BenchmarkWholeReport(b *testing.B) {
	p := large(110_000)
	r := many(p)
	for _, test := range []struct {
		name string
		do   func()
	}{
		{"text", func() { reportText(b, r, p, render.Options{Whole: true}) }},
		{"details", func() { reportText(b, r, p, render.Options{Whole: true, Details: true}) }},
		{"markdown", func() { reportMarkdown(b, r, p, render.Options{}) }},
		{"redacted", func() { reportMarkdown(b, r, p, render.Options{Redact: render.RedactUPN}) }},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				start := time.Now()
				test.do()
				if d := time.Since(start); d > 20*time.Second {
					b.Fatalf("%d outcomes took %s", len(r.Outcomes), d)
				}
			}
			b.ReportMetric(float64(len(r.Outcomes)), "outcomes")
		})
	}
}
