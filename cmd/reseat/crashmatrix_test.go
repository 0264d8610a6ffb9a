package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A crashRow is one way for an apply to be cut off at its n-th batch.
type crashRow struct {
	name   string
	at     string // a hook, with %d for n
	faults []string
	code   int // how the process ends; -1 is killed
	// What must be on disk: whether the last line is torn, and what the batch's
	// last whole lines are at most: "" (none), INTENT or OK.
	torn bool
	disk apply.State
	// What must be in the tenant for the batch; unknown is true if that depends
	// on who was faster.
	done, unknown bool
	says          string
}

// crashRows are the points at which a run can be cut, each by what is on disk
// and in the tenant then.
func crashRows() []crashRow {
	return []crashRow{
		{name: "before the intent is durable", at: "before-INTENT:%d=kill", code: -1},
		{name: "in the middle of an intent", at: "before-INTENT:%d=torn", code: -1, torn: true, disk: apply.Intent},
		{name: "after the intent", at: "after-INTENT:%d=kill", code: -1, disk: apply.Intent},
		{name: "before it is sent", at: "send:%d=kill", code: -1, disk: apply.Intent},
		{name: "written, no answer", at: "wrote:%d=kill", code: -1, disk: apply.Intent, unknown: true},
		{name: "carried out, no answer", at: "sent:%d=kill", code: -1, disk: apply.Intent, done: true},
		{name: "lost on the way, no answer", at: "sent:%d=kill", code: -1, disk: apply.Intent, faults: []string{"POST /users/*/assignLicense:drop"}},
		{name: "answered, no result", at: "answered:%d=kill", code: -1, disk: apply.Intent, done: true},
		{name: "in the middle of a result", at: "before-ANSWER:%d=torn", code: -1, torn: true, disk: apply.OK, done: true},
		{name: "after the result", at: "after-ANSWER:%d=kill", code: -1, disk: apply.OK, done: true},
		{name: "disk full at an intent", at: "before-INTENT:%d=full", code: exitError, says: "no space left"},
		{name: "disk full within an intent", at: "before-INTENT:%d=short", code: exitError, torn: true, disk: apply.Intent, says: "no space left"},
		{name: "disk full at a result", at: "before-ANSWER:%d=full", code: exitError, disk: apply.Intent, done: true, says: "no space left"},
	}
}

// crashAll is a flag, as in
//
//	go test ./cmd/reseat -run '^TestCrash' -crash.all
var crashAll = flag.Bool("crash.all", false, "cut an apply off at each point, each time in the batch of one, that of five and a full one")

// TestCrashMatrix: a process is cut off at each point of an apply, in the batch
// of one, in that of five and among full ones; each time the disk and the tenant
// are as they must be, and the next process goes on as it must.
func TestCrashMatrix(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a full disk says something else there")
	}
	t.Parallel()
	rows := crashRows()
	if *crashAll {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				newCrash(t, 400).through([]crashRow{row, row, row}, 1, 2, 4)
			})
		}
		return
	}
	t.Run("canaries", func(t *testing.T) {
		t.Parallel()
		newCrash(t, 240).through(rows, 1, 2)
	})
	for i, names := range [][]string{{"carried out, no answer", "in the middle of a result"}, {"after the result", "disk full within an intent"}} {
		t.Run(fmt.Sprint("full ", i+1), func(t *testing.T) {
			t.Parallel()
			some := slices.DeleteFunc(slices.Clone(rows), func(r crashRow) bool { return !slices.Contains(names, r.name) })
			newCrash(t, 500).through(some, 3)
		})
	}
}

// through cuts one run off at each of some rows, in batches whose numbers take
// turns, then takes it up to its end.
func (c *crash) through(rows []crashRow, numbers ...int) {
	c.t.Helper()
	for i, row := range rows {
		c.cut(row, numbers[i%len(numbers)])
	}
	c.finish()
}

// A crash is a run that is cut off again and again.
type crash struct {
	*scene
	p      *plan.Plan
	before *plan.Snapshot
	run    string
	cuts   []cut
}

// A cut is how things stood when a process had ended.
type cut struct {
	row   string
	lines int // of the journal
	// open are users of whom nobody knows, by whether the tenant has changed
	// them; settled are those with a result that was not read back.
	open    map[plan.UserID]bool
	settled map[plan.UserID]bool
	// sent are those of whom this process wrote an intent.
	sent map[plan.UserID]bool
}

func newCrash(t *testing.T, users int) *crash {
	t.Helper()
	c := &crash{scene: newScene(t, sceneTenant(5, users), 400)}
	c.p, c.before = c.plan(c.path("plan.json")), c.now()
	if len(c.p.Order) < 60 {
		t.Fatalf("got %d requests: too few for several full batches", len(c.p.Order))
	}
	return c
}

// args start the run, or take it up.
func (c *crash) args() []string {
	if names := c.names(); len(names) > 0 {
		c.run = c.onlyRun()
		return []string{"apply", "--resume", c.run, c.dir}
	}
	return []string{"apply", c.path("plan.json"), c.dir}
}

// cut runs a process that does not come further than a row's point in its n-th
// batch, and looks at what it leaves.
func (c *crash) cut(row crashRow, n int) {
	c.t.Helper()
	c.trouble(row.faults...)
	hook := fmt.Sprintf(row.at, n)
	code, out := c.reseat([]string{"RESEAT_TEST_AT=" + hook}, c.args()...)
	c.calm()
	if code != row.code || !strings.Contains(out, row.says) {
		c.t.Fatalf("%s: got exit code %d, want %d and %q\n%s", hook, code, row.code, row.says, out)
	}
	c.run = c.onlyRun()
	c.quiet()
	entries, torn := c.journal(c.run, c.p)
	if torn != row.torn {
		c.t.Errorf("%s: got a torn journal: %t, want %t", hook, torn, row.torn)
	}
	k := c.stand(hook, entries)
	c.cuts = append(c.cuts, k)
	c.checkCut(row, hook, n < 3, k)
}

// quiet returns when the tenant has done all that it was sent.
func (c *crash) quiet() {
	c.t.Helper()
	for range 500 {
		if !slices.ContainsFunc(c.writes(), func(w simulator.Write) bool { return w.Lost == simulator.LostPending }) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Fatal("the tenant does not come to rest")
}

// stand compares journal and tenant.
func (c *crash) stand(hook string, entries []apply.Entry) cut {
	c.t.Helper()
	k := cut{row: hook, lines: len(entries), open: map[plan.UserID]bool{}, settled: map[plan.UserID]bool{}, sent: map[plan.UserID]bool{}}
	from := 0
	if n := len(c.cuts); n > 0 {
		from = c.cuts[n-1].lines
	}
	last := map[plan.UserID]apply.State{}
	for i, e := range entries {
		last[e.User] = e.State
		k.sent[e.User] = k.sent[e.User] || i >= from && e.State == apply.Intent
	}
	now := c.now()
	for _, user := range c.p.Order {
		as := c.standing(now, user)
		if as == "mixed" {
			c.t.Errorf("%s: %s was changed in part", hook, user)
		}
		switch last[user] {
		case "":
			if as != "before" {
				c.t.Errorf("%s: %s was changed, and the journal knows nothing of it", hook, user)
			}
		case apply.OK:
			k.settled[user] = true
			fallthrough
		case apply.Verified:
			if as != "after" {
				c.t.Errorf("%s: the journal says %s of %s, who is as before", hook, last[user], user)
			}
		default:
			k.open[user] = as == "after"
		}
	}
	return k
}

// standing is how a person of the plan is: before, after or mixed.
func (c *crash) standing(now *plan.Snapshot, user plan.UserID) string {
	u, _ := now.User(user)
	held := directSeats(u)
	before, after := true, true
	for _, x := range c.p.Executable() {
		if x.Request == user {
			before = before && held[x.SKU()] == grantText(x.Before)
			after = after && held[x.SKU()] == grantText(x.After)
		}
	}
	switch {
	case after:
		return "after"
	case before:
		return "before"
	}
	return "mixed"
}

// checkCut holds a cut against what its row says. lone is whether no other batch
// was under way.
func (c *crash) checkCut(row crashRow, hook string, lone bool, k cut) {
	c.t.Helper()
	open, done := 0, 0
	for user, changed := range k.open {
		if !k.sent[user] {
			continue // left by an earlier process
		}
		if open++; changed {
			done++
		}
	}
	switch {
	case row.disk == "" && lone && open > 0:
		c.t.Errorf("%s: got %d open intents, want none", hook, open)
	case row.disk == apply.Intent && open == 0 && !row.torn:
		c.t.Errorf("%s: got no open intent", hook)
	case row.disk == apply.OK && len(k.settled) == 0 && !row.torn:
		c.t.Errorf("%s: got no result", hook)
	case row.unknown || row.disk == "":
	case row.done && lone && done != open:
		c.t.Errorf("%s: the tenant carried out %d of %d", hook, done, open)
	case row.done && done+len(k.settled) == 0:
		c.t.Errorf("%s: the tenant carried out nothing", hook)
	case !row.done && (lone && done > 0 || open > 0 && done == open):
		c.t.Errorf("%s: the tenant carried out %d of %d, want none", hook, done, open)
	}
}

// finish takes the run up to its end and looks at all of it.
func (c *crash) finish() {
	c.t.Helper()
	c.must(0, c.args()...)
	entries, torn := c.journal(c.run, c.p)
	if got, want := len(apply.Executed(c.p, entries)), len(c.p.Executable()); got != want || torn {
		c.t.Errorf("the journal knows of %d changes, the plan has %d; torn: %t", got, want, torn)
	}
	if wrong := differs(c.before, c.now(), c.p); len(wrong) > 0 {
		c.t.Errorf("the tenant is not as planned:\n%s", strings.Join(wrong, "\n"))
	}
	for _, k := range c.cuts {
		c.followed(k, entries)
	}
	c.recorded(entries)
	if !*crashAll {
		return
	}
	if code, out := c.reseat(nil, "apply", "--resume", c.run, c.dir); code != 0 || !strings.Contains(out, "is finished") {
		c.t.Errorf("taken up once more: got exit code %d\n%s", code, out)
	}
}

// followed checks what the processes after a cut did about what it left: what
// was carried out is found and not sent again, what was not is sent.
func (c *crash) followed(k cut, entries []apply.Entry) {
	c.t.Helper()
	later := map[plan.UserID][]apply.Entry{}
	for _, e := range entries[k.lines:] {
		later[e.User] = append(later[e.User], e)
	}
	again := func(user plan.UserID) bool {
		return slices.ContainsFunc(later[user], func(e apply.Entry) bool { return e.State == apply.Intent })
	}
	for user, changed := range k.open {
		switch {
		case changed && again(user):
			c.t.Errorf("%s: %s was changed, and was sent once more", k.row, user)
		case changed && !slices.ContainsFunc(later[user], func(e apply.Entry) bool { return e.State == apply.OK && e.Evidence == apply.ByReadBack }):
			c.t.Errorf("%s: %s was changed, which was not read back: %v", k.row, user, later[user])
		case !changed && !again(user):
			c.t.Errorf("%s: %s was not changed, and was not sent again", k.row, user)
		}
	}
	for user := range k.settled {
		if again(user) || !slices.ContainsFunc(later[user], func(e apply.Entry) bool { return e.State == apply.Verified }) {
			c.t.Errorf("%s: %s was done, and then: %v", k.row, user, later[user])
		}
	}
}

// recorded holds the tenant's own record of writes against the journal: each
// person once, and each write after its intent.
func (c *crash) recorded(entries []apply.Entry) {
	c.t.Helper()
	first := map[string]time.Time{}
	for _, e := range slices.Backward(entries) {
		if e.State == apply.Intent {
			first[string(e.User)] = e.At
		}
	}
	times := map[string]int{}
	for _, w := range c.writes() {
		if at, ok := first[w.User]; !ok || w.At.Before(at.Add(-time.Millisecond)) {
			c.t.Errorf("a write for %s at %v, its first intent at %v", w.User, w.At, at)
		}
		if w.Changed {
			times[w.User]++
		}
	}
	for _, user := range c.p.Order {
		if times[string(user)] != 1 {
			c.t.Errorf("%s was changed %d times", user, times[string(user)])
		}
	}
}

// writes is the tenant's own record of what was written.
func (s *scene) writes() []simulator.Write {
	s.t.Helper()
	var record struct {
		Writes    []simulator.Write `json:"writes"`
		Forgotten int               `json:"forgotten"`
	}
	s.control(http.MethodGet, "writes", nil, &record)
	if record.Forgotten > 0 {
		s.t.Fatalf("%d writes are not on record", record.Forgotten)
	}
	return record.Writes
}

// TestCrashLockLost: while a batch is under way somebody else has the lock. He
// takes the run up and finds out what became of the batch; who had it before
// sends nothing more and leaves the journal whole.
func TestCrashLockLost(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 4} {
		for _, point := range []string{"send", "sent", "answered"} {
			if !*crashAll && (n != 1 || point != "sent") {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", point, n), func(t *testing.T) {
				t.Parallel()
				loseLock(newCrash(t, 400), point, n)
			})
		}
	}
}

func loseLock(c *crash, point string, n int) {
	c.t.Helper()
	at := newMeeting(c.t)
	cmd, out := c.command([]string{fmt.Sprintf("RESEAT_TEST_AT=%s:%d=meet", point, n), "RESEAT_TEST_MEET=" + at.url}, c.args()...)
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-at.came:
	case <-ended:
		c.t.Fatalf("it ended before its batch %d:\n%s", n, out)
	}
	c.run = c.onlyRun()
	entries, _ := c.journal(c.run, c.p)
	k := c.stand(point, entries)
	c.steal()
	sent := len(c.writes())
	// The other runner finds out and goes on, or is not let in; it never guesses.
	c.must(0, c.args()...)
	between := len(c.writes())
	at.on <- struct{}{}
	<-ended
	c.quiet()
	if point != "send" && len(c.writes()) != between || len(c.writes()) > between+20 {
		c.t.Errorf("who lost the lock sent %d more; before that %d, the other %d", len(c.writes())-between, sent, between-sent)
	}
	if code := cmd.ProcessState.ExitCode(); code == 0 || !strings.Contains(out.String(), "the lock was lost") {
		c.t.Errorf("who lost the lock: got exit code %d\n%s", code, out)
	}
	if wrong := differs(c.before, c.now(), c.p); len(wrong) > 0 {
		c.t.Errorf("the tenant is not as planned:\n%s", strings.Join(wrong, "\n"))
	}
	after, torn := c.journal(c.run, c.p)
	if got, want := len(apply.Executed(c.p, after)), len(c.p.Executable()); got != want || torn {
		c.t.Errorf("the journal knows of %d changes, the plan has %d; torn: %t", got, want, torn)
	}
	if n == 1 {
		c.followed(k, after)
	}
	if r := c.report(c.run); r == nil || r.Summary.Done != len(r.Outcomes) {
		c.t.Errorf("the report is not that of who finished the run: %+v", r)
	}
}

// steal writes the lock of another process, one that has ended since, of the
// same run.
func (c *crash) steal() {
	c.t.Helper()
	path := filepath.Join(c.dir, ".reseat", "rehearsal", "lock")
	data, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal(data, &record); err != nil {
		c.t.Fatal(err)
	}
	gone, _ := c.command(nil, "version")
	_ = gone.Run()
	record["id"], record["pid"], record["started"] = "0011223344556677", gone.Process.Pid, "1"
	if data, err = json.Marshal(record); err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}
