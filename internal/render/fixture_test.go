package render_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// at is a moment of the morning of which all fixtures tell.
func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func user(n int, upn, name string) plan.UserRef {
	return plan.UserRef{ID: plan.UserID(fmt.Sprintf("%08x-1111-4222-8333-444455556666", n*7919)), UserPrincipalName: upn, DisplayName: name, AccountEnabled: plan.Yes}
}

func product(n int, part, name string) plan.ProductRef {
	return plan.ProductRef{SKU: plan.SKU(fmt.Sprintf("%08x-aaaa-4bbb-8ccc-ddddeeeeffff", n*104729)), PartNumber: part, Name: name}
}

type world struct {
	amelia, ben, carla, dana, eli, fay, gus, hana, otherEli plan.UserRef
	e3, e5, visio, project, powerDept, teams                plan.ProductRef
}

func contoso() world {
	return world{
		amelia: user(1, "amelia.hart@contoso.com", "Amelia Hart"), ben: user(2, "ben.okafor@contoso.com", "Ben Okafor"),
		carla: user(3, "carla.mendes@contoso.com", "Carla Mendes"), dana: user(4, "dana.kim@contoso.com", "Dana Kim"),
		eli: user(5, "eli.novak@contoso.com", "Eli Novák"), fay: user(6, "fay.lindqvist@contoso.com", "Fay Lindqvist"),
		gus: user(7, "gus.ferreira@contoso.com", "Gus Ferreira"), hana: user(8, "hana.sato@contoso.com", "佐藤　花"),
		otherEli: user(9, "eli.novak@fabrikam.com", "Eli Novak"),
		e3:       product(1, "SPE_E3", "Microsoft 365 E3"), e5: product(2, "SPE_E5", "Microsoft 365 E5"),
		visio: product(3, "VISIOCLIENT", "Visio Plan 2"), project: product(4, "PROJECTPROFESSIONAL", "Planner and Project Plan 3"),
		powerDept: product(5, "POWER_BI_PRO_DEPT", "Power BI Pro Dept"), teams: product(6, "MCOEV", "Microsoft Teams Phone Standard"),
	}
}

var direct = plan.Held{Direct: true}

func throughGroup(direct bool) plan.Held {
	return plan.Held{Direct: direct, Groups: []plan.HeldGroup{{ID: "7a000000-1111-4222-8333-444455556666", Name: "lic-e3-staff", State: plan.Active, Dynamic: plan.Yes}}}
}

func reason(kind plan.StatementKind, statement, file string, line int) plan.Reason {
	return plan.Reason{Statement: statement, Kind: kind, File: file, Line: line}
}

func change(v plan.Verdict, u plan.UserRef, p plan.ProductRef, h plan.Held, cause plan.Cause, r plan.Reason) plan.Change {
	c := plan.Change{ID: string(u.ID) + "/" + string(p.SKU), Request: u.ID, Action: plan.Unassign, Verdict: v, User: u, Product: p, Held: h, Cause: cause, Reason: r}
	if h.Direct {
		c.Before = &plan.Grant{}
	}
	return c
}

// ruleNames are what the rules of the fixtures are called.
var ruleNames = map[string]string{"R102": "self-service", "R103": "protected-role", "R104": "protected-user", "R105": "inherited", "R106": "mailbox-hold",
	"R107": "data-loss", "R108": "recent-use", "R109": "shared-mailbox", "R110": "dependency", "R111": "own-access", "R112": "replacement-missing", "R114": "undone"}

func finding(code string, level plan.Level, message string) []plan.Decision {
	return []plan.Decision{{Code: code, Rule: ruleNames[code], Level: level, Message: message}}
}

// rich is the plan of the worked example, with what the example leaves out.
func rich() *plan.Plan {
	w := contoso()
	w.amelia.AccountEnabled = plan.No
	leavers := reason(plan.KindRemove, "disabled accounts", "leavers.yaml", 6)
	leavers.Overrides = []plan.Statement{{Statement: "sales", Kind: plan.KindRules, File: "rules.yaml", Line: 3}}
	lossy := change(plan.Warn, w.amelia, w.e3, direct, plan.CauseFact, leavers)
	lossy.Effects = []plan.Effect{
		{Kind: "mailbox", Text: "mailbox: gone 30 days after apply", RecoverableFor: "P30D"},
		{Kind: "files", Text: "OneDrive: read-only after 60 days, archived after 93", RecoverableFor: "P60D"},
		{Kind: "teams", Text: "Teams: cannot sign in any more"},
	}
	lossy.Decisions = finding("R107", plan.LevelWarn, "last mailbox and last OneDrive of a disabled account")
	twice := change(plan.Allow, w.ben, w.e3, throughGroup(true), plan.CauseConfig, reason(plan.KindSettings, "duplicates: remove", "reseat.yaml", 14))
	twice.Effects = []plan.Effect{{Kind: "seat", Text: "the seat stays through lic-e3-staff; nothing is freed"}}
	drifted := change(plan.Warn, w.eli, w.project, direct, plan.CauseDrift, reason(plan.KindProducts, "PROJECTPROFESSIONAL", "products.yaml", 9))
	drifted.Decisions = finding("R108", plan.LevelWarn, "signed in 12 days ago")
	given := change(plan.Allow, w.hana, w.e3, plan.Held{}, plan.CauseNew, reason(plan.KindRules, "sales", "rules.yaml", 3))
	given.Action, given.After = plan.Assign, &plan.Grant{}
	turned := change(plan.Allow, w.gus, w.e5, direct, plan.CauseConfig, reason(plan.KindUsers, "gus.ferreira@contoso.com", "people/g.yaml", 8))
	turned.Action, turned.After = plan.Adjust, &plan.Grant{DisabledPlans: []plan.PlanID{"1", "2"}}
	admin := change(plan.Deny, w.dana, w.e5, direct, plan.CauseConfig, reason(plan.KindUsers, "dana.kim@contoso.com", "people/d.yaml", 31))
	admin.Decisions = finding("R103", plan.LevelDeny, "holds Global Administrator")
	own := change(plan.Deny, w.otherEli, w.powerDept, direct, plan.CauseConfig, reason(plan.KindProducts, "POWER_BI_PRO_DEPT", "products.yaml", 12))
	own.Decisions = finding("R102", plan.LevelDeny, "self-service purchase: take it over first (Billing, Your products)")
	inherited := change(plan.Blocked, w.carla, w.e3, throughGroup(false), plan.CauseConfig, reason(plan.KindRemove, "board cleanup", "cleanup.yaml", 4))
	inherited.Decisions = finding("R105", plan.LevelBlocked, "comes from lic-e3-staff (dynamic): the membership rule still matches")
	swap := change(plan.Blocked, w.fay, w.e5, direct, plan.CauseConfig, reason(plan.KindRemove, "E5 back", "products.yaml", 15))
	swap.Decisions = finding("R112", plan.LevelBlocked, "no free SPE_E3 seat: keeps SPE_E5 until there is one")
	baseline := at("2026-11-18 08:02")
	return &plan.Plan{
		FormatVersion: plan.FormatVersion, Kind: plan.DocumentKind, Mode: plan.ModeNormal, ID: "20261120T080000Z-3fa9c2e1",
		Tool: plan.Tool{Name: "reseat", Version: "0.1.0"}, Tenant: plan.Tenant{ID: "00000000-1111-4222-8333-444455556666", Name: "contoso", Cloud: plan.Global},
		CreatedAt: at("2026-11-20 08:00"), ValidUntil: at("2026-11-21 08:00"),
		Inputs: plan.Inputs{
			Desired: plan.DesiredInput{Revision: "main@7c1e9f2"},
			Policy:  plan.PolicyInput{SHA256: strings.Repeat("b81c04a2", 8), Rules: 13},
			Snapshot: plan.SnapshotInput{ReadAt: at("2026-11-20 07:59"), Users: 1412, SeatsDirect: 1401, BaselineAt: &baseline, Reads: []plan.Read{
				{What: plan.ReadUsers, Items: 1412, Status: plan.ReadComplete}, {What: plan.ReadProducts, Items: 12, Status: plan.ReadComplete},
				{What: plan.ReadSubscriptions, Status: plan.ReadDenied, Reason: "403 Authorization_RequestDenied"},
				{What: plan.ReadRoles, Items: 31, Status: plan.ReadComplete}, {What: plan.ReadEligibility, Status: plan.ReadAbsent},
				{What: plan.ReadGroups, Items: 6, Status: plan.ReadComplete},
			}},
		},
		Summary: plan.Summary{Verdict: plan.ChangesWithDenials, Changes: 6, UsersInSync: 1406},
		Changes: []plan.Change{lossy, change(plan.Allow, w.amelia, w.visio, direct, plan.CauseFact, leavers), twice, inherited, admin, drifted, swap, turned, given, own},
		Missing: []plan.Missing{
			{User: w.fay, Product: w.e3, Reason: reason(plan.KindRules, "sales", "rules.yaml", 3), Because: plan.NoSeat},
			{User: w.gus, Product: w.visio, Reason: reason(plan.KindProducts, "VISIOCLIENT", "products.yaml", 2), Because: plan.NoLocation},
			{User: w.hana, Product: w.visio, Reason: reason(plan.KindProducts, "VISIOCLIENT", "products.yaml", 2), Because: plan.NoLocation},
		},
		Inherited:    []plan.InheritedRow{{Group: plan.GroupName{ID: "7a000000-1111-4222-8333-444455556666", Name: "lic-e3-staff"}, SKU: w.e3.SKU, Users: 1}},
		NotEvaluated: []plan.NotEvaluated{{User: w.gus, Statement: "stale accounts", File: "leavers.yaml", Line: 22, Fact: "memberOf field-staff"}},
		Notes:        []plan.Note{{Code: "holds", Text: "holds: not supplied"}, {Code: "R101", Text: "the acting application may assign licences"}},
		Seats: []plan.Seats{
			{SKU: w.e3.SKU, PartNumber: "SPE_E3", Bought: 1300, UsedBefore: 1300, UsedAfter: 1299, Freed: 1, Renewals: []plan.Renewal{{At: at("2027-03-14 00:00"), Seats: 1300}}, PricePerMonth: "33.00 EUR"},
			{SKU: w.visio.SKU, PartNumber: "VISIOCLIENT", Bought: 20, UsedBefore: 14, UsedAfter: 13, Freed: 1, Renewals: []plan.Renewal{{At: at("2027-01-02 00:00"), Seats: 20}}, PricePerMonth: "14.00 EUR"},
			{SKU: w.project.SKU, PartNumber: "PROJECTPROFESSIONAL", Bought: 10, UsedBefore: 10, UsedAfter: 9, Freed: 1, Renewals: []plan.Renewal{{At: at("2026-12-01 00:00"), Seats: 4}, {At: at("2027-12-01 00:00"), Seats: 6}}, PricePerMonth: "28.00 EUR"},
			{SKU: w.e5.SKU, PartNumber: "SPE_E5", Bought: 40, UsedBefore: 38, UsedAfter: 38},
			{SKU: w.teams.SKU, PartNumber: "MCOEV", Bought: 5, UsedBefore: 7, UsedAfter: 7},
		},
		Guards: []plan.Guard{
			{Code: "R201", Name: "removal-limit", Value: 3, Limit: 25, OK: true, When: plan.AtPlan},
			{Code: "R202", Name: "removal-percent", Value: 3, Limit: 70, Of: 1401, Percent: 5, OK: true, When: plan.AtPlan},
			{Code: "R203", Name: "product-percent", Subject: "SPE_E3", Value: 1, Of: 1100, Percent: 20, OK: true, When: plan.AtPlan},
			{Code: "R203", Name: "product-percent", Subject: "VISIOCLIENT", Value: 1, Of: 14, Percent: 20, OK: true, When: plan.AtPlan},
			{Code: "R208", Name: "assignment-limit", Subject: "", Value: 1, Limit: 25, OK: true, When: plan.AtPlan},
			{Code: "R204", Name: "empty-desired", OK: true, When: plan.AtPlan},
			{Code: "R101", Name: "actor-role", OK: true, When: plan.AtApply},
		},
		Drift: []plan.Drifted{
			{User: w.eli, Product: w.project, What: "given", At: at("2026-11-19 14:21")},
			{User: w.dana, Product: w.visio, What: "taken"},
		},
		Digests: plan.Digests{Changes: "3fa9c2e1" + strings.Repeat("0d", 28), Body: strings.Repeat("ab", 32)},
	}
}

// usual is the rich plan without two people of one name, so that names are short.
func usual() *plan.Plan {
	p := rich()
	own := &p.Changes[len(p.Changes)-1]
	own.User.UserPrincipalName = "owen.price@contoso.com"
	return p
}

// inSync is a plan that asks for nothing.
func inSync() *plan.Plan {
	p := rich()
	p.Changes, p.Missing, p.Inherited, p.NotEvaluated, p.Drift, p.Notes = nil, nil, nil, nil, nil, nil
	for i := range p.Seats {
		p.Seats[i].UsedAfter, p.Seats[i].Freed = p.Seats[i].UsedBefore, 0
	}
	p.Summary = plan.Summary{Verdict: plan.InSync, UsersInSync: 1412}
	return p
}

// guarded is a plan of which nothing may be applied.
func guarded() *plan.Plan {
	p := rich()
	p.Summary.Verdict = plan.Guarded
	p.Guards[0].OK, p.Guards[0].Value = false, 41
	p.Guards[0].Message = "41 removals, 25 are allowed: look at each, then add a raise with an end date and a reason to limits.raise in reseat.yaml"
	p.Guards[1].OK, p.Guards[1].Value, p.Guards[1].Of = false, 71, 1419
	p.Guards[1].Message = "more than 5 % of all seats"
	p.Guards[6].OK, p.Guards[6].Message = false, "this identity may not assign licences: sign in as a License Administrator to apply"
	return p
}

// large is a plan of n people, most of them plain removals by one statement.
func large(n int) *plan.Plan {
	p := inSync()
	w := contoso()
	skus := []plan.ProductRef{w.e3, w.visio, w.e5}
	p.Summary = plan.Summary{Verdict: plan.ChangesWithDenials}
	for i := range n {
		u := user(100+i, fmt.Sprintf("person.%05d@contoso.com", i), fmt.Sprintf("Person %d", i))
		c := change(plan.Allow, u, skus[i%3], direct, plan.CauseFact, reason(plan.KindRemove, "leavers", "leavers.yaml", 6))
		switch {
		case i%11 == 0:
			c.Verdict, c.Decisions = plan.Deny, finding("R103", plan.LevelDeny, "holds User Administrator")
		case i%9 == 0:
			c.Verdict, c.Decisions = plan.Warn, finding("R107", plan.LevelWarn, "last mailbox of a disabled account")
			c.Effects = []plan.Effect{{Kind: "mailbox", Text: "mailbox: gone 30 days after apply", RecoverableFor: "P30D"}}
		case i%13 == 0:
			c.Action, c.Before, c.After, c.Held = plan.Assign, nil, &plan.Grant{}, plan.Held{}
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

// ran is what became of a run of the rich plan.
func ran() *plan.Report {
	w := contoso()
	return &plan.Report{
		Run: "20261120T081500Z-3fa9c2e1", Plan: "20261120T080000Z-3fa9c2e1", Tenant: plan.Tenant{Name: "contoso"},
		StartedAt: at("2026-11-20 08:15"), EndedAt: at("2026-11-20 08:15").Add(42 * time.Second),
		Outcomes: []plan.Outcome{
			{User: w.amelia.ID, SKU: w.e3.SKU, Action: plan.Unassign, Class: plan.Ready, Status: plan.Done, Evidence: "answer"},
			{User: w.amelia.ID, SKU: w.visio.SKU, Action: plan.Unassign, Class: plan.Ready, Status: plan.Done, Evidence: "read-back"},
			{User: w.ben.ID, SKU: w.e3.SKU, Action: plan.Unassign, Class: plan.Changed, Status: plan.Skipped},
			{User: w.eli.ID, SKU: w.project.SKU, Action: plan.Unassign, Class: plan.Ready, Status: plan.Failed, Code: "Request_BadRequest",
				Message: "License assignment failed because service plan 3b3d dependency is missing.", Advice: "remove the product that needs it first", RequestID: "0f1a2b3c-0000-4000-8000-000000000001"},
			{User: w.gus.ID, SKU: w.e5.SKU, Action: plan.Adjust, Class: plan.Already, Status: plan.Skipped},
			{User: w.hana.ID, SKU: w.e3.SKU, Action: plan.Assign, Class: plan.Ready, Status: plan.Done},
		},
	}
}

// parts are two people's work on the run of the rich plan.
func parts() []plan.RunPart {
	return []plan.RunPart{
		{At: at("2026-11-20 08:15"), Operation: plan.PartApply, Actor: plan.Actor{Kind: plan.ActorApplication, ID: "5d1e0000-1111-4222-8333-444455556666", Name: "reseat-ci"},
			Who: "runner", Host: "build-7", Tool: plan.Tool{Name: "reseat", Version: "v0.6.0"}, Revision: "7c1e9f2" + strings.Repeat("ab", 16) + "a"},
		{At: at("2026-11-20 08:40"), Operation: plan.PartResume, Actor: plan.Actor{Kind: plan.ActorPerson, ID: "6a2f0000-1111-4222-8333-444455556666", Name: "Ada Berg"},
			Who: "ada", Host: "laptop", Tool: plan.Tool{Name: "reseat", Version: "v0.6.1"}, Revision: "90ab0000" + strings.Repeat("cd", 16) + "+changed"},
	}
}

// told is what a run of the rich plan left, with times and with who worked on it.
func told() *plan.Report {
	r := ran()
	r.Parts, r.Changes, r.Revision = parts(), "3fa9c2e1"+strings.Repeat("0d", 28), parts()[0].Revision
	for i := range r.Outcomes {
		r.Outcomes[i].At = r.StartedAt.Add(time.Duration(3*i+2) * time.Second)
	}
	return r
}

// many is what became of a run of large(n): every fate is in it.
func many(p *plan.Plan) *plan.Report {
	r := told()
	r.Outcomes = nil
	for i := range p.Changes {
		c := &p.Changes[i]
		if !c.Verdict.Executable() {
			continue
		}
		o := plan.Outcome{User: c.User.ID, SKU: c.SKU(), Action: c.Action, Class: plan.Ready, Status: plan.Done, Evidence: "answer",
			At: r.StartedAt.Add(time.Duration(i) * 40 * time.Millisecond)}
		switch {
		case i%97 == 0:
			o.Status, o.Code, o.Message, o.Advice, o.RequestID = plan.Failed, "Request_BadRequest", "refused", "look at it", fmt.Sprintf("0f1a2b3c-0000-4000-8000-%012d", i)
		case i%89 == 0:
			o.Status, o.Class = plan.Skipped, plan.Changed
		case i%83 == 0:
			o.Status, o.Message = plan.Uncertain, "no answer"
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}
