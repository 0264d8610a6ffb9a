package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// A list that is looked up says what a list says that is held against a text word
// by word, whatever the letters.
func TestInList(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("aAbkK\u212asS\u017f\u00df\u1e9e\u0130\u0131iI\u03c3\u03c2\u03a3\ufffd*?")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		patterns, text := rapid.SliceOfN(letters, 0, 5).Draw(t, "patterns"), letters.Draw(t, "text")
		if got, want := plan.InList(patterns, text), plan.Matches(patterns, text); got != want {
			t.Fatalf("%q in %q: got %t, want %t", text, patterns, got, want)
		}
	})
	for _, words := range [][2]string{{"\xff", "\ufffd"}, {"\xff\xff", "\xff"}, {"a\xff", "A\xfe"}, {"", ""}} {
		if got, want := plan.InList(words[:1], words[1]), strings.EqualFold(words[0], words[1]); got != want {
			t.Errorf("%q: got %t, want %t", words, got, want)
		}
	}
}

// keepNames makes a tenant of whom so many are leavers, all of them kept by name.
func keepNames(people, named int) plan.Input {
	in := large(people, named)
	term := selector(plan.KeyUPN)
	for i := range in.Snapshot.Users {
		if in.Snapshot.Users[i].JobTitle == "Leaver" {
			term.Terms[0].Values = append(term.Terms[0].Values, in.Snapshot.Users[i].UserPrincipalName)
		}
	}
	in.Desired.Keep = []plan.Keep{{
		Ref: plan.Ref{Kind: plan.KindKeep, Name: "undone", Place: plan.Place{File: "b.yaml", Line: 1, Column: 1}},
		Who: []plan.Who{{Selector: term}}, Products: list("VISIOCLIENT"),
	}}
	return in
}

// A list in which people are named does not cost time for each pair of them.
func TestKeepNames(t *testing.T) {
	in := keepNames(10_000, 5_000)
	m, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Plan.Summary; s.Changes != 0 {
		t.Errorf("got %+v, want that all are kept", s)
	}
	in.Desired.Keep[0].Who[0].Selector.Terms[0].Values[7] = "PERSON0000014@CONTOSO.com"
	if m, err = plan.New(t.Context(), in); err != nil || m.Plan.Summary.Changes != 0 {
		t.Errorf("got %+v, %v; want that case does not count", m.Plan.Summary, err)
	}
	in.Desired.Keep[0].Who[0].Selector.Terms[0].Values[7] = "nobody@contoso.com"
	if m, err = plan.New(t.Context(), in); err != nil || m.Plan.Summary.Unassign != 1 {
		t.Errorf("got %+v, %v; want one who is not kept", m.Plan.Summary, err)
	}
}

// BenchmarkKeepNames makes plans over people of whom 10,000 are kept by name.
func BenchmarkKeepNames(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			in := keepNames(people, 10_000)
			for b.Loop() {
				start := time.Now()
				m, err := plan.New(b.Context(), in)
				if err != nil || m.Plan.Summary.Changes != 0 {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds(), "s/plan")
			}
		})
	}
}
