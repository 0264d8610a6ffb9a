package desired_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
)

// TestFormatted has the rules of the canonical form one by one; what stands
// below is a file's beginning, and stays.
func TestFormatted(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{"indentation, line ends, spaces", "users:\r\n      a@b.c:   [X]  \r\n", "users:\n  a@b.c: [X]\n"},
		{"a mark, and no last line break", "\uFEFFusers:\n  a@b.c: [X]", "users:\n  a@b.c: [X]\n"},
		{"blank lines", "\n\nusers:\n\n\n  a@b.c: [X]\n\n\n  b@b.c: [X]\n\n\n", "users:\n  a@b.c: [X]\n\n  b@b.c: [X]\n"},
		{"quotes that nobody needs", "keep:\n  - {name: 'a b', who: [\"a@b.c\"], products: [\"X\"]}\n", "keep:\n  - {name: a b, who: [a@b.c], products: [X]}\n"},
		{"quotes that somebody needs", "rules:\n  - match: {country: ['NO', \"007\", '2027-01-01', 'a: b', '*x*', 'true', '', '1e3', 'a,b', '12:30', ' a']}\n    add: [X]\n",
			"rules:\n  - match: {country: [\"NO\", \"007\", \"2027-01-01\", \"a: b\", \"*x*\", \"true\", \"\", \"1e3\", \"a,b\", \"12:30\", \" a\"]}\n    add: [X]\n"},
		{"no quotes stay none", "rules:\n  - match: {country: [NO, 007, 2027-01-01, true, a:b]}\n    add: [X]\n", "rules:\n  - match: {country: [NO, 007, 2027-01-01, true, a:b]}\n    add: [X]\n"},
		{"quotes within", "keep:\n  - name: 'say \"x\" it''s'\n    who: [a@b.c]\n    products: all\n    reason: \"tab\\tand \\u202e\"\n",
			"keep:\n  - name: say \"x\" it's\n    who: [a@b.c]\n    products: all\n    reason: \"tab\\tand \\u202e\"\n"},
		{"keys of statements", "remove:\n- reason: r\n  # what\n  products: all\n  dataLoss: skip\n\n  who: [everyone]\n  name: n\n",
			"remove:\n  - name: n\n\n    who: [everyone]\n    # what\n    products: all\n    dataLoss: skip\n    reason: r\n"},
		{"keys of the document", "users: {}\nkind: Licenses\n# head\napiVersion: reseat/v1\n", "# head\napiVersion: reseat/v1\nkind: Licenses\nusers: {}\n"},
		{"what stands on top", "# of the file\n\n# more of it\n\n\n# about the kind\nkind: Licenses\napiVersion: reseat/v1\n---\n\n# of this one\n\nkind: Licenses\napiVersion: reseat/v1\n",
			"# of the file\n\n# more of it\n\napiVersion: reseat/v1\n\n# about the kind\nkind: Licenses\n---\n# of this one\n\napiVersion: reseat/v1\n\nkind: Licenses\n"},
		{"keys of entries and products", "users:\n  a@b.c: {note: n, remove: [X], add: [{disabledPlans: [P], sku: Y}]}\nproducts:\n  X: {replace: [{except: [b@b.c], who: [a@b.c], with: Y}], via: any, add: [a@b.c]}\n",
			"users:\n  a@b.c: {add: [{sku: Y, disabledPlans: [P]}], remove: [X], note: n}\nproducts:\n  X: {add: [a@b.c], via: any, replace: [{with: Y, who: [a@b.c], except: [b@b.c]}]}\n"},
		{"the order of others", "users:\n  b@b.c: [Y, X]\n  a@b.c: []\nrules:\n  - {match: {jobTitle: b, department: a}, add: [X]}\n",
			"users:\n  b@b.c: [Y, X]\n  a@b.c: []\nrules:\n  - {match: {jobTitle: b, department: a}, add: [X]}\n"},
		{"a short list", "users:\n  a@b.c:\n    - X\n    - Y\n", "users:\n  a@b.c: [X, Y]\n"},
		{"a long list", "users:\n  a@b.c: [" + strings.Repeat("LONG_PRODUCT, ", 7) + "X]\n", "users:\n  a@b.c:\n" + strings.Repeat("    - LONG_PRODUCT\n", 7) + "    - X\n"},
		{"a list with a comment in it", "users:\n  a@b.c: [X,\n    # why\n    Y, # because\n    Z]\n", "users:\n  a@b.c:\n    - X\n    # why\n    - Y  # because\n    - Z\n"},
		{"a list with selectors", "products:\n  X:\n    holders:\n      - department: [A]\n      - a@b.c\n  Y: {holders: [{department: [A]}, a@b.c]}\n",
			"products:\n  X:\n    holders:\n      - department: [A]\n      - a@b.c\n  Y: {holders: [{department: [A]}, a@b.c]}\n"},
		{"comments", "# top\n\nusers: # who\n  # above\n  a@b.c: [X] # behind\n  b.long@b.c: [X] # behind too\n  # below\n# last\n",
			"# top\n\nusers:  # who\n  # above\n  a@b.c: [X]       # behind\n  b.long@b.c: [X]  # behind too\n  # below\n# last\n"},
		{"a comment of what follows", "remove:\n  - {name: a, who: [a@b.c], products: all}\n  # - {name: b}\n\n# all\nrules: []\n", "remove:\n  - {name: a, who: [a@b.c], products: all}\n  # - {name: b}\n\n# all\nrules: []\n"},
		{"a comment at the dash", "keep:\n  - # why\n    name: a\n    who: [a@b.c]\n    products: all\n", "keep:\n  # why\n  - name: a\n    who: [a@b.c]\n    products: all\n"},
		{"no comments", "users:\n  a#b@b.c: [\"X # y\", 'a''# b', \"\\\"# c\"]\n", "users:\n  a#b@b.c: [\"X # y\", a'# b, '\"# c']\n"},
		{"no comment behind a quote", "users:\n  a@b.c: ['a'' # b', \"\\\" # c\"]\n", "users:\n  a@b.c: [\"a' # b\", '\" # c']\n"},
		{"a comment below a list", "keep:\n  - name: a\n    who: [a@b.c]\n    products: all\n   # odd\n    # of a\nrules: []\n", "keep:\n  - name: a\n    who: [a@b.c]\n    products: all\n  # odd\n  # of a\nrules: []\n"},
		{"text on lines of its own", "keep:\n- name: n\n  reason: | # why\n     two\n       lines # no comment\n\n  # a comment\n  who: [a@b.c]\n  products: all\n",
			"keep:\n  - name: n\n\n    # a comment\n    who: [a@b.c]\n    products: all\n    reason: |  # why\n      two\n        lines # no comment\n"},
		{"folded text", "users:\n  a@b.c: {licenses: [X], note: two\n    lines}\n  b@b.c:\n    licenses: []\n    note: >-\n         a\n\n         b\n", "users:\n  a@b.c: {licenses: [X], note: two lines}\n  b@b.c:\n    licenses: []\n    note: >-\n      a\n\n      b\n"},
		{"documents", "---\n# a\nkind: Licenses\n---   # b\n\nkind: Licenses\n...\n---\n# c\nrules: []\n---\n", "# a\nkind: Licenses\n---\n# b\n\nkind: Licenses\n---\n# c\nrules: []\n"},
		{"a blank line between documents", "kind: Licenses\n\n\n---\nkind: Licenses\n\n# end\n\n---\n\nkind: Licenses\n", "kind: Licenses\n\n---\nkind: Licenses\n\n# end\n\n---\nkind: Licenses\n"},
		{"keys that say so", "? kind\n: Licenses\n? users\n:\n  ? a@b.c\n  : [X]\n", "kind: Licenses\nusers:\n  a@b.c: [X]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := desired.Formatted([]byte(test.before))
			if err != nil || string(got) != test.after {
				t.Fatalf("got %v\n%s\nwant\n%s", err, got, test.after)
			}
			again, err := desired.Formatted(got)
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("again: got %v\n%s", err, again)
			}
		})
	}
}

// TestFormatFolders: all folders here and the examples keep their meaning, and
// what is in canonical form stays.
func TestFormatFolders(t *testing.T) {
	var folders []string
	for _, root := range []string{filepath.Join("testdata", "full"), filepath.Join("..", "..", "examples")} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "reseat.yaml" && !strings.Contains(p, "fabrikam") { // that one is no folder
				folders = append(folders, filepath.Dir(p))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(folders) < 2 {
		t.Fatalf("got %d folders", len(folders))
	}
	for _, dir := range folders {
		forms, err := desired.Format(os.DirFS(dir), nil)
		if err != nil || len(forms) == 0 {
			t.Fatalf("%s: got %v and %d files", dir, err, len(forms))
		}
		for _, f := range forms {
			if f.Err != nil || len(f.Faults) > 0 {
				t.Errorf("%s/%s: got %v and %d faults", dir, f.Path, f.Err, len(f.Faults))
			}
			if f.Changed() && strings.Contains(dir, "examples") {
				t.Errorf("%s/%s is not in canonical form: `reseat fmt` it", dir, f.Path)
			}
			again, err := desired.Formatted(f.After)
			if f.Path != "people.lock" && (err != nil || !bytes.Equal(again, f.After)) {
				t.Errorf("%s/%s: again: got %v", dir, f.Path, err)
			}
		}
	}
}

// TestFormatFaults: a file that does not read says so; the others are formatted.
func TestFormatFaults(t *testing.T) {
	m := folder(map[string]string{
		"a.yaml":      header + "users:\n    a@b.c:   [X]\n",
		"bad.yaml":    header + "users:\n    b@b.c:   [X]\n    nobody: [X]\n",
		"worse.yaml":  header + "users: [\n",
		"people.lock": "22222222-2222-4222-8222-222222222222  b@b.c\n# of a\n11111111-1111-4111-8111-111111111111 a@b.c\n",
	})
	forms, err := desired.Format(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range forms {
		got[f.Path] = fmt.Sprintf("%t %d %v", f.Changed(), len(f.Faults), f.Err)
		if f.Path == "people.lock" && string(f.After) != "# of a\n11111111-1111-4111-8111-111111111111 a@b.c\n22222222-2222-4222-8222-222222222222 b@b.c\n" {
			t.Errorf("got people.lock\n%s", f.After)
		}
	}
	want := map[string]string{"a.yaml": "true 0 <nil>", "bad.yaml": "false 1 <nil>", "worse.yaml": "false 1 <nil>", "people.lock": "true 0 <nil>", "reseat.yaml": "false 0 <nil>"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if forms, err = desired.Format(m, []string{"a.yaml"}); err != nil || len(forms) != 1 {
		t.Errorf("got %v and %d files, want the one that was named", err, len(forms))
	}
	if _, err = desired.Format(m, []string{"b.yaml"}); err == nil {
		t.Error("got no error for a file that is not there")
	}
}

// TestFormatLock has people.lock's rules one by one.
func TestFormatLock(t *testing.T) {
	const a, b = "11111111-1111-4111-8111-11111111111A", "22222222-2222-4222-8222-222222222222"
	for _, test := range []struct{ before, after string }{
		{b + " b@c.d\r\n" + a + "\tA@c.d\n", strings.ToLower(a) + " A@c.d\n" + b + " b@c.d\n"},
		{"# all\n\n# of b\n" + b + " b@c.d\n\n" + a + " a@c.d\n# end", "# all\n\n" + strings.ToLower(a) + " a@c.d\n# of b\n" + b + " b@c.d\n# end\n"},
		{string(desired.EncodeLock(nil)) + b + " b@c.d\n", string(desired.EncodeLock(nil)) + b + " b@c.d\n"},
	} {
		m := folder(map[string]string{"people.lock": test.before})
		forms, err := desired.Format(m, []string{"people.lock"})
		if err != nil || len(forms) != 1 || string(forms[0].After) != test.after {
			t.Fatalf("got %v\n%s\nwant\n%s", err, forms[0].After, test.after)
		}
		m["people.lock"] = &fstest.MapFile{Data: []byte(test.after)}
		if forms, _ = desired.Format(m, []string{"people.lock"}); forms[0].Changed() {
			t.Errorf("again: got\n%s\nwant\n%s", forms[0].After, test.after)
		}
	}
	forms, _ := desired.Format(folder(map[string]string{"people.lock": a + " a@c.d\n" + b + " A@c.d\nx\n"}), []string{"people.lock"})
	if len(forms[0].Faults) != 2 || forms[0].After != nil {
		t.Errorf("got %v, want a name that stands twice and a line that is none", forms[0].Faults)
	}
}

// A mess writes YAML as badly as is allowed.
type mess struct {
	t *rapid.T
	b strings.Builder
	n int
}

func (m *mess) pick(n int) int { return rapid.IntRange(0, n-1).Draw(m.t, "pick") }

func (m *mess) word() string {
	m.n++
	word := fmt.Sprintf("w%d", m.n)
	return rapid.SampledFrom([]string{word, word, `"` + word + `"`, `'` + word + ` # x'`, word + " y", word + "#z", `"a, ` + word + `"`, `"` + word + `: "`, word + ":x", "NO", "007", `"*` + word + `"`, `'it''s'`, `"\t\""`}).Draw(m.t, "word")
}

// comments writes lines with nothing or a comment on them.
func (m *mess) comments(indent int) {
	for range m.pick(3) {
		switch m.pick(4) {
		case 0:
			m.b.WriteString("\n")
		case 1:
			m.n++
			fmt.Fprintf(&m.b, "%s# c%d\n", strings.Repeat(" ", m.pick(indent+3)), m.n)
		}
	}
}

func (m *mess) end() {
	if m.pick(5) == 0 {
		m.n++
		fmt.Fprintf(&m.b, "%s# e%d", strings.Repeat(" ", 1+m.pick(4)), m.n)
	}
	m.b.WriteString("\n")
}

// flow writes a value within brackets, on one line or on several.
func (m *mess) flow(depth, indent int) string {
	if depth == 0 || m.pick(2) == 0 {
		return m.word()
	}
	gap := func() string {
		switch m.pick(8) {
		case 0:
			return "\n" + strings.Repeat(" ", indent+1+m.pick(3))
		case 1:
			m.n++
			return fmt.Sprintf(" # f%d\n%s", m.n, strings.Repeat(" ", indent+1+m.pick(3)))
		}
		return " "
	}
	var b strings.Builder
	list := m.pick(2) == 0
	b.WriteString(map[bool]string{true: "[", false: "{"}[list])
	n := m.pick(4)
	for i := range n {
		b.WriteString(gap())
		if !list {
			m.n++
			fmt.Fprintf(&b, "k%d: ", m.n)
		}
		b.WriteString(m.flow(depth-1, indent))
		if i < n-1 || m.pick(4) == 0 {
			b.WriteString(",")
		}
	}
	b.WriteString(gap())
	b.WriteString(map[bool]string{true: "]", false: "}"}[list])
	return b.String()
}

// block writes the entries of a mapping or list on lines of their own.
func (m *mess) block(depth, indent int) {
	list := depth < 4 && m.pick(2) == 0
	for range 1 + m.pick(3) {
		m.comments(indent)
		m.b.WriteString(strings.Repeat(" ", indent))
		if list {
			m.b.WriteString("-")
		} else {
			m.n++
			fmt.Fprintf(&m.b, "%s:", rapid.SampledFrom([]string{"users", "keep", "rules", "name", "who", "reason", "licenses", "add", "kind"}).Draw(m.t, "key")+fmt.Sprint(m.n%3*m.n))
		}
		m.value(depth, indent)
	}
}

func (m *mess) value(depth, indent int) {
	switch kind := m.pick(8); {
	case kind < 3 && depth > 0:
		m.end()
		m.block(depth-1, indent+1+m.pick(4))
	case kind == 3:
		more := strings.Repeat(" ", indent+1+m.pick(4))
		m.n++
		fmt.Fprintf(&m.b, " %s", rapid.SampledFrom([]string{"|", ">", "|-", ">-", "|+", ">+"}).Draw(m.t, "sign"))
		m.end()
		fmt.Fprintf(&m.b, "%stext%d\n\n%s  # more\n%sand\n", more, m.n, more, more)
	default:
		m.b.WriteString(" " + m.flow(3, indent))
		m.end()
	}
}

// TestFormatMess: whatever is written, its form says the same, with the same
// comments, and is its own form.
func TestFormatMess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &mess{t: t}
		m.comments(0)
		for i := range 1 + m.pick(2) {
			if i > 0 {
				m.b.WriteString("---")
				m.end()
			}
			m.block(4, 0)
			m.comments(0)
		}
		text := m.b.String()
		if !desired.Parses([]byte(text)) {
			t.Skip("a key twice, or no YAML")
		}
		got, err := desired.Formatted([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		again, err := desired.Formatted(got)
		if err != nil || !bytes.Equal(got, again) {
			t.Fatalf("%v\nof\n%s\ngot\n%s\nagain\n%s", err, text, got, again)
		}
		for line := range strings.Lines(string(got)) {
			if l := strings.TrimSuffix(line, "\n"); strings.TrimRight(l, " ") != l && !strings.Contains(text, l) {
				t.Fatalf("a line ends in a space\n%s", got)
			}
		}
	})
}

// TestFormatWritten: folders that are read without a fault keep their meaning
// by the reader's own word.
func TestFormatWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t}
		w.document()
		m := folder(map[string]string{"a.yaml": strings.Join(w.lines, "\n") + "\n"})
		forms, err := desired.Format(m, []string{"a.yaml"})
		if err != nil || forms[0].Err != nil {
			t.Fatalf("%s\ngot %v and %+v", strings.Join(w.lines, "\n"), err, forms)
		}
		if len(forms[0].Faults) > 0 {
			t.Skip("two words that are one")
		}
		m["a.yaml"] = &fstest.MapFile{Data: forms[0].After}
		if forms, err = desired.Format(m, []string{"a.yaml"}); err != nil || forms[0].Changed() {
			t.Fatalf("again: got %v\n%s", err, forms[0].After)
		}
	})
}

// FuzzFormat: no bytes make the formatter panic; whatever reads without a fault
// has a form that says the same, and that is its own form.
func FuzzFormat(f *testing.F) {
	for _, name := range []string{"testdata/full/teams/a.yaml", "testdata/full/reseat.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(header + "users:\n  a@b.c: [X, # c\n    Y]\n# e\nkeep:\n- reason: |2-\n     g\n  who: [b@b.c]\n  # d\n  products: all\n"))
	f.Add([]byte(header + "rules: # a\n- # b\n  match: {not: {city: ['x # y', \"\\\"\"]}} # c\n  add:\n  - X # d\n  # e\n---\n" + header + "remove: []\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = desired.Formatted(data)
		m := folder(map[string]string{"a.yaml": string(data)})
		forms, err := desired.Format(m, []string{"a.yaml"})
		if err != nil || len(forms[0].Faults) > 0 {
			return
		}
		if forms[0].Err != nil {
			t.Fatalf("of %q\ngot %v", data, forms[0].Err)
		}
		m["a.yaml"] = &fstest.MapFile{Data: forms[0].After}
		again, err := desired.Format(m, []string{"a.yaml"})
		if err != nil || again[0].Changed() {
			t.Fatalf("of %q\ngot %q\nagain %q, %v", data, forms[0].After, again[0].After, err)
		}
	})
}
