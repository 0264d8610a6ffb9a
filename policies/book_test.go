package policies_test

import (
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestEnginesApart asks that engines made and asked at once, which share the
// compiled rules, each judge by their own settings and keep what they found for
// themselves.
func TestEnginesApart(t *testing.T) {
	var group errgroup.Group
	for i := range 8 {
		days := 10 + i%2*50
		group.Go(func() error {
			e, err := policies.New(t.Context(), policies.Config{Settings: map[string]map[string]any{"recent-use": {"days": days}}})
			if err != nil {
				return err
			}
			used := quiet()
			used.Facts.SignIn = plan.SignInFact{Known: true, Days: 30}
			for range 3 { // the later ones from what is known
				found, err := e.Changes(t.Context(), []plan.Case{quiet(), used})
				if err != nil {
					return err
				}
				spoke := slices.ContainsFunc(found[1], func(d plan.Decision) bool { return d.Code == "R108" })
				if len(found[0]) != 0 || spoke != (days > 30) {
					t.Errorf("%d days: got %v and %v", days, found[0], found[1])
				}
			}
			rules := e.Rules()
			rules[0].Code = "changed"
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := engine(t).Rules()[0].Code; got != "R101" {
		t.Errorf("got a first rule %s: what one engine's caller did is seen by another", got)
	}
}
