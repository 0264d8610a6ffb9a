package render_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make it with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func planText(t testing.TB, p *plan.Plan, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.Plan(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func reportText(t testing.TB, r *plan.Report, p *plan.Plan, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.Report(&b, r, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bounded fails if a line is wider than it may be.
func bounded(t testing.TB, text string, width int) {
	t.Helper()
	for i, l := range strings.Split(text, "\n") {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d: got %d columns, want at most %d: %q", i+1, w, width, l)
		}
		if strings.TrimRight(ansi.Strip(l), " ") != ansi.Strip(l) {
			t.Errorf("line %d ends in white space: %q", i+1, l)
		}
	}
}

func TestPlanGolden(t *testing.T) {
	told := render.Options{Source: "files main@7c1e9f2", File: "plan.json", Next: "reseat apply plan.json"}
	with := func(width int, set func(*render.Options)) render.Options {
		o := told
		o.Width = width
		if set != nil {
			set(&o)
		}
		return o
	}
	color := func(o *render.Options) { o.Color = true }
	details := func(o *render.Options) { o.Details = true }
	for _, test := range []struct {
		name string
		plan *plan.Plan
		o    render.Options
	}{
		{"rich-80", rich(), with(80, nil)},
		{"rich-120", rich(), with(120, nil)},
		{"usual-80", usual(), with(80, nil)},
		{"usual-120", usual(), with(120, nil)},
		{"usual-120-color", usual(), with(120, color)},
		{"rich-60", rich(), with(60, nil)},
		{"rich-80-color", rich(), with(80, color)},
		{"rich-120-color", rich(), with(120, color)},
		{"rich-80-ascii", rich(), with(80, func(o *render.Options) { o.ASCII = true })},
		{"rich-80-details", rich(), with(80, details)},
		{"rich-120-details", rich(), with(120, details)},
		{"insync-80", inSync(), with(80, nil)},
		{"guarded-80", guarded(), with(80, nil)},
		{"guarded-120-color", guarded(), with(120, color)},
		{"large-80", large(3000), with(80, nil)},
		{"large-120", large(3000), with(120, nil)},
		{"empty", &plan.Plan{}, render.Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := planText(t, test.plan, test.o)
			golden(t, test.name, got)
			width := test.o.Width
			if width == 0 || width > 100 {
				width = 100
			}
			bounded(t, got, width)
			if again := planText(t, test.plan, test.o); again != got {
				t.Error("the same plan gave another text")
			}
		})
	}
}

func TestReportGolden(t *testing.T) {
	cut := ran()
	w := contoso()
	cut.Summary.Interrupted = true
	cut.Outcomes = append(cut.Outcomes[:1:1],
		plan.Outcome{User: w.amelia.ID, SKU: w.visio.SKU, Action: plan.Unassign, Status: plan.Uncertain, Message: "no answer within 60 s", RequestID: "0f1a2b3c-0000-4000-8000-000000000002"},
		plan.Outcome{User: w.ben.ID, SKU: w.e3.SKU, Action: plan.Unassign, Status: plan.NotReached},
		plan.Outcome{User: w.hana.ID, SKU: w.e3.SKU, Action: plan.Assign, Status: plan.Unconfirmed})
	all := ran()
	all.Outcomes = append(all.Outcomes[:2:2], all.Outcomes[5])
	none := &plan.Report{Run: "20261120T081500Z-3fa9c2e1", StartedAt: at("2026-11-20 08:15"), EndedAt: at("2026-11-20 08:15")}
	stopped := ran()
	stopped.Summary.Stopped = "3 batches in a row without one success"
	for _, test := range []struct {
		name   string
		report *plan.Report
		plan   *plan.Plan
		o      render.Options
	}{
		{"report-80", ran(), rich(), render.Options{Width: 80}},
		{"report-120-color", ran(), rich(), render.Options{Width: 120, Color: true}},
		{"report-interrupted-80", cut, rich(), render.Options{Width: 80}},
		{"report-stopped-100", stopped, rich(), render.Options{}},
		{"report-done-80", all, rich(), render.Options{Width: 80, Next: "reseat plan"}},
		{"report-nothing-80", none, nil, render.Options{Width: 80, ASCII: true}},
		{"report-no-plan-80", ran(), nil, render.Options{Width: 80}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := reportText(t, test.report, test.plan, test.o)
			golden(t, test.name, got)
			bounded(t, got, 100)
		})
	}
}

func TestRunsGolden(t *testing.T) {
	rows := []render.Run{
		{Name: "20261118T080200Z-11112222", Plan: "20261118T080000Z-11112222", State: "done", Started: at("2026-11-18 08:02"), Done: 1204},
		{Name: "20261120T081500Z-3fa9c2e1", Plan: "20261120T080000Z-3fa9c2e1", State: "interrupted", Started: at("2026-11-20 08:15"), Done: 3, Failed: 1, Left: 12, Lock: "a1b2c3d4"},
	}
	for _, test := range []struct {
		name string
		rows []render.Run
		o    render.Options
	}{
		{"runs-80", rows, render.Options{Width: 80, Next: "reseat apply --resume 20261120T081500Z-3fa9c2e1"}},
		{"runs-120", rows, render.Options{Width: 120}},
		{"runs-none", nil, render.Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := render.Runs(&b, test.rows, test.o); err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, b.String())
			bounded(t, b.String(), 100)
		})
	}
}
