package simulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// written returns a tenant with three writes and the lines that keep them.
func written(t *testing.T) (*simulator.Tenant, []string) {
	t.Helper()
	var lines []string
	tenant := start(t, simulator.Options{Append: func(line []byte) error { lines = append(lines, string(line)); return nil }})
	for _, a := range []ask{assignTo(fay, give(f3), ""), assignTo(dana, give(e3, sharepoint), take(addon)), assignTo(fay, give(e3), take(f3))} {
		if g := send(t, tenant, a); g.status != 200 {
			t.Fatalf("got %d %s", g.status, g.body)
		}
	}
	send(t, tenant, assignTo(ben, "", take(e3))) // refused: not kept
	if len(lines) != 3 {
		t.Fatalf("got %d lines, want 3", len(lines))
	}
	return tenant, lines
}

func TestLinesOfWrites(t *testing.T) {
	t.Parallel()
	_, lines := written(t)
	for i, line := range lines {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || !strings.HasSuffix(line, "}\n") || strings.Count(line, "\n") != 1 {
			t.Fatalf("got line %q", line)
		}
		base, _ := m["base"].(string)
		if m["seq"] != float64(i+1) || m["at"] != "2026-11-20T12:00:00Z" || (len(base) == 64) != (i == 0) || m["add"] == nil || m["remove"] == nil {
			t.Errorf("got %v", m)
		}
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	tenant, lines := written(t)
	whole := strings.Join(lines, "")
	for name, text := range map[string]string{"whole": whole, "torn": whole + `{"seq":4,"at`, "torn before its newline": whole + strings.TrimSuffix(lines[2], "\n")} {
		again := start(t, simulator.Options{})
		if err := again.Replay(strings.NewReader(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(again.Snapshot(), tenant.Snapshot()) {
			t.Errorf("%s: got another tenant", name)
		}
		if got := again.ReplayedBytes(); got != int64(len(whole)) {
			t.Errorf("%s: got %d bytes, want %d", name, got, len(whole))
		}
	}
}

func TestReplayGoesOn(t *testing.T) {
	t.Parallel()
	_, lines := written(t)
	again := start(t, simulator.Options{Append: func(line []byte) error { lines = append(lines, string(line)); return nil }})
	if err := again.Replay(strings.NewReader(strings.Join(lines, ""))); err != nil {
		t.Fatal(err)
	}
	if g := send(t, again, assignTo(fay, "", take(e3))); g.status != 200 {
		t.Fatalf("got %d %s", g.status, g.body)
	}
	third := start(t, simulator.Options{})
	if err := third.Replay(strings.NewReader(strings.Join(lines, ""))); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(third.Snapshot(), again.Snapshot()) {
		t.Error("got another tenant")
	}
	if err := third.Replay(strings.NewReader("")); err == nil {
		t.Error("got no error for a second replay")
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	_, lines := written(t)
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":         {lines[0] + "garbage\n" + lines[2], "line 2: not a write"},
		"empty line":      {lines[0] + "\n" + lines[1], "line 2: not a write"},
		"another base":    {strings.Replace(lines[0], `"base":"`, `"base":"0`, 1), "line 1: the writes belong to another snapshot"},
		"line lost":       {lines[0] + lines[2], "line 2: write 3 stands where write 2 should"},
		"first line lost": {lines[1], "line 1: the writes belong to another snapshot"},
		"line twice":      {lines[0] + lines[0], "line 2: write 1 stands where write 2 should"},
		"other plan off":  {lines[0] + strings.Replace(lines[1], sharepoint, yammer, 1), "line 2: the line is not as it was written"},
		"other user":      {strings.Replace(lines[0], fay, eli, 1), "line 1: the line is not as it was written"},
		"unknown field":   {strings.Replace(lines[0], `"seq"`, `"more":1,"seq"`, 1), "line 1: not a write"},
	} {
		tenant := start(t, simulator.Options{})
		before := tenant.Snapshot()
		err := tenant.Replay(strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), "replay writes: "+c.want) || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%s: got %v, want %q and a remedy", name, err, c.want)
		}
		if !reflect.DeepEqual(before, tenant.Snapshot()) {
			t.Errorf("%s: got a changed tenant", name)
		}
	}
}

// Every byte of every line counts.
func TestReplayRefusesAnyChangedByte(t *testing.T) {
	t.Parallel()
	tenant, lines := written(t)
	text := []byte(strings.Join(lines, ""))
	want := tenant.Snapshot()
	for i := range len(text) - 1 {
		damaged := append([]byte{}, text...)
		damaged[i] ^= 1
		again := start(t, simulator.Options{})
		if err := again.Replay(strings.NewReader(string(damaged))); err == nil && reflect.DeepEqual(want, again.Snapshot()) {
			t.Fatalf("got no error with byte %d changed: %q", i, damaged[max(0, i-20):i+1])
		} else if err == nil {
			t.Fatalf("got another tenant and no error with byte %d changed", i)
		}
	}
}

func TestAppendFails(t *testing.T) {
	t.Parallel()
	fail := true
	tenant := start(t, simulator.Options{Append: func([]byte) error {
		if fail {
			return errors.New("disk full")
		}
		return nil
	}})
	before := tenant.Snapshot()
	g := send(t, tenant, assignTo(fay, give(f3), ""))
	if _, message := g.problem(t); g.status != 500 || strings.Contains(message, "disk full") {
		t.Errorf("got %d %q", g.status, message)
	}
	fail = false
	if g = send(t, tenant, assignTo(fay, give(f3), "")); g.status != 500 {
		t.Errorf("got %d, want no write after one whose line may be half kept", g.status)
	}
	if !reflect.DeepEqual(before, tenant.Snapshot()) {
		t.Error("got an effect that was not kept")
	}
	if g = send(t, tenant, ask{path: "/users"}); g.status != 200 {
		t.Errorf("got %d for a read, want 200", g.status)
	}
}

func TestLag(t *testing.T) {
	t.Parallel()
	now := noon
	seats := func(tenant *simulator.Tenant) (user, units int) {
		user = len(send(t, tenant, ask{path: "/users/" + fay + "?$select=assignedLicenses"}).object(t)["assignedLicenses"].([]any))
		for _, p := range send(t, tenant, ask{path: "/subscribedSkus"}).values(t) {
			if p["skuId"] == f3 {
				units = int(p["consumedUnits"].(float64))
			}
		}
		return user, units
	}
	expect := func(when string, tenant *simulator.Tenant, user, units int) {
		t.Helper()
		if u, n := seats(tenant); u != user || n != units {
			t.Errorf("%s: got %d seats and %d units, want %d and %d", when, u, n, user, units)
		}
	}
	slow := start(t, simulator.Options{Now: func() time.Time { return now }, Lag: 10 * time.Second})
	send(t, slow, assignTo(fay, give(f3), ""))
	expect("at once", slow, 0, 0)
	if got := consumed(slow.Snapshot(), f3); got != 1 {
		t.Errorf("got %d units in the snapshot, want 1", got)
	}
	now = now.Add(10 * time.Second)
	expect("after the lag", slow, 1, 0)
	now = now.Add(10 * time.Second)
	expect("after twice the lag", slow, 1, 1)

	behind := start(t, simulator.Options{LagWrites: 1})
	send(t, behind, assignTo(fay, give(f3), ""))
	expect("last write", behind, 0, 0)
	send(t, behind, assignTo(dana, "", take(visio)))
	expect("last but one", behind, 1, 0)
	send(t, behind, assignTo(fay, "", take(f3)))
	expect("taken, and not seen", behind, 1, 1)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := simulator.New(nil, simulator.Options{}); err == nil {
		t.Error("got no error for no snapshot")
	}
	for want, spoil := range map[string]func(*plan.Snapshot){
		"organization":                                     func(s *plan.Snapshot) { s.Organization.ID = "contoso" },
		"is not in lower case":                             func(s *plan.Snapshot) { s.Users[0].ID = "AAAAAAAA-0000-4000-8000-000000000001" },
		`user "` + ben + `" occurs twice`:                  func(s *plan.Snapshot) { s.Users[0].ID = ben },
		`userPrincipalName "ben@contoso.com" occurs twice`: func(s *plan.Snapshot) { s.Users[0].UserPrincipalName = "BEN@contoso.com" },
		"has no userPrincipalName":                         func(s *plan.Snapshot) { s.Users[0].UserPrincipalName = "" },
		"has no state":                                     func(s *plan.Snapshot) { s.Users[0].Sources[0].State = "" },
		"source of " + e3 + " occurs twice":                func(s *plan.Snapshot) { s.Users[1].Sources = append(s.Users[1].Sources, s.Users[1].Sources[0]) },
		`product "` + f3 + `" occurs twice`:                func(s *plan.Snapshot) { s.Products[0].SKU = f3 },
		"negative number of units":                         func(s *plan.Snapshot) { s.Products[0].Consumed = -1 },
		`role assignment "ra1" occurs twice`:               func(s *plan.Snapshot) { s.RoleAssignments[1].ID = "ra1" },
		"its users were not read (403)":                    func(s *plan.Snapshot) { s.Reads[0].Status, s.Reads[0].Reason = plan.ReadDenied, "403" },
	} {
		s := contoso()
		spoil(s)
		if _, err := simulator.New(s, simulator.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A tenant shares no memory with what it was made of or gives out.
func TestSnapshotIsACopy(t *testing.T) {
	t.Parallel()
	base := contoso()
	base.Users[0].Extensions = &[15]string{"x"}
	base.Actor.Roles = []string{globalAdmin}
	base.Roles[0].Actions = []string{"a"}
	base.Groups[0].Gives[0].DisabledPlans = []plan.PlanID{yammer}
	tenant, err := simulator.New(base, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, two := tenant.Snapshot(), tenant.Snapshot()
	if !reflect.DeepEqual(one, two) {
		t.Error("got two snapshots of one state")
	}
	mine := map[uintptr]string{}
	reach(reflect.ValueOf(one), "snapshot", func(at uintptr, path string) { mine[at] = path })
	for name, other := range map[string]*plan.Snapshot{"the base": base, "another snapshot": two} {
		reach(reflect.ValueOf(other), "snapshot", func(at uintptr, path string) {
			if p, shared := mine[at]; shared {
				t.Errorf("got %s shared with %s of %s", p, path, name)
			}
		})
	}
	if len(mine) < 30 {
		t.Errorf("got only %d pieces of memory compared", len(mine))
	}
}

// reach visits all memory that a value leads to.
func reach(v reflect.Value, path string, visit func(uintptr, string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
			visit(v.Pointer(), path)
			reach(v.Elem(), path, visit)
		}
	case reflect.Slice:
		if v.Cap() > 0 {
			visit(v.Pointer(), path)
		}
		for i := range v.Len() {
			reach(v.Index(i), path+"[]", visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			reach(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	}
}

// Files of writes that exist already name their snapshot by this sum.
func TestDigestStays(t *testing.T) {
	t.Parallel()
	for _, s := range []*plan.Snapshot{contoso(), crew(), simulator.Generate(simulator.GenerateOptions{Users: 60})} {
		s.Organization.DisplayName = `<"users":[]>`
		tenant, err := simulator.New(s, simulator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s = tenant.Snapshot()
		got, err := simulator.Digest(s)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if err := json.NewEncoder(h).Encode(s); err != nil {
			t.Fatal(err)
		}
		if want := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Lines from before there were kinds are what is written for a user's licences still.
func TestOldLines(t *testing.T) {
	t.Parallel()
	_, lines := written(t)
	want := `{"seq":2,"at":"2026-11-20T12:00:00Z","user":"` + dana + `","add":[{"skuId":"` + e3 + `","disabledPlans":["` + sharepoint + `"]}],"remove":["` + addon + `"],"sum":"`
	if !strings.HasPrefix(lines[1], want) {
		t.Errorf("got %s, want %s", lines[1], want)
	}
}
