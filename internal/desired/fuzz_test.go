package desired_test

import (
	"bytes"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/reseat-cli/reseat/internal/desired"
)

// FuzzFolder: nothing in a folder, whatever its files are called, makes Read
// panic or hang; read twice it is the same, and so it is with people read apart.
//
// A folder is written as lines `> name` with the text of the file below.
func FuzzFolder(f *testing.F) {
	f.Add([]byte("> reseat.yaml\n" + settings + "> a/people.yaml\n" + header + "users:\n  a@b: [A]\n  b@b: [A]\n  c@b: [A]\n  d@b: [A]\n  e@b: [A]\n> b.yaml\n" + header + "users: {A@b: [B]}\nrules: []\n"))
	f.Add([]byte("> reseat.yaml\n" + settings + "> a.yml\n> other/reseat.yaml\n> people.lock\n> policies/x.rego\n> .git/a.yaml\n> d\u202e/a.yaml\n> A.YAML\n"))
	f.Add([]byte("> reseat.yaml\n" + settings + "> r1.yaml\n" + header + "rules: []\n> r2.yaml\n" + header + "rules: []\n> reseat.yaml/x.yaml\n"))
	f.Add([]byte("> reseat.yaml\n" + settings + "windows:\n  - {allow: \"0 6 * * *\", for: 12h, zone: UTC}\n  - {deny: \"1 2 3 4\", for: 9d}\npolicy:\n  recent-use: {days: 30, level: off}\n" +
		"  own: {a: [1, 1.5, \"x\", {b: ~}], c: 0x1}\nwaivers:\n  - {rule: R103, user: a@b, product: A, until: 2027-01-31, reason: x}\n  - {rule: x, match: {not: {holds: A}}, until: 2027-02-30, reason: x}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := fstest.MapFS{}
		name := ""
		for line := range bytes.Lines(data) {
			if to, ok := bytes.CutPrefix(line, []byte("> ")); ok {
				name = string(bytes.TrimSuffix(to, []byte{'\n'}))
				if !fs.ValidPath(name) || name == "." {
					name = "a.yaml"
				}
				m[name] = &fstest.MapFile{}
				continue
			}
			if m[name] != nil {
				m[name].Data = append(m[name].Data, line...)
			}
		}
		d, faults, err := desired.Read(m)
		if err != nil {
			return // as a folder in which a file is a folder too
		}
		if (d == nil) != (len(faults) > 0) {
			t.Fatalf("got %t and %d faults, want either", d != nil, len(faults))
		}
		_, again, _, _ := desired.ReadCut(m, 4)
		if a, b := lines(faults), lines(again); a != b {
			t.Fatalf("got\n%sthen\n%s", a, b)
		}
		for _, f := range faults {
			if f.Place.File == "" || f.Place.Line < 1 || f.Place.Column < 1 || f.Cause == "" || f.Remedy == "" {
				t.Errorf("got %+v, want place, cause and remedy", f)
			}
		}
	})
}
