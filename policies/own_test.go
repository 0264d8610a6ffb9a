package policies_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// noVisio and noFriday are sound rules of one's own.
const (
	noVisio = `# METADATA
# title: Visio stays
# description: Nobody loses Visio.
# custom:
#   code: ACME-1
#   remedy: ask the drawing office
package reseat.rules.no_visio

deny contains {"code": "ACME-1", "message": sprintf("%s is not taken", [input.change.product.skuPartNumber])} if {
	input.change.action == "unassign"
	startswith(input.change.product.skuPartNumber, object.get(data.reseat.config, ["no-visio", "prefix"], "VISIO"))
}

warn contains {"code": "ACME-2", "message": "a guest"} if contains(input.change.user.userPrincipalName, "#EXT#")
`
	few = `package reseat.plan.few

guard contains {"code": "FEW", "message": "more than two assigns"} if input.assignments > 2
`
)

// withOwn makes an engine with rules of one's own.
func withOwn(t testing.TB, texts map[string]string, settings map[string]map[string]any) *policies.Engine {
	t.Helper()
	e, err := policies.New(t.Context(), policies.Config{Own: texts, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestOwn(t *testing.T) {
	e := withOwn(t, map[string]string{"policies/visio.rego": noVisio, "policies/few.rego": few}, nil)
	visio, guest := quiet(), quiet()
	visio.Change.Product.PartNumber = "VISIOCLIENT"
	visio.Facts.Source = "unknown"
	guest.Change.User.UserPrincipalName = "ann#EXT#@contoso.com"
	found, err := e.Changes(t.Context(), []plan.Case{quiet(), visio, guest})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{nil, {"ACME-1 deny", "R113 blocked"}, {"ACME-2 warn"}} {
		if got := codes(found[i]); !slices.Equal(got, want) {
			t.Errorf("case %d: got %v, want %v", i, got, want)
		}
	}
	if want := (plan.Decision{Code: "ACME-1", Rule: "no-visio", Level: plan.LevelDeny, Message: "VISIOCLIENT is not taken"}); found[1][0] != want {
		t.Errorf("got %+v, want %+v", found[1][0], want)
	}
	facts := calm()
	facts.Assignments, facts.AssignmentLimit = 3, 3
	whole, err := e.Plan(t.Context(), facts)
	if err != nil || !slices.Equal(codes(whole), []string{"FEW guard"}) || whole[0].Rule != "few" {
		t.Errorf("got %v, %v, want FEW alone", whole, err)
	}
	builtIn := engine(t)
	in := e.Input()
	if in.Rules != builtIn.Input().Rules+2 || !slices.Equal(in.Own, []string{"few", "no-visio"}) || in.SHA256 == builtIn.Input().SHA256 {
		t.Errorf("got %+v", in)
	}
	if got := e.Remedy("ACME-2"); got != "ask the drawing office" {
		t.Errorf("the remedy: got %q", got)
	}
	rules := e.Rules()
	last := rules[len(rules)-1]
	if last.Name != "no-visio" || !last.Own || last.Package != "reseat.rules.no_visio" || last.File != "policies/visio.rego" ||
		last.About != "change" || last.Code != "ACME-1" || last.Title != "Visio stays" || !last.Waivable || last.Level != plan.LevelDeny {
		t.Errorf("got %+v", last)
	}
	if few := rules[len(rules)-2]; few.Name != "few" || few.About != "plan" || few.Waivable || few.Level != plan.LevelGuard || few.Code != "FEW" {
		t.Errorf("got %+v", few)
	}
	for _, r := range rules[:len(rules)-2] {
		if r.Own || r.Package == "" || !strings.HasSuffix(r.File, ".rego") || r.About == "" || len(r.Sets) == 0 {
			t.Errorf("got %+v", r)
		}
	}
}

func TestSettings(t *testing.T) {
	c := quiet()
	c.Change.Product.PartNumber = "PROJECTPREMIUM"
	own := map[string]string{"policies/visio.rego": noVisio}
	for prefix, want := range map[string][]string{"PROJECT": {"ACME-1 deny"}, "VISIO": nil} {
		e := withOwn(t, own, map[string]map[string]any{"no-visio": {"prefix": prefix}})
		found, err := e.Changes(t.Context(), []plan.Case{c})
		if err != nil || !slices.Equal(codes(found[0]), want) {
			t.Errorf("%s: got %v, %v, want %v", prefix, found, err, want)
		}
		if e.Input().SHA256 == withOwn(t, own, nil).Input().SHA256 {
			t.Errorf("%s: the digest does not see settings", prefix)
		}
	}
	for name, want := range map[string]string{"no-visioo": "no such rule", "removal-limit": "no settings", "": "no such rule"} {
		_, err := policies.New(t.Context(), policies.Config{Own: own, Settings: map[string]map[string]any{name: {"a": 1}}})
		var fault *policies.SettingError
		if !errors.As(err, &fault) || fault.Rule != name || !strings.Contains(fault.Cause, want) {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}

// TestDefaults asks that every rule reads the defaults under what is set.
func TestDefaults(t *testing.T) {
	shows := `package reseat.plan.shows

warn contains {"code": "SHOWS", "message": sprintf("%v", [data.reseat.config])} if true
`
	tests := []struct {
		set  map[string]map[string]any
		want string
	}{
		{nil, `{"dependency": {"level": "warn"}, "recent-use": {"days": 30, "level": "warn"}, "shared-mailbox": {"level": "deny"}}`},
		{map[string]map[string]any{"recent-use": {"days": 7}, "shared-mailbox": {"level": "warn"}, "shows": {"list": []any{1, "a", true}}},
			`{"dependency": {"level": "warn"}, "recent-use": {"days": 7, "level": "warn"}, "shared-mailbox": {"level": "warn"}, "shows": {"list": [1, "a", true]}}`},
	}
	for _, tt := range tests {
		found, err := withOwn(t, map[string]string{"shows.rego": shows}, tt.set).Plan(t.Context(), calm())
		if err != nil || len(found) != 1 || found[0].Message != tt.want {
			t.Errorf("got %v, %v, want %s", found, err, tt.want)
		}
	}
}
