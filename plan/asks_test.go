package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// A tenantOf answers what is asked of people one by one, and counts.
type tenantOf struct {
	mailboxes map[plan.UserID]plan.Mailbox
	signIns   map[plan.UserID]plan.SignIn
	asked     map[string]int
	rounds    int
}

// hide takes out of a snapshot what costs a request.
func hide(s *plan.Snapshot) (*plan.Snapshot, *tenantOf) {
	out := clone(s)
	t := &tenantOf{mailboxes: map[plan.UserID]plan.Mailbox{}, signIns: map[plan.UserID]plan.SignIn{}, asked: map[string]int{}}
	for i := range out.Users {
		u := &out.Users[i]
		if u.Mailbox != "" {
			t.mailboxes[u.ID] = u.Mailbox
		}
		if u.SignIn != nil {
			t.signIns[u.ID] = *u.SignIn
		}
		u.Mailbox, u.SignIn = "", nil
	}
	return out, t
}

// learn makes plans until nothing more is asked.
func (a *tenantOf) learn(t interface{ Fatal(...any) }, in plan.Input) *plan.Made {
	for {
		m, err := plan.New(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		asks := m.Needs()
		if asks.None() {
			return m
		}
		if a.rounds++; a.rounds > 20 {
			t.Fatal("it never ends")
		}
		mailboxes, signIns := map[plan.UserID]plan.Mailbox{}, map[plan.UserID]plan.SignIn{}
		for _, id := range asks.Mailboxes {
			a.asked["mailbox "+string(id)]++
			if kind, ok := a.mailboxes[id]; ok {
				mailboxes[id] = kind
			}
		}
		for _, id := range asks.SignIns {
			a.asked["sign-in "+string(id)]++
			if at, ok := a.signIns[id]; ok {
				signIns[id] = at
			}
		}
		in.Snapshot.Learn(asks, mailboxes, signIns, plan.Read{What: plan.ReadSignIns, Items: 1, Status: plan.ReadComplete})
	}
}

// TestAskedIsEnough: the plan that is made of what was asked for does what the
// plan does that knew everything, and nobody is asked twice.
func TestAskedIsEnough(t *testing.T) {
	asked, all, rounds := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		if rapid.Bool().Draw(t, "holds") {
			// What one product of a request does to another leaves more than one
			// plan that comes true; here each has but one.
			drawHolds(t, in.Desired)
			in.Judge = apart{}
			for i := range in.Snapshot.Products {
				in.Snapshot.Products[i].Enabled = 100
			}
			for i := range in.Desired.Remove {
				in.Desired.Remove[i].DataLoss = plan.LossAccept
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "pilot") == 0 {
			in.Desired.Settings.Manage.People = drawSelector(t)
		}
		if rapid.IntRange(0, 3).Draw(t, "protect") == 0 {
			in.Desired.Settings.Protect.Match = []plan.Selector{*drawSelector(t)}
			if in.Judge == (strict{}) {
				in.Judge = protecting{}
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "except") == 0 && len(in.Desired.Keep) > 0 {
			in.Desired.Keep[0].Except = whom(drawSelector(t))
		}
		if in.Judge == (strict{}) && rapid.Bool().Draw(t, "nosy") {
			if in.Judge = (nosy{}); rapid.Bool().Draw(t, "a rule of one's own") {
				in.Judge, in.Policy.Own = nosy{own: true}, []string{"mine"}
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "waiver") == 0 {
			code := rapid.SampledFrom([]string{"R107", "R104"}).Draw(t, "of")
			in.Desired.Settings.Waivers = []plan.Waiver{matching(waiver(9, code, "", ""), drawSelector(t))}
			in.Judge = waivable{in.Judge}
		}
		less := in
		var truth *tenantOf
		less.Snapshot, truth = hide(in.Snapshot)
		known := newPlan(t, in).Plan
		learnt := truth.learn(t, less).Plan
		if a, b := deeds(learnt), deeds(known); !slices.Equal(a, b) {
			t.Fatalf("having asked %v got besides\n%s\nand lacks\n%s", truth.asked, strings.Join(without(a, b), "\n"), strings.Join(without(b, a), "\n"))
		}
		if a, b := fmt.Sprint(learnt.Inherited), fmt.Sprint(known.Inherited); a != b {
			t.Fatalf("got %s, want %s", a, b)
		}
		for what, n := range truth.asked {
			if n > 1 {
				t.Fatalf("%s was asked for %d times", what, n)
			}
		}
		asked, all, rounds = asked+len(truth.asked), all+2*len(in.Snapshot.Users), max(rounds, truth.rounds)
	})
	t.Logf("%d of %d facts, in up to %d rounds", asked, all, rounds)
	if asked == 0 || rounds < 2 {
		t.Errorf("%d facts were asked for in %d rounds: it should happen", asked, rounds)
	}
}

// deeds are the changes and missing seats, by whatever statement.
func deeds(p *plan.Plan) []string {
	out := lines(p)
	for i := range p.Changes {
		out[i] = strings.TrimSuffix(out[i], p.Changes[i].Reason.Statement) + fmt.Sprint(p.Changes[i].After)
	}
	return out
}

// without is what a has and b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// apart is a judge of how seats are held, and of nothing else.
type apart struct{ strict }

func (apart) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := strict{}.Changes(ctx, cases)
	for i := range out {
		out[i] = slices.DeleteFunc(out[i], func(d plan.Decision) bool { return d.Code != "R105" && d.Code != "R113" })
	}
	return out, err
}

// waivable is a judge of whose rules all can be waived.
type waivable struct{ plan.Judge }

func (waivable) Waivable(plan.Decision) bool { return true }

// protecting is a judge that denies what would cost a protected person something.
type protecting struct{ strict }

func (protecting) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := strict{}.Changes(ctx, cases)
	for i, c := range cases {
		if c.Facts.Protected.Listed || c.Facts.Protected.Matched != plan.No {
			out[i] = append(out[i], plan.Decision{Code: "R104", Level: plan.LevelDeny, Message: "protected"})
		}
	}
	return out, err
}

// nosy is a judge that asks what mailboxes are for and when people signed in.
type nosy struct {
	strict
	own bool // swaps are of matter to it, too
}

func (n nosy) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := strict{}.Changes(ctx, cases)
	for i, c := range cases {
		if slices.Contains(c.Facts.Loses, "mailbox") && (c.Facts.Mailbox.Kind == "" || c.Facts.Mailbox.Kind == string(plan.SharedMailbox)) {
			out[i] = append(out[i], plan.Decision{Code: "R109", Level: plan.LevelDeny, Message: "shared"})
		}
		if c.Facts.SignIn.Known && c.Facts.SignIn.Days < 30 && (n.own || !c.Facts.Swapped) {
			out[i] = append(out[i], plan.Decision{Code: "R108", Level: plan.LevelWarn, Message: "of late"})
		}
	}
	return out, err
}

// TestWhoIsAsked: only those for whom the answer changes something, and of two
// facts the cheaper one first.
func TestWhoIsAsked(t *testing.T) {
	mailbox := selector(plan.KeyMailbox, "shared")
	signIn := term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 90})
	sales := selector(plan.KeyDepartment, "Sales")
	everyone := plan.Who{Everyone: true}
	take := func(who ...plan.Who) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Remove = append(d.Remove, remove("r", 5, list("VISIOCLIENT"), who...))
		}
	}
	keep := func(s *plan.Selector, except ...plan.Who) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 1), Who: whom(s), Except: except, Products: plan.Products{All: true}}}
		}
	}
	say := func(list ...func(*plan.Desired)) []func(*plan.Desired) { return list }
	// ann of Sales and bob of Design hold Visio, cleo of Sales nothing.
	for _, tt := range []struct {
		name               string
		say                []func(*plan.Desired)
		mailboxes, signIns string
	}{
		{"who would lose it", say(take(whom(mailbox)...)), "ann bob", ""},
		{"another key rules bob out", say(take(whom(both(mailbox, sales))...)), "ann", ""},
		{"the sign-in before the mailbox", say(take(whom(both(mailbox, signIn))...)), "", "ann bob"},
		{"in except", say(func(d *plan.Desired) { take(everyone)(d); d.Remove[0].Except = whom(both(sales, mailbox)) }), "ann", ""},
		{"keep, and nothing takes", say(keep(mailbox)), "", ""},
		{"keep, and something takes from ann", say(keep(mailbox), take(whom(sales)...)), "ann", ""},
		{"keep, and something may take", say(keep(mailbox), take(whom(signIn)...)), "", "ann bob"},
		{"except of keep", say(keep(selector(plan.KeyUPN, "*"), whom(mailbox)...), take(whom(sales)...)), "ann", ""},
		{"kept for sure by another", say(func(d *plan.Desired) {
			keep(mailbox)(d)
			d.Keep = append(d.Keep, plan.Keep{Ref: at(plan.KindKeep, "k2", 2), Who: []plan.Who{everyone}, Products: list("VISIOCLIENT")})
		}, take(everyone)), "", ""},
		{"holders", say(func(d *plan.Desired) {
			e := entry(3, "VISIOCLIENT")
			e.Closed, e.Holders = true, whom(mailbox)
			d.Products = []plan.ProductEntry{e}
		}), "ann bob cleo", ""},
		{"add: for who lacks it", say(func(d *plan.Desired) { d.Products = []plan.ProductEntry{entry(3, "VISIOCLIENT", whom(mailbox)...)} }), "cleo", ""},
		{"add: for whom a rule would take it from", say(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{entry(3, "VISIOCLIENT", whom(mailbox)...)}
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "none", 9), Match: *selector(plan.KeyDepartment, "Design"), Exact: true}}
		}), "bob cleo", ""},
		{"a rule that adds", say(func(d *plan.Desired) {
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "add", 9), Match: *both(sales, mailbox), Add: []plan.Wanted{want("SPE_E3")}}}
		}), "ann cleo", ""},
		{"an exact rule", say(func(d *plan.Desired) {
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "exact", 9), Match: *mailbox, Exact: true, Licenses: []plan.Wanted{want("VISIOCLIENT")}}}
		}), "ann bob cleo", ""},
		{"beside a users entry nothing", say(func(d *plan.Desired) {
			d.Users = []plan.UserEntry{exact(2, "ann@contoso.com", "VISIOCLIENT"), exact(3, "bob@contoso.com", "VISIOCLIENT"), exact(4, "cleo@contoso.com")}
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "exact", 9), Match: *mailbox, Exact: true}}
		}), "", ""},
		{"who a replacement is about", say(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{swap(3, "VISIOCLIENT", "SPE_E3", whom(both(sales, mailbox))...)}
		}), "ann", ""},
		{"whom a replacement excepts", say(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{swap(3, "VISIOCLIENT", "SPE_E3", everyone)}
			d.Products[0].Replace[0].Except = whom(mailbox)
		}), "ann bob", ""},
		{"what takes its place may be replaced", say(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{swap(3, "VISIOCLIENT", "SPE_E3", everyone), swap(4, "SPE_E3", "SPE_E5", whom(mailbox)...)}
		}), "ann bob", ""},
		{"what takes its place may be kept", say(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{swap(3, "VISIOCLIENT", "SPE_E3", everyone)}
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 1), Who: whom(mailbox), Products: list("SPE_E3")}}
		}), "ann bob", ""},
		{"the pilot, for whom something would change", say(take(whom(sales)...), func(d *plan.Desired) { d.Settings.Manage.People = mailbox }), "ann", ""},
		{"the pilot, and nothing would", say(func(d *plan.Desired) { d.Settings.Manage.People = mailbox }), "", ""},
		{"who is protected", say(take(whom(sales)...), func(d *plan.Desired) { d.Settings.Protect.Match = []plan.Selector{*mailbox} }), "ann", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)), person(cleo, "cleo"))
			in.Snapshot.Users[1].Department = "Design"
			in.Desired.Settings.Policy = []plan.RuleSetting{{Rule: plan.Name{Text: "recent-use"}, Values: map[string]any{"level": plan.LevelOff}}}
			for _, say := range tt.say {
				say(in.Desired)
			}
			names := func(ids []plan.UserID) string {
				var out []string
				for _, id := range ids {
					u, _ := in.Snapshot.User(id)
					out = append(out, u.DisplayName)
				}
				return strings.Join(out, " ")
			}
			m, err := plan.New(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			asks := m.Needs()
			if a, b := names(asks.Mailboxes), names(asks.SignIns); a != tt.mailboxes || b != tt.signIns {
				t.Errorf("got mailboxes of %q, sign-ins of %q, want %q, %q", a, b, tt.mailboxes, tt.signIns)
			}
			in.Snapshot.Reads = []plan.Read{{What: plan.ReadMailboxes, Status: plan.ReadDenied, Reason: "403"}, {What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no P1"}}
			if m, err = plan.New(context.Background(), in); err != nil || !m.Needs().None() {
				t.Errorf("of a tenant that refuses: got %+v, %v, want nothing asked", m.Needs(), err)
			}
		})
	}
}

// TestReadsOfRounds: reads of several rounds are one, as bad as the worst.
func TestReadsOfRounds(t *testing.T) {
	s := &plan.Snapshot{}
	for _, r := range []plan.Read{
		{What: plan.ReadMailboxes, Items: 3, Status: plan.ReadComplete}, {What: plan.ReadMailboxes, Items: 2, Status: plan.ReadDenied, Reason: "403"},
		{What: plan.ReadMailboxes, Items: 4, Status: plan.ReadComplete}, {What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no P1"},
	} {
		s.Learn(plan.Asks{}, nil, nil, r)
	}
	want := []plan.Read{{What: plan.ReadMailboxes, Items: 9, Status: plan.ReadDenied, Reason: "403"}, {What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no P1"}}
	if !slices.Equal(s.Reads, want) {
		t.Errorf("got %+v, want %+v", s.Reads, want)
	}
}
