package render_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// TestLossesFirst: of what is removed, people who lose data come first, then who
// needs a look, then the many; the rows of one person stay together.
func TestLossesFirst(t *testing.T) {
	w := contoso()
	p := inSync()
	r := reason(plan.KindRemove, "cleanup", "cleanup.yaml", 4)
	loses := change(plan.Warn, w.hana, w.e3, direct, plan.CauseConfig, r)
	loses.Effects = []plan.Effect{{Kind: "mailbox", Text: "mailbox: gone 30 days after apply", RecoverableFor: "P30D"}}
	loses.Decisions = finding("R107", plan.LevelWarn, "mailbox: gone 30 days after apply")
	needs := change(plan.Warn, w.gus, w.project, direct, plan.CauseConfig, r)
	needs.Decisions = finding("R110", plan.LevelWarn, "another product needs it")
	lately := change(plan.Warn, w.ben, w.visio, direct, plan.CauseConfig, r)
	lately.Decisions = finding("R108", plan.LevelWarn, "signed in today")
	p.Changes = []plan.Change{
		change(plan.Allow, w.amelia, w.visio, direct, plan.CauseConfig, r), lately, needs,
		change(plan.Allow, w.gus, w.visio, direct, plan.CauseConfig, r), loses, change(plan.Allow, w.hana, w.visio, direct, plan.CauseConfig, r),
	}
	var got []string
	for line := range strings.Lines(planText(t, p, render.Options{Width: 120})) {
		if f := strings.Fields(line); len(f) > 3 && (f[0] == "!" || f[0] == "-") && strings.Contains(f[1], ".") {
			name, _, _ := strings.Cut(f[1], ".")
			got = append(got, f[0]+" "+name)
		}
	}
	if want := []string{"! hana", "- hana", "! gus", "- gus", "- amelia", "! ben"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
