package apply_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// written is the journal of a whole run of a plan.
func written(t *testing.T, p *plan.Plan) []byte {
	t.Helper()
	b := newBench(t, p)
	if _, err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b.disk.data
}

func TestJournalFormat(t *testing.T) {
	got, _, _ := strings.Cut(string(written(t, mixed(3))), "\n")
	want := `{"seq":1,"prev":"f15107e93ee0cc9af96c4d17e51f52e6eb0bb85fadf74c10f8d2c9adbbb8eb28","at":"2026-11-20T12:00:00Z","state":"INTENT",` +
		`"user":"00000000-0000-0000-0000-000000000000","add":[],"remove":["c5928f49-12ba-48f7-ada3-0d743a3601d5"]}`
	if i := strings.Index(want, `"at"`); got[strings.Index(got, `"at"`):] != want[i:] {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestJournalRoundTrip(t *testing.T) {
	p := mixed(9)
	data := written(t, p)
	entries, valid, err := apply.DecodeJournal(p, data)
	if err != nil || valid != len(data) {
		t.Fatalf("got valid length %d, %v; want %d", valid, err, len(data))
	}
	var again []byte
	for _, e := range entries {
		line, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again = append(again, line...)
	}
	if !bytes.Equal(again, data) {
		t.Error("decoding and encoding gave other bytes")
	}
}

func TestTornTail(t *testing.T) {
	p := mixed(3)
	data := written(t, p)
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	for cut := last; cut < len(data); cut++ {
		entries, valid, err := apply.DecodeJournal(p, data[:cut])
		if err != nil || valid != last {
			t.Fatalf("cut at %d: got valid length %d, %v; want %d", cut, valid, err, last)
		}
		if want := bytes.Count(data, []byte("\n")) - 1; len(entries) != want {
			t.Fatalf("cut at %d: got %d entries, want %d", cut, len(entries), want)
		}
	}
}

func TestJournalDamage(t *testing.T) {
	p := mixed(3)
	data := written(t, p)
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines = lines[:len(lines)-1]
	join := func(l ...[]byte) []byte { return bytes.Join(l, nil) }
	swap := func(old, new string) []byte { return bytes.Replace(data, []byte(old), []byte(new), 1) }
	other := mixed(3)
	other.Digests.Body = "other"
	tests := []struct {
		name string
		p    *plan.Plan
		data []byte
		want string
	}{
		{"another plan", other, data, "line 1: it belongs to another plan"},
		{"a line is missing", p, join(lines[0], join(lines[2:]...)), "line 2: its number is 3, want 2"},
		{"the first is missing", p, join(lines[1:]...), "line 1: its number is 2, want 1"},
		{"a value was changed", p, swap(`"state":"OK"`, `"state":"FAILED"`), "it does not follow the line before"},
		{"a state that is none", p, swap(`"state":"INTENT"`, `"state":"intent"`), `line 1: its state "intent" is none`},
		{"a key twice", p, swap(`"seq":1,`, `"seq":1,"seq":1,`), "line 1: it is damaged: not written as"},
		{"an unknown key", p, swap(`"seq":1,`, `"seq":1,"x":1,`), "line 1: it is damaged"},
		{"white space", p, swap(`"seq":1,`, `"seq": 1,`), "line 1: it is damaged"},
		{"zeros", p, join(lines[0], bytes.Repeat([]byte{0}, 40), []byte("\n"), lines[1]), "line 2: it is damaged"},
		{"an empty line", p, join([]byte("\n"), data), "line 1: it is damaged"},
		{"another product", p, swap(string(visio), string(e5)), "line 1: it takes from user"},
		{"other service plans", p, bytes.Replace(data, []byte(string(yam)), []byte("x"), 1), "what the plan does not"},
	}
	for _, tt := range tests {
		_, _, err := apply.DecodeJournal(tt.p, tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "make a new plan") {
			t.Errorf("%s: got %v, want %q and a remedy", tt.name, err, tt.want)
		}
	}
}

func TestHistoryOfAnotherPlanIsRefused(t *testing.T) {
	p := mixed(3)
	entries, _, err := apply.DecodeJournal(p, written(t, p))
	if err != nil {
		t.Fatal(err)
	}
	p.Digests.Body = "other"
	b := newBench(t, p)
	if r, err := b.x.Run(t.Context(), p, "r", apply.Sift(p, nil, b.tenant.user), entries); err == nil || r != nil {
		t.Errorf("got %v, %v; want an error", r, err)
	}
}

func FuzzDecodeJournal(f *testing.F) {
	p := mixed(3)
	b := newBench(&testing.T{}, p)
	if _, err := b.run(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.disk.data)
	f.Add(b.disk.data[:len(b.disk.data)/2])
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, valid, err := apply.DecodeJournal(p, data)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			line, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			again = append(again, line...)
		}
		if !bytes.Equal(again, data[:valid]) || bytes.IndexByte(data[valid:], '\n') >= 0 {
			t.Errorf("%q was read as %q", data, again)
		}
		apply.Executed(p, entries)
		apply.Unsettled(p, entries)
	})
}

func TestNoNamesInTheJournal(t *testing.T) {
	p := mixed(9)
	for i := range p.Changes {
		p.Changes[i].User.UserPrincipalName, p.Changes[i].User.DisplayName = "adele@contoso.com", "Adele"
	}
	if data := written(t, p); bytes.Contains(bytes.ToLower(data), []byte("adele")) {
		t.Error("the journal holds a name")
	}
}

func TestUndoDocument(t *testing.T) {
	denied := change(9, e5, grant(), nil)
	denied.Verdict = plan.Deny
	p := planOf(change(1, e3, nil, &plan.Grant{}), change(1, e5, grant(yam), nil), denied)
	b, err := apply.UndoDocument(p, "run-1")
	if err != nil {
		t.Fatal(err)
	}
	var u apply.Undo
	if err := json.Unmarshal(b, &u); err != nil {
		t.Fatal(err)
	}
	if u.Run != "run-1" || u.Plan != p.ID || u.Tenant != "t" || u.FormatVersion != "1.0" || u.Digest != "3fa9c2e1" || len(u.Seats) != 2 {
		t.Errorf("got %+v", u)
	}
	if s := u.Seats[1]; s.SKU != e5 || s.Action != plan.Unassign || !slices.Equal(s.Before.DisabledPlans, []plan.PlanID{yam}) || s.After != nil {
		t.Errorf("got %+v", s)
	}
	none, err := apply.UndoDocument(planOf(denied), "run-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{b, none} {
		var again apply.Undo
		var whole bytes.Buffer
		enc := json.NewEncoder(&whole)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := errors.Join(json.Unmarshal(b, &again), enc.Encode(again)); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(`"disabledPlans": null`)) || !bytes.Equal(b, whole.Bytes()) {
			t.Errorf("not canonical: %s", b)
		}
	}
}

func TestExecutedKnowsOnlyWhatWasDone(t *testing.T) {
	b := newBench(t, mixed(6))
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if q.User == user(2) {
			return &plan.Answer{Status: 403}, false
		}
		return nil, false
	}
	if _, err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	deeds := apply.Executed(b.p, b.history())
	if len(deeds) != len(b.p.Changes)-1 {
		t.Errorf("got %d deeds, want %d", len(deeds), len(b.p.Changes)-1)
	}
	for _, d := range deeds {
		if d.Change.User.ID == user(2) || d.At.IsZero() || d.Evidence != apply.ByAnswer || d.RequestID == "" {
			t.Errorf("got %+v", d)
		}
	}
	if got := apply.Unsettled(b.p, b.history()); len(got) != 0 {
		t.Errorf("got unsettled %v, want none", got)
	}
}

// TestJournalSize: a change takes less than a kilobyte of journal, with ids as
// long as Graph's.
func TestJournalSize(t *testing.T) {
	for _, off := range []int{0, 3} {
		var changes []plan.Change
		for i := range 300 {
			g := grant()
			for n := range off {
				g.DisabledPlans = append(g.DisabledPlans, plan.PlanID(fmt.Sprintf("7547a3fe-08ee-4ccb-b430-%012d", n)))
			}
			changes = append(changes, change(i, e3, nil, g))
		}
		b := newBench(t, planOf(changes...))
		b.tenant.ids = true
		if _, err := b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := float64(len(b.disk.data)) / 300
		t.Logf("%.0f bytes a change, with %d service plans off", got, off)
		if got > 1000 {
			t.Errorf("got %.0f bytes a change, want less than 1000", got)
		}
	}
}

// TestOlderJournals: a journal as earlier versions wrote it, in which every line
// says all of its request, is still read, and means the same.
func TestOlderJournals(t *testing.T) {
	p := mixed(9)
	entries, _, err := apply.DecodeJournal(p, written(t, p))
	if err != nil {
		t.Fatal(err)
	}
	var old []byte
	prev := entries[0].Prev
	for _, e := range entries {
		e.Prev = prev
		e.Add, e.Remove = slices.Clone(e.Add), append([]plan.SKU{}, e.Remove...)
		if e.Add == nil {
			e.Add = []apply.Addition{}
		}
		for i := range e.Add {
			e.Add[i].DisabledPlans = []plan.PlanID{}
			for _, c := range p.Changes {
				if c.User.ID == e.User && c.SKU() == e.Add[i].SKU {
					e.Add[i].DisabledPlans = append(e.Add[i].DisabledPlans, c.After.DisabledPlans...)
				}
			}
		}
		if e.State == apply.Verified {
			e.Evidence, e.RequestID = apply.ByAnswer, "r-"+string(e.User)
		}
		line, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		old = append(old, line...)
		prev = fmt.Sprintf("%x", sha256.Sum256(line[:len(line)-1]))
	}
	if !bytes.Contains(old, []byte(`"state":"VERIFIED","user":"00000000-0000-0000-0000-000000000000","add":[],"remove":[`)) {
		t.Fatalf("not an older journal: %s", old)
	}
	again, valid, err := apply.DecodeJournal(p, old)
	if err != nil || valid != len(old) {
		t.Fatalf("got %d of %d bytes, %v", valid, len(old), err)
	}
	got, want := apply.Executed(p, again), apply.Executed(p, entries)
	if len(got) != len(want) || len(got) != len(p.Changes) {
		t.Fatalf("got %d deeds, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Evidence != want[i].Evidence || got[i].RequestID != want[i].RequestID || !got[i].At.Equal(want[i].At) {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

// TestEveryByteOfAJournal: a byte that is not as it was written is refused by the
// line's name, with what to do. What nothing follows is not protected by the
// chain: there, and only there, a byte may still make sense.
func TestEveryByteOfAJournal(t *testing.T) {
	p := mixed(3)
	data := written(t, p)
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	missed := 0
	for i := range data {
		line := bytes.Count(data[:i], []byte("\n")) + 1
		for _, with := range []byte{data[i] ^ 1, 0, '\n'} {
			if with == data[i] {
				continue
			}
			bad := slices.Clone(data)
			bad[i] = with
			entries, valid, err := apply.DecodeJournal(p, bad)
			switch {
			case err != nil:
				// A line feed that became something else joins two lines, and is found
				// in the first; a value is found where the next line does not follow.
				ok := strings.Contains(err.Error(), fmt.Sprintf("line %d: ", line)) || strings.Contains(err.Error(), fmt.Sprintf("line %d: ", line+1))
				if !ok || !strings.Contains(err.Error(), "put the file back from a copy") {
					t.Fatalf("byte %d of line %d as %q: got %v", i, line, with, err)
				}
			case i == len(data)-1 && valid == last && len(entries) == line-1:
				// the last line feed: as good as torn
			case i >= last:
				missed++
			default:
				t.Fatalf("byte %d of line %d as %q was read", i, line, with)
			}
		}
	}
	t.Logf("%d of the last line's bytes can be another", missed)
}

// TestLinesThatDoNotBelong: lines twice, in another order, of another run of the
// same plan, of states to come, with other ends of lines, or huge.
func TestLinesThatDoNotBelong(t *testing.T) {
	p := mixed(3)
	data := written(t, p)
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines = lines[:len(lines)-1]
	other := newBench(t, p)
	other.clock = noon.Add(time.Hour)
	if _, err := other.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	others := bytes.SplitAfter(other.disk.data, []byte("\n"))
	join := func(l ...[]byte) []byte { return bytes.Join(l, nil) }
	tests := map[string][]byte{
		"twice":         join(lines[0], lines[0], lines[1]),
		"all twice":     join(data, data),
		"other order":   join(lines[0], lines[2], lines[1]),
		"another run":   join(lines[0], others[1], lines[2]),
		"another's end": join(lines[0], join(others[1:]...)),
		"a state":       bytes.Replace(data, []byte(`"state":"INTENT"`), []byte(`"state":"QUEUED"`), 1),
		"CRLF":          bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")),
		"BOM":           join([]byte("\xef\xbb\xbf"), data),
		"NUL":           join(lines[0], []byte{0, '\n'}, lines[1]),
		"huge":          join(lines[0], bytes.Replace(lines[1], []byte(`"state"`), append(bytes.Repeat([]byte(" "), 2<<20), `"state"`...), 1)),
		"huge message":  join(lines[0], bytes.Repeat([]byte("x"), 2<<20), []byte("\n")),
		"array":         []byte("[]\n"),
		"deep":          join(bytes.Repeat([]byte("["), 100_000), []byte("\n")),
	}
	for name, bad := range tests {
		_, _, err := apply.DecodeJournal(p, bad)
		if err == nil || !strings.Contains(err.Error(), "read journal line ") || !strings.Contains(err.Error(), "make a new plan") || len(err.Error()) > 500 {
			t.Errorf("%s: got %.300v", name, err)
		}
	}
}

// TestTornAnywhere: an append of several lines is cut at any byte, whole lines
// among it: a resumed run does the rest, and nothing twice.
func TestTornAnywhere(t *testing.T) {
	const step = 13
	for n := 1; n <= 6; n++ {
		size := 0
		whole := newBench(t, mixed(5))
		whole.x.Append = func(lines []byte) error {
			if whole.disk.appends+1 == n {
				size = len(lines)
			}
			return whole.disk.Append(lines)
		}
		if _, err := whole.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for keep := n; keep < size; keep += step {
			b := newBench(t, mixed(5))
			b.disk.fail, b.disk.keep = n, keep
			if _, err := b.run(t.Context()); !errors.Is(err, errDisk) {
				t.Fatalf("got %v, want %v", err, errDisk)
			}
			b.revive()
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatalf("append %d cut at %d: %v", n, keep, err)
			}
			if b.wantDone(r); t.Failed() {
				t.Fatalf("append %d cut at %d", n, keep)
			}
		}
	}
}
