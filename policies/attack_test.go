package policies_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// stand is the file that the attacks write in the place of.
const stand = "r104_protected_user.rego"

// rule returns a file that passes for R104 with another body.
func rule(body string) map[string]string {
	return map[string]string{stand: head("R104", "deny") + "package reseat.builtin.protected_user\n\n" + body + "\n"}
}

func head(code, level string) string {
	return fmt.Sprintf("# METADATA\n# title: t\n# description: d\n# custom:\n#   code: %s\n#   level: %s\n#   remedy: r\n", code, level)
}

// TestForbidden asks that a rule that calls what it may not is not compiled.
func TestForbidden(t *testing.T) {
	calls := []string{
		`http.send({"method": "get", "url": "http://127.0.0.1"})`, `opa.runtime()`, `time.now_ns()`, `rand.intn("x", 5)`,
		`trace("x")`, `net.lookup_ip_addr("localhost")`, `net.cidr_expand("10.0.0.0/8")`, `numbers.range(1, 1000000000)`,
		`uuid.rfc4122("x")`, `rego.parse_module("x", "package x")`, `json.match_schema({}, {"$ref": "http://127.0.0.1"})`,
		`walk(input)`, `io.jwt.decode("x")`, `crypto.sha256("x")`, `providers.aws.sign_req({}, {}, 0)`, `graphql.parse_schema("x")`,
		`strings.render_template("x", {})`, `regex.globs_match("a", "b")`,
	}
	for _, call := range calls {
		name, _, _ := strings.Cut(call, "(")
		t.Run(name, func(t *testing.T) {
			_, err := policies.NewWith(t.Context(), policies.Config{}, rule("deny contains x if x := "+call))
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want an error that names %s", err, name)
			}
		})
	}
}

// TestRefused asks that there is no engine of other rules than the manifest's.
func TestRefused(t *testing.T) {
	finding := `deny contains {"code": "R104", "message": "m"} if input.no`
	body := "package reseat.builtin.protected_user\n\n" + finding + "\n"
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no rule file", map[string]string{stand: ""}, "R104 protected-user: there is no package"},
		{"no library", map[string]string{"lib.rego": ""}, "reseat.lib"},
		{"not Rego", map[string]string{stand: "deny {"}, "parse rule " + stand},
		{"only a comment", map[string]string{stand: "# nothing\n"}, "parse rule " + stand},
		{"one rule more", map[string]string{"x.rego": "package reseat.builtin.x\n\n" + finding}, "reseat.builtin.x is not in the manifest"},
		{"a package above", map[string]string{"x.rego": "package reseat.builtin\n\nx := 1"}, "reseat.builtin is not in the manifest"},
		{"a package elsewhere", map[string]string{"x.rego": "package system.main\n\nx := 1"}, "is not in the manifest"},
		{"a second file of a rule", map[string]string{"x.rego": body}, "is in another file too"},
		{"a second file of the library", map[string]string{"x.rego": "package reseat.lib\n\nx := 1"}, "is in another file too"},
		{"a set missing", rule(`denied contains {"code": "R104", "message": "m"} if input.no`), "it has the sets []"},
		{"a set more", rule(finding + "\n\nwarn contains 1 if input.no"), "it has the sets [deny warn]"},
		{"no METADATA", map[string]string{stand: body}, "no METADATA"},
		{"another code", map[string]string{stand: head("R103", "deny") + body}, `code "R103"`},
		{"another level", map[string]string{stand: head("R104", "warn") + body}, `level "warn"`},
		{"no remedy", map[string]string{stand: strings.Replace(head("R104", "deny"), "#   remedy: r\n", "", 1) + body}, "lacks title"},
		{"no title", map[string]string{stand: strings.Replace(head("R104", "deny"), "# title: t\n", "", 1) + body}, "lacks title"},
		{"not strict", rule(finding + "\n\nx(y) := 1"), "unused"},
		{"a recursion", rule("deny contains x if some x in deny"), "recursive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := policies.NewWith(t.Context(), policies.Config{}, tt.files)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	t.Run("no rules at all", func(t *testing.T) {
		if _, err := policies.NewOfNothing(t.Context()); err == nil || !strings.Contains(err.Error(), "empty") {
			t.Errorf("got %v, want an error", err)
		}
	})
	for _, c := range []policies.Config{{Timeout: -1}, {Parallel: -1}} {
		if _, err := policies.New(t.Context(), c); err == nil {
			t.Errorf("%+v: got no error", c)
		}
	}
}

// TestJunk asks that an answer that is no finding denies the change by the code
// of the rule that gave it, and silences no other rule.
func TestJunk(t *testing.T) {
	says := func(message string) string {
		return fmt.Sprintf(`deny contains {"code": "R104", "message": %s}`, message)
	}
	tests := map[string]struct{ body, want string }{
		"text":             {`deny contains "forbidden"`, "is no finding: not an object"},
		"a list":           {`deny contains ["R104", "m"]`, "is no finding: not an object"},
		"true":             {`deny contains true`, "is no finding: not an object"},
		"null":             {`deny contains null`, "is no finding: not an object"},
		"no message":       {`deny contains {"code": "R104"}`, "is no finding: not an object"},
		"no code":          {`deny contains {"msg": "m", "message": "m"}`, "its code is not the rule's own"},
		"one field more":   {`deny contains {"code": "R104", "message": "m", "level": "warn"}`, "is no finding: not an object"},
		"another code":     {`deny contains {"code": "R103", "message": "m"}`, "its code is not the rule's own"},
		"a code in lower":  {`deny contains {"code": "r104", "message": "m"}`, "its code is not the rule's own"},
		"a number as code": {`deny contains {"code": 104, "message": "m"}`, "its code is not the rule's own"},
		"another message":  {`deny contains {"code": "R104", "msg": "m"}`, "it has no message"},
		"a number":         {says("5"), "it has no message"},
		"empty":            {says(`""`), "it has no message"},
		"blank":            {says(`"  "`), "it has no message"},
		"too long":         {says(`"` + strings.Repeat("å", policies.Longest+1) + `"`), "longer than 500"},
		"a new line":       {says(`"a\nb"`), "control characters"},
		"an escape":        {says(`"a\u001b[2Jb"`), "control characters"},
		"a bidi mark":      {says(`"a\u202Eb"`), "control characters"},
		"a C1 control":     {says(`"a\u009bb"`), "control characters"},
		"no set":           {`deny := 5`, "answered with a deny that is no set"},
		"a list for a set": {`deny := [{"code": "R104", "message": "m"}]`, "answered with a deny that is no set"},
		"an object":        {`deny[x] := y if { x := "R104"; y := "m" }`, "answered with a deny that is no set"},
		"a function":       {`deny(x) := x`, ""},
		"no answer":        {`deny := {1} if input.no`, "gave no answer"},
		"a division by 0":  {`deny contains {"code": "R104", "message": "m"} if 1 / count(input.facts.loses) > 1`, "divide by zero"},
		"a bad pattern":    {`deny contains {"code": "R104", "message": "m"} if regex.match(input.change.reason.file, "x")`, "failed"},
		"two answers":      {"x := 1 if input.change\n\nx := 2 if input.facts\n\ndeny contains {\"code\": \"R104\", \"message\": \"m\"} if x == 3", "failed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, err := policies.NewWith(t.Context(), policies.Config{}, rule(tt.body))
			if tt.want == "" {
				if err == nil {
					t.Error("got an engine, want it refused")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c := quiet()
			c.Change.Reason.File = "a(b"
			c.Facts.Source = "unknown"
			found, err := e.Changes(t.Context(), []plan.Case{c})
			if err != nil {
				t.Fatal(err)
			}
			if got := codes(found[0]); !slices.Equal(got, []string{"R104 deny", "R113 blocked"}) {
				t.Fatalf("got %v, want R104 to deny and R113 to be heard", found[0])
			}
			if d := found[0][0]; !strings.HasPrefix(d.Message, "the rule ") || !strings.Contains(d.Message, tt.want) || d.Rule != "protected-user" {
				t.Errorf("got %+v, want a message with %q", d, tt.want)
			}
		})
	}
}

// TestJunkBesideFindings asks that what was rightly found still counts.
func TestJunkBesideFindings(t *testing.T) {
	e, err := policies.NewWith(t.Context(), policies.Config{}, rule(`deny contains 1

deny contains {"code": "R104", "message": "`+strings.Repeat("å", policies.Longest)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	found, err := e.Changes(t.Context(), []plan.Case{quiet()})
	if err != nil || !slices.Equal(codes(found[0]), []string{"R104 deny", "R104 deny"}) {
		t.Errorf("got %v, %v, want two findings that deny", found, err)
	}
}

// TestGuardFails asks that a rule on the plan that fails is a guard.
func TestGuardFails(t *testing.T) {
	e, err := policies.NewWith(t.Context(), policies.Config{}, map[string]string{
		"r201_removal_limit.rego": head("R201", "guard") + `package reseat.builtin.removal_limit

guard contains {"code": "R201", "message": "m"} if 1 / input.removals.recent > 1
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := e.Plan(t.Context(), calm())
	if err != nil || !slices.Equal(codes(found), []string{"R201 guard"}) || !strings.Contains(found[0].Message, "divide by zero") {
		t.Errorf("got %v, %v, want R201 as a guard", found, err)
	}
}

// endless is a rule that would run for longer than any test.
func endless() map[string]string {
	return rule(`l := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]

deny contains {"code": "R104", "message": "m"} if {
	some a in l
	some b in l
	some c in l
	some d in l
	some e in l
	some f in l
	some g in l
	some h in l
	a + b + c + d + e + f + g + h == 0
}`)
}

func TestTimeLimit(t *testing.T) {
	e, err := policies.NewWith(t.Context(), policies.Config{Timeout: 400 * time.Millisecond}, endless())
	if err != nil {
		t.Fatal(err)
	}
	found, err := e.Changes(t.Context(), []plan.Case{quiet()})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Decision{Code: "R104", Rule: "protected-user", Level: plan.LevelDeny, Message: "the rule gave no answer within 400ms", Failed: true}
	if !slices.Contains(found[0], want) {
		t.Errorf("got %v, want %v", found[0], want)
	}
}

// TestCallerStops asks that the caller's end is an error and no finding.
func TestCallerStops(t *testing.T) {
	e, err := policies.NewWith(t.Context(), policies.Config{Timeout: time.Hour}, endless())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	found, err := e.Changes(ctx, []plan.Case{quiet(), quiet(), quiet()})
	if !errors.Is(err, context.DeadlineExceeded) || found != nil {
		t.Errorf("got %v, %v, want only %v", found, err, context.DeadlineExceeded)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, err := engine(t).Changes(ctx, []plan.Case{quiet()}); !errors.Is(err, context.Canceled) || found != nil {
		t.Errorf("changes: got %v, %v, want only %v", found, err, context.Canceled)
	}
	if found, err := engine(t).Plan(ctx, calm()); !errors.Is(err, context.Canceled) || found != nil {
		t.Errorf("plan: got %v, %v, want only %v", found, err, context.Canceled)
	}
}

// TestEngineFails asks that a failure for which no rule can be named denies all
// the same, and that what the rules found alone is kept.
func TestEngineFails(t *testing.T) {
	e, err := engine(t).Lame(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := quiet()
	c.Facts.Source = "unknown"
	found, err := e.Changes(t.Context(), []plan.Case{c})
	if err != nil || !slices.Equal(codes(found[0]), []string{"R000 deny", "R113 blocked"}) {
		t.Errorf("got %v, %v, want R000 to deny and R113", found, err)
	}
	facts := calm()
	facts.Statements = 0
	whole, err := e.Plan(t.Context(), facts)
	if err != nil || !slices.Equal(codes(whole), []string{"R000 guard", "R204 guard"}) {
		t.Errorf("got %v, %v, want R000 to guard and R204", whole, err)
	}
}

// codes are code and level of each finding, in their order.
func codes(found []plan.Decision) []string {
	var all []string
	for _, d := range found {
		all = append(all, d.Code+" "+string(d.Level))
	}
	return all
}
