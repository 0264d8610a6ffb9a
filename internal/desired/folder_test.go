package desired_test

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

func TestDefaults(t *testing.T) {
	got := read(t, nil).Settings
	want := plan.Settings{
		Name:     "contoso",
		Tenant:   plan.TenantRef{ID: "contoso.onmicrosoft.com", Cloud: plan.Global, Place: plan.Place{File: "reseat.yaml", Line: 4, Column: 9}},
		Auth:     plan.Auth{Plan: plan.Identity{Method: plan.AuthDefault}, Apply: plan.Identity{Method: plan.AuthDefault}},
		Manage:   plan.Manage{Inherited: plan.InheritedReport, Duplicates: plan.DuplicatesKeep},
		Limits:   plan.Limits{Removals: 25, RemovalPercent: 5, ProductPercent: 20, Small: 3, Assignments: 25, Uncounted: []plan.Name{{Text: "FLOW_FREE"}}},
		ValidFor: 24 * time.Hour,
		Place:    plan.Place{File: "reseat.yaml", Line: 1, Column: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestNothingIsZeroByChance(t *testing.T) {
	d := read(t, map[string]string{
		"reseat.yaml": settings + "limits: {removals: 0, uncounted: []}\nmanage: {products: []}\n",
		"a.yaml":      header + "rules: []\n",
	})
	l := d.Settings.Limits
	if l.Removals != 0 || !l.RemovalsGiven || len(l.Uncounted) != 0 {
		t.Errorf("got limits %+v, want 0 removals, given, and nothing uncounted", l)
	}
	if m := d.Settings.Manage; !m.Given || m.All {
		t.Errorf("got manage %+v, want given and not all", m)
	}
	if !d.RulesGiven || len(d.Rules) != 0 {
		t.Errorf("got rules given %t and %d rules, want given and none", d.RulesGiven, len(d.Rules))
	}
	if read(t, map[string]string{"a.yaml": header + "users: {}\n"}).RulesGiven {
		t.Error("got rules given, want not given")
	}
}

func TestSimulator(t *testing.T) {
	files := map[string]string{
		"reseat.yaml":      "apiVersion: reseat/v1\nkind: Tenant\nname: demo\ntenant: {simulator: ./sim/tenant.json}\n",
		"sim/tenant.json":  "{}",
		"sim/unread.jsonl": "{}",
	}
	if got := read(t, files).Settings.Tenant; got.Simulator != "sim/tenant.json" || got.ID != "" {
		t.Errorf("got %+v, want the simulator's cleaned path and no id", got)
	}
	for _, path := range []string{"/etc/passwd", "..", ".", "a/../../b", `a\b`, "C:/x", "sim"} {
		m := folder(files)
		m["reseat.yaml"].Data = []byte("apiVersion: reseat/v1\nkind: Tenant\nname: demo\ntenant: {simulator: '" + path + "'}\n")
		if d, faults, err := desired.Read(m); d != nil || err != nil || len(faults) != 1 {
			t.Errorf("%q: got %d faults and %v, want one fault", path, len(faults), err)
		}
	}
}

func TestText(t *testing.T) {
	d := read(t, map[string]string{"a.yaml": "\uFEFF" + strings.ReplaceAll(header, "\n", "\r\n") +
		"keep:\r\n- {name: \"  Rene\u0301 \", who: [everyone], products: all}\r\n"})
	k := d.Keep[0]
	if want := (plan.Place{File: "a.yaml", Line: 4, Column: 3}); k.Name != "Ren\u00e9" || k.Place != want {
		t.Errorf("got %q at %s, want %q at %s", k.Name, k.Place, "Ren\u00e9", want)
	}
}

func TestSeveralDocuments(t *testing.T) {
	d := read(t, map[string]string{"reseat.yaml": "---\n" + settings + "---\n" + header + "rules:\n- {match: {city: a}, add: [A]}\n---\n" +
		header + "rules:\n- {match: {city: b}, add: [B]}\n...\n"})
	if len(d.Rules) != 2 || d.Rules[1].Name != "rules #2" || d.Rules[1].Line != 15 {
		t.Errorf("got %+v, want two rules, the second named for its number", d.Rules)
	}
}

func TestOrderOfFiles(t *testing.T) {
	user := func(n string) string { return header + "users: {" + n + "@contoso.com: []}\n" }
	d := read(t, map[string]string{"b.yaml": user("b"), "a/z.yaml": user("z"), "a.yaml": user("a"), ".x.yaml": "not: read", ".git/y.yaml": "not: read"})
	var files, users []string
	for _, f := range d.Files {
		files = append(files, f.Path)
	}
	for _, u := range d.Users {
		users = append(users, u.Name)
	}
	if got, want := strings.Join(files, " "), "a.yaml a/z.yaml b.yaml reseat.yaml"; got != want {
		t.Errorf("got files %s, want %s", got, want)
	}
	if got, want := strings.Join(users, " "), "a@contoso.com z@contoso.com b@contoso.com"; got != want {
		t.Errorf("got users %s, want %s", got, want)
	}
}

// TestLinks has a link for each way out of the folder, and one that is harmless.
func TestLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "people.yaml"), header+"users: {a@contoso.com: []}\n")
	write(filepath.Join(dir, "reseat.yaml"), settings)
	write(filepath.Join(dir, "notes.txt"), "")
	if err := os.Mkdir(filepath.Join(dir, "other"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"file.yaml":         filepath.Join(outside, "people.yaml"),
		"folder":            outside,
		"inside.yaml":       "reseat.yaml",
		"harmless.txt":      "notes.txt",
		"gone.yaml":         "nowhere.yaml",
		"other/reseat.yaml": "../reseat.yaml",
	} {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Skip("no links here:", err)
		}
	}
	const says = ":1:1: this is a link, and links are not followed: put the files themselves here, or remove the link"
	refused(t, open(t, dir), strings.Join([]string{"file.yaml" + says, "folder" + says, "gone.yaml" + says, "inside.yaml" + says, "other/reseat.yaml" + says}, "\n"))
}

func TestIrregularFiles(t *testing.T) {
	m := folder(nil)
	m["pipe.yaml"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	m["people\x1b[2J.yaml"] = &fstest.MapFile{Data: []byte(header)}
	m["d\u202e/a.yaml"] = &fstest.MapFile{Data: []byte(header)}
	refused(t, m, "d?:1:1: the folder's name has characters that cannot be shown: rename it\n"+
		"people?[2J.yaml:1:1: the file's name has characters that cannot be shown: rename it\n"+
		"pipe.yaml:1:1: this is no regular file: put a file in its place, or rename it")
}

// A sized folder has one file of a size of its own, which is not what it says.
type sized struct {
	fs.FS
	says, has int64
}

type sizedFile struct {
	fs.File
	sized
	read int64
}

type sizedInfo struct {
	fs.FileInfo
	size int64
}

func (i sizedInfo) Size() int64 { return i.size }

func (f *sizedFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return sizedInfo{info, f.says}, err
}

func (f *sizedFile) Read(p []byte) (int, error) {
	n := min(int64(len(p)), f.has-f.read)
	if n == 0 {
		return 0, io.EOF
	}
	f.read += n
	return int(n), nil
}

func (s sized) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil || name != "big.yaml" {
		return f, err
	}
	return &sizedFile{File: f, sized: s}, nil
}

func TestLargeFiles(t *testing.T) {
	const most = 128 << 20
	for _, size := range []struct{ says, has int64 }{{most + 1, 1}, {1, most + 1<<20}} {
		refused(t, sized{folder(map[string]string{"big.yaml": ""}), size.says, size.has},
			"big.yaml:1:1: the file has more than 128 MiB: split it into several files")
	}
	refused(t, folder(map[string]string{"many.yaml": "a: [" + strings.Repeat("[],\n", 3<<20) + "]\n"}),
		"many.yaml:1:1: the file has more than a million entries beside people with one line each: split it into several files, or write people as `adele@contoso.com: [SPE_E3]`")
}

// TestHardForTheParser has inputs on which the YAML parser is, or was, slow or
// gave up. Each must end soon, in a fault and not in a panic.
func TestHardForTheParser(t *testing.T) {
	const n = 30_000
	cases := map[string]string{
		"tag directives": func() string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "%%TAG !a%d! b\n", i) // each its own, or the parser stops at the second
			}
			return b.String()
		}(),
		"open brackets":      strings.Repeat("[\n", n),
		"deep":               strings.Repeat(strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+"\n---\n", 20),
		"deep dashes":        strings.Repeat(strings.Repeat("- ", 9000)+"x\n", 20),
		"documents":          strings.Repeat("--- ! a\n", n),
		"question marks":     strings.Repeat("? a\n", n),
		"comments":           strings.Repeat("# x\n\n", n),
		"comments and items": strings.Repeat("- a\n  # x\n# y\n", n/10),
		"anchors":            strings.Repeat("- &a b\n", n),
		"nil comment":        "#\n-\n-\n0",
		"odd event":          "a:\n.\n-\n",
		"flow as key":        "{{},<<}",
		"laughs":             "a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			d, faults, err := desired.Read(folder(map[string]string{"a.yaml": text}))
			if d != nil || err != nil || len(faults) == 0 {
				t.Errorf("got %v and %d faults, want faults", err, len(faults))
			}
		})
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("index out of range") }

func TestPanicOfTheParser(t *testing.T) {
	f, err := desired.ParseFrom(panicking{}, []byte(header))
	const want = "a.yaml:2:1: the YAML parser gives up here or shortly before: write this part more simply"
	if err == nil || f.Error() != want {
		t.Errorf("got %v and %q, want an error and %q", err, f.Error(), want)
	}
}

func TestValidFor(t *testing.T) {
	of := func(text string) map[string]string {
		return map[string]string{"reseat.yaml": settings + "plan: {validFor: " + text + "}\n"}
	}
	for text, want := range map[string]time.Duration{"1h": time.Hour, "60m": time.Hour, "336h": 336 * time.Hour, "14d": 336 * time.Hour, "1d30m": 24*time.Hour + 30*time.Minute} {
		if got := read(t, of(text)).Settings.ValidFor; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	// As nanoseconds in 64 bits, 213505d is a few hours or days again.
	for _, text := range []string{"0h", "59m", "337h", "15d", "213505d", "999999999d999999999d"} {
		refused(t, folder(of(text)), "reseat.yaml:5:18: `validFor` is \""+text+"\", out of range: write 1h to 336h")
	}
	for _, text := range []string{"-1h", "1.5h", "24", "h", "1 h", "24H", "1h-", "1e3h"} {
		refused(t, folder(of(text)), "reseat.yaml:5:18: `validFor` is \""+text+"\", which is no duration: write hours, as in 24h")
	}
}
