package render_test

import (
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// explanation is of a person with something of everything, and hostile names.
func explanation() *plan.Explanation {
	const file = "people/a.yaml"
	at := func(kind plan.StatementKind, name string, line int) plan.Statement {
		return plan.Statement{Statement: name, Kind: kind, File: file, Line: line}
	}
	back, entry := at(plan.KindRemove, "Visio back from project X", 12), at(plan.KindUsers, "adele@contoso.com", 31)
	visio := plan.ProductRef{SKU: "c5928f49-12ba-48f7-ada3-0d743a3601d5", PartNumber: "VISIOCLIENT", Name: "Visio Plan 2"}
	e3 := plan.ProductRef{SKU: "05e9a617-0261-4cee-bb44-138d3ef5d965", PartNumber: "SPE_E3", Name: "Microsoft 365 E3"}
	adele := plan.UserRef{ID: "507fa512-fafa-4e7d-b820-7947c6f3c5c8", UserPrincipalName: "adele@contoso.com", DisplayName: "Adele\u202eVance::error", AccountEnabled: plan.Yes}
	sales := plan.AskedTerm{Key: plan.KeyDepartment, Asked: []string{"Sales", "Design"}, Has: "Sales", Answer: plan.Yes}
	box := plan.AskedTerm{Key: plan.KeyMailbox, Asked: []string{"shared"}, Answer: plan.Unknown, Why: "403 Authorization_RequestDenied"}
	board := plan.AskedTerm{Key: plan.KeyMemberOf, Asked: []string{"board"}, Answer: plan.No}
	held := plan.Held{Direct: true, UpdatedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Groups: []plan.HeldGroup{{ID: "1", Name: "lic-visio", State: plan.ErrorState, Dynamic: plan.Yes}}}
	change := &plan.Change{Action: plan.Unassign, Verdict: plan.Warn, User: adele, Product: visio, Held: held, Before: &plan.Grant{}, Cause: plan.CauseConfig,
		Decisions: []plan.Decision{{Code: "R107", Rule: "data-loss", Level: plan.LevelWarn, Message: "mailbox: gone 30 days after apply"}}}
	selector := func(a plan.Truth, terms ...plan.AskedTerm) plan.AskedEntry {
		return plan.AskedEntry{Line: 12, Answer: a, Terms: terms}
	}
	who := func(a plan.Truth, entries ...plan.AskedEntry) []plan.Asked {
		return []plan.Asked{{List: "who", Answer: a, Entries: entries, Others: 2, Nobody: []string{"x"}}}
	}
	return &plan.Explanation{Tenant: plan.Tenant{Name: "contoso", Domain: "contoso.onmicrosoft.com"}, CreatedAt: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		Person: plan.Person{UserRef: adele, InPeople: plan.Yes, People: []plan.AskedTerm{sales},
			Waivers: []plan.PersonWaiver{{Rule: "data-loss", Product: "SPE_E3", Until: "2027-01-31", Reason: "their files were moved, CHG-1300", File: "reseat.yaml", Line: 30, Answer: plan.Yes, Terms: []plan.AskedTerm{}},
				{Rule: "R108", Until: "2026-12-31", Reason: "CHG-7", File: "reseat.yaml", Line: 31, Terms: []plan.AskedTerm{{Key: plan.KeyMemberOf, Asked: []string{"board"}, Why: "members of board"}}}},
			Facts: []plan.Fact{{Key: plan.KeyDepartment, Text: "Sales"}, {Key: plan.KeyMailbox, Why: "is not known (403 Authorization_RequestDenied)"}},
			Roles: []plan.HeldRole{{Name: "User Administrator", How: "eligible"}}, Protected: plan.Protection{Listed: true, Place: "reseat.yaml:7"}},
		Unmanaged: []plan.ProductRef{{PartNumber: "FLOW_FREE"}},
		Products: []plan.Explained{
			{Product: visio, Managed: true, Outcome: plan.OutChange, Change: change, Held: held, Off: []string{"VISIO_X"}, Stance: plan.StanceNotWant, Decided: &back,
				Overridden: []plan.Statement{entry}, Notes: []string{"the copy of the group \"lic-visio\" is in the state Error (CountViolation)"},
				Sections: []plan.Section{
					{Section: plan.KindKeep, Others: 1},
					{Section: plan.KindRemove, Stance: plan.StanceNotWant, Others: 3, Statements: []plan.Heard{
						{Statement: back, Answer: plan.Yes, Says: plan.StanceNotWant, Decides: true, DataLoss: plan.LossAccept, Reason: "CHG-1", Asked: who(plan.Yes, selector(plan.Yes, sales))},
						{Statement: at(plan.KindRemove, "of the summer", 14), Answer: plan.Yes, Says: plan.StanceNotWant, Aside: "it ended on 2026-08-31", Asked: who(plan.Yes, plan.AskedEntry{Name: "everyone", Answer: plan.Yes})},
					}},
					{Section: plan.KindUsers, Statements: []plan.Heard{{Statement: entry, Answer: plan.Yes, Says: plan.StanceWant, Overridden: true}}},
					{Section: plan.KindProducts, Statements: []plan.Heard{{Statement: at(plan.KindProducts, "VISIOCLIENT", 5), Answer: plan.Unknown, Says: plan.StanceWant,
						Asked: who(plan.Unknown, selector(plan.Unknown, sales, box), selector(plan.No, plan.AskedTerm{Key: plan.KeyNot, Answer: plan.No, Not: []plan.AskedTerm{sales, board}}))}}},
					{Section: plan.KindRules},
				}},
			{Product: e3, Managed: true, Outcome: plan.OutMissing, Missing: &plan.Missing{Because: plan.NoSeat}, Stance: plan.StanceWant, Decided: &entry, WantedOff: &[]string{"YAMMER_ENTERPRISE"},
				Sections: []plan.Section{{Section: plan.KindUsers, Statements: []plan.Heard{{Statement: entry, Answer: plan.Yes, Says: plan.StanceWant, Decides: true}}}}},
		}}
}

func explanationText(t testing.TB, e *plan.Explanation, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.Explanation(&b, e, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExplanationGolden(t *testing.T) {
	for _, test := range []struct {
		name string
		o    render.Options
	}{
		{"explain-80", render.Options{Width: 80}},
		{"explain-120", render.Options{Width: 120}},
		{"explain-80-color", render.Options{Width: 80, Color: true}},
		{"explain-60-ascii", render.Options{Width: 60, ASCII: true}},
	} {
		got := explanationText(t, explanation(), test.o)
		golden(t, test.name, got)
		bounded(t, got, min(test.o.Width, 100))
	}
}

// TestExplanationOutcomes: whatever comes of a product has words of its own.
func TestExplanationOutcomes(t *testing.T) {
	seen := map[string]plan.Outlook{}
	for _, out := range []plan.Outlook{plan.OutInSync, plan.OutNotHeld, plan.OutKept, plan.OutNotEvaluated, plan.OutAsIs, plan.OutCounted,
		plan.OutSkipped, plan.OutUnsourced, plan.OutOutside, plan.OutNotManaged} {
		e := explanation()
		e.Products = e.Products[:1]
		e.Products[0].Outcome = out
		_, text, _ := strings.Cut(explanationText(t, e, render.Options{}), "\n\n")
		line, _, _ := strings.Cut(text, "\n")
		if other, twice := seen[line]; twice || !strings.Contains(line, "adele@contoso.com") || strings.Contains(line, "loses") {
			t.Errorf("%s: got %q, as for %q", out, line, other)
		}
		seen[line] = out
	}
}

// TestExplanationOfNothing: of whom nothing is to be told, the line is a sentence.
func TestExplanationOfNothing(t *testing.T) {
	e := explanation()
	e.Products = nil
	if got := explanationText(t, e, render.Options{}); !strings.Contains(got, "\nadele@contoso.com holds nothing that is managed") {
		t.Errorf("got\n%s", got)
	}
}

// TestExplanationUnknown: a statement that is unknown decides nothing.
func TestExplanationUnknown(t *testing.T) {
	e := explanation()
	e.Products = e.Products[:1]
	p := &e.Products[0]
	p.Outcome, p.Unknown, p.Sections[1].Statements[0].Answer = plan.OutNotEvaluated, "last sign-in: none is recorded", plan.Unknown
	got := explanationText(t, e, render.Options{})
	if !strings.Contains(got, "not evaluated, unknown: last sign-in: none is recorded") || !strings.Contains(got, "if so, nothing") || strings.Contains(got, ", decides") {
		t.Errorf("got\n%s", got)
	}
}
