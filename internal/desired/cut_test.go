package desired_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
)

// sameCut reads a folder whole and with runs of people apart; what is read and
// what is reported must be the same. It returns how many runs there were, and
// whether the folder has faults.
func sameCut(t interface{ Fatalf(string, ...any) }, files map[string]string) (cuts int, faulty bool) {
	m := folder(files)
	whole, wholeFaults, n, err := desired.ReadCut(m, desired.Whole)
	if err != nil || n != 0 {
		t.Fatalf("whole: got %v and %d runs", err, n)
	}
	got, faults, cuts, err := desired.ReadCut(m, 4)
	if err != nil {
		t.Fatalf("cut: got %v", err)
	}
	if len(faults) == desired.MaxFaults && len(wholeFaults) == desired.MaxFaults {
		return cuts, true
	}
	if a, b := lines(faults), lines(wholeFaults); a != b {
		t.Fatalf("%q\ncut (%d runs):\n%swhole:\n%s", files, cuts, a, b)
	}
	a, err := json.Marshal(got)
	if err != nil {
		t.Fatalf("%v", err)
	}
	b, err := json.Marshal(whole)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if string(a) != string(b) {
		t.Fatalf("%q\ncut (%d runs):\n%s\nwhole:\n%s", files, cuts, a, b)
	}
	return cuts, len(faults) > 0
}

// pieces are lines of which a section `users` may be made: such as can be read
// apart, such as cannot, and such as make what looks like an entry something else.
func pieces() []string {
	return []string{
		"  NAME: [A, B]", "  NAME: [A, B]", "  NAME: [A, B]", "  NAME: [A, B]", "  NAME: [A, B]", "  NAME: [A, B]",
		"  NAME: []", "  NAME: {add: [A], remove: [B]}", "  NAME: {licenses: [{sku: A, disabledPlans: [P, Q]}], note: CHG 1}",
		"  \"NAME\": [A]", "  'NAME': ['A b', \"C: # [d\"]", "  NAME: [A] # why", "  NAME:\n    - A\n    - {sku: B, disabledPlans: []}",
		"  NAME:\n  - A\n  - B", "  NAME: # why\n    - A # b", "  NAME:\r\n    - A\r", "  NAME: [A]\r",
		"  NAME:\n    add: [A]\n    note: so it is", "  NAME:\n    licenses:\n      - A\n      - {sku: B}\n    note: x # y", "  NAME:\n    licenses:\n    - A\n    note: x",
		"", "   ", "# comment", "    # comment", "  # *x",
		// with faults
		"  NAME: [A, a]", "  NAME: {add: [A], remove: [a]}", "  NAME: {ad: [A]}", "  NAME: [all]", "  NAME: {}", "  NAME: {note: x}", "  NAME: {add: []}",
		"  NAME: [{sku: A, sku: B}]", "  NAME: {add: [A], add: [B]}", "  NAME: [[[[[[A]]]]]]", "  nobody: [A]", "  2b81a2cf-3a28-4bd4-9a8c-a4b2ab4ae10b: [A]", "  a@: [A]", "  x: {}", "  NAME: [A, '']",
		"  a@contoso.com: [A]", "  A@contoso.com: [B]", "  a@contoso.com: {ad: [A]}", "  nobody: {ad: [A]}", "  \" a@contoso.com\": [A]", "  e\u0301@contoso.com: [A]", "  \u00e9@contoso.com: [A]",
		// not for themselves
		"   NAME: [A]", "    NAME: [A]", " NAME: [A]", "NAME: [A]", "  NAME: [A,", "  B]", "  NAME: [A] B", "  NAME: &a [A]", "  NAME: *a", "  NAME: ! [A]", "  NAME: !!seq [A]", "  NAME: [!  A]",
		"  NAME: [a: b]", "  NAME: [A B,  C]", "  NAME: {add : [A]}", "  NAME: [A,, B]", "  NAME: [A, ]", "  NAME: A", "  NAME:", "    more", "    - C", "    note: x", "    add:", "      - D", "  NAME:\n    add: [A]\n    add: [B]", "  NAME:\n    - A\n    note: x", "  NAME:\n    add: A\n     b", "  NAME:\n  add: [A]", "  NAME:\n    note: a\n      b", "  NAME:\n    note: 'a\n      b'", "  - C", "\t", "  \tNAME: [A]", "  NAME:\t[A]",
		"  NAME: \"A", "  NAME: 'A", "  note\": [A]", "  x': [A]", "  NAME: |", "  NAME: >-", "  NAME: {add: [\"A", "  B\"]}", "  ? NAME", "  : [A]", "  ? [NAME]\n  : [A]", "  <<: {a: [A]}", "  NAME: [A, <<]", "  \"NAME\" : [A]",
		"users:", "users: # more", "users: {NAME: [A]}", "keep: []", "rules: []", "---", "...", "--- |", "products:", "kind: Licenses", "apiVersion: reseat/v1", "apiVersion: reseat/v1\nkind: Licenses\nusers:", "note: \"x", "\"", "'", "x: [", "]", "}",
		"%TAG ! b", "*a", "&a b: c", "!", "- a", "? a", "{a: b}",
	}
}

// drawUsers is a file of such lines.
func drawUsers(t *rapid.T, pieces []string) string {
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{header, header, header, header, "", header + "rules: []\n", "apiVersion: reseat/v1\nkind: Tenant\n", "kind: Licenses\n", "apiVersion: reseat/v1\nkind: Nothing\n", "---\n" + header, header + "rules: []\n", header + "note: \"x\n"}).Draw(t, "head"))
	b.WriteString(rapid.SampledFrom([]string{"users:\n", "users:\n", "users:\n", "users: # all\n", "users: &x\n", "? users\n:\n", "users: \"\n", "users: |\n", ""}).Draw(t, "users"))
	regular := rapid.SampledFrom([]int{1, 8, 20, 40}).Draw(t, "regular")
	names := 0
	for range rapid.IntRange(4, 40).Draw(t, "lines") {
		line := pieces[0]
		if rapid.IntRange(0, regular).Draw(t, "odd") == 0 {
			line = rapid.SampledFrom(pieces).Draw(t, "line")
		}
		names++
		b.WriteString(strings.ReplaceAll(line, "NAME", fmt.Sprintf("p%d@contoso.com", names)) + "\n")
	}
	return b.String()
}

// TestCut: reading people apart from the rest changes nothing.
func TestCut(t *testing.T) {
	pieces := pieces()
	cut, apart, fine := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{"b.yaml": drawUsers(t, pieces)}
		if rapid.IntRange(0, 4).Draw(t, "files") == 0 {
			files["a.yaml"] = drawUsers(t, pieces)
		}
		n, faulty := sameCut(t, files)
		if apart++; n > 0 {
			cut++
		}
		if !faulty {
			fine++
		}
	})
	t.Logf("%d of %d were cut, %d without a fault", cut, apart, fine)
	if cut == 0 || fine == 0 && apart >= 1000 { // a hundred draws may all have a fault
		t.Errorf("%d of %d were cut and %d without a fault: the draws show little", cut, apart, fine)
	}
}

// TestRewind: what a reading that was not sure had gathered is forgotten, also
// what stands in another document of the file.
func TestRewind(t *testing.T) {
	people := header + "users:\n" + strings.Repeat("  a@b: [A]\n", 9)
	for name, text := range map[string]string{
		"settings": settings + "facts: {hr: {file: hr.csv, key: id}}\n---\n" + people + "  x: [A\n  y: [A]\n" + strings.Repeat("  a@b: [A]\n", 9),
		"people":   settings + "---\n" + header + "users: {a@b: [A], c@b: [A]}\n---\n" + people + "  x: \"[\n  y: [A]\n" + strings.Repeat("  a@b: [A]\n", 9),
		"rules":    settings + "---\n" + header + "rules: [{match: {city: a}, add: [A]}]\nnote: \"\nusers:\n" + strings.Repeat("  a@b: [A]\n", 9) + "\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, faulty := sameCut(t, map[string]string{"reseat.yaml": text}); !faulty {
				t.Error("got no fault, want some")
			}
		})
	}
}

// FuzzCut: reading people apart from the rest changes nothing.
func FuzzCut(f *testing.F) {
	for _, p := range pieces() {
		f.Add([]byte(header + "users:\n" + strings.Repeat("  a@contoso.com: [A]\n", 5) + strings.ReplaceAll(p, "NAME", "b@contoso.com") + "\n" + strings.Repeat("  c@contoso.com: [A, {sku: B}]\n", 5)))
		f.Add([]byte(strings.ReplaceAll(p, "NAME", "b@contoso.com") + "\nusers:\n  a@b: []\n  b@b: []\n  c@b: []\n  d@b: []\n  e@b: []\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sameCut(t, map[string]string{"a.yaml": string(data)})
	})
}
