package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// takeVisio takes Visio from who left.
const takeVisio = `remove: [{name: leavers, who: [{department: [Gone]}], products: [VISIOCLIENT]}]`

// TestLimits holds each limit at its edge and one over, from the folder's files to
// what the tenant is sent: a plan that trips exits with 4, and an apply of the same
// folder sends nothing; else it sends all.
func TestLimits(t *testing.T) {
	t.Parallel()
	const wide = "removalPercent: 100, productPercent: 100"
	many := []plan.SKU{hallVisio, hallPower, hallProject, hallSuite, hallLarger}
	tests := []struct {
		name     string
		people   int
		products []plan.SKU
		gone     int // at the limit; one more trips
		settings string
		says     string // what is said of who is gone; empty: they lose Visio
		trips    string // by one more
	}{
		{name: "R201 as given", people: 40, gone: 7, settings: "limits: {removals: 7, " + wide + "}", trips: "R201"},
		{name: "R201 of nothing", people: 40, gone: 0, settings: "limits: {removals: 0, " + wide + "}", trips: "R201"},
		{name: "R201 by default", people: 200, products: many, gone: 25, settings: "limits: {" + wide + "}", trips: "R201"},
		{name: "R201 by default in a large tenant", people: 1040, products: many, gone: 26, settings: "limits: {" + wide + "}", trips: "R201"},
		{name: "R201 by default, half a seat more", people: 1041, products: many, gone: 27, settings: "limits: {" + wide + "}", trips: "R201"},
		{name: "R202 by default", people: 100, gone: 5, settings: "limits: {productPercent: 100}", trips: "R202"},
		{name: "R202 as given", people: 100, gone: 12, settings: "limits: {removalPercent: 12, productPercent: 100}", trips: "R202"},
		{name: "R202 of nothing", people: 40, gone: 3, settings: "limits: {removalPercent: 0, productPercent: 100}", trips: "R202"},
		{name: "R202 without what is free", people: 100, products: []plan.SKU{hallVisio, hallFree}, gone: 5,
			settings: "limits: {productPercent: 100}", trips: "R202"},
		{name: "R202 with what is free and was said to count", people: 100, products: []plan.SKU{hallVisio, hallFree}, gone: 10,
			settings: "limits: {productPercent: 100, uncounted: []}", trips: "R202"},
		{name: "R203 by default", people: 20, products: many, gone: 4, settings: "limits: {removalPercent: 100}", trips: "R203"},
		{name: "R203 as given", people: 20, products: many, gone: 7, settings: "limits: {removalPercent: 100, productPercent: 35}", trips: "R203"},
		{name: "small as given", people: 10, gone: 6, settings: "limits: {small: 6}", trips: "R202 R203"},
		{name: "small of nothing", people: 10, gone: 0, settings: "limits: {small: 0}", trips: "R202"},
		{name: "ten people can lose three seats", people: 10, gone: 3, trips: "R202 R203"},
		{name: "three people can lose all", people: 4, gone: 3, trips: "R202 R203 R204"},
		{name: "R204 in a large tenant", people: 100, gone: 94, settings: "limits: {removals: 500, " + wide + "}", trips: "R204"},
		{name: "R204 by a raise", people: 100, gone: 97, settings: "limits: {removals: 97, " + wide + ", raise: [{removals: 97, until: 2026-11-20, reason: CHG-1}]}", trips: "R201 R204"},
		{name: "a raise of the product", people: 40, gone: 33,
			settings: "limits: {raise: [{removals: 33, product: VISIOCLIENT, productPercent: 100, until: 2026-11-20, reason: CHG-1}]}", trips: "R201"},
		{name: "a raise of the product's share alone", people: 40, gone: 25,
			settings: "limits: {raise: [{product: VISIOCLIENT, productPercent: 100, until: 2026-11-20, reason: CHG-1}]}", trips: "R201"},
		{name: "a raise of the product's number alone", people: 200, gone: 40,
			settings: "limits: {raise: [{product: VISIOCLIENT, removals: 200, until: 2026-11-20, reason: CHG-1}]}", trips: "R203"},
		{name: "several raises: the highest figure of each", people: 200, gone: 60, trips: "R201",
			settings: "limits: {raise: [{removals: 60, until: 2026-12-31, reason: CHG-1}, {removals: 30, removalPercent: 40, until: 2026-12-31, reason: CHG-2}, {productPercent: 70, until: 2026-12-31, reason: CHG-3}]}"},
		{name: "a raise that is over counts for nothing", people: 40, gone: 7, trips: "R201",
			settings: "limits: {removals: 7, " + wide + ", raise: [{removals: 33, until: 2026-11-19, reason: CHG-1}]}"},
		{name: "R208 by default", people: 40, gone: 25, settings: "manage: {assign: true}",
			says: "rules: [{name: more, match: {department: [Gone]}, add: [POWER_BI_PRO]}]", trips: "R208"},
		{name: "R208 by a raise, with swaps", people: 40, products: []plan.SKU{hallLarger}, gone: 30,
			settings: "manage: {assign: true}\nlimits: {raise: [{assignments: 30, until: 2026-11-20, reason: CHG-1}]}",
			says:     "products: {SPE_E5: {replace: [{with: SPE_E3, who: [{department: [Gone]}]}]}}", trips: "R208"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.products == nil {
				tt.products = []plan.SKU{hallVisio}
			}
			if tt.says == "" {
				tt.says = takeVisio
			}
			over := newHall(t, moved(crowdOf(tt.people, tt.products...), "Gone", tt.gone+1), tt.settings, tt.says)
			if p := over.plan(4); tripped(p) != tt.trips {
				t.Errorf("one over: got %q, want %q: %+v", tripped(p), tt.trips, p.Guards)
			}
			if over.run(4, "apply", over.dir, "--yes"); over.writes() != 0 {
				t.Errorf("one over: %d writes", over.writes())
			}
			edge := newHall(t, moved(crowdOf(tt.people, tt.products...), "Gone", tt.gone), tt.settings, tt.says)
			if p := edge.plan(0); tripped(p) != "" || p.Summary.Requests != tt.gone {
				t.Errorf("at the limit: got %q and %d requests, want %d", tripped(p), p.Summary.Requests, tt.gone)
			}
			if edge.run(0, "apply", edge.dir, "--yes"); edge.writes() != tt.gone {
				t.Errorf("at the limit: %d writes, want %d", edge.writes(), tt.gone)
			}
		})
	}
}

// TestFreeSeats: any number of free seats goes, and with them no other seat more.
func TestFreeSeats(t *testing.T) {
	t.Parallel()
	const settings, says = "limits: {uncounted: [FLOW_FREE]}", "remove: [{name: free, who: [everyone], products: [FLOW_FREE]}, {name: leavers, who: [{department: [Gone]}], products: [VISIOCLIENT]}]"
	people := sparing(1_900, 600) // of whom 26 are less than the twentieth of R202
	h := newHall(t, moved(crowdOf(people, hallFree, hallVisio), "Gone", 25), settings, says)
	if p := h.plan(0); p.Summary.Unassign != people+25 {
		t.Errorf("got %+v", p.Summary)
	}
	h.run(0, "apply", h.dir, "--yes")
	if h.writes() != people {
		t.Errorf("got %d writes", h.writes())
	}
	over := newHall(t, moved(crowdOf(people, hallFree, hallVisio), "Gone", 26), settings, says)
	if p := over.plan(4); tripped(p) != "R201" {
		t.Errorf("one over: got %q", tripped(p))
	}
}

// TestRaiseEnds: a raise holds to the last second of its day, at plan and at apply.
func TestRaiseEnds(t *testing.T) {
	t.Parallel()
	const settings = "limits: {raise: [{removals: 40, removalPercent: 100, productPercent: 100, until: 2026-11-20, reason: CHG-1}]}"
	h := newHall(t, moved(crowdOf(40, hallVisio), "Gone", 30), settings, takeVisio)
	h.now = time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC)
	h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
	h.now = h.now.Add(time.Second)
	if p := h.plan(4); tripped(p) != "R201 R202 R203" {
		t.Errorf("the day after: got %q", tripped(p))
	}
	h.run(7, "apply", h.path("plan.json"), h.dir)
	h.run(4, "apply", h.dir, "--yes")
	if h.writes() != 0 {
		t.Errorf("the day after: %d writes", h.writes())
	}
	h.now = h.now.Add(-time.Second)
	h.run(0, "apply", h.path("plan.json"), h.dir)
	if h.writes() != 30 {
		t.Errorf("on its last day: %d writes", h.writes())
	}
}

// TestLastDay: what runs took in the last 24 hours counts, to the second; what was
// undone, free seats and swaps do not.
func TestLastDay(t *testing.T) {
	t.Parallel()
	const settings = "manage: {products: all, assign: true}\nlimits: {removals: 5, removalPercent: 100, productPercent: 100, uncounted: [FLOW_FREE]}\n"
	leavers := func(from, to int) string {
		var who []string
		for i := from; i < to; i++ {
			who = append(who, fmt.Sprintf("p%d@hall.com", i))
		}
		return "remove: [{name: leavers, who: [" + strings.Join(who, ", ") + "], products: [VISIOCLIENT]}]"
	}
	start := func(t *testing.T) *hall {
		h := newHall(t, crowdOf(60, hallVisio, hallFree, hallLarger), settings, leavers(0, 5))
		h.run(0, "apply", h.dir, "--yes")
		h.say(settings, leavers(0, 6))
		return h
	}
	t.Run("to the second", func(t *testing.T) {
		h := start(t)
		for _, after := range []time.Duration{0, 24*time.Hour - time.Second, 24 * time.Hour} {
			h.now = proxyNow().Add(after)
			if p := h.plan(4); tripped(p) != "R201" {
				t.Errorf("%s later: got %q", after, tripped(p))
			}
		}
		if h.run(4, "apply", h.dir, "--yes"); h.writes() != 5 {
			t.Errorf("got %d writes", h.writes())
		}
		h.now = proxyNow().Add(24*time.Hour + time.Second)
		if h.run(0, "apply", h.dir, "--yes"); h.writes() != 6 {
			t.Errorf("a second more: got %d writes", h.writes())
		}
	})
	t.Run("undone", func(t *testing.T) {
		h := start(t)
		h.run(0, "undo", h.lastRun(), h.dir, "--out", h.path("undo.json"))
		h.run(0, "apply", h.path("undo.json"), h.dir)
		h.now = h.now.Add(time.Minute)
		h.say(settings, leavers(5, 10))
		if p := h.plan(0); p.Summary.Unassign != 5 {
			t.Errorf("got %+v", p.Summary)
		}
		h.say(settings, leavers(5, 11))
		h.plan(4)
	})
	t.Run("free seats and swaps", func(t *testing.T) {
		h := newHall(t, moved(crowdOf(60, hallVisio, hallFree, hallLarger), "Gone", 20), settings,
			"remove: [{name: free, who: [everyone], products: [FLOW_FREE]}]\nproducts: {SPE_E5: {replace: [{with: SPE_E3, who: [{department: [Gone]}]}]}}")
		h.run(0, "apply", h.dir, "--yes")
		if h.writes() != 60 {
			t.Fatalf("got %d writes", h.writes())
		}
		h.say(settings, leavers(0, 5))
		h.run(0, "apply", h.dir, "--yes")
		h.say(settings, leavers(0, 6))
		h.plan(4)
	})
}

// TestLimitsOfWhatIsSent: what is denied, blocked, skipped or missing is in no
// figure, and an apply judges what it would still send, by the folder's own limits.
func TestLimitsOfWhatIsSent(t *testing.T) {
	t.Parallel()
	const settings = "manage: {products: all, assign: true}\nlimits: {removals: 4, removalPercent: 100, productPercent: 100}\nprotect: {match: [{jobTitle: [Chief]}]}\n"
	const says = `remove:
  - {name: visio, who: [{department: [Gone]}], products: [VISIOCLIENT]}
  - {name: suite, who: [{department: [Mail]}], products: [SPE_E3], dataLoss: skip}
`
	s := moved(crowdOf(60, hallVisio, hallSuite), "Gone", 10)
	for i := range 6 {
		s.Users[i].JobTitle = "Chief" // denied by R104
	}
	for i := 20; i < 30; i++ {
		s.Users[i].Department = "Mail" // skipped
	}
	h := newHall(t, s, settings, says)
	p := h.plan(0)
	if p.Summary.Unassign != 4 || p.Summary.Denied != 6 {
		t.Fatalf("got %+v", p.Summary)
	}
	judged := guardOf(t, p, "R201").Value
	h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
	h.say(strings.Replace(settings, "removals: 4", "removals: 3", 1), says)
	if h.run(4, "apply", h.path("plan.json"), h.dir); h.writes() != 0 {
		t.Errorf("the folder allows fewer by now: %d writes", h.writes())
	}
	// One is done by hand, so that three are left, which is what the limit allows.
	s.Users[6].Sources = slices.DeleteFunc(s.Users[6].Sources, func(x plan.Source) bool { return x.SKU == hallVisio })
	recount(s)
	data, err := plan.EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	h.write("tenant.json", string(data))
	if h.run(0, "apply", h.path("plan.json"), h.dir); h.writes() != 3 || judged != 4 {
		t.Errorf("got %d writes, 4 of %d judged before", h.writes(), judged)
	}
}

func guardOf(t testing.TB, p *plan.Plan, code string) plan.Guard {
	t.Helper()
	for _, g := range p.Guards {
		if g.Code == code {
			return g
		}
	}
	t.Fatalf("no guard %s in %+v", code, p.Guards)
	return plan.Guard{}
}
