package desired_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// named is settings with facts files; each line of more is one.
func named(more string) string { return settings + "facts:\n" + more }

const hrByName = "  hr: {file: hr.csv, key: userPrincipalName}\n"

func TestManagePeople(t *testing.T) {
	for text, want := range map[string]int{"": 0, "manage: {people: {}}\n": 0, "manage: {people: {city: Oslo}}\n": 1} {
		p := read(t, map[string]string{"reseat.yaml": settings + text}).Settings.Manage.People
		if (p != nil) != (want > 0) || p != nil && len(p.Terms) != want {
			t.Errorf("%q: got %+v, want %d terms", text, p, want)
		}
	}
}

// TestFactNames: a file and its columns may be written in any case and from
// anywhere; what is read has the spelling of reseat.yaml and of the header.
func TestFactNames(t *testing.T) {
	d := read(t, map[string]string{
		"a.yaml": header + "remove:\n- {who: [{not: {fact: {HR.LASTDAY: x}}}], except: [{listed: [HR]}], products: [A]}\n" +
			"rules:\n- {match: {not: {not: {fact: {\"Hr. cost centre \": {before: today}}}}}, add: [A]}\n",
		"hr.csv":      "Cost Centre,userprincipalname,lastDay\n1,a@b,2\n",
		"reseat.yaml": named(hrByName) + "manage: {people: {fact: {hr.lastday: none}}}\nprotect: {match: [{listed: hR}]}\n",
	})
	got := []string{
		fmt.Sprint(d.Remove[0].Who[0].Selector.Terms[0].Not.Terms[0].Facts[0].Table, ".", d.Remove[0].Who[0].Selector.Terms[0].Not.Terms[0].Facts[0].Column),
		d.Remove[0].Except[0].Selector.Terms[0].Values[0],
		d.Rules[0].Match.Terms[0].Not.Terms[0].Not.Terms[0].Facts[0].Column,
		d.Settings.Manage.People.Terms[0].Facts[0].Column,
		d.Settings.Protect.Match[0].Terms[0].Values[0],
	}
	if want := []string{"hr.lastDay", "hr", "Cost Centre", "lastDay", "hr"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOneFileTwice: two names of one file make it one input.
func TestOneFileTwice(t *testing.T) {
	d := read(t, map[string]string{"reseat.yaml": named(hrByName + "  also: {file: x/../hr.csv, key: id}\n"), "hr.csv": "id,userPrincipalName\n"})
	var files []string
	for _, f := range d.Files {
		files = append(files, f.Path)
	}
	if got, want := strings.Join(files, " "), "hr.csv reseat.yaml"; got != want || len(d.Tables) != 2 || d.Tables[0].Name != "also" {
		t.Errorf("got files %s and tables %+v, want files %s, and also and hr", got, d.Tables, want)
	}
}

// TestHoldsMisnamed: a file of holds by another name would protect nobody.
func TestHoldsMisnamed(t *testing.T) {
	files := func(name, more string) map[string]string {
		return map[string]string{"reseat.yaml": named("  " + name + ": {file: a.csv, key: id}\n"), "a.csv": "id\n", "a.yaml": header + more}
	}
	const ask = "remove:\n- {who: [{listed: legal-hold}], products: [A]}\n"
	for _, name := range []string{"hold", "legal-holds", "On_Hold"} {
		_, faults, err := desired.Read(folder(files(name, "")))
		if err != nil || len(faults) != 1 || !strings.Contains(faults[0].Error(), "nothing asks for the facts file \""+name+"\": call it `holds`") {
			t.Errorf("%s: got %v, %v", name, faults, err)
		}
	}
	for name, more := range map[string]string{"holds": "", "Holds": "", "hr": "", "legal-hold": ask} {
		if _, faults, err := desired.Read(folder(files(name, more))); err != nil || len(faults) > 0 {
			t.Errorf("%s: got %v, %v", name, faults, err)
		}
	}
}

// TestHiddenFacts: who cannot see the facts files of reseat.yaml says nothing
// of those that are asked for.
func TestHiddenFacts(t *testing.T) {
	ask := header + "remove:\n- {who: [{listed: hr}, {fact: {hr.x: y}}], products: [A]}\n"
	refused(t, folder(map[string]string{"reseat.yaml": settings + "fact: {}\n", "a.yaml": ask}),
		"reseat.yaml:5:1: unknown key \"fact\" in kind Tenant: did you mean `facts`?")
	refused(t, folder(map[string]string{"reseat.yaml": "apiVersion: reseat/v2\n", "a.yaml": ask}),
		"reseat.yaml:1:13: `apiVersion` is \"reseat/v2\", which this reseat does not read: write `apiVersion: reseat/v1`")
	refused(t, folder(map[string]string{"reseat.yaml": named(hrByName), "hr.csv": "id\n", "a.yaml": ask}),
		"hr.csv:1:1: the file has no column \"userPrincipalName\", which reseat.yaml says is its key: add it, or correct `key` in reseat.yaml")
}

// TestDated: what tells a file's age is asked for its path in the repository,
// and only where no column does; nothing is younger than new.
func TestDated(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	file := func(text string) fstest.MapFS {
		return fstest.MapFS{"eu/reseat.yaml": {Data: []byte(named("  hr: {file: ../hr.csv, key: id, maxAge: 1h}\n"))}, "hr.csv": {Data: []byte(text), ModTime: day("2026-11-03T01:02:03Z")}}
	}
	said := func(at string, err error) func(string) (time.Time, plan.AsOf, error) {
		return func(path string) (time.Time, plan.AsOf, error) {
			if path != "hr.csv" {
				t.Errorf("got asked for %s, want hr.csv", path)
			}
			return day(at), plan.ByCommit, err
		}
	}
	const place = "reseat.yaml:6:14: "
	for name, tt := range map[string]struct {
		text, want string
		dated      func(string) (time.Time, plan.AsOf, error)
	}{
		"itself":           {"id\n", "2026-11-03T01:02:03Z modification time", nil},
		"a commit":         {"id\n", "2026-11-05T00:00:00Z commit", said("2026-11-05T00:00:00Z", nil)},
		"an empty column":  {"id,asOf\n11111111-2222-3333-4444-555555555555,\n", "2026-11-05T00:00:00Z commit", said("2026-11-05T00:00:00Z", nil)},
		"a column":         {"id,ASOF\n11111111-2222-3333-4444-555555555555,2026-10-05\n", "2026-10-05T00:00:00Z asOf column", said("2026-11-05T00:00:00Z", errors.New("no"))},
		"a clock ahead":    {"id\n", "2026-11-20T08:00:00Z commit", said("2026-11-20T09:00:00Z", nil)},
		"tomorrow's, east": {"id,asOf\n11111111-2222-3333-4444-555555555555,2026-11-20\n", "2026-11-20T00:00:00Z asOf column", nil},
		"the future":       {"id\n", place + "\"../hr.csv\" is of 2026-11-21 by its commit, which lies in the future: add a column `asOf` with the day of each row", said("2026-11-21T09:00:00Z", nil)},
		"nobody knows":     {"id\n", place + "it is not known how old \"../hr.csv\" is (no): add a column `asOf` with the day of each row", said("2026-11-05T00:00:00Z", errors.New("no"))},
		"a fault":          {"id\n", place + "so: do that", said("2026-11-05T00:00:00Z", plan.Fault{Cause: "so", Remedy: "do that"})},
	} {
		t.Run(name, func(t *testing.T) {
			root := file(tt.text)
			sub, err := fs.Sub(root, "eu")
			if err != nil {
				t.Fatal(err)
			}
			d, faults, err := desired.ReadWith(sub, desired.Options{Repository: root, At: "eu", Dated: tt.dated, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.TrimSpace(lines(faults))
			if d != nil {
				got = d.Tables[0].AsOf.Format(time.RFC3339) + " " + string(d.Tables[0].AsOfBy)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestOddLocks: a people.lock that would be passed over is told.
func TestOddLocks(t *testing.T) {
	says := func(name, cause string) string { return name + ":1:1: " + cause }
	const file, link = "this is no regular file: put a file in its place, or rename it", "this is a link, and links are not followed: put the files themselves here, or remove the link"
	for name, tt := range map[string]struct {
		mode  fs.FileMode
		cause string
	}{
		"people.lock":   {fs.ModeSymlink, link},
		"People.LOCK":   {0, "the file is called \"People.LOCK\": rename it to `people.lock`"},
		"a/people.lock": {0, "people.lock stands beside reseat.yaml, not here: move its lines there and run `reseat lock`"},
	} {
		m := folder(nil)
		m[name] = &fstest.MapFile{Mode: tt.mode}
		refused(t, m, says(name, tt.cause))
	}
	m := folder(nil)
	m["people.lock/x"] = &fstest.MapFile{}
	refused(t, m, says("people.lock", file))
	m = folder(nil)
	m["people.lock"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	refused(t, m, says("people.lock", file))
}

func TestLargeFacts(t *testing.T) {
	m := folder(map[string]string{"reseat.yaml": named("  hr: {file: big.yaml, key: id}\n")})
	for _, size := range []struct{ says, has int64 }{{128<<20 + 1, 1}, {1, 128<<20 + 1}} {
		m["big.yaml"] = &fstest.MapFile{}
		_, faults, err := desired.Read(sized{m, size.says, size.has})
		const want = "big.yaml:1:1: the file has more than 128 MiB: leave out columns and rows that nobody asks for"
		if got := lines(faults); err != nil || !strings.Contains(got, want) {
			t.Errorf("got %v and\n%s, want %s", err, got, want)
		}
	}
}

// TestFactsReadBack: what encoding/csv writes of any table is read as it was,
// whatever the order of its columns and the case of its keys.
func TestFactsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-zåéß][A-Za-z0-9 ,"]{0,6}[a-z]`), 0, 5, strings.ToUpper).Draw(t, "columns")
		columns = slices.DeleteFunc(columns, func(c string) bool { return strings.EqualFold(c, "asof") })
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9.å]{1,8}@[a-z]{1,4}`), 0, 6, rapid.ID).Draw(t, "keys")
		at := rapid.IntRange(0, len(columns)).Draw(t, "at")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		want := map[string][]string{}
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(w.Write(slices.Insert(slices.Clone(columns), at, "UserPrincipalName")))
		for _, key := range keys {
			row := make([]string, len(columns))
			for i := range row {
				row[i] = rapid.StringMatching(`([A-Za-z0-9éß,";#'.-][ A-Za-z0-9,";#'.-]{0,5}[a-z"])?`).Draw(t, "cell")
			}
			want[key] = row
			shown := key
			if rapid.Bool().Draw(t, "upper") {
				shown = strings.ToUpper(key)
			}
			must(w.Write(slices.Insert(slices.Clone(row), at, " "+shown)))
		}
		w.Flush()
		d, faults, err := desired.Read(folder(map[string]string{"reseat.yaml": named(hrByName), "hr.csv": text.String()}))
		if err != nil || len(faults) > 0 {
			t.Fatalf("%s\ngot %v and\n%swant no fault", text.String(), err, lines(faults))
		}
		if got := d.Tables[0]; !slices.Equal(got.Columns, columns) || !maps.EqualFunc(got.Rows, want, slices.Equal) {
			t.Fatalf("%s\ngot %q and %q, want %q and %q", text.String(), got.Columns, got.Rows, columns, want)
		}
	})
}

// TestLockReadBack: names in the order of ComparePins are read as they are, and
// in no other order.
func TestLockReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-z_.#éßſK]{1,6}@b`), 1, 8, func(n string) string {
			return strings.ToLower(strings.ToUpper(n)) // K, the sign of the kelvin, is a k in another case
		}).Draw(t, "names")
		var pins []plan.Pin
		for i, n := range names {
			pins = append(pins, plan.Pin{ID: plan.UserID(fmt.Sprintf("11111111-2222-3333-4444-%012x", i/2)), Name: n})
		}
		slices.SortFunc(pins, desired.ComparePins)
		text := func() string {
			var b strings.Builder
			for _, p := range pins {
				fmt.Fprintf(&b, "%s %s\n", p.ID, p.Name)
			}
			return b.String()
		}
		d := readOrFail(t, text())
		if !d.Locked || !slices.EqualFunc(d.Pins, pins, func(a, b plan.Pin) bool { return a.ID == b.ID && a.Name == b.Name }) {
			t.Fatalf("got %+v, want %+v", d.Pins, pins)
		}
		if len(pins) < 2 {
			return
		}
		i := rapid.IntRange(1, len(pins)-1).Draw(t, "swap")
		pins[i-1], pins[i] = pins[i], pins[i-1]
		_, faults, err := desired.Read(folder(map[string]string{"people.lock": text()}))
		want := fmt.Sprintf("people.lock:%d:1: people.lock is not sorted: %q stands below %q: run `reseat lock`\n", i+1, pins[i].Name, pins[i-1].Name)
		if got := lines(faults); err != nil || !strings.HasPrefix(got, want) {
			t.Fatalf("got %v and %s, want %s", err, got, want)
		}
	})
}

func readOrFail(t *rapid.T, lock string) *plan.Desired {
	d, faults, err := desired.Read(folder(map[string]string{"people.lock": lock}))
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v and\n%swant no fault", err, lines(faults))
	}
	return d
}

// FuzzLines: no bytes of a facts file or of people.lock make Read panic, each
// fault has a place and a remedy, and what is read has the form that plan
// relies on.
func FuzzLines(f *testing.F) {
	f.Add([]byte("id,asOf,\"a \"\"b\"\"\"\r\n11111111-2222-3333-4444-555555555555,2026-11-20,\" x\"\n\n"))
	f.Add([]byte("\ufeffid;a\n\"\n,,\n"))
	f.Add([]byte("# x\n11111111-2222-3333-4444-555555555555 a@b\n22222222-2222-3333-4444-555555555555\tA@b \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, files := range map[string]map[string]string{
			"hr.csv":      {"reseat.yaml": named("  hr: {file: hr.csv, key: id, maxAge: 1h, complete: true}\n"), "hr.csv": string(data)},
			"people.lock": {"people.lock": string(data)},
		} {
			d, faults, err := desired.ReadWith(folder(files), desired.Options{Now: now})
			if err != nil || (d == nil) != (len(faults) > 0) || len(faults) > 11 {
				t.Fatalf("%s: got %v, %t, %d faults, want either a desired state or faults, and few", name, err, d != nil, len(faults))
			}
			for _, f := range faults {
				if f.Place.File != name || f.Place.Line < 1 || f.Place.Column < 1 || f.Cause == "" || f.Remedy == "" || strings.ContainsFunc(f.Error(), func(c rune) bool { return c < 0x20 || c == 0x7F || c == 0x202E }) {
					t.Errorf("got %+v, want place, cause and remedy, and nothing hidden", f)
				}
			}
			if d != nil {
				checkLines(t, d)
			}
		}
	})
}

func checkLines(t *testing.T, d *plan.Desired) {
	for i, p := range d.Pins {
		if _, err := plan.ParseGUID(string(p.ID)); err != nil || p.Name == "" || p.Line < 1 || i > 0 && desired.ComparePins(d.Pins[i-1], p) >= 0 {
			t.Errorf("got pin %+v after %+v", p, d.Pins[:i])
		}
	}
	for _, table := range d.Tables {
		for key, row := range table.Rows {
			if id, err := plan.ParseGUID(key); err != nil || id != key || len(row) != len(table.Columns) {
				t.Errorf("got row %q of %q, want a cell for each of %q", row, key, table.Columns)
			}
		}
	}
}

func benchmarkFacts(b *testing.B, n int) {
	var text, lock strings.Builder
	text.WriteString("employee,userPrincipalName,status,lastDay,cost centre\n")
	for i := range n {
		fmt.Fprintf(&text, "%d,person-%07d@contoso.com,active,2027-01-31,%d\n", i, i, i%100)
		fmt.Fprintf(&lock, "11111111-2222-3333-4444-%012x person-%07d@contoso.com\n", i, i)
	}
	m := folder(map[string]string{"reseat.yaml": named(hrByName), "hr.csv": text.String(), "people.lock": lock.String()})
	b.SetBytes(int64(text.Len() + lock.Len()))
	b.ReportAllocs()
	for b.Loop() {
		d, faults, err := desired.Read(m)
		if err != nil || len(faults) > 0 || len(d.Tables[0].Rows) != n || len(d.Pins) != n {
			b.Fatalf("got %v and %d faults, want %d rows and pins", err, len(faults), n)
		}
	}
}

func BenchmarkFacts10k(b *testing.B) { benchmarkFacts(b, 10_000) }
func BenchmarkFacts1M(b *testing.B)  { benchmarkFacts(b, 1_000_000) }
