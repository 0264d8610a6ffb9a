package policies_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

const (
	suite   plan.SKU = "00000000-0000-4000-8000-00000000e300" // mailbox and files
	project plan.SKU = "00000000-0000-4000-8000-00000000e301"
)

// leaving is a plan in which ann loses the product with the mailbox by a remove
// statement, and whatever else set says.
func leaving(t *testing.T, set func(*plan.Input)) plan.Input {
	t.Helper()
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	product := func(sku plan.SKU, part string, plans ...plan.ServicePlan) plan.Product {
		return plan.Product{SKU: sku, PartNumber: part, AppliesTo: "User", Status: "Enabled", Enabled: 9, Consumed: 1, Plans: plans, SubscriptionIDs: []string{}}
	}
	in := plan.Input{
		Now: now, Judge: engine(t),
		Desired: &plan.Desired{
			Settings: plan.Settings{
				Name: "contoso", Manage: plan.Manage{Given: true, All: true}, ValidFor: time.Hour,
				Limits: plan.Limits{Removals: 25, RemovalPercent: 100, ProductPercent: 100, Small: 3, Assignments: 25},
			},
			Remove: []plan.Remove{{
				Ref: plan.Ref{Kind: plan.KindRemove, Name: "back", Place: plan.Place{File: "a.yaml", Line: 1}}, DataLoss: plan.LossDeny,
				Who: []plan.Who{{Person: "ann@contoso.com"}}, Products: plan.Products{List: []plan.Name{{Text: "SPE_E3"}}},
			}},
		},
		Snapshot: &plan.Snapshot{
			Organization: plan.Organization{ID: "48a80680-7326-48cd-9935-b556b81d3a4e"}, ReadAt: now, Count: plan.UserCount{Before: 1, After: 1},
			Users: []plan.User{{ID: "00000000-0000-4000-8000-00000000000a", UserPrincipalName: "ann@contoso.com", AccountEnabled: plan.No, UserType: "Member",
				Mailbox: plan.UserMailbox, SignIn: &plan.SignIn{Successful: now.AddDate(0, 0, -90)},
				Sources: []plan.Source{{SKU: suite, State: plan.Active, DisabledPlans: []plan.PlanID{}}}}},
			Products: []plan.Product{
				product(suite, "SPE_E3", plan.ServicePlan{ID: "efb87545-963c-4e0d-99df-69c6916d9eb0", Name: "EXCHANGE_S_ENTERPRISE"},
					plan.ServicePlan{ID: "5dbe027f-2339-4123-9542-606e4d348a72", Name: "SHAREPOINTENTERPRISE"}),
				product(project, "PROJECTPROFESSIONAL", plan.ServicePlan{ID: "fe71d6c3-a2ea-4499-9778-da042bf08063", Name: "SHAREPOINT_PROJECT"}),
			},
		},
	}
	if set != nil {
		set(&in)
	}
	return in
}

// TestLeaving is what the rules about mailboxes, sign-ins and dependencies say
// together of one who leaves.
func TestLeaving(t *testing.T) {
	ann := func(set func(*plan.User)) func(*plan.Input) {
		return func(in *plan.Input) { set(&in.Snapshot.Users[0]) }
	}
	kind := func(m plan.Mailbox) func(*plan.Input) { return ann(func(u *plan.User) { u.Mailbox = m }) }
	ways := func(list ...func(*plan.Input)) func(*plan.Input) {
		return func(in *plan.Input) {
			for _, set := range list {
				set(in)
			}
		}
	}
	enabled := ann(func(u *plan.User) { u.AccountEnabled = plan.Yes })
	says := func(mode plan.DataLoss) func(*plan.Input) {
		return func(in *plan.Input) { in.Desired.Remove[0].DataLoss = mode }
	}
	held := func(name string) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Desired.Tables = []plan.Table{{Name: "holds", File: "holds.csv", Key: plan.KeyedByName, Rows: map[string][]string{name: {}}}}
		}
	}
	stale := func(in *plan.Input) {
		in.Desired.Tables[0].MaxAge, in.Desired.Tables[0].AsOf = 24*time.Hour, in.Now.AddDate(0, 0, -9)
	}
	for name, tt := range map[string]struct {
		set  func(*plan.Input)
		want string
	}{
		"a person's mailbox":                     {nil, "warn [R107 warn]"},
		"a shared one":                           {kind(plan.SharedMailbox), "deny [R107 warn R109 deny]"},
		"a room":                                 {kind(plan.RoomMailbox), "deny [R107 warn R109 deny]"},
		"no mailbox there":                       {kind(plan.NoMailbox), "warn [R107 warn]"},
		"of a kind that is new":                  {kind("kiosk"), "deny [R107 warn R109 deny]"},
		"nobody knows of which kind":             {kind(""), "deny [R107 warn R109 deny]"},
		"a shared one, accepted":                 {ways(kind(plan.SharedMailbox), says(plan.LossAccept)), "deny [R107 warn R109 deny]"},
		"enabled":                                {enabled, "deny [R107 deny]"},
		"enabled, accepted":                      {ways(enabled, says(plan.LossAccept)), "warn [R107 warn]"},
		"enabled, accepted, kind not known":      {ways(enabled, says(plan.LossAccept), kind("")), "warn [R107 warn]"},
		"enabled, accepted, a shared one":        {ways(enabled, says(plan.LossAccept), kind(plan.SharedMailbox)), "deny [R107 warn R109 deny]"},
		"may be enabled, accepted, kind unknown": {ways(ann(func(u *plan.User) { u.AccountEnabled = plan.Unknown }), says(plan.LossAccept), kind("")), "deny [R107 warn R109 deny]"},
		"on hold":                                {held("ann@contoso.com"), "deny [R106 deny R107 warn]"},
		"on hold, accepted":                      {ways(held("ann@contoso.com"), says(plan.LossAccept)), "deny [R106 deny R107 warn]"},
		"on hold and shared":                     {ways(held("ann@contoso.com"), kind(plan.SharedMailbox)), "deny [R106 deny R107 warn R109 deny]"},
		"not on hold":                            {held("bob@contoso.com"), "warn [R107 warn]"},
		"holds too old":                          {ways(held("bob@contoso.com"), stale), "deny [R106 deny R107 warn]"},
		"skipped, on hold and shared":            {ways(held("ann@contoso.com"), kind(plan.SharedMailbox), says(plan.LossSkip)), "nothing, 1 note"},
		"skipped, nothing known":                 {ways(held("bob@contoso.com"), stale, kind(""), says(plan.LossSkip)), "nothing, 1 note"},
		"another mailbox through a group": {ways(held("ann@contoso.com"), kind(plan.SharedMailbox), ann(func(u *plan.User) {
			u.Sources = append(u.Sources, plan.Source{SKU: suite, State: plan.Active, Group: "00000000-0000-4000-8000-0000000000f1", DisabledPlans: []plan.PlanID{}})
		})), "allow []"},
		"signed in of late":             {ann(func(u *plan.User) { u.SignIn.Successful = u.SignIn.Successful.AddDate(0, 0, 61) }), "warn [R107 warn R108 warn]"},
		"signed in 30 days ago":         {ann(func(u *plan.User) { u.SignIn.Successful = u.SignIn.Successful.AddDate(0, 0, 60) }), "warn [R107 warn]"},
		"when she signed in is unknown": {ann(func(u *plan.User) { u.SignIn = nil }), "warn [R107 warn]"},
		"another product needs it": {ann(func(u *plan.User) {
			u.Sources = append(u.Sources, plan.Source{SKU: project, State: plan.Active, DisabledPlans: []plan.PlanID{}})
		}), "warn [R107 warn R110 warn]"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := plan.New(t.Context(), leaving(t, tt.set))
			if err != nil {
				t.Fatal(err)
			}
			kept := 0
			for _, n := range m.Plan.Notes {
				if n.Code == "kept" {
					kept++
				}
			}
			got := fmt.Sprintf("nothing, %d note", kept)
			if len(m.Plan.Changes) > 0 {
				c := m.Plan.Changes[0]
				says := []string{}
				for _, d := range c.Decisions {
					says = append(says, d.Code+" "+string(d.Level))
				}
				got = fmt.Sprintf("%s %v", c.Verdict, slices.Compact(says))
			}
			if got != tt.want {
				t.Errorf("got %s, want %s\n%+v", got, tt.want, m.Plan.Changes)
			}
		})
	}
}
