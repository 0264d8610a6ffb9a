package policies_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// hostile is a rule about a change with a body of its own.
func hostile(body string) map[string]string {
	return map[string]string{"policies/evil.rego": "package reseat.rules.evil\n\n" + body + "\n"}
}

// finds is a set of one finding with conditions.
func finds(conditions string) string {
	return `deny contains {"code": "EVIL", "message": "m"} if {` + "\n" + conditions + "\n}"
}

// TestOwnRefused asks that a file that may not be is a fault with place, cause
// and remedy.
func TestOwnRefused(t *testing.T) {
	sound := `deny contains {"code": "EVIL", "message": "m"} if input.no`
	in := func(pkg string) map[string]string {
		return map[string]string{"policies/evil.rego": "package " + pkg + "\n\n" + sound + "\n"}
	}
	tests := []struct {
		name  string
		files map[string]string
		want  string // of the first fault, as it is said
	}{
		{"a second module in a built-in package", in("reseat.builtin.protected_role"), "evil.rego:1:1: the package reseat.builtin.protected_role is not one for rules of one's own: built-in rules cannot be changed"},
		{"the settings", in("reseat.config"), "evil.rego:1:1: the package reseat.config is not one for rules of one's own: settings stand in reseat.yaml"},
		{"below the settings", in("reseat.config.limits"), "settings stand in reseat.yaml"},
		{"the library", in("reseat.lib"), "it is reserved"},
		{"system", in("system.main"), "it is reserved"},
		{"the root", in("reseat"), "is not one for rules of one's own: name it package reseat.rules.NAME"},
		{"no name", in("reseat.rules"), "is not one for rules"},
		{"two names", in("reseat.rules.a.b"), "has no name for a rule"},
		{"a name of capitals", in("reseat.rules.Evil"), "has no name for a rule"},
		{"a name in quotes", in(`reseat.rules["e v"]`), "is not one for rules"},
		{"a long name", in("reseat.rules.e" + strings.Repeat("v", 32)), "has no name for a rule"},
		{"a code as a name", in("reseat.rules.r103"), "has no name for a rule"},
		{"a built-in rule's name", in("reseat.rules.protected_role"), "a built-in rule is called protected-role"},
		{"the gate's name", in("reseat.rules.engine"), "a built-in rule is called engine"},
		{"a test's package", in("reseat.rules.evil_test"), "is one for tests: name the file policies/evil_test.rego"},
		{"a test in the rule's package", map[string]string{"policies/evil_test.rego": "package reseat.rules.evil\n\n" + sound}, "a file of tests has the package reseat.rules.evil"},
		{"a test in a built-in package", map[string]string{"policies/evil_test.rego": "package reseat.builtin.data_loss_test\n\ntest_x if true"}, "a file of tests has the package"},
		{"one package in two files", map[string]string{"policies/evil.rego": in("reseat.rules.evil")["policies/evil.rego"], "policies/a.rego": in("reseat.rules.evil")["policies/evil.rego"]},
			"policies/evil.rego:1:1: the package reseat.rules.evil is in policies/a.rego too"},
		{"one name for two", map[string]string{"policies/evil.rego": in("reseat.rules.evil")["policies/evil.rego"],
			"policies/z.rego": "package reseat.plan.evil\n\nguard contains {\"code\": \"EVIL\", \"message\": \"m\"} if input.no\n"},
			"policies/z.rego:1:1: the rule evil is in policies/evil.rego too"},
		{"no rule", hostile("x := 1"), "the rule evil can find nothing: it has neither deny nor warn"},
		{"nothing", map[string]string{"policies/evil.rego": ""}, "the file is empty"},
		{"only a comment", map[string]string{"policies/evil.rego": "# nothing\n"}, "evil.rego:1:1:"},
		{"a guard in a rule about a change", hostile(strings.Replace(sound, "deny", "guard", 1)), "evil.rego:3:1: a rule about a change has no guard: say deny or warn"},
		{"blocked", hostile(strings.Replace(sound, "deny", "blocked", 1)), "a rule about a change has no blocked"},
		{"a denial in a rule about the plan", in("reseat.plan.evil"), "a rule about a plan has no deny: say guard or warn"},
		{"no set", hostile("deny := 5"), "evil.rego:3:1: deny is no set of findings"},
		{"a default", hostile("default deny := false"), "deny is no set of findings"},
		{"a function", hostile("deny(x) := x"), "deny is no set of findings"},
		{"an object", hostile(`deny[x] := y if { x := "R104"; y := "m" }`), "deny is no set of findings"},
		{"sets below", hostile(`deny.a contains {"code": "EVIL", "message": "m"} if input.no`), "deny is no set of findings"},
		{"not Rego", hostile("deny {"), "evil.rego:4:1: this is no Rego"},
		{"old Rego", hostile("deny[x] { x := 1 }"), "write `deny contains {"},
		{"the network", hostile(finds(`http.send({"method": "get", "url": "http://127.0.0.1"}).status_code == 200`)), "evil.rego:4:1: a rule has no function http.send: rules reach no network"},
		{"the environment", hostile(finds(`opa.runtime().env.HOME`)), "evil.rego:4:1: a rule has no function opa.runtime: rules see neither the environment"},
		{"the clock", hostile(finds(`time.now_ns() > 0`)), "a rule has no function time.now_ns: rules see no clock"},
		{"chance", hostile(finds(`rand.intn("x", 5) == 0`)), "a rule has no function rand.intn: rules know no chance"},
		{"much of little", hostile(finds(`count(numbers.range(1, 1000000000)) > 0`)), "a rule has no function numbers.range: a rule may call only"},
		{"the name behind", hostile(finds(`bounded_replace("a", "b", "c") == "a"`)), "a rule has no function bounded_replace"},
		{"a function of nobody", hostile(finds(`data.reseat.lib.name("a") == "a"`)), "a rule has no function data.reseat.lib.name"},
		{"a call that is replaced", hostile(finds(`count(input) == 1 with count as http.send`)), "evil.rego:4:"},
		{"text with code in it", hostile(finds(`$"{http.send({})}" == ""`)), "evil.rego:4:"},
		{"print", hostile(finds(`trace("x")`)), "a rule has no function trace"},
		{"unsafe", hostile(finds(`x > 1`)), "give it a value in the body"},
		{"a recursion", hostile("deny contains x if some x in deny"), "a rule may not ask itself"},
		{"not strict", hostile(sound + "\n\nx(y) := 1"), "evil.rego:5:"},
		{"too long", map[string]string{"policies/evil.rego": "package reseat.rules.evil\n#" + strings.Repeat("x", 1<<20)}, "a rule has at most 1048576"},
		{"deep", hostile("x := " + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000)), "evil.rego:3:"},
		{"deep calls", hostile(finds("x := " + strings.Repeat("abs(", 50_000) + "1" + strings.Repeat(")", 50_000))), "evil.rego:4:"},
		{"a value doubled", hostile(finds(doubling(`["x"]`, `[@, @]`, 40) + "\ncount(x40) == 1")), "a value is made of more than 10000 values"},
		{"a type doubled", hostile(finds(doubling(`["x"]`, `[@, @]`, 40) + "\nx40 == 1")), "a value is made of more than 10000 values"},
		{"a type doubled twice", hostile(tree(40) + strings.ReplaceAll(tree(40), "x", "y") + finds("x40 == y40\nx40 == 1")), "a value is made of more than 10000 values"},
		{"comprehensions compared", hostile(ten + finds("[1 | some _ in l] == [1 | some _ in l]")), "two comprehensions are compared"},
		{"an object added to", hostile("p[k] := k if some k in [1, 2]\n\n" + finds("p == p")), "a rule that adds to an object is not allowed"},
		{"a whole package", map[string]string{"policies/few.rego": few, "policies/evil.rego": "package reseat.rules.evil\n\n" + finds("data.reseat.plan == input")}, "a value is made of more than"},
		{"a value doubled by functions", hostile(functions(40)), "a value is made of more than 10000 values"},
		{"a value doubled by elements", hostile(finds(`x0 := ["x"]` + elements(40))), "a value is made of more than 10000 values"},
		{"a value doubled in pieces", hostile(finds(pieces(40))), "a value is made of more than 10000 values"},
		{"a replaced function", hostile(finds("f(1) == 1 with data.reseat.rules.evil.f as 3") + "\n\nf(x) := x"), "cannot be replaced"},
		{"a replaced built-in", hostile(finds("count([]) == 1 with count as 3")), "cannot be replaced"},
		{"a long sum", hostile(finds("x := 1" + strings.Repeat("+1", 200_000))), "evil.rego:4:"},
		{"a large number", hostile(finds("floor(1e999999999) > 0")), "evil.rego:4:"},
		{"a long number", hostile(finds("1" + strings.Repeat("0", 500) + " > 0")), "evil.rego:4:"},
		{"a control character in a name", in("reseat.rules[\"a\\u001b[2J\"]"), "is not one for rules"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := policies.New(t.Context(), policies.Config{Own: tt.files})
			var faults *plan.FaultsError
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want faults", err)
			}
			for _, f := range faults.Faults {
				if f.Place.File == "" || f.Place.Line == 0 || f.Place.Column == 0 || f.Cause == "" || strings.Contains(f.Error(), "rego_") || strings.ContainsAny(f.Error(), "\n\x1b") {
					t.Errorf("got %q, %+v, want a place and a cause on one line", f.Error(), f.Place)
				}
			}
			if said := faults.Faults[0].Error(); !strings.Contains(said, tt.want) {
				t.Errorf("got %q, want %q", said, tt.want)
			}
		})
	}
}

// TestOwnFaultsAllAtOnce asks that every fault of every file is told, in order.
func TestOwnFaultsAllAtOnce(t *testing.T) {
	files := map[string]string{
		"policies/c.rego": "package reseat.rules.c\n\ndeny {\n",
		"policies/b.rego": "package reseat.config\n",
		"policies/a.rego": "package reseat.rules.aa\n\n" + finds("http.send({}) == 1\nopa.runtime() == 1") + "\n",
	}
	_, err := policies.New(t.Context(), policies.Config{Own: files})
	var faults *plan.FaultsError
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want faults", err)
	}
	var places []string
	for _, f := range faults.Faults {
		places = append(places, fmt.Sprintf("%s:%d", f.Place.File, f.Place.Line))
	}
	if want := []string{"policies/a.rego:4", "policies/a.rego:5", "policies/b.rego:1", "policies/c.rego:4"}; !slices.Equal(places, want) {
		t.Errorf("got %v, want %v", places, want)
	}
	many := map[string]string{}
	for i := range 1001 {
		many[fmt.Sprintf("policies/r%04d.rego", i)] = "package reseat.config"
	}
	if _, err := policies.New(t.Context(), policies.Config{Own: many}); err == nil || !strings.Contains(err.Error(), "keep at most 1000") {
		t.Errorf("got %v, want too many files", err)
	}
}

// doubling is n lines, each with what makes twice as much of the line before.
func doubling(first, next string, n int) string {
	lines := []string{"x0 := " + first}
	for i := range n {
		lines = append(lines, fmt.Sprintf("x%d := ", i+1)+strings.ReplaceAll(next, "@", fmt.Sprintf("x%d", i)))
	}
	return strings.Join(lines, "\n")
}

// functions are n functions, each with what makes twice as much of what it is
// given and asks the next.
func functions(n int) string {
	lines := []string{finds("f0([1]) == 1")}
	for i := range n {
		lines = append(lines, fmt.Sprintf("f%d(x) := f%d([x, x])", i, i+1))
	}
	return strings.Join(append(lines, fmt.Sprintf("f%d(x) := x", n)), "\n\n")
}

// elements take what is twice as much out of a list.
func elements(n int) string {
	lines := []string{""}
	for i := range n {
		lines = append(lines, fmt.Sprintf("some x%d in [[x%d, x%d]]", i+1, i, i))
	}
	return strings.Join(append(lines, fmt.Sprintf("count(x%d) == 0", n)), "\n")
}

// pieces double in lists of one.
func pieces(n int) string {
	lines := []string{`[x0] := [["x"]]`}
	for i := range n {
		lines = append(lines, fmt.Sprintf("[x%d] := [[x%d, x%d]]", i+1, i, i))
	}
	return strings.Join(append(lines, fmt.Sprintf("count(x%d) == 0", n)), "\n")
}

// tree is n rules, each twice the one before: what they share, they share.
func tree(n int) string {
	lines := []string{`x0 := ["x"]`}
	for i := range n {
		lines = append(lines, fmt.Sprintf("x%d := [x%d, x%d]", i+1, i, i))
	}
	return strings.Join(lines, "\n\n") + "\n\n"
}

// loops are n rules, each twice the one before by what is run through.
func loops(n int) string {
	lines := []string{`x0 := [1]`}
	for i := range n {
		lines = append(lines, fmt.Sprintf("x%d := [x%d | some _ in [1, 2]]", i+1, i))
	}
	return strings.Join(lines, "\n\n") + "\n\n"
}

// ten are the numbers whose tuples a rule runs through.
const ten = "l := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"

const manyTuples = "some a in l\nsome b in l\nsome c in l\nsome d in l\nsome e in l\nsome f in l\nsome g in l\nsome h in l"

// TestOwnCut asks that a rule that fails, answers junk, or takes too much denies
// the change by its name, whatever else is found.
func TestOwnCut(t *testing.T) {
	says := func(finding string) string { return "deny contains " + finding }
	tests := []struct{ name, body, want string }{
		{"text", says(`"no"`), "answered with a deny that is no finding: not an object"},
		{"no message", says(`{"code": "EVIL"}`), "not an object of code and message"},
		{"a message of blanks", says(`{"code": "EVIL", "message": " "}`), "it has no message"},
		{"too long", says(`{"code": "EVIL", "message": "` + strings.Repeat("x", 501) + `"}`), "longer than 500"},
		{"an escape", says(`{"code": "EVIL", "message": "\u001b[2J"}`), "control characters"},
		{"a built-in code", says(`{"code": "R103", "message": "m"}`), "its code is one of the built-in rules"},
		{"a code to come", says(`{"code": "R999", "message": "m"}`), "its code is one of the built-in rules"},
		{"the gate's code", says(`{"code": "R000", "message": "m"}`), "its code is one of the built-in rules"},
		{"a small code", says(`{"code": "evil", "message": "m"}`), "its code is not 2 to 32 capitals"},
		{"a long code", says(`{"code": "` + strings.Repeat("E", 33) + `", "message": "m"}`), "its code is not 2 to 32 capitals"},
		{"a waiver of its own", says(`{"code": "EVIL", "message": "m", "waiver": "w"}`), "not an object of code and message"},
		{"junk to warn of", `warn contains 7`, "answered with a warn that is no finding"},
		{"many findings", ten + `deny contains {"code": "EVIL", "message": sprintf("%d %d %d", [a, b, c])} if { some a in l; some b in l; some c in l }`, "answered with 1000 findings, at most 100"},
		{"a division by 0", finds(`1 / count(input.facts.loses) > 1`), "divide by zero"},
		{"two values", "x := 1 if input.change\n\nx := 2 if input.facts\n\n" + finds("x == 3"), "failed"},
		{"a loop", ten + finds(manyTuples+"\na + b + c + d + e + f + g + h == 0"), "gave no answer within 400ms"},
		{"a list of tuples", ten + finds(`x := [[a, b, c, d, e, f, g, h, "and a text"] | `+strings.ReplaceAll(manyTuples, "\n", "; ")+"]\ncount(x) == 0"), "the rule "},
		{"a set of texts", ten + finds(`x := {sprintf("%d %s", [a + b * c * d * e * f * g * h, "`+strings.Repeat("x", 900)+`"]) | `+strings.ReplaceAll(manyTuples, "\n", "; ")+"}\ncount(x) == 0"), "the rule "},
		{"text doubled by concat", finds(doubling(`"xxxxxxxx"`, `concat("", [@, @])`, 40) + "\ncount(x40) == 0"), "concat: it would make a text of more than 65536 bytes"},
		{"text by a delimiter", finds(`t := sprintf("%1000d", [1])
concat(t, [t | some _ in split(t, "")]) == ""`), "concat: it"},
		{"text doubled by sprintf", finds(doubling(`"xxxxxxxx"`, `sprintf("%s%s", [@, @])`, 40) + "\ncount(x40) == 0"), "sprintf: it would make"},
		{"text by a width", finds(`count(sprintf("%999999999d", [1])) == 0`), "sprintf: a field may be at most 1000 wide"},
		{"text by a width from outside", finds(`count(sprintf("%*d", [999999999, 1])) == 0`), "sprintf: a width from the arguments"},
		{"text by a precision", finds(`count(sprintf("%.999999f", [1.5])) == 0`), "sprintf: a field may be at most 1000 wide"},
		{"text by an index", finds(`t := sprintf("%1000d", [1])
u := replace(t, " ", "%[1]s")
count(sprintf(replace(u, "%", "%"), [replace(t, " ", "xxxxxxxxxx")])) == 0`), "sprintf: it would make or take too much"},
		{"text of a tree", loops(40) + finds("sprintf(\"%v\", [x40]) == \"\""), "a value is made of more than 20000 values"},
		{"text by replace", finds(doubling(`"xxxxxxxx"`, `replace(@, "x", @)`, 40) + "\ncount(x40) == 0"), "replace: it"},
		{"text by nothing replaced", finds(doubling(`"xxxxxxxx"`, `replace(@, "", @)`, 40) + "\ncount(x40) == 0"), "replace: it"},
		{"text by regex.replace", finds(doubling(`"xxxxxxxx"`, `regex.replace(@, "x", "$0$0$0")`, 40) + "\ncount(x40) == 0"), "regex.replace: it"},
		{"a list doubled", finds(doubling(`[1]`, `array.concat(@, @)`, 40) + "\ncount(x40) == 0"), "array.concat: a value is made of more than 20000 values"},
		{"a number squared", finds(doubling(`9999999999`, `@ * @`, 40) + "\nx40 == 0"), "mul: it would make a number of more than 400 digits"},
		{"a large pattern", finds(`regex.match("((((x{1000}){1000}", "x")`), "the rule "},
		{"a costly pattern", finds(`t := replace(sprintf("%1000d", [1]), " ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
regex.match("(x?){1000}x{1000}", t)`), "regex.match: the pattern is too large for the text"},
		{"a long pattern", finds(`regex.match(sprintf("%1000d%1000d", [1, 1]), "x")`), "regex.match: a pattern may have at most 1000 bytes"},
		{"a tree sorted", loops(40) + finds("count(sort(x40)) == 0"), "a value is made of more than 20000 values"},
		{"trees compared", loops(28) + strings.ReplaceAll(loops(28), "x", "y") + finds("x28 == y28\ncount(input) == 0"), "a value is made of more than 20000 values"},
		{"the settings of others", finds(`count(data.reseat.builtin) > 0`), ""},
		{"another's library", finds(`data.reseat.lib`), ""},
		{"other settings", "deny contains {\"code\": \"EVIL\", \"message\": \"m\"} if {\nother == 7 with data.reseat.config as {\"recent-use\": {\"days\": 7}}\nother == 30\n}\n\nother := data.reseat.config[\"recent-use\"].days", "m"},
	}
	cases := suspects()
	want, err := engine(t).Changes(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := policies.Config{Own: hostile(tt.body), Timeout: time.Minute}
			if slices.Contains([]string{"gave no answer within 400ms", "the rule ", "the rule is out of action"}, tt.want) {
				c.Timeout = 400 * time.Millisecond // it goes on for ever, or nearly
			}
			e, err := policies.New(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			found, err := e.Changes(t.Context(), cases)
			if err != nil {
				t.Fatal(err)
			}
			for i, list := range found {
				mine, others := parted(list)
				if !reflect.DeepEqual(others, want[i]) {
					t.Errorf("case %d: the built-in rules found %v, without the rule %v", i, others, want[i])
				}
				if tt.want == "" {
					if len(mine) != 0 {
						t.Errorf("case %d: got %v, want nothing", i, mine)
					}
					continue
				}
				if len(mine) != 1 || mine[0].Code != "EVIL" || mine[0].Level != plan.LevelDeny || !strings.Contains(mine[0].Message, tt.want) {
					t.Errorf("case %d: got %v, want EVIL to deny with %q", i, mine, tt.want)
				}
				if len(mine) == 1 && strings.Contains(mine[0].Message, "bounded_") {
					t.Errorf("case %d: got %q, which names what nobody wrote", i, mine[0].Message)
				}
			}
		})
	}
}

// TestOwnMemory asks that a rule that eats memory is stopped for that, long before
// its time is over.
func TestOwnMemory(t *testing.T) {
	for name, body := range map[string]string{
		"texts": ten + finds(`t := sprintf("%1000d", [1])
x := [sprintf("%d%d%d%d%s", [a, b, c, d, t]) | some a in l; some b in l; some c in l; some d in l; some _ in l; some _ in l]
count(x) == 0`),
		"lists": ten + finds(`x := [[a, b, c, d, e, f, g, h, "and a text"] | `+strings.ReplaceAll(manyTuples, "\n", "; ")+"]\ncount(x) == 0"),
	} {
		t.Run(name, func(t *testing.T) {
			e, err := policies.New(t.Context(), policies.Config{Own: hostile(body), Timeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			found, err := e.Changes(t.Context(), []plan.Case{quiet()})
			if err != nil || len(found[0]) != 1 || found[0][0].Message != "the rule needs more than 256 MiB of memory for an answer" {
				t.Errorf("got %v, %v, want the rule cut for its memory", found, err)
			}
		})
	}
}

// suspects are two changes, one of them with something to find.
func suspects() []plan.Case {
	c := quiet()
	c.Facts.Source = "unknown"
	c.Facts.Loses = []string{}
	return []plan.Case{quiet(), c}
}

// parted are the findings of the rule evil, and all others.
func parted(found []plan.Decision) (mine, others []plan.Decision) {
	for _, d := range found {
		if d.Rule == "evil" {
			mine = append(mine, d)
		} else {
			others = append(others, d)
		}
	}
	return mine, others
}

// TestOwnOutOfAction asks that a rule which always takes too long is asked a few
// times only, that all changes are denied alike, and that its neighbours go on.
func TestOwnOutOfAction(t *testing.T) {
	files := hostile(ten + finds(manyTuples+"\na + b + c + d + e + f + g + h == 0"))
	files["policies/visio.rego"] = noVisio
	for _, parallel := range []int{1, 4} {
		e, err := policies.New(t.Context(), policies.Config{Own: files, Timeout: 400 * time.Millisecond, Parallel: parallel})
		if err != nil {
			t.Fatal(err)
		}
		cases := make([]plan.Case, 600)
		for i := range cases {
			cases[i] = quiet()
		}
		cases[599].Change.Product.PartNumber = "VISIOCLIENT"
		ctx, stop := context.WithTimeout(t.Context(), time.Minute) // each asked alone would take four times that
		found, err := e.Changes(ctx, cases)
		stop()
		if err != nil {
			t.Fatal(err)
		}
		for i, list := range found {
			want := []string{"EVIL deny"}
			if i == 599 {
				want = []string{"ACME-1 deny", "EVIL deny"}
			}
			mine, _ := parted(list)
			if !slices.Equal(codes(list), want) || mine[0] != found[0][0] || !strings.Contains(mine[0].Message, "out of action") {
				t.Fatalf("case %d: got %v, want %v, the same everywhere", i, list, want)
			}
		}
	}
}

// TestOwnSlowForSome asks that a rule that is stopped on one change still judges
// the others.
func TestOwnSlowForSome(t *testing.T) {
	body := ten + finds("input.change.product.skuPartNumber == \"SLOW\"\n"+manyTuples+"\na + b + c + d + e + f + g + h == 0")
	e, err := policies.New(t.Context(), policies.Config{Own: hostile(body), Timeout: 400 * time.Millisecond, Parallel: 3})
	if err != nil {
		t.Fatal(err)
	}
	cases := make([]plan.Case, 20)
	for i := range cases {
		cases[i] = quiet()
	}
	cases[7].Change.Product.PartNumber, cases[12].Change.Product.PartNumber = "SLOW", "SLOW"
	found, err := e.Changes(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	for i, list := range found {
		slow := i == 7 || i == 12
		if slow != (len(list) == 1) || slow && list[0].Message != "the rule gave no answer within 400ms" {
			t.Errorf("case %d: got %v", i, list)
		}
	}
}

// TestOwnPlanFails asks that a rule about the plan that fails is a guard.
func TestOwnPlanFails(t *testing.T) {
	for body, want := range map[string]string{
		"guard contains 1": "no finding", `warn contains {"code": "R201", "message": "m"}`: "its code is one of",
		ten + `guard contains {"code": "EVIL", "message": "m"} if {` + "\n" + manyTuples + "\na + b + c + d + e + f + g + h == 0\n}": "gave no answer within",
	} {
		e, err := policies.New(t.Context(), policies.Config{Timeout: 400 * time.Millisecond, Own: map[string]string{"p.rego": "package reseat.plan.evil\n\n" + body}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := e.Plan(t.Context(), calm())
		if err != nil || !slices.Equal(codes(found), []string{"EVIL guard"}) || !strings.Contains(found[0].Message, want) {
			t.Errorf("%s: got %v, %v, want a guard with %q", body, found, err, want)
		}
	}
}

// TestOwnCallerStops asks that the caller's end is an error and no finding, also
// while a rule of one's own is asked.
func TestOwnCallerStops(t *testing.T) {
	e, err := policies.New(t.Context(), policies.Config{Timeout: time.Hour, Own: hostile(ten + finds(manyTuples+"\na + b + c + d + e + f + g + h == 0"))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if found, err := e.Changes(ctx, []plan.Case{quiet(), quiet()}); !errors.Is(err, context.DeadlineExceeded) || found != nil {
		t.Errorf("got %v, %v, want only %v", found, err, context.DeadlineExceeded)
	}
}
