package policies_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	made "github.com/invopop/jsonschema"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// updateSchema writes the schema anew:
//
//	go test ./policies -run '^TestSchemaIsNew$' -schema.update
var updateSchema = flag.Bool("schema.update", false, "write policies/input.schema.json anew")

// described are fields whose names say it all to who reads the code.
func described() map[string]string {
	return map[string]string{
		"ActorFact.Kind": "person, application, or unknown", "ActorFact.Name": "the identity's name", "ActorFact.Permissions": "the permissions in its token",
		"ActorFact.PermissionsKnown": "whether the permissions are known", "ActorFact.RolesKnown": "whether the roles are known",
		"ActorRole.Assigns": "whether the role may change licences", "ActorRole.ID": "the role's id", "ActorRole.Name": "the role's name", "ActorRole.Unit": "whether it is over an administrative unit only",
		"Case.Change": "the change that is judged", "Case.Facts": "what is known about the person, the product and the change",
		"CaseChange.Action": "what is to be done: unassign, assign or adjust", "CaseChange.Held": "how the person holds the product now", "CaseChange.ID": "the person's id, a slash, and the product's",
		"CaseChange.Product": "the product", "CaseChange.Reason": "the statement that decided", "CaseChange.User": "the person",
		"Dependent.Product": "the product that the person keeps",
		"Held.Direct":       "whether there is a direct assignment", "HeldGroup.ID": "the group's id", "HeldGroup.State": "the state of the assignment, as Graph says it",
		"HeldRole.BuiltIn": "whether it is on the built-in list of protected roles", "HeldRole.Added": "whether protect.roles adds it", "HeldRole.Excepted": "whether protect.roles excepts it",
		"HeldRole.Name": "the role's name", "HoldFact.Listed": "whether the file lists the person; null is unknown",
		"MissingReplacement.Because": "why it cannot be given", "MissingReplacement.Product": "the product that is wanted and missing",
		"PlanFacts.Actor": "the acting identity", "PlanFacts.AssignmentLimit": "how many assigns limits.assignments allows", "PlanFacts.Small": "limits.small: up to so many removals the percentages are not looked at",
		"ProductFacts.Limit": "how many removals the raise allows", "ProductFacts.Product": "the product", "ProductFacts.Recent": "seats that were taken of it in the last 24 hours", "ProductFacts.Removals": "executable removals by which a seat of it is lost",
		"ProductRef.Name": "the friendly name, or the part number", "ProductRef.PartNumber": "the part number, as SPE_E3", "ProductRef.SKU": "the product's id",
		"Protection.Listed": "whether protect.users names the person", "ReadFacts.CountAfter": "how many users there were after the reading, -1 if that was not asked",
		"Reason.File": "the file it stands in", "Reason.Kind": "its section: keep, remove, users, products, rules, via, replace or manage", "Reason.Line": "the line it stands in", "Reason.Overrides": "statements that spoke as well and were overruled", "Reason.Statement": "the statement's name",
		"SignInFact.Known": "whether the last sign-in is known", "Statement.File": "the file it stands in", "Statement.Kind": "its section", "Statement.Line": "the line it stands in", "Statement.Statement": "the statement's name",
		"UndoneFact.At": "when that run began", "UndoneFact.Run": "the run, or empty",
		"UnheldProduct.Consumed": "how many units Graph counts as used", "UnheldProduct.Product": "the product",
		"Unresolved.Name": "the name that is nobody's", "Unresolved.File": "the file it stands in", "Unresolved.Line": "the line it stands in",
		"UserRef.AccountEnabled": "whether the account can sign in; null is unknown", "UserRef.DisplayName": "the display name", "UserRef.ID": "the object id", "UserRef.UserPrincipalName": "the userPrincipalName",
	}
}

// schemaNow makes the schema of the Go types and their comments.
func schemaNow(t *testing.T) []byte {
	t.Helper()
	words := described()
	r := &made.Reflector{Anonymous: true, Mapper: mapped, LookupComment: func(typ reflect.Type, field string) string {
		return words[typ.Name()+"."+field]
	}}
	if err := r.AddGoComments("github.com/reseat-cli/reseat/policies", "../plan"); err != nil {
		t.Fatal(err)
	}
	for key, text := range r.CommentMap {
		r.CommentMap[key] = strings.Join(strings.Fields(text), " ")
	}
	whole := &made.Schema{
		Version: made.Version, Title: "What rules see",
		Description: "input of a rule is one of two: of package reseat.rules.NAME a change (Case), of package reseat.plan.NAME the plan (PlanFacts). data.reseat.config is Config. Nothing else is known to a rule.",
		OneOf:       []*made.Schema{{Ref: "#/$defs/Case"}, {Ref: "#/$defs/PlanFacts"}},
		Definitions: made.Definitions{"Config": config()},
	}
	for _, v := range []any{plan.Case{}, plan.PlanFacts{}} {
		s := r.Reflect(v)
		maps.Copy(whole.Definitions, s.Definitions)
	}
	for name, d := range whole.Definitions {
		d.Title = cmp.Or(d.Title, name)
		d.Description = strings.Join(strings.Fields(d.Description), " ")
	}
	b, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// mapped are the types that JSON has otherwise than their Go kind says.
func mapped(typ reflect.Type) *made.Schema {
	words := func(all ...any) *made.Schema { return &made.Schema{Type: "string", Enum: all} }
	switch typ {
	case reflect.TypeFor[plan.Truth]():
		return &made.Schema{AnyOf: []*made.Schema{{Type: "boolean"}, {Type: "null"}}}
	case reflect.TypeFor[plan.Action]():
		return words(plan.Unassign, plan.Assign, plan.Adjust)
	}
	return nil
}

// config is data.reseat.config: what is set of each rule, over its defaults.
func config() *made.Schema {
	s := &made.Schema{Type: "object", Title: "Config", Description: "data.reseat.config: by the name of a rule what policy in reseat.yaml says of it, over the defaults. What rules of one's own are told is theirs to say."}
	s.Properties = made.NewProperties()
	rule := func(name, text string, levels []any, days bool) {
		x := &made.Schema{Type: "object", Description: text, Properties: made.NewProperties()}
		x.Properties.Set("level", &made.Schema{Type: "string", Enum: levels, Description: "how much a finding counts"})
		if days {
			x.Properties.Set("days", &made.Schema{Type: "integer", Minimum: "1", Maximum: "3650", Description: "how many days back a sign-in is recent"})
		}
		s.Properties.Set(name, x)
	}
	rule("dependency", "settings of R110", []any{"off", "warn", "deny"}, false)
	rule("recent-use", "settings of R108", []any{"off", "warn", "deny"}, true)
	rule("shared-mailbox", "settings of R109", []any{"warn", "deny"}, false)
	s.AdditionalProperties = &made.Schema{Type: "object"}
	return s
}

// TestSchemaIsNew: the schema is that of the Go types as they are.
func TestSchemaIsNew(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the comments are found by paths with slashes")
	}
	want := schemaNow(t)
	if *updateSchema {
		if err := os.WriteFile("input.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(policies.InputSchema(), want) {
		t.Error("input.schema.json is old: go test ./policies -run '^TestSchemaIsNew$' -schema.update writes it anew")
	}
}

// TestSchemaSaysAll: every object is closed, and every field is described, in
// words that stand alone.
func TestSchemaSaysAll(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Title, Description   string
			Properties           map[string]struct{ Description string }
			AdditionalProperties any
		} `json:"$defs"`
	}
	if err := json.Unmarshal(policies.InputSchema(), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Defs) < 20 {
		t.Fatalf("got %d definitions, want those of both inputs", len(s.Defs))
	}
	inner := regexp.MustCompile(`\bstyle\.md\b|\bdesign\.md\b|\bissue\b`)
	for _, name := range slices.Sorted(maps.Keys(s.Defs)) {
		d := s.Defs[name]
		if d.Title == "" || d.Description == "" || name != "Config" && d.AdditionalProperties != false {
			t.Errorf("%s: got title %q, description %q, additionalProperties %v", name, d.Title, d.Description, d.AdditionalProperties)
		}
		for _, field := range slices.Sorted(maps.Keys(d.Properties)) {
			if text := d.Properties[field].Description; text == "" || inner.MatchString(text) {
				t.Errorf("%s.%s: got description %q", name, field, text)
			}
		}
	}
}

// compiledSchema is the schema as another library reads it.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(policies.InputSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:input.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:input.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaHolds: whatever rules see is what the schema says, no field more or
// less.
func TestSchemaHolds(t *testing.T) {
	s := compiledSchema(t)
	check := func(rt *rapid.T, v ast.Value) {
		data, err := ast.JSON(v)
		if err != nil {
			rt.Fatal(err)
		}
		if err := s.Validate(data); err != nil {
			rt.Fatalf("%v\n%s", err, v)
		}
		doc := data.(map[string]any)
		doc["unheardOf"] = true
		if s.Validate(doc) == nil {
			rt.Fatal("a field that is not in the schema passed")
		}
		delete(doc, "unheardOf")
		for _, key := range slices.Sorted(maps.Keys(doc)) {
			was := doc[key]
			delete(doc, key)
			if s.Validate(doc) == nil {
				rt.Fatalf("an input without %s passed", key)
			}
			doc[key] = was
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		var c plan.Case
		fill(rt, reflect.ValueOf(&c).Elem())
		c.Change.Action = rapid.SampledFrom([]plan.Action{plan.Unassign, plan.Assign, plan.Adjust}).Draw(rt, "action")
		check(rt, policies.CaseValue(&c))
		var f plan.PlanFacts
		fill(rt, reflect.ValueOf(&f).Elem())
		check(rt, policies.PlanValue(&f))
	})
	whole := policies.CaseValue(&plan.Case{Change: plan.CaseChange{Action: plan.Assign}})
	data, err := ast.JSON(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(data); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}
