package render_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// hostile are names and messages as an enemy would choose them.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b[H", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "\x1bc", "\x1b[1A\x1b[2K",
		"\x9b31m", "\u009b31m", "\u0085next", "\x1b[?1049h", "\x1bP+q\x1b\\", "\x00", "a\x00b", "\a\a\a", "back\b\b\b\bspace", "\x7f",
		"two\nlines", "\n- amelia.hart  SPE_E3  direct", "\r\nnext: rm -rf /", "\roverwritten", "tab\tbed", "\v\f", "form\u2028feed\u2029", "\n\n\nGUARDS   ok",
		"\u202egnp.exe", "\u202dabc\u202c", "\u2066isolate\u2069", "\u2067\u2068\u2069", "\u200emark\u200f", "\u061cletter", "a\u202e",
		"zero\u200bwidth", "no\u200cjoin\u200der", "\ufeffbom", "\u2060word", "soft\u00adhyphen", "\u034fgrapheme", "\u180emongol", "tag\U000e0041\U000e007f", "\u115f\u1160\u3164\uffa0", "\u2800", "vs\ufe0f\ufe0e\U000e0100",
		"::error file=a.go::broken", "  ::error::indented", "x ::add-mask::y", "x\n::stop-commands::z", ":::", "::", ":", "name:", "##vso[task.complete result=Succeeded;]", "##[error]no", "# ##vso[x]", "###[section]", "##VSO[task]", "##",
		"</details>", "<script>alert(1)</script>", "|pipe|`tick`|", "@everyone", "=1+1", "'; drop table users; --", "%s%d%n", "\\x1b[0m", "${HOME}", "$(id)",
		"👩‍👩‍👧‍👦 family", "🇸🇪🇳🇴", "👍🏽 skin", "❤️", "日本語の名前がここにある長い名前", "ｆｕｌｌｗｉｄｔｈ", "　", "한국어", "مرحبا", "שלום", "ไทยกำ", "नमस्ते क्षि",
		"e\u0301", "\u0301start", " \u0301", "Z" + strings.Repeat("\u0337\u0322", 200), strings.Repeat("\u20dd", 40), "\U0001f3fbtone",
		"\xff\xfe", "cut\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80",
		"", " ", "          ", "ok                         direct   drift", strings.Repeat("x", 10_240), strings.Repeat("word ", 2_048), strings.Repeat("\u202e", 10_240), strings.Repeat("日", 3_000), strings.Repeat("::", 600), strings.Repeat("@", 50),
		"\u00a0nbsp\u2003em\u1680ogham", "\ue000private\U000f0000", "\uffff\ufffe", "\u0600\u06dd", "\ufdfd", "a@b@c", "@", "@contoso.com", "\u0d4eprepend",
	}
}

// sgr are the colours that we write ourselves.
var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// commands are what a CI log would obey.
var commands = regexp.MustCompile(`(?im)^\s*::|##\[|##vso\[|##[a-z]+\[`)

// harmless fails if a text would do something to a terminal or a CI log.
func harmless(t interface {
	Helper()
	Errorf(string, ...any)
}, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("got text that is not UTF-8")
	}
	for i, r := range text {
		if r == '\n' || r == ' ' || r == '\u3000' {
			continue
		}
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			t.Errorf("got %U at %d: %q", r, i, text[max(0, i-30):min(len(text), i+30)])
			return
		}
	}
	if m := commands.FindString(text); m != "" {
		t.Errorf("got a command for a CI log: %q", m)
	}
}

// enums are the string types that are not from strangers in a sound document.
func enum(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[plan.Action](), reflect.TypeFor[plan.Verdict](), reflect.TypeFor[plan.Level](), reflect.TypeFor[plan.Cause](),
		reflect.TypeFor[plan.StatementKind](), reflect.TypeFor[plan.PlanVerdict](), reflect.TypeFor[plan.Mode](), reflect.TypeFor[plan.Because](),
		reflect.TypeFor[plan.When](), reflect.TypeFor[plan.ReadStatus](), reflect.TypeFor[plan.SourceState](), reflect.TypeFor[plan.Class](), reflect.TypeFor[plan.Status](),
		reflect.TypeFor[plan.UserID](), reflect.TypeFor[plan.SKU](), reflect.TypeFor[plan.GroupID](), reflect.TypeFor[plan.Cloud]():
		return true
	}
	return false
}

// poison writes s into every string of a document; all says also those that a
// sound document takes from a list.
func poison(v reflect.Value, s string, all bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), s, all)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				poison(v.Field(i), s, all)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), s, all)
		}
	case reflect.String:
		if all || !enum(v.Type()) {
			v.SetString(s)
		}
	}
}

// leftmost are the words with which a line may begin that is not indented.
var leftmost = regexp.MustCompile(`^(reseat (plan|apply|show)(   |$)|PLAN  |GUARDED  |NOTHING TO APPLY  |DONE|NOT DONE|STOPPED  |[-!+~x#?=] |BY WHOM$|OF WHAT$|(COPIES )?TAKEN  |GIVEN  |ADJUSTED  |ALREADY  |CUT OFF  |AT WORK  |STILL TO DO  |  PERSON|MISSING  |INHERITED  |NOT |not now: |WAIVED  |SEATS  |CHANGED OUTSIDE  |NOTES$|GUARDS   |RULES    |READ     |BY STATEMENT  |BEFORE YOU APPROVE$|valid until |id |next: |of plan |undo: |resume: |FAILED  |SKIPPED  |UNKNOWN  |DATA  |plan\.json$|plan\.json  |IN SYNC  |UNCLEAR  | |$)`)

// copied are the commands to copy: they are never broken.
var copied = regexp.MustCompile(`(?m)^(next|undo|resume): .*$`)

// rows counts lines that begin with a mark.
func rows(text string) int {
	return len(regexp.MustCompile(`(?m)^[-!+~x#] `).FindAllString(text, -1))
}

func TestHostileNames(t *testing.T) {
	if n := len(hostile()); n < 60 {
		t.Fatalf("got %d hostile names, want at least 60", n)
	}
	for _, s := range hostile() {
		for _, o := range []render.Options{{Width: 47}, {Width: 80}, {Width: 100, ASCII: true}} {
			if len(s) > 1000 && o.Width == 47 {
				continue
			}
			o.File, o.Next = "plan.json", "reseat apply plan.json"
			hostileNames(t, s, o)
			if o.Width == 80 {
				hostileEverywhere(t, s, o)
			}
		}
	}
}

// hostileNames puts s where a sound document has text of strangers: no row may
// come or go, and nothing else may be changed by it.
func hostileNames(t *testing.T, s string, o render.Options) {
	t.Helper()
	p, r := rich(), ran()
	poison(reflect.ValueOf(p), s, false)
	poison(reflect.ValueOf(r), s, false)
	got := planText(t, p, o)
	tame(t, got, o.Width)
	if o.Width == 47 {
		tame(t, reportText(t, r, p, o), o.Width)
	}
	if r := rows(got); r != len(p.Changes) {
		t.Errorf("%q: got %d rows, want %d:\n%s", short(s), r, len(p.Changes), got)
	}
	if o.ASCII && strings.IndexFunc(got, func(r rune) bool { return r > '~' }) >= 0 {
		t.Errorf("%q: got more than ASCII", short(s))
	}
	if len(s) <= 400 && o.Width == 80 && got != planText(t, cleaned(s), o) {
		t.Errorf("%q: the cleaned name reads otherwise", short(s))
	}
	if o.Width != 80 {
		return
	}
	o.Color = true
	if color := planText(t, p, o); sgr.ReplaceAllString(color, "") != got {
		t.Errorf("%q: colour changed the text", short(s))
	}
}

// hostileEverywhere puts s into every string, as a document would hold it that nobody checked.
func hostileEverywhere(t *testing.T, s string, o render.Options) {
	t.Helper()
	p, r := rich(), ran()
	poison(reflect.ValueOf(p), s, true)
	poison(reflect.ValueOf(r), s, true)
	o.Details = true
	tame(t, planText(t, p, o), o.Width)
	tame(t, reportText(t, r, p, o), o.Width)
	var b strings.Builder
	if err := render.Runs(&b, []render.Run{{Name: s, Plan: s, State: s, Lock: s}}, o); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
}

func cleaned(s string) *plan.Plan {
	p := rich()
	poison(reflect.ValueOf(p), render.Clean(s), false)
	return p
}

func tame(t *testing.T, text string, width int) {
	t.Helper()
	harmless(t, text)
	bounded(t, copied.ReplaceAllString(text, ""), min(width, 100))
	for _, l := range strings.Split(text, "\n") {
		if !leftmost.MatchString(l) {
			t.Errorf("a line begins with a stranger's text: %q", l)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

func short(s string) string { return s[:min(len(s), 40)] }

func TestClean(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"amelia.hart@contoso.com", "amelia.hart@contoso.com"},
		{"Eli Novák, 佐藤　花", "Eli Novák, 佐藤　花"},
		{"a\nb", `a\nb`},
		{"\x1b[31m", `\x1b[31m`},
		{"\u202egnp", `\u202egnp`},
		{"a\u00a0b", `a\u00a0b`},
		{"\U000e0041", `\U000e0041`},
		{"::error::x", `:\x3aerror:\x3ax`},
		{"##vso[x]", `#\x23vso[x]`},
		{"who:", `who\x3a`},
		{"a: b", "a: b"},
		{"e\u0301", "e\u0301"},
		{"\u0301e", `\u0301e`},
		{"\xff", `\xff`},
		{"", ""},
	} {
		if got := render.Clean(test.give); got != test.want {
			t.Errorf("Clean(%q): got %q, want %q", test.give, got, test.want)
		}
	}
}

func TestCleanAlwaysHolds(t *testing.T) {
	nasty := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile()),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.StringOf(rapid.SampledFrom([]rune("::##[vso \u202e\u0301\u200d\n\x1bae\u3000日👍"))))
	rapid.Check(t, func(t *rapid.T) {
		s := nasty.Draw(t, "s") + nasty.Draw(t, "and")
		got := render.Clean(s)
		harmless(t, "  "+got)
		if again := render.Clean(got); again != got {
			t.Errorf("Clean of %q: got %q, want %q", got, again, got)
		}
	})
}

// FuzzPlan puts any text into every string of a plan.
func FuzzPlan(f *testing.F) {
	for i, s := range hostile() {
		if i%5 == 0 { // TestHostileNames has them all
			f.Add(s, 40+i, i%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, s string, width int, all bool) {
		p, r := rich(), ran()
		poison(reflect.ValueOf(p), s, all)
		poison(reflect.ValueOf(r), s, all)
		o := render.Options{Width: width, File: "plan.json"}
		bound := min(max(width, 40), 100)
		if width <= 0 {
			bound = 100
		}
		tame(t, planText(t, p, o), bound)
		tame(t, reportText(t, r, p, o), bound)
	})
}

// TestCleanIsCalledOnce holds what makes names harmless by structure: text of
// strangers becomes printable in one place.
func TestCleanIsCalledOnce(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			if fun.Name == "Clean" {
				calls++
			}
			if fun.Name == "safe" {
				fields(call.Args[0], func(of, field string) {
					t.Errorf("%s: %s.%s becomes safe without being cleaned", f.Name(), of, field)
				})
			}
			return true
		})
	}
	if calls != 1 {
		t.Errorf("got %d calls of Clean, want 1", calls)
	}
}

// fields reports every exported name that is used in x and is of no package or
// number: a field of a document.
func fields(x ast.Expr, report func(of, field string)) {
	known := map[string]bool{"strings": true, "strconv": true, "fmt": true, "ansi": true, "time": true, "t": true, "b": true, "ones": true, "tenth": true}
	ast.Inspect(x, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && ast.IsExported(s.Sel.Name) {
			if _, ok := s.X.(*ast.CallExpr); ok {
				return true
			}
			if of, ok := s.X.(*ast.Ident); !ok || !known[of.Name] {
				report(fmt.Sprint(s.X), s.Sel.Name)
			}
		}
		return true
	})
}
