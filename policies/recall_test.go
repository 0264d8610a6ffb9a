package policies_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// nosy are rules of one's own that read input in all the ways there are.
func nosy() map[string]string {
	texts := map[string]string{"visio.rego": noVisio}
	for name, body := range map[string]string{
		"plain":     `warn contains d(input.facts.source)`,
		"name":      `warn contains d(input.change.user.displayName)`,
		"bracket":   `warn contains d(sprintf("%v", [input["change"][key]])) if some key in ["id", "action"]`,
		"whole":     `warn contains d(x.change.id) if x := input`,
		"inside":    "names contains name if some name in input.facts.loses\n\nwarn contains d(name) if some name in names",
		"indirect":  "source := {\"of\": input.facts.source}\n\nwarn contains d(data.reseat.rules.nosy_indirect[\"source\"].of)",
		"elsewhere": `warn contains d(data.reseat.rules.nosy_indirect.source.of)`,
		"with":      "y := input.change.dataLoss\n\nwarn contains d(z) if z := y with input.change.dataLoss as input.change.product.name",
		"every":     `warn contains d("all") if every x in input.facts.roles { x.builtIn; input.facts.own }`,
		"otherwise": "a := 1 if input.facts.own else := 2 if input.facts.undo else := 3\n\nwarn contains d(sprintf(\"%d\", [a]))",
		"function":  "f(x) := input.change[x]\n\nwarn contains d(f(\"action\"))",
		"key":       `warn contains d("hit") if {"unassign": 1, "deny": 2}[input.change.action]`,
		"default":   "default a := 5\n\na := 1 if input.facts.hold.supplied\n\nwarn contains d(sprintf(\"%d\", [a]))",
		"absent":    "warn contains d(\"undone\") if input.facts.undone.at\n\nwarn contains d(\"held\") if input.change.held.lastUpdatedDateTime",
		"made":      `warn contains d("made") if [x | x := input.facts.own] == [true]`,
	} {
		texts[name+".rego"] = "package reseat.rules.nosy_" + name + "\n\nd(text) := {\"code\": \"NOSY\", \"message\": sprintf(\"%d %s\", [count(text), regex.replace(substring(text, 0, 20), `[^a-z]`, \"-\")])}\n\n" + body + "\n"
	}
	return texts
}

// TestRecall asks that an engine that has judged other changes before finds on
// each the same as one that has judged none.
func TestRecall(t *testing.T) {
	c := policies.Config{Own: nosy()}
	old, err := policies.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := policies.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	judge := func(e *policies.Engine, c plan.Case) []plan.Decision {
		found, err := e.Changes(t.Context(), []plan.Case{c})
		if err != nil {
			t.Fatal(err)
		}
		return found[0]
	}
	rapid.Check(t, func(t *rapid.T) {
		var c plan.Case
		fill(t, reflect.ValueOf(&c).Elem())
		for range 4 { // one field after the other is drawn anew
			change(t, reflect.ValueOf(&c).Elem())
			fresh.Forget()
			if got, want := judge(old, c), judge(fresh, c); !slices.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Fatalf("from the %d. on: got %.300v, want %.300v", i, got[i:], want[i:])
			}
		}
	})
}

// TestRecallAbsent asks that what is not there is told from what is not there
// elsewhere.
func TestRecallAbsent(t *testing.T) {
	e, err := policies.New(t.Context(), policies.Config{Parallel: 1, Own: map[string]string{"absent.rego": nosy()["absent.rego"]}})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1e9, 0).UTC()
	cases := []plan.Case{quiet(), quiet()}
	cases[0].Facts.Undone.At, cases[1].Change.Held.UpdatedAt = at, at
	found, err := e.Changes(t.Context(), cases)
	if err != nil || found[0][0].Message != "6 undone" || found[1][0].Message != "4 held" {
		t.Errorf("got %v, %v, want undone, then held", found, err)
	}
}

// change draws one field of a struct anew.
func change(t *rapid.T, v reflect.Value) {
	for v.Kind() == reflect.Struct && v.NumField() > 0 && v.Type().Field(0).IsExported() {
		i := rapid.IntRange(0, v.NumField()-1).Draw(t, "field")
		if !v.Type().Field(i).IsExported() {
			return
		}
		v = v.Field(i)
	}
	fill(t, v)
}

// TestReads asks that what is taken for read is what rules name, no more than
// that where they name parts, and all of it where they name all.
func TestReads(t *testing.T) {
	e := engine(t)
	for code, want := range map[string][]string{
		"R113": {"facts.source"},
		"R111": {"change.action", "facts.own"},
		"R106": {"change.action", "facts.hold.listed", "facts.hold.supplied", "facts.hold.why", "facts.loses"},
		"R112": {"change.action", "change.held.groups", "change.product", "facts.missing"},
	} {
		if got := e.Reads(code); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	for _, r := range e.Rules() {
		for _, path := range e.Reads(r.Code) {
			if path == "" || path == "facts" || path == "change" || path == "change.user" || path == "change.id" {
				t.Errorf("%s reads %q: what it finds can seldom be used twice", r.Code, path)
			}
		}
	}
}

// TestReadOnce asks that many changes on which rules read the same are one question.
func TestReadOnce(t *testing.T) {
	e := engine(t)
	cases := make([]plan.Case, 1000)
	for i := range cases {
		cases[i] = quiet()
		cases[i].Change.ID = fmt.Sprint(i)
		cases[i].Change.User.ID = plan.UserID(fmt.Sprint(i))
		cases[i].Change.User.DisplayName = fmt.Sprint(i)
	}
	if _, err := e.Changes(t.Context(), cases); err != nil {
		t.Fatal(err)
	}
	if got := e.Known(); slices.Max(got) != 1 || slices.Min(got) != 1 {
		t.Errorf("got %v answers by rule, want one each", got)
	}
	for i := range cases {
		cases[i].Facts.SignIn = plan.SignInFact{Known: true, Days: i}
	}
	found, err := e.Changes(t.Context(), cases)
	if err != nil || len(found[29]) != 1 || len(found[30]) != 0 {
		t.Errorf("got %v and %v, %v, want R108 on the first", found[29], found[30], err)
	}
	if got := slices.Max(e.Known()); got < len(cases) || got > policies.Recalled {
		t.Errorf("got %d answers of R108", got)
	}
}

// TestRecallBound asks that what is kept has an end.
func TestRecallBound(t *testing.T) {
	e := engine(t)
	cases := make([]plan.Case, policies.Recalled+10)
	for i := range cases {
		cases[i] = quiet()
		cases[i].Facts.SignIn = plan.SignInFact{Known: true, Days: i + 100}
	}
	if _, err := e.Changes(t.Context(), cases); err != nil {
		t.Fatal(err)
	}
	if got := slices.Max(e.Known()); got > policies.Recalled {
		t.Errorf("%d answers of a rule are kept, want at most %d", got, policies.Recalled)
	}
}

// TestFailuresAreForgotten asks that a rule that failed is asked again.
func TestFailuresAreForgotten(t *testing.T) {
	e, err := policies.NewWith(t.Context(), policies.Config{}, rule(`deny contains {"code": "R104", "message": "m"} if 1 / count(input.facts.loses) > 1`))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		found, err := e.Changes(t.Context(), []plan.Case{quiet()})
		if err != nil || len(found[0]) != 1 || !found[0][0].Failed {
			t.Fatalf("got %v, %v, want a failure", found, err)
		}
		if got := slices.Min(e.Known()); got != 0 {
			t.Errorf("a failure is kept")
		}
	}
}

// TestWritten asks that no two values are written alike.
func TestWritten(t *testing.T) {
	values := []string{
		`null`, `true`, `false`, `""`, `"n"`, `"a"`, `"ab"`, `"1"`, `1`, `11`, `-1`, `[]`, `{}`, `set()`, `[null]`, `[[]]`, `[[], []]`, `["a", "b"]`, `["ab"]`,
		`["a"]`, `{"a": "b"}`, `{"a": ["b"]}`, `{"a": null}`, `{"a": {}}`, `{"b"}`, `["", ""]`, `[""]`, `["s1a"]`, `["a", "sb"]`, `["as", "b"]`, `"\u0000"`, `"null"`, `"true"`,
	}
	seen := map[string]string{}
	for _, text := range values {
		key := policies.Written(ast.MustParseTerm(text).Value)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s are written alike", text, other)
		}
		seen[key] = text
	}
}
