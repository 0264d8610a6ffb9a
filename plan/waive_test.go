package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// A saying is a judge of fixed findings by "ann SPE_E3", beside a few of strict.
type saying struct {
	strict
	says map[string][]plan.Decision
}

func (s saying) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out := make([][]plan.Decision, len(cases))
	for i, c := range cases {
		name, _, _ := strings.Cut(c.Change.User.UserPrincipalName, "@")
		out[i] = append(out[i], s.says[name+" "+c.Change.Product.PartNumber]...)
		if len(c.Facts.Loses) > 0 {
			level := plan.LevelDeny
			if c.Change.DataLoss == plan.LossAccept {
				level = plan.LevelWarn
			}
			out[i] = append(out[i], plan.Decision{Code: "R107", Rule: "data-loss", Level: level, Message: "loses " + strings.Join(c.Facts.Loses, ", ")})
		}
	}
	return out, nil
}

// Waivable: all but the marked ones.
func (saying) Waivable(d plan.Decision) bool {
	return !slices.Contains([]string{"R000", "R102", "R105", "R112", "R113"}, d.Code)
}

func finding(code, rule string, level plan.Level) plan.Decision {
	return plan.Decision{Code: code, Rule: rule, Level: level, Message: "says " + rule}
}

func denial(code, rule string) plan.Decision { return finding(code, rule, plan.LevelDeny) }

// waiver is one until the day of the plans, the 20th.
func waiver(line int, rule, user, product string) plan.Waiver {
	w := plan.Waiver{Rule: plan.Name{Text: rule}, Until: "2026-11-20", Reason: "CHG-1", Place: plan.Place{File: "reseat.yaml", Line: line, Column: 5}}
	if user != "" {
		w.User = &plan.Name{Text: user, Place: w.Place}
	}
	if product != "" {
		w.Product = &plan.Name{Text: product, Place: w.Place}
	}
	return w
}

func matching(w plan.Waiver, s *plan.Selector) plan.Waiver {
	w.User, w.Match = nil, s
	return w
}

func ended(w plan.Waiver, day plan.Day) plan.Waiver {
	w.Until = day
	return w
}

// waived is a tenant in which ann loses SPE_E3 and Visio, and bob Visio.
func waived(says map[string][]plan.Decision, waivers ...plan.Waiver) plan.Input {
	in := with(person(ann, "ann", direct(e3), direct(visio)), person(bob, "bob", direct(visio)))
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("SPE_E3", "VISIOCLIENT"), who("ann@contoso.com", "bob@contoso.com")...)}
	in.Desired.Remove[0].DataLoss = plan.LossAccept
	in.Desired.Settings.Waivers = waivers
	in.Judge = saying{says: says}
	return in
}

// decided are a plan's decisions, with * where one is lifted, and the verdicts.
func decided(p *plan.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		name, _, _ := strings.Cut(c.User.UserPrincipalName, "@")
		line := name + " " + c.Product.PartNumber + " " + string(c.Verdict) + ":"
		for _, d := range c.Decisions {
			line += " " + d.Code + " " + string(d.Level)
			if d.Waiver != "" {
				line += "*"
			}
		}
		out = append(out, strings.TrimSuffix(line, ":"))
	}
	return out
}

// notesOf are the notes about waivers, by code.
func notesOf(p *plan.Plan) []string {
	var out []string
	for _, n := range p.Notes {
		if strings.HasPrefix(n.Code, "waiver") {
			out = append(out, n.Code+" "+n.Text)
		}
	}
	return out
}

// TestWaivers is what a waiver lifts, and what not. The finding is R103 on ann's
// Visio; R107 warns of her SPE_E3, as the statement accepts that.
func TestWaivers(t *testing.T) {
	roles := []plan.Decision{denial("R103", "protected-role")}
	design := selector(plan.KeyDepartment, "sales")
	const denied, lifted = "ann VISIOCLIENT deny: R103 deny", "ann VISIOCLIENT warn: R103 deny*"
	for _, test := range []struct {
		name    string
		says    []plan.Decision
		waivers []plan.Waiver
		want    string
	}{
		{"none", roles, nil, denied},
		{"by code", roles, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, lifted},
		{"by code in other case", roles, []plan.Waiver{waiver(1, "r103", "Ann@contoso.com", "")}, lifted},
		{"by name", roles, []plan.Waiver{waiver(1, "protected-role", "ann@contoso.com", "")}, lifted},
		{"by object id", roles, []plan.Waiver{waiver(1, "protected-role", string(ann), "")}, lifted},
		{"another rule", roles, []plan.Waiver{waiver(1, "R104", "ann@contoso.com", "")}, denied},
		{"another person", roles, []plan.Waiver{waiver(1, "R103", "bob@contoso.com", "")}, denied},
		{"the product", roles, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "VISIOCLIENT")}, lifted},
		{"the product by id", roles, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", string(visio))}, lifted},
		{"another product", roles, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "SPE_E3")}, denied},
		{"far in the future", roles, []plan.Waiver{ended(waiver(1, "R103", "ann@contoso.com", ""), "9999-12-31")}, lifted},
		{"the day after", roles, []plan.Waiver{ended(waiver(1, "R103", "ann@contoso.com", ""), "2026-11-19")}, denied},
		{"who matches", roles, []plan.Waiver{matching(waiver(1, "R103", "", ""), design)}, lifted},
		{"who matches, of another product", roles, []plan.Waiver{matching(waiver(1, "R103", "", "SPE_E3"), design)}, denied},
		{"who does not match", roles, []plan.Waiver{matching(waiver(1, "R103", "", ""), selector(plan.KeyDepartment, "design"))}, denied},
		{"a group that was not read", roles, []plan.Waiver{matching(waiver(1, "R103", "", ""), selector(plan.KeyMemberOf, "board"))}, denied},
		{"not in a group that was not read", roles, []plan.Waiver{matching(waiver(1, "R103", "", ""),
			&plan.Selector{Terms: []plan.Term{{Key: plan.KeyNot, Not: selector(plan.KeyMemberOf, "board")}}})}, denied},
		{"neither a person nor a selector", roles, []plan.Waiver{waiver(1, "R103", "", "")}, denied},
		{"no rule", roles, []plan.Waiver{waiver(1, "", "ann@contoso.com", "")}, denied},
		{"a warning", []plan.Decision{finding("R108", "recent-use", plan.LevelWarn)}, []plan.Waiver{waiver(1, "R108", "ann@contoso.com", "")}, "ann VISIOCLIENT allow: R108 warn*"},
		{"what is blocked", []plan.Decision{finding("R199", "own", plan.LevelBlocked)}, []plan.Waiver{waiver(1, "R199", "ann@contoso.com", "")}, "ann VISIOCLIENT blocked: R199 blocked"},
		{"a guard", []plan.Decision{finding("R199", "own", plan.LevelGuard)}, []plan.Waiver{waiver(1, "R199", "ann@contoso.com", "")}, "ann VISIOCLIENT deny: R199 guard"},
		{"a level that nobody knows", []plan.Decision{finding("R199", "own", "hint")}, []plan.Waiver{waiver(1, "R199", "ann@contoso.com", "")}, "ann VISIOCLIENT deny: R199 hint"},
		{"a rule that may not be waived", []plan.Decision{denial("R102", "self-service")}, []plan.Waiver{waiver(1, "R102", "ann@contoso.com", ""), waiver(2, "self-service", "ann@contoso.com", "")}, "ann VISIOCLIENT deny: R102 deny"},
		{"the engine", []plan.Decision{denial("R000", "engine")}, []plan.Waiver{waiver(1, "R000", "ann@contoso.com", ""), waiver(2, "engine", "ann@contoso.com", "")}, "ann VISIOCLIENT deny: R000 deny"},
		{"a rule that failed", []plan.Decision{{Code: "R103", Rule: "protected-role", Level: plan.LevelDeny, Message: "the rule gave no answer", Failed: true}},
			[]plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, denied},
		{"a rule that says it is waived", []plan.Decision{{Code: "R103", Rule: "protected-role", Level: plan.LevelDeny, Message: "x", Waiver: "until ever"}}, nil, denied},
		{"two findings of one rule", append(roles, plan.Decision{Code: "R103", Rule: "protected-role", Level: plan.LevelDeny, Message: "another role"}),
			[]plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, "ann VISIOCLIENT warn: R103 deny* R103 deny*"},
		{"one of two rules", append(roles, denial("R104", "protected-user")), []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, "ann VISIOCLIENT deny: R103 deny* R104 deny"},
		{"both rules", append(roles, denial("R104", "protected-user")), []plan.Waiver{waiver(1, "R103", "ann@contoso.com", ""), waiver(2, "R104", "ann@contoso.com", "")},
			"ann VISIOCLIENT warn: R103 deny* R104 deny*"},
		{"a denial and a warning", append(roles, finding("R108", "recent-use", plan.LevelWarn)), []plan.Waiver{waiver(1, "R108", "ann@contoso.com", "")},
			"ann VISIOCLIENT deny: R103 deny R108 warn*"},
		{"an own rule by the name alone", []plan.Decision{denial("ACME-1", "cost-centre")}, []plan.Waiver{waiver(1, "cost-centre", "ann@contoso.com", "")}, "ann VISIOCLIENT warn: ACME-1 deny*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := mustNew(t, waived(map[string][]plan.Decision{"ann VISIOCLIENT": test.says}, test.waivers...))
			want := []string{"ann SPE_E3 warn: R107 warn", test.want, "bob VISIOCLIENT allow"}
			if got := decided(p); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestWaivedDataLoss: what R107 denies, or warns of, can be waived.
func TestWaivedDataLoss(t *testing.T) {
	for _, test := range []struct {
		loss plan.DataLoss
		want string
	}{{plan.LossDeny, "ann SPE_E3 warn: R107 deny*"}, {plan.LossAccept, "ann SPE_E3 allow: R107 warn*"}} {
		in := waived(nil, waiver(1, "data-loss", "ann@contoso.com", "SPE_E3"))
		in.Desired.Remove[0].DataLoss = test.loss
		if got := decided(mustNew(t, in)); got[0] != test.want {
			t.Errorf("dataLoss %s: got %q, want %q", test.loss, got[0], test.want)
		}
	}
}

// TestWaiverLetsSpeak: what a waiver lets go is judged as what goes: a last
// mailbox that was safe behind another rule is not taken by its waiver.
func TestWaiverLetsSpeak(t *testing.T) {
	says := map[string][]plan.Decision{"ann SPE_E3": {denial("R103", "protected-role")}}
	in := waived(says)
	in.Desired.Remove[0].DataLoss = plan.LossDeny
	if got, want := decided(mustNew(t, in))[0], "ann SPE_E3 deny: R103 deny"; got != want {
		t.Errorf("without: got %q, want %q", got, want)
	}
	in.Desired.Settings.Waivers = []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}
	if got, want := decided(mustNew(t, in))[0], "ann SPE_E3 deny: R103 deny* R107 deny"; got != want {
		t.Errorf("with: got %q, want %q", got, want)
	}
}

// TestWaivedSwap: of a request that stands or falls together a denial that is
// lifted counts as the warning that is left of it.
func TestWaivedSwap(t *testing.T) {
	in := with(person(ann, "ann", direct(e3)))
	enabled(in, e5, 5)
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5")}
	in.Judge = saying{says: map[string][]plan.Decision{"ann SPE_E3": {denial("R103", "protected-role")}}}
	if got, want := decided(mustNew(t, in)), []string{"ann SPE_E3 deny: R103 deny", "ann SPE_E5 deny: R103 deny"}; !slices.Equal(got, want) {
		t.Errorf("without: got %q, want %q", got, want)
	}
	in.Desired.Settings.Waivers = []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "SPE_E3")}
	p := mustNew(t, in)
	if got, want := decided(p), []string{"ann SPE_E3 warn: R103 deny*", "ann SPE_E5 warn: R103 warn"}; !slices.Equal(got, want) {
		t.Errorf("with: got %q, want %q", got, want)
	}
	if got, want := p.Changes[1].Decisions[0].Message, "with SPE_E3"; got != want {
		t.Errorf("got message %q, want %q", got, want)
	}
	if got := p.Changes[0].WarnCodes(); !slices.Equal(got, []string{"R103"}) {
		t.Errorf("got %q for a reviewer to accept, want R103", got)
	}
}

// TestWaiverIsShown: in the decision, in the notes, and in how long the plan holds.
func TestWaiverIsShown(t *testing.T) {
	says := map[string][]plan.Decision{"ann VISIOCLIENT": {denial("R103", "protected-role")}, "bob VISIOCLIENT": {denial("R103", "protected-role")}}
	long := ended(waiver(2, "R103", "ann@contoso.com", ""), "2027-01-31")
	long.Reason = "moves to F3,\nCHG-2\n"
	all := matching(ended(waiver(4, "R103", "", "VISIOCLIENT"), "2026-12-31"), selector(plan.KeyDepartment, "sales"))
	in := waived(says, waiver(1, "R103", "ann@contoso.com", "VISIOCLIENT"), long, waiver(3, "R104", "bob@contoso.com", ""), all,
		ended(waiver(5, "R107", "gone@contoso.com", ""), "2026-11-19"))
	in.Desired.Settings.ValidFor = 14 * 24 * time.Hour
	p := mustNew(t, in)
	if got, want := p.Changes[1].Decisions[0].Waiver, "until 2027-01-31: moves to F3, CHG-2 (reseat.yaml:2)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := []string{
		"waiver reseat.yaml:2: the waiver of R103 for ann@contoso.com on every product holds until 2027-01-31: moves to F3, CHG-2",
		"waiver reseat.yaml:4: the waiver of R103 for those who match on VISIOCLIENT (bob@contoso.com) holds until 2026-12-31: CHG-1",
		"waiver-expired reseat.yaml:5: the waiver of R107 for gone@contoso.com on every product ended on 2026-11-19 and lifts nothing; take it out",
		"waiver-unused reseat.yaml:1: the waiver of R103 for ann@contoso.com on VISIOCLIENT lifts nothing in this plan; it ends on 2026-11-20",
		"waiver-unused reseat.yaml:3: the waiver of R104 for bob@contoso.com on every product lifts nothing in this plan; it ends on 2026-11-20",
	}
	if got := notesOf(p); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := notesOf(limitedTo(t, in, "bob@contoso.com")); !slices.Equal(got, want[1:3]) {
		t.Errorf("of a plan of bob alone: got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want[1:3], "\n"))
	}
}

func limitedTo(t *testing.T, in plan.Input, user string) *plan.Plan {
	in.Users = []string{user}
	return mustNew(t, in)
}

// TestWaiverEndsPlan: a plan holds no longer than a waiver by which something of
// it is carried out.
func TestWaiverEndsPlan(t *testing.T) {
	r103, r104 := denial("R103", "protected-role"), denial("R104", "protected-user")
	today := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		says    []plan.Decision
		waivers []plan.Waiver
		want    time.Time
	}{
		{"used", []plan.Decision{r103}, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, today},
		{"used for a warning", []plan.Decision{finding("R108", "recent-use", plan.LevelWarn)}, []plan.Waiver{waiver(1, "R108", "ann@contoso.com", "")}, today},
		{"the longer of two", []plan.Decision{r103}, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", ""), ended(waiver(2, "R103", "ann@contoso.com", "VISIOCLIENT"), "2026-11-22")},
			today.AddDate(0, 0, 2)},
		{"the shorter of two rules", []plan.Decision{r103, r104}, []plan.Waiver{ended(waiver(1, "R103", "ann@contoso.com", ""), "2026-11-23"), ended(waiver(2, "R104", "ann@contoso.com", ""), "2026-11-21")},
			today.AddDate(0, 0, 1)},
		{"not used", []plan.Decision{r103}, []plan.Waiver{waiver(1, "R104", "ann@contoso.com", "")}, time.Time{}},
		{"used in vain", []plan.Decision{r103, r104}, []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}, time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := waived(map[string][]plan.Decision{"ann VISIOCLIENT": test.says}, test.waivers...)
			in.Desired.Settings.ValidFor = 14 * 24 * time.Hour
			want := test.want
			if want.IsZero() {
				want = in.Now.UTC().Add(in.Desired.Settings.ValidFor)
			}
			if got := mustNew(t, in).ValidUntil; !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// TestWaiverByDay: the end is inclusive, in UTC, whatever the zone of the clock.
func TestWaiverByDay(t *testing.T) {
	east := time.FixedZone("east", 14*3600)
	for _, test := range []struct {
		now  time.Time
		want string
	}{
		{time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC), "warn"},
		{time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), "deny"},
		{time.Date(2026, 11, 21, 13, 59, 0, 0, east), "warn"},
	} {
		in := waived(map[string][]plan.Decision{"ann VISIOCLIENT": {denial("R103", "protected-role")}}, waiver(1, "R103", "ann@contoso.com", ""))
		in.Now = test.now
		if got := string(mustNew(t, in).Changes[1].Verdict); got != test.want {
			t.Errorf("at %s: got %s, want %s", test.now, got, test.want)
		}
	}
}

// TestWaiverNames: a waiver follows whom it means, and lifts nothing for anybody
// whom it may not mean.
func TestWaiverNames(t *testing.T) {
	for _, f := range fates() {
		t.Run(f.name, func(t *testing.T) {
			in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)))
			in.Desired.Remove = []plan.Remove{remove("back", 1, list("VISIOCLIENT"), everyone)}
			in.Desired.Settings.Waivers = []plan.Waiver{waiver(1, "R103", annName, "")}
			in.Judge = always{}
			if f.pinned {
				in.Desired.Pins, in.Desired.Locked = []plan.Pin{{ID: ann, Name: annName}}, true
			}
			f.do(in.Snapshot)
			p := mustNew(t, in)
			var lifted []plan.UserID
			for _, c := range p.Changes {
				if c.Verdict == plan.Warn {
					lifted = append(lifted, c.User.ID)
				}
			}
			if !slices.Equal(lifted, f.sure) {
				t.Errorf("got %v lifted, want %v", lifted, f.sure)
			}
			if i := slices.IndexFunc(p.Guards, func(g plan.Guard) bool { return g.Code == "R207" }); p.Guards[i].Value > 0 != f.lost {
				t.Errorf("got R207 %d, want %t", p.Guards[i].Value, f.lost)
			}
			if f.code != "" && f.code != "nobody" && !slices.ContainsFunc(p.Notes, func(n plan.Note) bool { return n.Code == f.code }) {
				t.Errorf("got notes %v, want %s", p.Notes, f.code)
			}
		})
	}
}

// always denies everything by R103, which can be waived.
type always struct{ saying }

func (always) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out := make([][]plan.Decision, len(cases))
	for i := range out {
		out[i] = []plan.Decision{denial("R103", "protected-role")}
	}
	return out, nil
}

// TestWaiverAsks: what a waiver would have to know is asked of those whom it
// could help, and of nobody else; a group that it names is read.
func TestWaiverAsks(t *testing.T) {
	says := map[string][]plan.Decision{"ann VISIOCLIENT": {denial("R103", "protected-role")}}
	signIn := term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 90})
	for _, test := range []struct {
		name      string
		waiver    plan.Waiver
		mailboxes []plan.UserID
		signIns   []plan.UserID
	}{
		{"the mailbox", matching(waiver(1, "R103", "", ""), selector(plan.KeyMailbox, "shared")), []plan.UserID{ann}, nil},
		{"the last sign-in", matching(waiver(1, "R103", "", ""), signIn), nil, []plan.UserID{ann}},
		{"of another product", matching(waiver(1, "R103", "", "SPE_E3"), signIn), nil, nil},
		{"of another rule", matching(waiver(1, "R104", "", ""), signIn), nil, nil},
		{"that has ended", ended(matching(waiver(1, "R103", "", ""), signIn), "2026-11-19"), nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := waived(says, test.waiver)
			// Nothing else asks for either: no mailbox goes, and no rule looks at sign-ins.
			in.Desired.Remove[0].Products = list("VISIOCLIENT")
			in.Desired.Settings.Policy = []plan.RuleSetting{{Rule: plan.Name{Text: "recent-use"}, Values: map[string]any{"level": plan.LevelOff}}}
			m, err := plan.New(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if a := m.Needs(); !slices.Equal(a.Mailboxes, test.mailboxes) || !slices.Equal(a.SignIns, test.signIns) {
				t.Errorf("got %+v, want %v and %v", a, test.mailboxes, test.signIns)
			}
		})
	}
	d := waived(nil, matching(waiver(1, "R103", "", ""), selector(plan.KeyMemberOf, "design", "board"))).Desired
	if got, want := d.Groups(), []string{"board", "design"}; !slices.Equal(got, want) {
		t.Errorf("got groups %q, want %q", got, want)
	}
	d.Settings.Waivers = append(d.Settings.Waivers, waiver(2, "R103", "zoe@contoso.com", ""))
	if got, _ := plan.Named(d, nil); !slices.Contains(got, "zoe@contoso.com") {
		t.Errorf("got %q, want zoe among those who are read and pinned", got)
	}
}

// TestWaiverOfUnknownProduct is a fault with its place, also once it has ended.
func TestWaiverOfUnknownProduct(t *testing.T) {
	for _, day := range []plan.Day{"2026-11-19", "2026-11-20"} {
		_, err := plan.New(t.Context(), waived(nil, ended(waiver(7, "R103", "ann@contoso.com", "SPE_E33"), day)))
		if want := `reseat.yaml:7:5: no product is called "SPE_E33": did you mean SPE_E3?`; err == nil || err.Error() != want {
			t.Errorf("until %s: got %v, want %s", day, err, want)
		}
	}
}

// hashed is a judge whose findings on a change hang on nothing but the change.
type hashed struct{ saying }

func (hashed) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out := make([][]plan.Decision, len(cases))
	for i, c := range cases {
		n := 0
		for _, r := range c.Change.ID + string(c.Change.Action) {
			n = n*31 + int(r)
		}
		for j, d := range []plan.Decision{denial("R103", "protected-role"), denial("R104", "protected-user"), finding("R108", "recent-use", plan.LevelWarn), denial("R102", "self-service")} {
			if n>>j&1 != 0 {
				out[i] = append(out[i], d)
			}
		}
	}
	return out, nil
}

// TestWaiverTouchesOneThing: with a waiver for one person, rule and product more,
// no other decision is another, and without it everything is as before.
func TestWaiverTouchesOneThing(t *testing.T) {
	lifted := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		in.Judge = hashed{}
		in.Desired.Settings.Manage.Assign = false // a seat that is freed may be somebody else's gain
		for i := range in.Desired.Remove {        // where one goes after all another may be the last, and skipped
			if in.Desired.Remove[i].DataLoss == plan.LossSkip {
				in.Desired.Remove[i].DataLoss = plan.LossDeny
			}
		}
		before := newPlan(t, in).Plan
		who := rapid.SampledFrom(in.Snapshot.Users).Draw(t, "who")
		rule := rapid.SampledFrom([]string{"R103", "protected-user", "recent-use", "R102"}).Draw(t, "rule")
		product := rapid.SampledFrom([]string{"", "SPE_E3", "VISIOCLIENT"}).Draw(t, "product")
		w := ended(waiver(9, rule, string(who.ID), product), rapid.SampledFrom([]plan.Day{"2026-11-19", "2026-11-20"}).Draw(t, "until"))
		if rapid.Bool().Draw(t, "by a selector") {
			w = matching(w, selector(plan.KeyUPN, who.UserPrincipalName))
		}
		in.Desired.Settings.Waivers = []plan.Waiver{w}
		after := newPlan(t, in).Plan
		if a, b := ids(before), ids(after); !slices.Equal(a, b) {
			t.Fatalf("got changes %v, want %v", b, a)
		}
		for i := range after.Changes {
			was, is := &before.Changes[i], &after.Changes[i]
			for j, d := range is.Decisions {
				if d.Waiver == "" {
					continue
				}
				lifted++
				if is.User.ID != who.ID || !strings.EqualFold(rule, d.Code) && rule != d.Rule || product != "" && is.Product.PartNumber != product || w.Until < "2026-11-20" || d.Code == "R102" {
					t.Fatalf("%s lifts %+v of %s", w.Rule.Text, d, is.ID)
				}
				is.Decisions[j].Waiver = ""
			}
			if a, b := fmt.Sprint(was.Decisions), fmt.Sprint(is.Decisions); a != b {
				t.Fatalf("%s: got %s, want %s", is.ID, b, a)
			}
		}
		in.Desired.Settings.Waivers = nil
		if a, b := string(plan.Encode(before)), string(plan.Encode(newPlan(t, in).Plan)); a != b {
			t.Fatalf("without it again: got\n%s\nwant\n%s", b, a)
		}
	})
	if lifted == 0 {
		t.Error("nothing was ever lifted")
	}
}

func ids(p *plan.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		out = append(out, c.ID)
	}
	return out
}

// TestCounts is what each level comes to, lifted and not.
func TestCounts(t *testing.T) {
	for level, want := range map[plan.Level][2]plan.Verdict{
		plan.LevelWarn: {plan.Warn, plan.Allow}, plan.LevelDeny: {plan.Deny, plan.Warn}, plan.LevelBlocked: {plan.Blocked, plan.Blocked},
		plan.LevelGuard: {plan.Deny, plan.Deny}, plan.LevelOff: {plan.Deny, plan.Deny}, "": {plan.Deny, plan.Deny},
	} {
		got := [2]plan.Verdict{plan.Decision{Level: level}.Counts(), plan.Decision{Level: level, Waiver: "until"}.Counts()}
		if got != want {
			t.Errorf("%q: got %v, want %v", level, got, want)
		}
	}
}

// TestWaiversOfUndo: a run is undone whatever has become of the waivers, and
// they lift what they are for.
func TestWaiversOfUndo(t *testing.T) {
	in := with(person(ann, "ann"), person(bob, "bob", direct(visio)))
	in.Desired.Settings.Waivers = []plan.Waiver{waiver(1, "R103", "nobody@contoso.com", ""), waiver(2, "R103", "ann@contoso.com", "NOTHING"), waiver(3, "R103", "bob@contoso.com", "")}
	in.Judge = always{}
	done := with(person(ann, "ann", direct(visio)), person(bob, "bob"))
	done.Desired.Settings.Manage.Assign = true
	done.Desired.Remove = []plan.Remove{remove("back", 1, list("VISIOCLIENT"), who("ann@contoso.com")...)}
	done.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "bob@contoso.com", 2), Person: plan.Name{Text: "bob@contoso.com"}, Add: []plan.Wanted{want("VISIOCLIENT")}}}
	enabled(done, visio, 5)
	p := mustNew(t, done)
	executed := map[string]time.Time{}
	for _, c := range p.Executable() {
		executed[c.ID] = time.Time{}
	}
	m, err := plan.Undo(t.Context(), plan.UndoInput{Input: in, Run: "run", Plan: p, Executed: executed})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := decided(m.Plan), []string{"ann VISIOCLIENT deny: R103 deny", "bob VISIOCLIENT warn: R103 deny*"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := plan.Tripped(m.Plan.Guards, plan.AtApply); len(got) > 0 {
		t.Errorf("got guards %v, want none", got)
	}
	if got, want := len(notesOf(m.Plan)), 1; got != want {
		t.Errorf("got notes %q, want the one that is used", notesOf(m.Plan))
	}
}

// TestExplainWaivers shows those that are for the person, and those of which
// nobody knows.
func TestExplainWaivers(t *testing.T) {
	in := waived(nil, waiver(4, "R103", "bob@contoso.com", ""), waiver(3, "R104", "ann@contoso.com", "VISIOCLIENT"),
		matching(waiver(2, "R108", "", ""), selector(plan.KeyMemberOf, "board")), matching(waiver(1, "R107", "", ""), selector(plan.KeyDepartment, "design")),
		ended(waiver(5, "R103", "ann@contoso.com", ""), "2026-11-19"))
	e := explained(t, in, "ann", "")
	var got []string
	for _, w := range e.Person.Waivers {
		got = append(got, fmt.Sprintf("%d %s %s %s %d", w.Line, w.Rule, w.Product, w.Answer, len(w.Terms)))
	}
	if want := []string{"2 R108  unknown 1", "3 R104 VISIOCLIENT yes 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
