package render_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

const waiver = "until 2026-12-31: moves to F3, CHG-1234 (reseat.yaml:30)"

// judged is a plan of which the rules have much to say: findings that waivers
// lift, rules that fail, a window that is closed, reads that failed.
func judged() *plan.Plan {
	p := usual()
	w := contoso()
	found := func(v plan.Verdict, u plan.UserRef, sku plan.ProductRef, all ...plan.Decision) plan.Change {
		c := change(v, u, sku, direct, plan.CauseConfig, reason(plan.KindRemove, "cleanup", "cleanup.yaml", 4))
		c.Decisions = all
		return c
	}
	one := func(code string, level plan.Level, message string) plan.Decision {
		return finding(code, level, message)[0]
	}
	lift := func(d plan.Decision) plan.Decision { d.Waiver = waiver; return d }
	p.Changes = []plan.Change{
		p.Changes[0], p.Changes[5],
		found(plan.Warn, w.dana, w.e5, lift(one("R103", plan.LevelDeny, "holds Global Administrator"))),
		found(plan.Allow, w.ben, w.visio, lift(one("R108", plan.LevelWarn, "signed in 2 days ago"))),
		found(plan.Deny, w.carla, w.e5, lift(one("R103", plan.LevelDeny, "may activate User Administrator")),
			one("R106", plan.LevelDeny, "on hold since 2026-03-01: the last plan with a mailbox stays")),
		found(plan.Warn, w.fay, w.e3, one("R108", plan.LevelWarn, "signed in yesterday"),
			one("R110", plan.LevelWarn, "MCOEV, which the person keeps, needs MCOSTANDARD of this product")),
		found(plan.Deny, w.gus, w.e3, one("R109", plan.LevelDeny, "a shared mailbox would lose its last plan with a mailbox")),
		found(plan.Deny, w.hana, w.e3, one("R111", plan.LevelDeny, "who applies would lose the own licence")),
		found(plan.Deny, w.gus, w.visio, one("R114", plan.LevelDeny, "an undo of run 20261101T080000Z-11112222 gave it back on 2026-11-02, and the statement is as it was")),
		found(plan.Deny, w.ben, w.project, plan.Decision{Code: "COST-1", Rule: "cost-centre", Level: plan.LevelDeny, Message: "the cost centre 4711 is closed: ask finance"}),
		found(plan.Deny, w.hana, w.visio, plan.Decision{Code: "cost-centre", Rule: "cost-centre", Level: plan.LevelDeny, Message: "the rule gave no answer within 1s"}),
		found(plan.Deny, w.gus, w.project, plan.Decision{Code: "cost-centre", Rule: "cost-centre", Level: plan.LevelDeny, Message: "the rule gave no answer within 1s"}),
	}
	p.Inputs.Policy.Rules, p.Inputs.Policy.Own = 22, []string{"cost-centre"}
	p.Inputs.Snapshot.Reads = append(p.Inputs.Snapshot.Reads,
		plan.Read{What: "holds", Items: 14, Status: plan.ReadComplete, Reason: "of 2026-11-19"},
		plan.Read{What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no Entra ID P1"},
		plan.Read{What: plan.ReadMailboxes, Status: plan.ReadDenied, Reason: "403 Authorization_RequestDenied"},
		plan.Read{What: plan.ReadGroups, Status: plan.ReadDenied, Reason: `group "fild-staff": no group has this name`})
	p.Notes = []plan.Note{
		{Code: "R205", Text: "at apply: the windows are closed until 2026-11-20 20:00 Europe/Stockholm"},
		{Code: "waiver", Text: "reseat.yaml:30: the waiver of protected-role for dana.kim@contoso.com on SPE_E5 holds until 2026-12-31: moves to F3, CHG-1234"},
		{Code: "waiver-unused", Text: "reseat.yaml:31: the waiver of R108 for eli.novak@contoso.com on every product lifts nothing in this plan; it ends on 2027-01-31"},
		{Code: "waiver-expired", Text: "reseat.yaml:32: the waiver of R104 for gus.ferreira@contoso.com on every product ended on 2026-10-31 and lifts nothing"},
	}
	p.Guards = append(p.Guards, plan.Guard{Code: "R205", Name: "window", OK: false, When: plan.AtApply,
		Message: "the windows are closed until 2026-11-20 20:00 Europe/Stockholm", Remedy: "wait for the window"})
	return p
}

func TestJudgedGolden(t *testing.T) {
	for name, o := range map[string]render.Options{
		"judged-80": {Width: 80}, "judged-100": {Width: 100}, "judged-120": {Width: 120}, "judged-60-ascii": {Width: 60, ASCII: true},
		"judged-80-color": {Width: 80, Color: true}, "judged-120-details": {Width: 120, Details: true},
	} {
		o.File, o.Next = "plan.json", "reseat apply plan.json"
		text := planText(t, judged(), o)
		bounded(t, text, min(o.Width, 100))
		golden(t, name, text)
	}
}

// flat is a text on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

func end(text string) string {
	_, after, _ := strings.Cut(text, "BEFORE YOU APPROVE")
	return after
}

func TestWaiversAreTold(t *testing.T) {
	text := flat(planText(t, judged(), render.Options{}))
	for _, want := range []string{
		"· 1 by a waiver ·",
		"! dana.kim SPE_E5 direct config cleanup cleanup.yaml:4 R103 holds Global Administrator; waived " + waiver,
		"! ben.okafor VISIOCLIENT direct config cleanup cleanup.yaml:4 R108 signed in 2 days ago; waived " + waiver,
		"x carla.mendes SPE_E5 direct config cleanup cleanup.yaml:4 R103 may activate User Administrator; waived " + waiver + " R106",
		"2. 1 change goes ahead by a waiver: dana.kim, R103 protected-role, " + waiver + ". 3. Warnings of 1 change are waived: ben.okafor, R108 recent-use, " + waiver + ". 4.",
		"2 waivers in force, 1 of them unused, 1 expired",
		"it ends on 2027-01-31; take it out where nobody needs it",
		"lifts nothing; take it out, or give it a new end",
	} {
		if containing(text, want) != 1 {
			t.Errorf("got no single %q in\n%s", want, text)
		}
	}
	p := judged()
	p.Notes = p.Notes[2:3]
	if text := planText(t, p, render.Options{}); !strings.Contains(text, "\n         1 waiver in force, unused\n") {
		t.Errorf("got\n%s", text)
	}
	p.Notes = judged().Notes[3:]
	if text := planText(t, p, render.Options{}); !strings.Contains(text, "\n         1 waiver has expired\n") {
		t.Errorf("got\n%s", text)
	}
}

// TestWaiversInLongPlans: however long a plan is, what goes ahead by a waiver
// is seen, and counted by statement.
func TestWaiversInLongPlans(t *testing.T) {
	p := large(3000)
	n := 0
	for i := range p.Changes {
		if c := &p.Changes[i]; i%100 == 1 && c.Verdict == plan.Allow {
			c.Verdict, c.Decisions = plan.Warn, finding("R103", plan.LevelDeny, "holds User Administrator")
			c.Decisions[0].Waiver = waiver
			n++
		} else if i == 2902 {
			c.Decisions = finding("R108", plan.LevelWarn, "signed in 3 days ago")
			c.Decisions[0].Waiver = waiver
		}
	}
	for i := range 25 {
		p.Notes = append(p.Notes, plan.Note{Code: "other", Text: fmt.Sprint("note ", i)})
	}
	p.Notes = append(p.Notes, plan.Note{Code: "waiver", Text: "reseat.yaml:30: the last of the notes"})
	text := planText(t, p, render.Options{})
	if got := strings.Count(flat(text), "R103 holds User Administrator; waived until"); got != n {
		t.Errorf("got %d waived rows, want %d", got, n)
	}
	for _, want := range []string{
		"R108 signed in 3 days ago; waived until", fmt.Sprintf("to remove (%d by a waiver) · 187 to assign (1 by a waiver)", n-1), fmt.Sprintf("%d changes go ahead by a waiver: person.", n), "reseat.yaml:30: the last of the notes", "and 5 more, see --details",
	} {
		if !strings.Contains(flat(text), want) {
			t.Errorf("got no %q in\n%s", want, text)
		}
	}
	for i := range p.Changes {
		p.Changes[i].Verdict, p.Changes[i].Action, p.Changes[i].Decisions = plan.Warn, plan.Unassign, finding("R103", plan.LevelDeny, "holds User Administrator")
		p.Changes[i].Decisions[0].Waiver = waiver
	}
	if text := flat(planText(t, p, render.Options{})); !strings.Contains(text, "and 2,800 more with a warning, ") || !strings.Contains(text, ", 2,800 of them by a waiver, see") {
		t.Errorf("got\n%s", text)
	}
}

// TestManySignIns: R108 speaks for many people, and neither makes a plan much
// longer nor hides what costs data.
func TestManySignIns(t *testing.T) {
	many := func(warn bool) *plan.Plan {
		p := inSync()
		w := contoso()
		p.Summary.Verdict = plan.HasChanges
		for i := range 300 {
			c := change(plan.Allow, user(100+i, fmt.Sprintf("person.%05d@contoso.com", i), ""), w.visio, direct, plan.CauseFact, reason(plan.KindRemove, "leavers", "leavers.yaml", 6))
			if warn {
				c.Verdict, c.Decisions = plan.Warn, finding("R108", plan.LevelWarn, fmt.Sprintf("signed in %d days ago", 2+i%20))
			}
			if i == 299 {
				c.Verdict, c.Decisions = plan.Warn, append(c.Decisions, finding("R107", plan.LevelWarn, "files: gone")...)
			}
			p.Changes = append(p.Changes, c)
		}
		return p
	}
	for _, width := range []int{80, 120} {
		text, plainly := planText(t, many(true), render.Options{Width: width}), planText(t, many(false), render.Options{Width: width})
		if with, without := strings.Count(text, "\n"), strings.Count(plainly, "\n"); with > without+10+map[int]int{80: 50}[width] { // a line more for a row that is shown, where it is narrow
			t.Errorf("%d columns: got %d lines, %d without R108:\n%s", width, with, without, text)
		}
		for _, want := range []string{
			"! person.00000 VISIOCLIENT direct fact leavers leavers.yaml:6 R108 signed in 2 days ago",
			"! and 249 more VISIOCLIENT removals by 'leavers' (leavers.yaml:6): R108 signed in lately",
			"1. person.00299: files: gone. 2. 300 changes carry a warning, marked ! above: R108 recent-use (300 people, the last signed in 2 days ago).",
		} {
			if !strings.Contains(flat(text), want) {
				t.Errorf("%d columns: got no %q in\n%s", width, want, text)
			}
		}
	}
}

func TestFailedRules(t *testing.T) {
	text := planText(t, judged(), render.Options{})
	for _, want := range []string{
		"· 1 rule gave no answer ·",
		"22 rules: 21 built in, 1 of your own (cost-centre), sha256 b81c04a2",
		"rule cost-centre gave no answer within 1s: 2 changes denied. The rule is the trouble, not the people. Mend it in policies, then plan again.",
		"cost-centre: the rule gave no answer within 1s",
	} {
		if !strings.Contains(flat(text), want) {
			t.Errorf("got no %q in\n%s", want, text)
		}
	}
	p := judged()
	p.Inputs.Policy.Own = nil
	if text := flat(planText(t, p, render.Options{})); !strings.Contains(text, "Plan again; if it stays so, report it.") || !strings.Contains(text, "RULES 22 rules, sha256") {
		t.Errorf("got\n%s", text)
	}
}

func TestOrderOfTheEnd(t *testing.T) {
	text := flat(end(planText(t, judged(), render.Options{})))
	want := regexp.MustCompile(`^1\. amelia.hart: mailbox.* 2\. 1 change goes ahead by a waiver.* 3\. Warnings .* 4\. rule cost-centre .* 5\. 2 other changes carry a warning, marked ! above: 2 by R108 recent-use \(2 people, the last signed in yesterday\), 1 by R110 dependency\. 6\. 7 changes are denied\.`)
	if !want.MatchString(text) {
		t.Errorf("got\n%s", text)
	}
}

// TestHushedWarnings: a warning that a waiver hides is not counted among those
// that stand.
func TestHushedWarnings(t *testing.T) {
	p := judged()
	p.Changes = p.Changes[5:6]
	p.Changes[0].Decisions[0].Waiver = waiver
	text := flat(end(planText(t, p, render.Options{})))
	if !strings.HasPrefix(text, "1. Warnings of 1 change are waived: fay.lindqvist, R108 recent-use, "+waiver+". 2. 1 change carries a warning, marked ! above: R110 dependency. 3.") {
		t.Errorf("got\n%s", text)
	}
}

func TestWindows(t *testing.T) {
	guard := func(ok bool, message string) *plan.Plan {
		p := judged()
		p.Guards[len(p.Guards)-1].OK, p.Guards[len(p.Guards)-1].Message = ok, message
		return p
	}
	for _, test := range []struct {
		plan *plan.Plan
		want string
	}{
		{guard(true, "the windows are open until 18:00 CET"), "at apply: R101 actor-role · R205 window (open until 18:00 CET) RULES"},
		{guard(false, "the windows are closed until 2026-11-20 20:00 Europe/Stockholm"), "at apply: R205 window closed until 2026-11-20 20:00 Europe/Stockholm: this plan can be applied then RULES"},
		{guard(false, "the windows are closed until 2026-11-20 20:00 Europe/Stockholm"), "not now: the windows are closed until 2026-11-20 20:00 Europe/Stockholm. From then on: next: reseat apply"},
		{guard(false, "the windows are closed until 2026-11-23 06:00 Europe/Stockholm"), "not now: the windows are closed until 2026-11-23 06:00 Europe/Stockholm, when this plan is no longer valid. Make a new one then. next:"},
		{guard(false, "the windows are closed until 2026-11-23 06:00 Europe/Stockholm"), "closed until 2026-11-23 06:00 Europe/Stockholm: this plan ends before, one made then can be applied RULES"},
		{guard(false, "a window cannot be read: reseat.yaml:9: no such zone"), "at apply, NOT OK: R205 window: a window cannot be read: reseat.yaml:9: no such zone. To do: wait for the window"},
	} {
		text := flat(planText(t, test.plan, render.Options{Next: "reseat apply"}))
		if !strings.Contains(text, test.want) {
			t.Errorf("got no %q in\n%s", test.want, text)
		}
		if strings.Contains(text, "GUARDED") {
			t.Errorf("a window makes the plan guarded:\n%s", text)
		}
	}
	if text := planText(t, judged(), render.Options{}); !strings.HasSuffix(text, "\nnot now: the windows are closed until 2026-11-20 20:00 Europe/Stockholm.\n") {
		t.Errorf("without a next command got\n%s", text)
	}
	if p := guard(true, "closed until 2026-11-23 06:00"); render.EndsBeforeItOpens(p) || strings.Contains(planText(t, p, render.Options{Next: "reseat apply"}), "not now") {
		t.Error("an open window is not waited for")
	}
	if render.EndsBeforeItOpens(guard(false, "the windows are closed until 20:00 CET")) || render.EndsBeforeItOpens(guard(false, "the windows are closed until 2026-11-21 20:00 Pacific/Kiritimati")) {
		t.Error("a plan that may still be valid is given up")
	}
}

func TestReadsThatRulesNeed(t *testing.T) {
	with := func(reads ...plan.Read) string {
		p := judged()
		p.Inputs.Snapshot.Reads = append(p.Inputs.Snapshot.Reads[:2:2], reads...)
		return flat(planText(t, p, render.Options{}))
	}
	for _, test := range []struct{ got, want string }{
		{with(plan.Read{What: "holds", Items: 14, Status: plan.ReadComplete, Reason: "of 2026-11-19"}), " holds: 14 people, of 2026-11-19 compared"},
		{with(plan.Read{What: "holds", Status: plan.ReadAbsent, Reason: "not supplied"}), " holds: not supplied compared"},
		{with(plan.Read{What: "holds", Status: plan.ReadDenied, Reason: "of 2026-01-02, older than 720h"}), " holds: could not be used, so unknown (of 2026-01-02, older than 720h); R106 mailbox-hold denies what takes a last mailbox"},
		{with(plan.Read{What: plan.ReadSignIns, Status: plan.ReadAbsent}), "not in this tenant: sign-in dates (R108 recent-use is not evaluated)"},
		{with(plan.Read{What: plan.ReadMailboxes, Status: plan.ReadDenied, Reason: "403"}), "mailbox types (403); it needs MailboxSettings.Read. R109"},
		{with(plan.Read{What: plan.ReadGroups, Status: plan.ReadDenied, Reason: `group "fild-staff": no group has this name`}),
			`1 group that the files name is not known: "fild-staff": no group has this name. Statements about it leave people as they are.`},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("got no %q in\n%s", test.want, test.got)
		}
	}
	p := judged()
	p.Notes = append(p.Notes, plan.Note{Code: "recent-use", Text: "R108 recent-use is not evaluated: sign-ins were not read"})
	if got := strings.Count(flat(planText(t, p, render.Options{})), "not evaluated: sign-ins") + strings.Count(flat(planText(t, p, render.Options{})), "(R108 recent-use is not evaluated)"); got != 1 {
		t.Errorf("got it said %d times", got)
	}
}

func TestReportTellsWaivers(t *testing.T) {
	p := rich()
	p.Changes[0].Decisions = append(p.Changes[0].Decisions, plan.Decision{Code: "R103", Rule: "protected-role", Level: plan.LevelDeny, Message: "holds a role", Waiver: waiver})
	p.Changes[2].Decisions = []plan.Decision{{Code: "R104", Rule: "protected-user", Level: plan.LevelDeny, Message: "x", Waiver: waiver}} // skipped
	for name, width := range map[string]int{"report-waived-80": 80, "report-waived-120": 120} {
		text := reportText(t, ran(), p, render.Options{Width: width})
		bounded(t, text, min(width, 100))
		golden(t, name, text)
		if !strings.Contains(flat(text), "WAIVED 1 change went ahead by a waiver R103 protected-role amelia.hart; waived "+waiver) || strings.Contains(text, "R104") {
			t.Errorf("got\n%s", text)
		}
	}
}

// TestRulesWordsAreHarmless puts strangers' words where rules, waivers and
// windows have theirs.
func TestRulesWordsAreHarmless(t *testing.T) {
	for _, s := range hostile() {
		for _, width := range []int{60, 80} {
			p, r := judged(), ran()
			p.Changes[0].Decisions[0].Waiver = waiver
			for i := range p.Changes {
				for k := range p.Changes[i].Decisions {
					d := &p.Changes[i].Decisions[k]
					if d.Waiver != "" {
						d.Waiver = s
					}
					d.Rule = s
					if strings.HasPrefix(d.Message, "the rule ") {
						d.Message = "the rule " + s
					} else {
						d.Message = "signed in " + s + " days ago"
					}
				}
			}
			p.Inputs.Policy.Own = []string{s, s}
			for i := range p.Notes {
				p.Notes[i].Text = s
			}
			for i := range p.Inputs.Snapshot.Reads {
				p.Inputs.Snapshot.Reads[i].Reason = `group "` + s
			}
			p.Guards[len(p.Guards)-1].Message = "closed until " + s
			tame(t, planText(t, p, render.Options{Width: width, Next: "reseat apply"}), width)
			tame(t, reportText(t, r, p, render.Options{Width: width}), width)
		}
		p, r := judged(), ran()
		poison(reflect.ValueOf(p), s, true)
		tame(t, planText(t, p, render.Options{Width: 80, File: "plan.json"}), 80)
		tame(t, reportText(t, r, p, render.Options{Width: 80}), 80)
	}
}

// TestManyBlocked: of many blocked changes of one kind some are shown, and the
// rest is one line with the reason.
func TestManyBlocked(t *testing.T) {
	p, w := inSync(), contoso()
	p.Summary.Verdict = plan.ChangesWithDenials
	for i := range 90 {
		c := change(plan.Blocked, user(100+i, fmt.Sprintf("person.%05d@contoso.com", i), ""), w.e3, throughGroup(false), plan.CauseConfig, reason(plan.KindRemove, "board", "cleanup.yaml", 4))
		c.Decisions = finding("R105", plan.LevelBlocked, "comes from lic-e3-staff (dynamic)")
		if i%9 == 0 {
			c.Decisions = finding("R113", plan.LevelBlocked, "Graph does not say whether the seat is direct")
		}
		p.Changes = append(p.Changes, c)
	}
	text := flat(planText(t, p, render.Options{}))
	if want := "# and 70 more SPE_E3 blocked changes by 'board' (cleanup.yaml:4): R105 comes from lic-e3-staff (dynamic) "; !strings.Contains(text, want) {
		t.Errorf("got no %q in\n%s", want, text)
	}
	if got := strings.Count(text, "R113 Graph does not say"); got != 10 {
		t.Errorf("got %d rows of the rare kind, want 10", got)
	}
	if text := planText(t, p, render.Options{Details: true}); rows(text) != 90 {
		t.Errorf("got %d rows with details, want 90", rows(text))
	}
}

// TestExplanationTellsFindings: explain shows every finding beneath the change,
// those too that stand in the row of a plan, and what a waiver lifts.
func TestExplanationTellsFindings(t *testing.T) {
	e := explanation()
	c := e.Products[0].Change
	c.Decisions = []plan.Decision{
		{Code: "R103", Rule: "protected-role", Level: plan.LevelDeny, Message: "holds Global Administrator", Waiver: waiver},
		{Code: "R108", Rule: "recent-use", Level: plan.LevelWarn, Message: "signed in 12 days ago"},
	}
	text := flat(explanationText(t, e, render.Options{Width: 80}))
	for _, want := range []string{"allowed, with a warning, by a waiver; cause config", "R103 holds Global Administrator; waived " + waiver, "R108 signed in 12 days ago"} {
		if containing(text, want) != 1 {
			t.Errorf("got no single %q in\n%s", want, text)
		}
	}
	c.Decisions = c.Decisions[1:]
	c.Decisions[0].Waiver, c.Verdict = waiver, plan.Allow
	if text := flat(explanationText(t, e, render.Options{Width: 80})); strings.Contains(text, "by a waiver") || !strings.Contains(text, "R108 signed in 12 days ago; waived "+waiver) {
		t.Errorf("got\n%s", text)
	}
}
