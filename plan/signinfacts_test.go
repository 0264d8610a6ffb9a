package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// use sets what policy says of sign-ins.
func use(in *plan.Input, level any) {
	in.Desired.Settings.Policy = []plan.RuleSetting{{Rule: plan.Name{Text: "Recent-Use"}, Values: map[string]any{"level": level, "days": 30}}}
}

// TestSignInFact counts whole days up to the plan's moment, for who loses a product.
func TestSignInFact(t *testing.T) {
	before := func(d time.Duration) *plan.SignIn { return &plan.SignIn{Successful: now.Add(-d)} }
	const day = 24 * time.Hour
	noP1 := []plan.Read{{What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no Entra ID P1"}}
	for name, tt := range map[string]struct {
		signIn *plan.SignIn
		set    func(*plan.Input)
		want   plan.SignInFact
	}{
		"now":              {before(0), nil, plan.SignInFact{Known: true}},
		"to come":          {before(-3 * day), nil, plan.SignInFact{Known: true}},
		"a second short":   {before(30*day - time.Second), nil, plan.SignInFact{Known: true, Days: 29}},
		"to the second":    {before(30 * day), nil, plan.SignInFact{Known: true, Days: 30}},
		"the success":      {&plan.SignIn{Interactive: now, Successful: now.Add(-5 * day)}, nil, plan.SignInFact{Known: true, Days: 5}},
		"the later of two": {&plan.SignIn{Interactive: now.Add(-9 * day), NonInteractive: now.Add(-4 * day)}, nil, plan.SignInFact{Known: true, Days: 4}},
		"nothing in it":    {&plan.SignIn{}, nil, plan.SignInFact{Why: "last sign-in: not read"}},
		"not read":         {nil, nil, plan.SignInFact{Why: "last sign-in: not read"}},
		"refused":          {nil, func(in *plan.Input) { in.Snapshot.Reads = noP1 }, plan.SignInFact{Why: "last sign-in: no Entra ID P1"}},
		"asked for in vain": {nil, func(in *plan.Input) {
			in.Snapshot.Learn(plan.Asks{SignIns: []plan.UserID{ann}}, nil, nil, plan.Read{What: plan.ReadSignIns, Items: 1, Status: plan.ReadComplete})
		}, plan.SignInFact{Why: "last sign-in: none is recorded"}},
		"the seat stays through a group": {before(0), func(in *plan.Input) {
			in.Snapshot.Users[0].Sources = append(in.Snapshot.Users[0].Sources, through(e3))
		}, plan.SignInFact{}},
		"service plans are switched off": {before(0), func(in *plan.Input) {
			in.Desired.Remove, in.Desired.Users = nil, []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")}
			in.Desired.Users[0].Licenses[0].PlansGiven = true
			in.Desired.Users[0].Licenses[0].DisabledPlans = names("YAMMER_ENTERPRISE")
			in.Desired.Settings.Manage.Assign = true
		}, plan.SignInFact{}},
	} {
		t.Run(name, func(t *testing.T) {
			in := leaver()
			in.Snapshot.Users[0].SignIn = tt.signIn
			if tt.set != nil {
				tt.set(&in)
			}
			r := record(&in)
			mustNew(t, in)
			c, there := r.cases["ann SPE_E3"]
			if got := c.Facts.SignIn; !there || got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestSignInIsAsked: the last sign-in is needed of who loses a product, as long
// as a rule asks for it.
func TestSignInIsAsked(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*plan.Input)
		want []plan.UserID
	}{
		"nothing set":  {func(*plan.Input) {}, []plan.UserID{ann}},
		"other days":   {func(in *plan.Input) { use(in, nil) }, []plan.UserID{ann}},
		"warn":         {func(in *plan.Input) { use(in, plan.LevelWarn) }, []plan.UserID{ann}},
		"warn, a text": {func(in *plan.Input) { use(in, "warn") }, []plan.UserID{ann}},
		"deny":         {func(in *plan.Input) { use(in, plan.LevelDeny) }, []plan.UserID{ann}},
		"junk":         {func(in *plan.Input) { use(in, 7) }, []plan.UserID{ann}},
		"off":          {func(in *plan.Input) { use(in, plan.LevelOff) }, nil},
		"off, a text":  {func(in *plan.Input) { use(in, "off") }, nil},
		"of another rule": {func(in *plan.Input) {
			use(in, "off")
			in.Desired.Settings.Policy[0].Rule.Text = "dependency"
		}, []plan.UserID{ann}},
		"known":     {func(in *plan.Input) { in.Snapshot.Users[0].SignIn = &plan.SignIn{Interactive: now} }, nil},
		"not taken": {func(in *plan.Input) { in.Desired.Remove = nil }, nil},
		"stays through a group": {func(in *plan.Input) {
			in.Snapshot.Users[0].Sources = append(in.Snapshot.Users[0].Sources, through(e3))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := leaver()
			tt.set(&in)
			if got := needed(t, in).SignIns; !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestRecentUseNote: the plan says once of how many people no sign-in is known,
// and why, where they lose a product and the rule would only warn.
func TestRecentUseNote(t *testing.T) {
	crowded := func(set func(*plan.Input)) plan.Input {
		in := with(person(ann, "ann", direct(visio), direct(pbi)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)))
		in.Desired.Remove = []plan.Remove{remove("back", 1, list("VISIOCLIENT", "POWER_BI_PRO"), plan.Who{Everyone: true})}
		in.Snapshot.Reads = []plan.Read{{What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: "no Entra ID P1"}}
		if set != nil {
			set(&in)
		}
		return in
	}
	know := func(in *plan.Input, n int) {
		for i := range n {
			in.Snapshot.Users[i].SignIn = &plan.SignIn{Interactive: now}
		}
	}
	for name, tt := range map[string]struct {
		set  func(*plan.Input)
		want string
	}{
		"nobody's is known": {nil, "last sign-in not known of 3 people who lose a product: no Entra ID P1; R108 does not judge that"},
		"one's is not":      {func(in *plan.Input) { know(in, 2) }, "last sign-in not known of 1 person who loses a product: no Entra ID P1; R108 does not judge that"},
		"for two reasons": {func(in *plan.Input) {
			in.Snapshot.Reads = nil
			in.Snapshot.Learn(plan.Asks{SignIns: []plan.UserID{bob}}, nil, nil, plan.Read{What: plan.ReadSignIns, Items: 1, Status: plan.ReadComplete})
		}, "last sign-in not known of 3 people who lose a product: none is recorded (1), not read (2); R108 does not judge that"},
		"all are known": {func(in *plan.Input) { know(in, 3) }, ""},
		"off":           {func(in *plan.Input) { use(in, "off") }, ""},
		"deny":          {func(in *plan.Input) { use(in, "deny") }, ""},
		"nobody loses":  {func(in *plan.Input) { in.Desired.Remove = nil }, ""},
		"all are denied": {func(in *plan.Input) {
			in.Desired.Remove[0].Products, in.Judge = list("VISIOCLIENT"), deny{part: "VISIOCLIENT"}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, n := range mustNew(t, crowded(tt.set)).Notes {
				if n.Code == "recent-use" {
					got = append(got, n.Text)
				}
			}
			want := []string{tt.want}
			if tt.want == "" {
				want = nil
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
