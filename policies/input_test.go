package policies_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// fill gives every field of a struct a drawn value; lists are never nil.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		if rapid.Bool().Draw(t, "time") {
			v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()))
		}
		return
	case plan.Truth:
		v.SetUint(uint64(rapid.IntRange(0, 2).Draw(t, "truth")))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() { // the others are not told to rules
				fill(t, v.Field(i))
			}
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 4).Draw(t, "n")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i))
		}
	case reflect.String:
		v.SetString(rapid.OneOf(words(), rapid.String(), longText()).Draw(t, "text"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(-3, 1_000_000).Draw(t, "int")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	default:
		t.Fatalf("a field of kind %s", v.Kind())
	}
}

// words are those that rules look for, so that they find something.
func words() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"unassign", "assign", "adjust", "deny", "accept", "skip", "direct", "group", "both", "none", "unknown", "eligible",
		"declared", "department", "probable", "settled", "mailbox", "files", "no-seat", "Active", "person", "application",
		"LicenseAssignment.ReadWrite.All", "4d6ac14f-3453-41d0-bef9-a3e0c569773a", "",
	})
}

// longText is text of strangers that is long and moves the cursor.
func longText() *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(0, 400), func(n int) string { return strings.Repeat("å\u202e\x1b\n", n) })
}

// same fails unless the value is what encoding/json makes of v.
func same(t *rapid.T, got ast.Value, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ast.ValueFromReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got.Compare(want) != 0 {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

// TestInputIsJSON asks that the rules see what the JSON names of package plan
// promise, no field more or less.
func TestInputIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c plan.Case
		fill(t, reflect.ValueOf(&c).Elem())
		same(t, policies.CaseValue(&c), c)
		var f plan.PlanFacts
		fill(t, reflect.ValueOf(&f).Elem())
		same(t, policies.PlanValue(&f), f)
	})
}

// TestEmptyListsAreLists asks that a list that is nil is one without elements.
func TestEmptyListsAreLists(t *testing.T) {
	for _, v := range []ast.Value{policies.CaseValue(&plan.Case{}), policies.PlanValue(&plan.PlanFacts{})} {
		for _, path := range []string{"change.held.groups", "change.reason.overrides", "facts.roles", "facts.loses", "facts.missing", "facts.unresolved", "facts.neededBy", "unresolved",
			"actor.roles", "actor.permissions", "products", "reads.unheld"} {
			ref := ast.Ref{}
			for key := range strings.SplitSeq(path, ".") {
				ref = append(ref, ast.StringTerm(key))
			}
			got, err := v.Find(ref)
			if err != nil {
				continue // of the other input
			}
			if list, ok := got.(*ast.Array); !ok || list.Len() != 0 {
				t.Errorf("%s: got %s, want []", path, got)
			}
		}
	}
}

// TestAnyInput asks of any facts, with any text of strangers in them, that
// every rule answers in findings, in order, and alike however many are asked
// at once.
func TestAnyInput(t *testing.T) {
	e := engine(t)
	alone, err := policies.New(t.Context(), policies.Config{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		cases := make([]plan.Case, rapid.IntRange(0, 5).Draw(rt, "cases"))
		for i := range cases {
			fill(rt, reflect.ValueOf(&cases[i]).Elem())
		}
		found, err := e.Changes(t.Context(), cases)
		if err != nil || len(found) != len(cases) {
			rt.Fatalf("got %d lists, %v, want %d", len(found), err, len(cases))
		}
		again, err := alone.Changes(t.Context(), cases)
		if err != nil || !reflect.DeepEqual(found, again) {
			rt.Fatalf("got %v, then %v, %v", found, again, err)
		}
		var facts plan.PlanFacts
		fill(rt, reflect.ValueOf(&facts).Elem())
		whole, err := e.Plan(t.Context(), facts)
		if err != nil {
			rt.Fatal(err)
		}
		for _, list := range append(found, whole) {
			for _, d := range list {
				if strings.HasPrefix(d.Message, "the rule ") || d.Code == "R000" || d.Waiver != "" {
					rt.Fatalf("got %+v, want a finding of a rule", d)
				}
			}
			if !slices.IsSortedFunc(list, func(a, b plan.Decision) int {
				return strings.Compare(a.Code+"\x00"+a.Message, b.Code+"\x00"+b.Message)
			}) {
				rt.Fatalf("got %v, want it sorted", list)
			}
		}
	})
}
