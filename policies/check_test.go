package policies_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestCheck holds the rules against the manifest and their descriptions, and
// compiles their tests as strictly as themselves.
func TestCheck(t *testing.T) {
	e := engine(t)
	texts := files(t, true)
	for _, r := range e.Rules() {
		if r.Code == "" || r.Name == "" || r.Level == "" || r.Title == "" || r.Description == "" || r.Remedy == "" {
			t.Errorf("%s %s: got %+v, want every field", r.Code, r.Name, r)
		}
		stem := strings.ToLower(r.Code) + "_" + strings.ReplaceAll(r.Name, "-", "_")
		pkg := "package reseat.builtin." + strings.ReplaceAll(r.Name, "-", "_")
		if !strings.Contains(texts[stem+".rego"], "\n"+pkg+"\n") {
			t.Errorf("%s %s: no file %s.rego with %q", r.Code, r.Name, stem, pkg)
		}
		if !strings.HasPrefix(texts[stem+"_test.rego"], pkg+"_test\n") {
			t.Errorf("%s %s: no file %s_test.rego with %q", r.Code, r.Name, stem, pkg+"_test")
		}
	}
	if want := 2*len(e.Rules()) + 2; len(texts) != want {
		t.Errorf("got %d Rego files, want %d: a rule, or lib, and its tests each", len(texts), want)
	}
	modules, err := policies.Parse(texts)
	if err != nil {
		t.Fatal(err)
	}
	c := ast.NewCompiler().WithStrict(true)
	if c.Compile(modules); c.Failed() {
		t.Error(c.Errors)
	}
}

// TestRules is the list of rules that users rely on.
func TestRules(t *testing.T) {
	want := []string{
		"R101 actor-role guard false", "R102 self-service deny false", "R103 protected-role deny true",
		"R104 protected-user deny true", "R105 inherited blocked false", "R106 mailbox-hold deny true",
		"R107 data-loss deny true", "R108 recent-use warn true", "R109 shared-mailbox deny true", "R110 dependency warn true",
		"R111 own-access deny true", "R112 replacement-missing blocked false", "R113 source-unknown blocked false",
		"R114 undone deny true", "R201 removal-limit guard false",
		"R202 removal-percent guard false", "R203 product-percent guard false", "R204 empty-desired guard false",
		"R205 window guard false",
		"R206 incomplete-read guard false", "R207 unresolved-name guard false", "R208 assignment-limit guard false",
	}
	var got []string
	for _, r := range engine(t).Rules() {
		got = append(got, fmt.Sprintf("%s %s %s %t", r.Code, r.Name, r.Level, r.Waivable))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestRulesAreTheCallers(t *testing.T) {
	e := engine(t)
	e.Rules()[0].Code = "R999"
	if got := e.Rules()[0].Code; got != "R101" {
		t.Errorf("after a caller changed its copy: got %s, want R101", got)
	}
}

// TestInput asks that the digest is the same for the same rules and another for
// any other byte or name.
func TestInput(t *testing.T) {
	texts := files(t, false)
	in := engine(t).Input()
	if want := (plan.PolicyInput{SHA256: policies.Digest(texts), Rules: 22}); !reflect.DeepEqual(in, want) || len(in.SHA256) != 64 {
		t.Errorf("got %+v, want %+v", in, want)
	}
	seen := map[string]string{in.SHA256: "the rules"}
	differs := func(what string, texts map[string]string) {
		t.Helper()
		d := policies.Digest(texts)
		if as := seen[d]; as != "" {
			t.Errorf("%s has the digest of %s", what, as)
		}
		seen[d] = what
	}
	for name := range texts {
		other := maps.Clone(texts)
		other[name] += "\n"
		differs("another "+name, other)
		delete(other, name)
		differs("no "+name, other)
	}
	differs("a, bc", map[string]string{"a": "bc"})
	differs("ab, c", map[string]string{"ab": "c"})
	differs("nothing", nil)
}
