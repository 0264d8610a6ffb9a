package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reseat-cli/reseat/plan"
)

// TestMain makes the test binary double as reseat, for scripts and for tests
// that kill it.
func TestMain(m *testing.M) {
	endSoon()
	testscript.Main(m, map[string]func(){"reseat": func() { os.Exit(testMain()) }})
}

// testMain is main with a clock that can be set, a journal that can be cut and a
// wire that can be torn. They exist in the test binary alone.
func testMain() int {
	a := &app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, version: "test", now: testClock(),
		terminal: func(stream any) (int, bool) { return 0, stream == os.Stdin && os.Getenv("RESEAT_TEST_TTY") != "" },
		journal:  killer(os.Getenv("RESEAT_TEST_KILL")),
		disk:     diskKiller(os.Getenv("RESEAT_TEST_DISK")),
		wait:     func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if quick := quickClock(os.Getenv); quick != nil {
		a.now, a.wait = quick.now, quick.wait
	}
	if h := newHooks(os.Getenv); h != nil {
		a.journal, a.wire = h.journal, h.wire
	}
	if file := os.Getenv("RESEAT_TEST_COUNT"); file != "" {
		a.journal = counting(file)
	}
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	notify(signals)
	ctx, stop := a.listen(context.Background(), signals)
	defer stop()
	defer tellMemory(os.Getenv("RESEAT_TEST_MEMORY"))
	return a.run(ctx, os.Args[1:])
}

// tellMemory leaves behind what Linux knows of this process, if a file is named.
func tellMemory(file string) {
	if file == "" {
		return
	}
	if data, err := os.ReadFile("/proc/self/status"); err == nil {
		_ = os.WriteFile(file, data, 0o600)
	}
}

// testClock stands still at RESEAT_TEST_NOW, if that is set.
func testClock() func() time.Time {
	t, err := time.Parse(time.RFC3339, os.Getenv("RESEAT_TEST_NOW"))
	if err != nil {
		return time.Now
	}
	return func() time.Time { return t }
}

// killer kills this process before or after the n-th write to the journal, as
// "before:3" says, or sends it the signal of Ctrl-C ("signal:3").
func killer(at string) func(func([]byte) error) func([]byte) error {
	when, number, ok := strings.Cut(at, ":")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return nil
	}
	return func(appendLines func([]byte) error) func([]byte) error {
		writes := 0
		return func(lines []byte) error {
			writes++
			if writes == n && when == "before" {
				die()
			}
			err := appendLines(lines)
			if writes == n && when == "signal" {
				interrupt()
			}
			if writes == n && when == "after" {
				die()
			}
			return err
		}
	}
}

// diskKiller kills this process ahead of the n-th durable write to a state folder.
func diskKiller(at string) func(string) error {
	n, err := strconv.Atoi(at)
	if err != nil {
		return nil
	}
	var writes atomic.Int32
	return func(string) error {
		if int(writes.Add(1)) == n {
			die()
		}
		return nil
	}
}

// counting leaves a byte in a file for each write to the journal.
func counting(file string) func(func([]byte) error) func([]byte) error {
	return func(appendLines func([]byte) error) func([]byte) error {
		var writes []byte
		return func(lines []byte) error {
			writes = append(writes, '.')
			return errors.Join(os.WriteFile(file, writes, 0o600), appendLines(lines))
		}
	}
}

// interrupt is Ctrl-C. It returns when the signal has been noticed.
func interrupt() {
	noticed := make(chan os.Signal, 1)
	signal.Notify(noticed, os.Interrupt)
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Signal(os.Interrupt)
	}
	if err != nil {
		panic(err)
	}
	<-noticed
}

// die ends the process as kill -9 does: nothing is closed, nothing deferred.
func die() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {}
}

// TestScripts runs testdata/*.txtar, one script per promise.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("LANG", "C.UTF-8")
			e.Setenv("RESEAT_TEST_NOW", "2026-11-20T08:00:00Z")
			return copyTenants(filepath.Join(root, "examples", "contoso"), e.WorkDir)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exit": exitCode, "field": field, "denied": denied, "sim": startSim, "get": get, "actor": actor, "fate": fate},
	})
}

// copyTenants gives a script the example as contoso, and its tenant to every
// folder of the script that has a reseat.yaml.
func copyTenants(example, work string) error {
	folders, err := filepath.Glob(filepath.Join(work, "*", "reseat.yaml"))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(example, "tenant.json"))
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(work, "whole"), 0o755); err != nil {
		return err
	}
	for _, f := range append(folders, filepath.Join(work, "whole", "reseat.yaml")) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(f), "tenant.json"), data, 0o600); err != nil {
			return err
		}
	}
	return copyExample(example, filepath.Join(work, "contoso"))
}

// denied runs `denied DIR READ`: the tenant of a folder no longer permits a read.
func denied(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: denied DIR READ")
	}
	file := ts.MkAbs(filepath.Join(args[0], "tenant.json"))
	data, err := os.ReadFile(file)
	ts.Check(err)
	s, err := plan.DecodeSnapshot(data)
	ts.Check(err)
	found := false
	for i := range s.Reads {
		if s.Reads[i].What == args[1] {
			s.Reads[i].Status, s.Reads[i].Reason, found = plan.ReadDenied, "403", true
		}
	}
	if !found {
		ts.Fatalf("%s has no read %s", file, args[1])
	}
	data, err = plan.EncodeSnapshot(s)
	ts.Check(err)
	ts.Check(os.WriteFile(file, data, 0o600))
}

// startSim runs `sim ARGS…`: it starts `reseat sim ARGS… --listen 127.0.0.1:0`,
// puts the address into SIM, and stops it when the script ends.
func startSim(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sim ARGS…")
	}
	cmd := exec.Command(filepath.Join(firstOf(ts.Getenv("PATH")), "reseat"), append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), os.Stderr
	cmd.Env = append(os.Environ(), "RESEAT_TEST_NOW="+ts.Getenv("RESEAT_TEST_NOW"), "LANG=C.UTF-8")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	addr, err := addressOf(out)
	ts.Check(err)
	ts.Setenv("SIM", addr)
}

// addressOf is the address that `reseat sim` says; what it says later is dropped.
func addressOf(out io.Reader) (string, error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "http://"); ok {
			addr, _, _ := strings.Cut(rest, "/")
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return addr, nil
		}
	}
	return "", fmt.Errorf("reseat sim said no address: %v", lines.Err())
}

// get runs `get STATUS URL [CAFILE]` and shows the body.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: get STATUS URL [CAFILE]")
	}
	pool := x509.NewCertPool()
	if len(args) > 2 && !pool.AppendCertsFromPEM([]byte(ts.ReadFile(args[2]))) {
		ts.Fatalf("%s holds no certificate", args[2])
	}
	c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	resp, err := c.Get(args[1])
	ts.Check(err)
	defer resp.Body.Close()
	if got := strconv.Itoa(resp.StatusCode); got != args[0] {
		ts.Fatalf("got status %s, want %s", got, args[0])
	}
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
}

// firstOf is the first folder of a PATH: the one with the test's own programs.
func firstOf(path string) string { return filepath.SplitList(path)[0] }

// actor runs `actor DIR KIND PERMISSIONS…`: who reads the tenant of a folder, a
// person in it or an application, is permitted just that. A role of the token
// stands among the permissions as role:ID, another person than the first as user:UPN.
func actor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: actor DIR KIND PERMISSIONS…")
	}
	file := ts.MkAbs(filepath.Join(args[0], "tenant.json"))
	data, err := os.ReadFile(file)
	ts.Check(err)
	s, err := plan.DecodeSnapshot(data)
	ts.Check(err)
	s.Actor.Kind, s.Actor.Permissions = plan.ActorKind(args[1]), nil
	who := s.Users[0]
	for _, arg := range args[2:] {
		if name, ok := strings.CutPrefix(arg, "user:"); ok {
			i := slices.IndexFunc(s.Users, func(u plan.User) bool { return u.UserPrincipalName == name })
			who = s.Users[max(i, 0)]
		} else if role, ok := strings.CutPrefix(arg, "role:"); ok {
			s.Actor.Roles, s.Actor.RolesKnown = append(s.Actor.Roles, role), true
		} else {
			s.Actor.Permissions = append(s.Actor.Permissions, arg)
		}
	}
	if s.Actor.Kind == plan.ActorPerson {
		s.Actor.ID, s.Actor.Name = string(who.ID), who.UserPrincipalName
	}
	data, err = plan.EncodeSnapshot(s)
	ts.Check(err)
	ts.Check(os.WriteFile(file, data, 0o600))
}

// exitCode runs `exit CODE reseat ARGS…`: what testscript's exec cannot say.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("got exit code %s, want %s", got, args[0])
	}
}

// field runs `field VAR FILE A.B`: it puts a text of a JSON document into the
// environment.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: field VAR FILE A.B")
	}
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[1])), &v); err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	for _, key := range strings.Split(args[2], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(at) {
				ts.Fatalf("%s has no %s", args[1], args[2])
			}
			v = at[i]
		}
	}
	text, ok := v.(string)
	if !ok {
		ts.Fatalf("%s has no text %s", args[1], args[2])
	}
	ts.Setenv(args[0], text)
}

// copyExample copies a folder without its state.
func copyExample(from, to string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".reseat" || d.Name() == "generate" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}
