package render_test

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// lines of text that contain part.
func containing(text, part string) int { return strings.Count(text, part) }

func TestEveryChangeIsShownOrCounted(t *testing.T) {
	for _, n := range []int{1, 49, 51, 900, 3000} {
		p := large(n)
		text := planText(t, p, render.Options{Details: true})
		if got := rows(text); got != n {
			t.Errorf("%d changes with details: got %d rows", n, got)
		}
		if strings.Contains(text, "see --details") || strings.Contains(text, " more ") {
			t.Errorf("%d changes with details: something was left out", n)
		}
	}
	text := strings.Join(strings.Fields(planText(t, large(3000), render.Options{File: "out/plan.json"})), " ")
	for _, want := range []string{
		"and 820 more SPE_E5 removals by 'leavers' (leavers.yaml:6)",
		"and 73 more denied, see --details or out/plan.json",
		"and 103 more with a warning, 103 of them with loss of data, see --details or out/plan.json",
		" 1. person.00009, person.00018, person.00027, ",
		"and 291 more (see --details or out/plan.json): mailbox: gone 30 days",
	} {
		if containing(text, want) != 1 {
			t.Errorf("got no single %q", want)
		}
	}
}

// TestNothingIsLost counts any mixture of changes: rows and what the lines say is more.
func TestNothingIsLost(t *testing.T) {
	w := contoso()
	verdicts := []plan.Verdict{plan.Allow, plan.Warn, plan.Deny, plan.Blocked, "other"}
	actions := []plan.Action{plan.Unassign, plan.Assign, plan.Adjust, "other"}
	rapid.Check(t, func(t *rapid.T) {
		p := inSync()
		n := rapid.IntRange(1, 600).Draw(t, "changes")
		few := rapid.IntRange(1, 5).Draw(t, "verdicts")
		for i := range n {
			v := verdicts[rapid.IntRange(0, few-1).Draw(t, "verdict")]
			c := change(v, user(i, "p"+strings.Repeat("x", i%7)+"@contoso.com", ""), w.e3, direct, plan.CauseNew, reason(plan.KindRemove, "s", "a.yaml", i%30))
			c.Action = rapid.SampledFrom(actions).Draw(t, "action")
			p.Changes = append(p.Changes, c)
		}
		var b strings.Builder
		if err := render.Plan(&b, p, render.Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		shown, more := 0, 0
		for _, l := range strings.Split(b.String(), "\n") {
			f := strings.Fields(l)
			switch {
			case len(f) > 3 && f[1] == "and" && f[3] == "more" && len(f[0]) == 1:
				more += atoi(t, f[2])
			case len(f) > 2 && f[0] == "and" && f[2] == "more":
				more += atoi(t, f[1])
			case rows(l) == 1:
				shown++
			}
		}
		if shown+more != n {
			t.Errorf("got %d rows and %d more, want %d:\n%s", shown, more, n, b.String())
		}
	})
}

func atoi(t *rapid.T, s string) int {
	n := 0
	for _, c := range strings.ReplaceAll(s, ",", "") {
		if c < '0' || c > '9' {
			t.Fatalf("%q is no number", s)
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func TestVerdictLines(t *testing.T) {
	w := contoso()
	one := func(v plan.Verdict, a plan.Action) *plan.Plan {
		p := inSync()
		p.Summary = plan.Summary{Verdict: plan.HasChanges, UsersInSync: 1}
		c := change(v, w.ben, w.e3, direct, plan.CauseNew, reason(plan.KindRemove, "leavers", "a.yaml", 1))
		c.Action = a
		p.Changes = []plan.Change{c}
		return p
	}
	missing, unknown, torn, lying, small := inSync(), inSync(), inSync(), inSync(), inSync()
	missing.Summary.Verdict, missing.Missing = plan.HasChanges, rich().Missing[:1]
	unknown.NotEvaluated = rich().NotEvaluated
	torn.Guards[1].OK = false
	lying.Changes = one(plan.Allow, plan.Unassign).Changes
	small.Guards[1].Value = 71
	for _, test := range []struct {
		name string
		plan *plan.Plan
		want string
	}{
		{"in sync", inSync(), "\nIN SYNC  nothing to do · 1,412 people in sync\n"},
		{"not all were evaluated", unknown, "\nNOT EVALUATED  nothing to do for those who were evaluated · 1 person not evaluated ·\n               1,412 people in sync\n"},
		{"one removal", one(plan.Allow, plan.Unassign), "\nPLAN  1 licence to remove from 1 person · 1 person in sync\n"},
		{"one assignment", one(plan.Warn, plan.Assign), "\nPLAN  1 to assign to 1 person · 1 person in sync\n"},
		{"one adjustment", one(plan.Allow, plan.Adjust), "\nPLAN  1 to adjust · 1 person in sync\n"},
		{"only denied", one(plan.Deny, plan.Unassign), "\nPLAN  nothing that may be applied · 1 denied · 1 person in sync\n"},
		{"only blocked", one(plan.Blocked, plan.Assign), "\nPLAN  nothing that may be applied · 1 blocked · 1 person in sync\n"},
		{"a verdict of tomorrow is not executable", one("postponed", plan.Assign), "\nPLAN  nothing that may be applied · 1 blocked · 1 person in sync\n"},
		{"only missing", missing, "\nPLAN  nothing that may be applied · 1 missing · 1,412 people in sync\n"},
		{"a tripped guard that the summary forgot", torn, "\nGUARDED  nothing of this plan may be applied: R202 removal-percent"},
		{"changes that the summary denies", lying, "\nPLAN  1 licence to remove from 1 person"},
		{"a share that nobody looked at", small, " R202 removal-percent 71 of 1,401 (within limits.small) ok"},
		{"a warning and no loss", one(plan.Warn, plan.Assign), "\n  1. 1 change carries a warning, marked ! above.\n"},
		{"nothing at all", &plan.Plan{}, "\nUNCLEAR  "},
	} {
		if got := planText(t, test.plan, render.Options{}); !strings.Contains(got, test.want) {
			t.Errorf("%s: got\n%s\nwant %q", test.name, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	p := inSync()
	w := contoso()
	add := func(u plan.UserRef, r plan.ProductRef) {
		p.Changes = append(p.Changes, change(plan.Allow, u, r, direct, plan.CauseNew, reason(plan.KindRemove, "leavers", "a.yaml", 1)))
	}
	twin := product(77, "SPE_E3", "another")
	add(w.ben, w.e3)
	add(w.eli, twin)
	add(w.otherEli, w.visio)
	add(user(50, "same@contoso.com", ""), w.visio)
	add(user(51, "SAME@contoso.com", ""), w.visio)
	add(user(52, "", "Only A Name"), w.visio)
	add(user(53, "", ""), w.visio)
	long := strings.Repeat("abcdefghij", 8)
	add(user(54, long+"1@contoso.com", ""), w.visio)
	add(user(55, long+"2@contoso.com", ""), w.visio)
	text := planText(t, p, render.Options{})
	for _, want := range []string{
		"- ben.okafor ", "- eli.novak@contoso.com ", "- eli.novak@fabrikam.com ",
		"same@contoso.com 00060aae", "SAME@contoso.com 0006299d", "- Only A Name ", "- " + string(user(53, "", "").ID)[:8] + " ",
		" SPE_E3 " + string(w.e3.SKU)[:8], " SPE_E3 " + string(twin.SKU)[:8], "…",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q in\n%s", want, text)
		}
	}
	if id := string(w.ben.ID); strings.Contains(text, id) || strings.Contains(text, id[:8]) {
		t.Error("got an id where there is a name")
	}
}

func TestMoney(t *testing.T) {
	seats := func(freed int, price string) plan.Seats {
		return plan.Seats{SKU: plan.SKU(price), PartNumber: "P" + price, Bought: 5000, UsedBefore: 4000, UsedAfter: 4000 - freed, Freed: freed, PricePerMonth: price}
	}
	over := seats(2, "10.00 EUR")
	over.Bought = 3000
	given := seats(2, "10.00 EUR")
	given.UsedAfter = given.UsedBefore
	for _, test := range []struct {
		seats []plan.Seats
		want  string
	}{
		{[]plan.Seats{seats(3, "0.10 EUR")}, "at their renewals: 0.30 EUR a month."},
		{[]plan.Seats{seats(1, "33.00 EUR")}, "1 seat freed. Freeing a seat saves nothing by itself; reduced at its renewal: 33.00 EUR a month."},
		{[]plan.Seats{seats(1, "33.00 EUR"), seats(2, "14.5 USD"), seats(3, "0.015 EUR")}, "33.045 EUR and 29.00 USD a month."},
		{[]plan.Seats{seats(1000, "1234.56 EUR")}, "1,234,560.00 EUR a month."},
		{[]plan.Seats{seats(1, "33.00 EUR"), seats(2, "")}, "33.00 EUR a month. 2 of the seats left over have no price."},
		{[]plan.Seats{seats(1, "1e9 EUR")}, "saves nothing by itself. 1 of the seats left over has no price."},
		{[]plan.Seats{seats(1, "-3.00 EUR")}, "saves nothing by itself. 1 of the seats left over has no price."},
		{[]plan.Seats{over}, "2 seats freed, none left over after this plan. Freeing a seat saves nothing by itself."},
		{[]plan.Seats{given}, "2 seats freed, none left over after this plan."},
		{[]plan.Seats{seats(1, "")}, "1 seat freed. Freeing a seat saves nothing by itself. GUARDS"},
	} {
		p := inSync()
		p.Seats = test.seats
		if got := strings.Join(strings.Fields(planText(t, p, render.Options{})), " "); !strings.Contains(got, test.want) {
			t.Errorf("got\n%s\nwant %q", got, test.want)
		}
	}
}

func TestUnknownAndNothingReadApart(t *testing.T) {
	p := rich()
	if got := planText(t, p, render.Options{}); !strings.Contains(got, "could not be read, so unknown: subscriptions (403") || !strings.Contains(got, "not given   unknown") {
		t.Errorf("subscriptions that nobody could read: got\n%s", got)
	}
	p.Inputs.Snapshot.Reads[2] = plan.Read{What: plan.ReadSubscriptions, Status: plan.ReadComplete}
	if got := planText(t, p, render.Options{}); strings.Contains(got, "unknown:  subscriptions") || !strings.Contains(got, "0 subscriptions") || !strings.Contains(got, "none known") {
		t.Errorf("no subscriptions: got\n%s", got)
	}
	p.Inputs.Snapshot.Reads[2].Status = "tomorrow"
	if got := planText(t, p, render.Options{}); !strings.Contains(got, "so unknown: subscriptions") {
		t.Errorf("a status of tomorrow: got\n%s", got)
	}
}

func TestDeadlines(t *testing.T) {
	for _, test := range []struct{ term, want string }{
		{"P30D", "2026-12-20"}, {"P2W", "2026-12-04"}, {"P1M", "2026-12-20"}, {"P1Y2D", "2027-11-22"}, {"PT16H", "2026-11-21"}, {"P1DT1M", "2026-11-21"},
		{"30 days", "unknown"}, {"P", "unknown"}, {"PT", "unknown"}, {"P30", "unknown"}, {"P-3D", "unknown"}, {"P1D1D", "unknown"}, {"P99999999D", "unknown"},
	} {
		p, r := rich(), ran()
		p.Changes[0].Effects[0].RecoverableFor = test.term
		got := reportText(t, r, p, render.Options{})
		if !strings.Contains(got, "  "+test.want+" ") || !strings.Contains(got, "mailbox") {
			t.Errorf("%s: got\n%s\nwant %s", test.term, got, test.want)
		}
	}
}

func TestReportWords(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*plan.Report)
		want   []string
		not    []string
	}{
		{"a status of tomorrow is not done", func(r *plan.Report) { r.Outcomes[0].Status = "queued" }, []string{"1 unknown", "\nUNKNOWN  ", "--resume"}, nil},
		{"all is done", func(r *plan.Report) { r.Outcomes = r.Outcomes[:2] }, []string{"\nDONE  2 licences removed from 1 person · run"}, []string{"--resume", "FAILED"}},
		{"only already", func(r *plan.Report) { r.Outcomes = r.Outcomes[4:5] }, []string{"\nDONE  nothing was changed · 1 already as wanted"}, []string{"undo"}},
		{"all failed", func(r *plan.Report) { r.Outcomes = r.Outcomes[3:4] }, []string{"\nNOT DONE  nothing was changed · 1 failed"}, []string{"undo"}},
		{"a run's name that is no name", func(r *plan.Report) { r.Run = "x; rm -rf ~" }, nil, []string{"reseat undo"}},
		{"a run's name that is an option", func(r *plan.Report) { r.Run = "--yes" }, nil, []string{"reseat undo"}},
	} {
		r := ran()
		test.change(r)
		got := reportText(t, r, rich(), render.Options{})
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got\n%s\nwant %q", test.name, got, want)
			}
		}
		for _, not := range test.not {
			if strings.Contains(got, not) {
				t.Errorf("%s: got %q in\n%s", test.name, not, got)
			}
		}
	}
}

type broken struct{}

var errFull = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	for name, err := range map[string]error{
		"plan":   render.Plan(broken{}, rich(), render.Options{Color: true}),
		"report": render.Report(broken{}, ran(), rich(), render.Options{}),
		"runs":   render.Runs(broken{}, nil, render.Options{}),
	} {
		if !errors.Is(err, errFull) || !strings.HasPrefix(err.Error(), "write "+name+": ") {
			t.Errorf("got %v, want %v of %s", err, errFull, name)
		}
	}
}

func TestPlanIsReadOnly(t *testing.T) {
	p := rich()
	first := planText(t, p, render.Options{})
	for _, o := range []render.Options{{Width: 80}, {Details: true}, {ASCII: true, Color: true}} {
		planText(t, p, o)
	}
	if planText(t, p, render.Options{}) != first {
		t.Error("showing a plan changed it")
	}
}

func BenchmarkPlan(b *testing.B) {
	p := large(10_000)
	for _, bench := range []struct {
		name string
		o    render.Options
	}{{"short", render.Options{Color: true}}, {"details", render.Options{Color: true, Details: true, Width: 80}}} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				if err := render.Plan(io.Discard, p, bench.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A plan made of holders alone says so, and that its bases are lower bounds.
func TestPartOfTheTenant(t *testing.T) {
	p := rich()
	p.Inputs.Snapshot.Of = 200000
	for i := range p.Guards {
		p.Guards[i].AtLeast = p.Guards[i].Code == "R202"
	}
	got := planText(t, p, render.Options{Details: true})
	for _, want := range []string{"of 200,000 people", "of at least "} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %q", got, want)
		}
	}
}

// What is known of a person stands under the change: a shared mailbox always,
// the last sign-in with Details, or in the row where the statement asked for it.
func TestSeen(t *testing.T) {
	p := rich()
	p.Changes[0].Seen = &plan.Seen{Mailbox: plan.SharedMailbox, LastSignIn: time.Date(2026, 9, 1, 23, 0, 0, 0, time.UTC)}
	short, long := planText(t, p, render.Options{}), planText(t, p, render.Options{Details: true})
	if !strings.Contains(short, "the mailbox is of the kind shared") || strings.Contains(short, "2026-09-01") {
		t.Errorf("short form: got\n%s", short)
	}
	if !strings.Contains(long, "last signed in 2026-09-01") {
		t.Errorf("details: got\n%s", long)
	}
	p.Changes[0].Seen.SignInAsked = true
	if short := planText(t, p, render.Options{}); strings.Count(short, "last signed in 2026-09-01") != 1 {
		t.Errorf("asked: got\n%s", short)
	}
	if long := planText(t, p, render.Options{Details: true}); strings.Count(long, "last signed in 2026-09-01") != 1 {
		t.Errorf("asked, with details: got\n%s", long)
	}
}

// TestRaise: what a plan that is too large needs is there to be copied, and
// nothing that cannot stand in a file.
func TestRaise(t *testing.T) {
	p := rich()
	p.Summary.Verdict = plan.Guarded
	p.Guards = []plan.Guard{
		{Code: "R201", Name: "removal-limit", Value: 41, Recent: 1, Limit: 25, When: plan.AtPlan},
		{Code: "R202", Name: "removal-percent", Value: 41, Of: 400, Percent: 5, When: plan.AtPlan},
		{Code: "R203", Name: "product-percent", Subject: "VISIOCLIENT", Value: 14, Of: 14, Percent: 20, When: plan.AtPlan},
		{Code: "R203", Name: "product-percent", Subject: "x}, {y", Value: 14, Of: 14, Percent: 20, When: plan.AtPlan},
		{Code: "R204", Name: "empty-desired", Value: 40, Of: 40, Percent: 95, When: plan.AtPlan},
	}
	want := "\n  raise:\n    - {removals: 27, removalPercent: 7, until: 2026-11-21, reason: say why}\n" +
		"    - {product: VISIOCLIENT, removals: 14, productPercent: 100,\n      until: 2026-11-21, reason: say why}\n"
	if got := planText(t, p, render.Options{Width: 80}); strings.Count(got, want) != 1 {
		t.Errorf("got\n%s\nwant once %q", got, want)
	}
	p.Guards = p.Guards[4:]
	if got := planText(t, p, render.Options{}); strings.Contains(got, "raise:") {
		t.Errorf("got\n%s\nwant no raise for an empty folder", got)
	}
}

// TestByStatement: a plan of many changes says first what each statement comes
// to, those of people by their file.
func TestByStatement(t *testing.T) {
	w := contoso()
	p := inSync()
	p.Summary.Verdict = plan.ChangesWithDenials
	for i := range 99 {
		p.Changes = append(p.Changes, change(plan.Allow, w.amelia, w.visio, direct, plan.CauseConfig, reason(plan.KindUsers, "x", "people/a.yaml", i+1)))
	}
	if got := planText(t, p, render.Options{}); strings.Contains(got, "BY STATEMENT") {
		t.Errorf("99 changes: got\n%s", got)
	}
	no := change(plan.Blocked, w.fay, w.e5, throughGroup(true), plan.CauseConfig, reason(plan.KindRemove, "guests\x1b[2J", "b.yaml", 4))
	no.Decisions = finding("R105", plan.LevelBlocked, "comes from lic")
	p.Changes = append(p.Changes, no)
	got := planText(t, p, render.Options{})
	if !regexp.MustCompile(`BY STATEMENT  100 changes\n  users entry  people/a\.yaml +99 to remove\n  guests\S+  b\.yaml:4 +1 blocked by R105\n`).MatchString(got) || strings.Contains(got, "\x1b") {
		t.Errorf("got\n%s", got)
	}
}
