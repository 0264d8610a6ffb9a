package desired_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

var importedAt = time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)

// deaf is a judge without rules.
type deaf struct{}

func (deaf) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	return make([][]plan.Decision, len(cases)), nil
}
func (deaf) Plan(context.Context, plan.PlanFacts) ([]plan.Decision, error) { return nil, nil }
func (deaf) Remedy(string) string                                          { return "" }
func (deaf) Waivable(plan.Decision) bool                                   { return false }

func inputOf(d *plan.Desired, s *plan.Snapshot) plan.Input {
	return plan.Input{Now: importedAt, Desired: d, Snapshot: s, Judge: deaf{}}
}

func guidOf(kind, n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, n) }

// nasty are names that a directory, or who lies in its place, may have.
var nasty = []string{
	"", "ann", "Ann", "ANN", "bo b", "o'brien", "'quoted", `"q"`, "- dash", "-dash", "#hash", "a#b", "x_y.com#EXT#", "!bang", "&amp", "*star",
	"?mark", "{brace", "[list", "null", "true", "~", "<<", "a: b", "a:b", "zoë", "zoe\u0308", "ſam", "sam", "line\nbreak", "tab\there", "\u202eevil",
	"\ufeffbom", "\u2028sep", "nul\x00", "bad\xff", "%tag", "@at", "`tick", "日本", "Ünal", "a..b", "a+b", "...", "---", strings.Repeat("x", 300),
	"0123", "11111111-1111-4111-8111-111111111111", "everyone", "\u00adsoft", "Kelvin\u212a", "9lives", "_under", "é",
}

func drawName(t *rapid.T, i int) string {
	local := rapid.SampledFrom(nasty).Draw(t, "name")
	switch rapid.IntRange(0, 5).Draw(t, "domain") {
	case 0:
		return local
	case 1:
		return local + "@contoso.com"
	case 2:
		return local + strconv.Itoa(i) + "@CONTOSO.com"
	}
	return "p" + local + strconv.Itoa(i) + "@contoso.com"
}

// drawTenant draws a tenant with everything that makes a seat odd.
func drawTenant(t *rapid.T) *plan.Snapshot {
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: plan.TenantID(guidOf(9, 9)), VerifiedDomains: []string{"contoso.onmicrosoft.com"}},
		ReadAt:       importedAt, Count: plan.UserCount{Before: -1, After: -1},
		Reads: []plan.Read{{What: plan.ReadUsers, Status: plan.ReadComplete}},
	}
	partNumbers := []string{"SPE_E3", "VISIOCLIENT", "Teams_Premium_(for_Departments)", "TWICE", "twice", "all", "none", "we ird]", "a,b", "x: y", guidOf(2, 99), "\u202eevil", "NULL", "-x", ""}
	n := rapid.IntRange(1, 6).Draw(t, "products")
	var skus []plan.SKU
	for i := range n {
		sku := plan.SKU(guidOf(2, i))
		skus = append(skus, sku)
		if rapid.IntRange(0, 5).Draw(t, "unlisted") == 0 {
			continue
		}
		s.Products = append(s.Products, plan.Product{SKU: sku, PartNumber: rapid.SampledFrom(partNumbers).Draw(t, "part"), AppliesTo: "User",
			Status: rapid.SampledFrom([]string{"Enabled", "Enabled", "Warning", "Suspended", "LockedOut"}).Draw(t, "status"), Enabled: 100})
		if rapid.IntRange(0, 4).Draw(t, "subscribed") == 0 {
			s.Subscriptions = append(s.Subscriptions, plan.Subscription{ID: guidOf(7, i), SKU: sku, IsTrial: rapid.Bool().Draw(t, "trial"), Status: "Enabled",
				OwnerID: guidOf(1, 0), OwnerType: "User", NextLifecycle: importedAt.AddDate(0, 1, 0)})
		}
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "people") {
		s.Users = append(s.Users, drawUser(t, i, skus))
	}
	if len(s.Users) > 0 && rapid.Bool().Draw(t, "admin") {
		s.RoleAssignments = []plan.RoleAssignment{{ID: "r", Role: "62e90394-69f5-4237-9190-012177145e10", Principal: string(s.Users[0].ID), Kind: plan.PrincipalUser, Scope: "/"}}
	}
	for i := range s.Products {
		p := &s.Products[i]
		for _, u := range s.Users {
			if slices.Contains(u.Unsourced, p.SKU) || slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == p.SKU && x.Held() }) {
				p.Consumed++
			}
		}
	}
	return s
}

func drawUser(t *rapid.T, i int, skus []plan.SKU) plan.User {
	u := plan.User{ID: plan.UserID(guidOf(1, i)), UserPrincipalName: drawName(t, i), DisplayName: rapid.SampledFrom(nasty).Draw(t, "display"),
		AccountEnabled: rapid.SampledFrom([]plan.Truth{plan.Yes, plan.No, plan.Unknown}).Draw(t, "enabled"),
		UserType:       rapid.SampledFrom([]string{"Member", "Guest"}).Draw(t, "type"), UsageLocation: "SE",
		Department:        rapid.SampledFrom([]string{"", " ", "Sales", "sales", "None", "reseat", "CON", "Développement", "販売", "R&D", "r d", "a/b\\..", strings.Repeat("Very long ", 20)}).Draw(t, "department"),
		IsResourceAccount: rapid.IntRange(0, 9).Draw(t, "resource") == 0,
	}
	states := []plan.SourceState{plan.Active, plan.ActiveWithError, plan.Disabled, plan.ErrorState}
	for _, sku := range skus {
		state := rapid.SampledFrom(states).Draw(t, "state")
		d := plan.Source{SKU: sku, State: state, DisabledPlans: []plan.PlanID{}}
		g := plan.Source{SKU: sku, State: rapid.SampledFrom(states).Draw(t, "group state"), Group: plan.GroupID(guidOf(3, 1))}
		switch rapid.IntRange(0, 9).Draw(t, "held") {
		case 0, 1, 2:
			u.Sources = append(u.Sources, d)
		case 3:
			u.Sources = append(u.Sources, g)
		case 4:
			u.Sources = append(u.Sources, d, g)
		case 5:
			u.Unsourced = append(u.Unsourced, sku)
		case 6:
			u.Sources = append(u.Sources, d, d) // Graph shows it twice
		case 7:
			u.Sources, u.Unsourced = append(u.Sources, g), append(u.Unsourced, sku)
		}
	}
	plan.SortSources(u.Sources)
	return u
}

// imported is a folder after an import from nothing.
func imported(t rapid.TB, s *plan.Snapshot, style string, split desired.Split) map[string]string {
	begin := desired.Beginning{Name: "contoso", ID: "contoso.onmicrosoft.com"}
	files := begunIn(begin)
	d := readAll(t, files)
	survey, err := plan.NewSurvey(inputOf(d, s))
	if err != nil {
		t.Fatal(err)
	}
	begin.Products = desired.ManagedBy(survey)
	files = begunIn(begin)
	d = readAll(t, files)
	if survey, err = plan.NewSurvey(inputOf(d, s)); err != nil {
		t.Fatal(err)
	}
	if style == "start" {
		delete(files, "licences.yaml")
		d = readAll(t, files)
		started, err := desired.Start(context.Background(), inputOf(d, s), survey)
		if err != nil {
			t.Fatal(err)
		}
		files["licences.yaml"] = string(started.Data)
		return files
	}
	l := listing(t, files, s, split, false)
	if len(l.Exist) > 0 {
		t.Fatalf("got %v in the way", l.Exist)
	}
	put(t, files, s, l)
	return files
}

// put writes what was listed, and the pins that go with it.
func put(t rapid.TB, files map[string]string, s *plan.Snapshot, l *desired.Listed) {
	for _, x := range l.Texts {
		files[x.Path] = string(x.Data)
	}
	p, err := plan.NewPinning(readAll(t, files), s, l.Renew)
	if err != nil {
		t.Fatalf("got %v of %v, want all pinned\n%v", err, l.Renew, files)
	}
	if len(p.Refused) > 0 {
		t.Fatalf("got refused %v, want all pinned\n%v", p.Refused, files)
	}
	if p.Changes() {
		files["people.lock"] = string(desired.EncodeLock(p.Pins))
	}
}

func listing(t rapid.TB, files map[string]string, s *plan.Snapshot, split desired.Split, update bool) *desired.Listed {
	d := readAll(t, files)
	survey, err := plan.NewSurvey(inputOf(d, s))
	if err != nil {
		t.Fatal(err)
	}
	l, err := desired.People(desired.Listing{Desired: d, Snapshot: s, Survey: survey, Root: mapFS(files), Split: split, Update: update})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func begunIn(b desired.Beginning) map[string]string {
	files := map[string]string{}
	for _, x := range desired.Init(b) {
		files[x.Path] = string(x.Data)
	}
	return files
}

func readAll(t rapid.TB, files map[string]string) *plan.Desired {
	d, faults, err := desired.Read(mapFS(files))
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v and\n%swant no fault in\n%v", err, lines(faults), files)
	}
	return d
}

// inSync fails unless a plan of the folder changes nothing and misses nothing.
func inSync(t rapid.TB, files map[string]string, s *plan.Snapshot) {
	m, err := plan.New(context.Background(), inputOf(readAll(t, files), s))
	if err != nil {
		t.Fatalf("%v\n%v", err, files)
	}
	p := m.Plan
	if p.Summary.Verdict != plan.InSync || len(p.Changes)+len(p.Missing)+len(p.NotEvaluated) > 0 {
		t.Fatalf("got verdict %s, changes %+v, missing %+v, not evaluated %+v, want all in sync:\n%v", p.Summary.Verdict, p.Changes, p.Missing, p.NotEvaluated, files)
	}
}

// canonical fails where fmt would write a file otherwise.
func canonical(t rapid.TB, files map[string]string) {
	forms, err := desired.Format(mapFS(files), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range forms {
		if f.Changed() {
			t.Fatalf("fmt writes %s otherwise:\n%s\nwas\n%s", f.Path, f.After, f.Before)
		}
	}
}

// TestImportInSync: right after an import in either style a plan has nothing to
// do, whatever the tenant is like, and an update has nothing to write.
func TestImportInSync(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawTenant(t)
		files := imported(t, s, "start", "")
		inSync(t, files, s)
		canonical(t, files)
		split := rapid.SampledFrom([]desired.Split{desired.SplitLetter, desired.SplitDepartment, desired.SplitAsBefore}).Draw(t, "split")
		files = imported(t, s, "people", split)
		inSync(t, files, s)
		canonical(t, files)
		if l := listing(t, files, s, "", true); len(l.Texts)+len(l.Exist)+l.Added+l.Changed+l.Removed+l.Elsewhere > 0 {
			t.Fatalf("got %+v from an update right after, want nothing:\n%v", l, files)
		}
		for i := range s.Users { // the same people hold something else, and an update follows
			s.Users[i] = drawUser(t, i, []plan.SKU{plan.SKU(guidOf(2, 0)), plan.SKU(guidOf(2, 1))})
		}
		if managed := readAll(t, files).Settings.Manage.Products; len(managed) == 0 {
			return
		}
		if _, err := plan.NewSurvey(inputOf(readAll(t, files), s)); err != nil {
			return // a product of manage.products is nowhere any more
		}
		put(t, files, s, listing(t, files, s, "", true))
		inSync(t, files, s)
		canonical(t, files)
		if l := listing(t, files, s, "", true); len(l.Texts) > 0 {
			t.Fatalf("got %+v from a second update, want nothing", l)
		}
	})
}
