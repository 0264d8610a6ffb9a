package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// as runs a command within this process by a program that is changed first.
func (h *hall) as(ctx context.Context, change func(*app), args ...string) (code int, out, errs string) {
	h.t.Helper()
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &o, err: &e, version: "test", env: func(string) string { return "" },
		terminal: func(any) (int, bool) { return 0, false }, now: func() time.Time { return h.now },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, interrupted: make(chan struct{})}
	if change != nil {
		change(a)
	}
	code = a.run(ctx, args)
	return code, o.String(), e.String()
}

// left is what lies in the state folder, with what each file says.
func (h *hall) left() map[string]string {
	h.t.Helper()
	left := map[string]string{}
	root := filepath.Join(h.dir, ".reseat")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || path == root || d != nil && d.Name() == ".gitignore" {
			return nil
		}
		if err != nil || d.IsDir() {
			left[path] = ""
			return err
		}
		data, err := os.ReadFile(path)
		left[path] = string(data)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return left
}

// lock leaves a lock behind.
func (h *hall) lock(text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Join(h.dir, ".reseat"), 0o700); err != nil {
		h.t.Fatal(err)
	}
	h.write(filepath.Join(".reseat", "lock"), text)
}

// tenant changes the tenant's file, to which nothing was written yet.
func (h *hall) tenant(change func(*plan.Snapshot)) {
	h.t.Helper()
	data, err := os.ReadFile(h.path("tenant.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		h.t.Fatal(err)
	}
	change(s)
	if data, err = plan.EncodeSnapshot(s); err != nil {
		h.t.Fatal(err)
	}
	h.write("tenant.json", string(data))
}

// cutAt makes a program whose journal fails at a write, as on a full disk.
func cutAt(n int) func(*app) {
	return func(a *app) {
		a.journal = func(write func([]byte) error) func([]byte) error {
			return func(lines []byte) error {
				if n--; n <= 0 {
					return errors.New("no space left on device")
				}
				return write(lines)
			}
		}
	}
}

// A refusedRow is an apply that is refused before its first request.
type refusedRow struct {
	name  string
	crowd func() *plan.Snapshot // nil: five of a hundred lose Visio
	from  string                // settings of the folder that the plan is made from
	says  string                // statements of it; empty: who is gone loses Visio
	// prepare is what happens between plan and apply; the plan is plan.json. It
	// returns more arguments of the apply.
	prepare func(h *hall) []string
	env     string // RESEAT_STOP
	code    int
	err     string // pattern of the error
	hint    string // pattern of the hint; empty: there is none
}

func noMore(h *hall) []string { return nil }

// then writes the folder anew between plan and apply.
func then(settings, says string) func(*hall) []string {
	return func(h *hall) []string {
		h.say(settings, says)
		return nil
	}
}

const (
	wideLimits = "limits: {removals: 1000, removalPercent: 100, productPercent: 100}"
	raised     = "limits: {removals: 1000, removalPercent: 100, productPercent: 100, raise: [{removals: 1000, removalPercent: 100, until: 2026-12-31, reason: CHG-1}]}"
	giveMore   = "users: {p50@hall.com: {add: [PROJECTPROFESSIONAL]}, p51@hall.com: {add: [PROJECTPROFESSIONAL]}}"
)

func plansRefused() []refusedRow {
	return []refusedRow{
		{name: "expired", prepare: func(h *hall) []string { h.now = h.now.Add(24 * time.Hour); return nil },
			code: 7, err: `plan \S+ was valid until 2026-11-21T08:00:00Z`, hint: `reseat plan --out plan\.json DIR`},
		{name: "used", prepare: func(h *hall) []string { h.run(0, "apply", h.path("plan.json"), h.dir); return nil },
			code: 7, err: `plan \S+ was applied already, by run \S+`, hint: `reseat show \S+ DIR`},
		{name: "used by a run that was cut", prepare: func(h *hall) []string {
			if code, _, errs := h.as(h.t.Context(), cutAt(3), "apply", h.path("plan.json"), h.dir); code != exitError {
				h.t.Fatalf("got exit code %d\n%s", code, errs)
			}
			return nil
		}, code: 7, err: `plan \S+ was applied already, by run \S+, which is not finished`, hint: `reseat apply --resume \S+ DIR`},
		{name: "damaged", prepare: func(h *hall) []string { return h.spoil("p1@hall.com", "p2@hall.com") },
			code: 7, err: `.*plan\.json: not a plan that can be used: its digest does not fit: it was changed since it was made`, hint: `reseat plan --out plan\.json DIR`},
		{name: "damaged by one byte", prepare: func(h *hall) []string { return h.spoil("\n}\n", "\n} \n") },
			code: 7, err: `.*plan\.json: not a plan that can be used: .+`, hint: `reseat plan --out plan\.json DIR`},
		{name: "cut short", prepare: func(h *hall) []string { return h.spoil("\n}\n", "\n") },
			code: 7, err: `.*plan\.json: not a plan that can be used: .+`, hint: `reseat plan --out plan\.json DIR`},
		{name: "of another format", prepare: func(h *hall) []string { return h.spoil(`"formatVersion": "1.0"`, `"formatVersion": "2.0"`) },
			code: 7, err: `.*plan\.json: not a plan that can be used: it says kind "LicensePlan", format "2\.0"; this program reads LicensePlan 1\.0`, hint: `reseat plan --out plan\.json DIR`},
		{name: "of another tenant", prepare: func(h *hall) []string {
			h.tenant(func(s *plan.Snapshot) { s.Organization.ID = "48a80680-7326-48cd-9935-b556b81d3a4f" })
			return nil
		}, code: 7, err: `plan \S+ is for tenant hall \(48a80680-7326-48cd-9935-b556b81d3a4e\), this folder is hall \(48a80680-7326-48cd-9935-b556b81d3a4f\)`},
		{name: "a rule is gone", prepare: func(h *hall) []string {
			h.rule("more", "package reseat.rules.more\n\ndeny contains d if {\n\tinput.change.user.displayName == \"Nobody\"\n\td := {\"code\": \"X1\", \"message\": \"no\"}\n}\n")
			h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
			if err := os.RemoveAll(h.path("policies")); err != nil {
				h.t.Fatal(err)
			}
			return nil
		}, code: 7, err: `plan \S+ was judged by the rule \S+ of one's own, which is not in force now`, hint: `give the folder of the rules with --policy, or make a new plan: reseat plan .*`},
		{name: "not the approved one", prepare: func(*hall) []string { return []string{"--expect-changes", strings.Repeat("0", 64)} },
			code: 7, err: `the plan's changes have the digest [0-9a-f]{64}, not the approved 0{64}`},
		{name: "nothing of it is left", prepare: then("", "rules: []"),
			code: 7, err: `nothing of plan \S+ is left to do`, hint: `reseat plan DIR`},
		{name: "an undo of a run that is not there", prepare: func(h *hall) []string {
			h.run(0, "apply", h.path("plan.json"), h.dir)
			h.run(0, "undo", h.lastRun(), h.dir, "--out", h.path("plan.json"))
			if err := os.RemoveAll(filepath.Join(h.dir, ".reseat", "runs", h.lastRun())); err != nil {
				h.t.Fatal(err)
			}
			return nil
		}, code: 7, err: `undo plan \S+: open run \S+: there is none in .*`, hint: `say where the run's folder is: --run PATH`},
		{name: "it would take the licence of who acts", crowd: func() *plan.Snapshot { return moved(crowdOf(100, hallVisio, hallPower), "Gone", 1) },
			prepare: func(h *hall) []string {
				h.tenant(func(s *plan.Snapshot) {
					s.Actor.Kind, s.Actor.ID, s.Actor.Name, s.Actor.RolesKnown = plan.ActorPerson, string(s.Users[0].ID), s.Users[0].UserPrincipalName, true
					s.Actor.Roles = []string{"62e90394-69f5-4237-9190-012177145e10"}
				})
				return nil
			}, code: 7, err: `nothing of plan \S+ is left to do`, hint: `reseat plan DIR`},
	}
}

func appliesLocked() []refusedRow {
	rows := []refusedRow{
		{name: "of another host", prepare: func(h *hall) []string {
			h.lock(`{"id":"0123456789abcdef","operation":"apply","run":"","who":"dana","host":"elsewhere","pid":1,"version":"test","created":"2026-11-20T08:00:00Z"}`)
			return nil
		}, code: 6, err: `the tenant is locked: apply of dana on host elsewhere since 2026-11-20 08:00 UTC, is at work, as far as can be told from here \(see .*\); lock 0123456789abcdef`,
			hint: `once nobody is at work under it: reseat unlock 0123456789abcdef DIR`},
		{name: "one that makes no sense", prepare: func(h *hall) []string { h.lock("{"); return nil },
			code: 6, err: `the tenant is locked, and the lock .* cannot be read; lock [0-9a-f]{16}`, hint: `once nobody is at work under it: reseat unlock [0-9a-f]{16} DIR`},
		{name: "stopped", prepare: func(h *hall) []string { h.run(0, "stop", h.dir, "--reason", "CHG-9\x1b[31m\n\u202eover"); return nil },
			code: 6, err: `nothing was applied: the stop switch is set by .* since 2026-11-20 08:00 UTC \(CHG-9[^\x1b\x{202e}]*over\)`, hint: `reseat stop --clear DIR`},
		{name: "stopped by a file", prepare: func(h *hall) []string { h.write("STOP", "CHG-9\x1b[31m\n"); return nil },
			code: 6, err: `nothing was applied: the file .*STOP stops it \(CHG-9[^\x1b]*\)`, hint: `once it may go on, remove .*STOP`},
		{name: "stopped by the environment", prepare: noMore, env: "1", code: 6, err: `nothing was applied: RESEAT_STOP is set`, hint: `once it may go on, unset RESEAT_STOP`},
	}
	if runtime.GOOS != "linux" {
		return rows // who is at work is not known
	}
	return append(rows,
		refusedRow{name: "of who is at work", prepare: func(h *hall) []string {
			store, err := state.Open(filepath.Join(h.dir, ".reseat"), nil)
			if err != nil {
				h.t.Fatal(err)
			}
			if _, err := store.Lock(state.LockRecord{Operation: "apply", Who: "ann"}, h.now); err != nil {
				h.t.Fatal(err)
			}
			return nil
		}, code: 6, err: `the tenant is locked: apply of ann on host .*, is at work; lock [0-9a-f]{16}`},
		refusedRow{name: "of a run that was cut off", prepare: func(h *hall) []string {
			if code, _, errs := h.as(h.t.Context(), cutAt(3), "apply", h.path("plan.json"), h.dir); code != exitError {
				h.t.Fatalf("got exit code %d\n%s", code, errs)
			}
			host, err := os.Hostname()
			if err != nil {
				h.t.Fatal(err)
			}
			h.lock(`{"id":"0123456789abcdef","operation":"apply","run":"` + h.lastRun() + `","who":"dana","host":"` + host + `","pid":1,"version":"test","created":"2026-11-20T08:00:00Z","started":"x"}`)
			return nil
		}, code: 6, err: `the tenant is locked: apply of dana on host .*, run \S+, was cut off; lock 0123456789abcdef`, hint: `reseat apply --resume \S+ DIR`})
}

// appliesGuarded are guards that trip when a plan is applied that was well when it
// was made.
func appliesGuarded() []refusedRow {
	all := func() *plan.Snapshot { return moved(crowdOf(100, hallVisio), "Gone", 100) }
	guard := func(code string) string { return `nothing was applied: ` + code + ` .+` }
	return []refusedRow{
		{name: "R101", prepare: func(h *hall) []string {
			h.tenant(func(s *plan.Snapshot) {
				s.Actor.Permissions = slices.DeleteFunc(s.Actor.Permissions, func(p string) bool { return p == "LicenseAssignment.ReadWrite.All" })
			})
			return nil
		}, code: 4, err: guard("R101"), hint: `.+`},
		{name: "R201", prepare: then("limits: {removals: 4}", takeVisio), code: 4, err: guard("R201"), hint: `.+`},
		{name: "R202", prepare: then("limits: {removalPercent: 1}", takeVisio), code: 4, err: guard("R202"), hint: `.+`},
		{name: "R203", prepare: then("limits: {productPercent: 4}", takeVisio), code: 4, err: guard("R203"), hint: `.+`},
		{name: "R204", crowd: all, from: raised, prepare: then(wideLimits, takeVisio), code: 4, err: guard("R204"), hint: `.+`},
		{name: "R205", prepare: then("windows: [{deny: \"0 0 * * *\", for: 24h}]", takeVisio), code: 4, err: guard("R205")},
		{name: "R207", prepare: then("", "keep: [{name: k, who: [nobody@hall.com], products: all}]\n"+takeVisio), code: 4, err: guard("R207"), hint: `.+`},
		{name: "R208", from: "manage: {assign: true}", says: giveMore, prepare: then("manage: {assign: true}\nlimits: {assignments: 1}", giveMore), code: 4, err: guard("R208"), hint: `.+`},
	}
}

// plansGuarded are guards that trip when the plan is made, which is applied all
// the same; nothing of the folder has to change for that to be refused.
func plansGuarded() []refusedRow {
	rows := appliesGuarded()
	var at []refusedRow
	for _, r := range rows {
		if r.name == "R101" || r.name == "R205" { // of an apply alone
			continue
		}
		r.name += " in the plan"
		before := r.prepare
		r.prepare = func(h *hall) []string {
			before(h)
			h.run(exitGuarded, "plan", h.dir, "--out", h.path("plan.json"))
			h.say(raised+"\nmanage: {assign: true}", cmpOr(r.says, takeVisio))
			return nil
		}
		at = append(at, r)
	}
	return at
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// spoil changes the plan's file.
func (h *hall) spoil(from, to string) []string {
	h.t.Helper()
	data, err := os.ReadFile(h.path("plan.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		h.t.Fatalf("the plan has no %q", from)
	}
	i := strings.LastIndex(string(data), from)
	h.write("plan.json", string(data[:i])+to+string(data[i+len(from):]))
	return nil
}

// TestRefused holds every refusedRow of an apply before its first request: the exit
// code, what is said and what to do about it, that nothing is sent, and that
// nothing is left behind which was not there.
func TestRefused(t *testing.T) {
	t.Parallel()
	rows := slices.Concat(plansRefused(), appliesLocked(), appliesGuarded(), plansGuarded())
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			crowd := tt.crowd
			if crowd == nil {
				crowd = func() *plan.Snapshot { return moved(crowdOf(100, hallVisio, hallPower), "Gone", 5) }
			}
			h := newHall(t, crowd(), tt.from, cmpOr(tt.says, takeVisio))
			h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
			args := append([]string{"apply", h.path("plan.json"), h.dir}, tt.prepare(h)...)
			before, writes := h.left(), h.writes()
			code, out, errs := h.as(t.Context(), func(a *app) {
				a.env = func(name string) string { return map[string]string{"RESEAT_STOP": tt.env}[name] }
			}, args...)
			want := "(?m)^error: " + tt.err + "$"
			if code != tt.code || !regexp.MustCompile(want).MatchString(errs) {
				t.Errorf("got exit code %d, want %d and %s\n%s%s", code, tt.code, want, out, errs)
			}
			dir := regexp.QuoteMeta(shellWord(h.dir))
			if hint := "(?m)^hint: " + strings.ReplaceAll(tt.hint, "DIR", dir) + "$"; tt.hint != "" && !regexp.MustCompile(hint).MatchString(errs) || tt.hint == "" && tt.code != exitGuarded && strings.Contains(errs, "hint: ") {
				t.Errorf("got another hint than %s\n%s", hint, errs)
			}
			if got := h.writes(); got != writes {
				t.Errorf("got %d writes more", got-writes)
			}
			after := h.left()
			for path, text := range after {
				if was, there := before[path]; !there || was != text {
					t.Errorf("left behind or changed: %s\n%s", path, text)
				}
			}
			if len(after) < len(before) {
				t.Errorf("got %d files, there were %d", len(after), len(before))
			}
		})
	}
}
