package policies_test

import (
	"fmt"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// busy are changes, each with something to find.
func busy(n int) []plan.Case {
	cases := make([]plan.Case, n)
	for i := range cases {
		cases[i] = quiet()
		c := &cases[i]
		c.Change.ID = fmt.Sprintf("%d/s", i)
		c.Change.Held.Groups = []plan.HeldGroup{{ID: "g", Name: "lic-e3-staff", State: plan.Active, Dynamic: plan.Yes, Synced: plan.No}}
		c.Facts.Roles = []plan.HeldRole{{ID: "r", Name: "Global Administrator", How: "direct", BuiltIn: i%10 == 0}}
		c.Facts.Loses = []string{"mailbox", "files"}[:i%3]
	}
	return cases
}

// apart are changes of which no two have anything in common that a rule reads, so
// that no answer serves for another.
func apart(n int) []plan.Case {
	cases := busy(n)
	for i := range cases {
		c, name := &cases[i], fmt.Sprint("x", i)
		c.Change.User.UserPrincipalName, c.Change.Reason.Statement = name, name
		c.Change.Product = plan.ProductRef{SKU: plan.SKU(name), PartNumber: name, Name: name}
		c.Change.Held.Groups[0].Name, c.Facts.Roles[0].Name = name, name
		c.Facts.Protected.Place, c.Facts.SelfService.Evidence = name, name
		c.Facts.Mailbox, c.Facts.Hold.Why = plan.MailboxFact{Kind: "user", Why: name}, name
		c.Facts.SignIn = plan.SignInFact{Known: true, Days: 100 + i}
		c.Facts.NeededBy = []plan.Dependent{{Product: plan.ProductRef{PartNumber: name}, Plan: name, Needs: name}}
		c.Facts.Unresolved = []string{name}
		c.Facts.Undone.Run = name
		c.Facts.Missing = []plan.MissingReplacement{{Product: plan.ProductRef{PartNumber: name}, Because: plan.NoSeat}}
	}
	return cases
}

// five are rules of one's own as a team may have them.
func five() map[string]string {
	texts := map[string]string{"visio.rego": noVisio}
	for i := range 4 {
		texts[fmt.Sprintf("own%d.rego", i)] = fmt.Sprintf(`package reseat.rules.own%d

warn contains {"code": "OWN-%d", "message": sprintf("%%s through %%s", [input.change.product.name, group.name])} if {
	some group in input.change.held.groups
	startswith(group.name, "lic-")
	count(input.facts.loses) > %d
}
`, i, i, i)
	}
	return texts
}

// BenchmarkApart judges changes that have nothing in common: what the rules cost
// where none need not be asked.
func BenchmarkApart(b *testing.B) {
	for _, changes := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(changes), func(b *testing.B) {
			e, err := policies.New(b.Context(), policies.Config{})
			if err != nil {
				b.Fatal(err)
			}
			cases := apart(changes)
			for b.Loop() {
				if _, err := e.Changes(b.Context(), cases); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(changes*b.N)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}

// BenchmarkChanges judges many changes by all rules, without and with five of
// one's own. Many of them are alike, as those of one statement are.
func BenchmarkChanges(b *testing.B) {
	for _, changes := range []int{10_000, 100_000} {
		cases := busy(changes)
		for name, own := range map[string]map[string]string{"built-in": nil, "own": five()} {
			b.Run(fmt.Sprintf("%d/%s", changes, name), func(b *testing.B) {
				e, err := policies.New(b.Context(), policies.Config{Own: own})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Changes(b.Context(), cases); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(changes*b.N)/b.Elapsed().Seconds(), "changes/s")
			})
		}
	}
}

// BenchmarkNew makes an engine, as each command does once and drift over many
// tenants for each of them.
func BenchmarkNew(b *testing.B) {
	for name, own := range map[string]map[string]string{"built-in": nil, "own": five()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := policies.New(b.Context(), policies.Config{Own: own}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
