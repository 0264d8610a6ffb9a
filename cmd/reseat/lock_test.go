package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// fate runs `fate FILE rename NAME TO`, `delete NAME` or `purge NAME`: what
// becomes of a person of a simulated tenant between two plans.
func fate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fate FILE rename NAME TO | delete NAME | purge NAME")
	}
	file := ts.MkAbs(args[0])
	data, err := os.ReadFile(file)
	ts.Check(err)
	s, err := plan.DecodeSnapshot(data)
	ts.Check(err)
	u := slices.IndexFunc(s.Users, func(u plan.User) bool { return u.UserPrincipalName == args[2] })
	d := slices.IndexFunc(s.Deleted, func(d plan.DeletedUser) bool { return d.UserPrincipalName == args[2] })
	switch {
	case args[1] == "purge" && d >= 0:
		s.Deleted = slices.Delete(s.Deleted, d, d+1)
	case u < 0:
		ts.Fatalf("nobody is called %s", args[2])
	case args[1] == "rename":
		s.Users[u].UserPrincipalName = args[3]
	default:
		leave(s, u, args[1] == "delete")
	}
	data, err = plan.EncodeSnapshot(s)
	ts.Check(err)
	ts.Check(os.WriteFile(file, data, 0o600))
}

// leave takes a user out of a tenant, into the recycle bin or out of it all.
func leave(s *plan.Snapshot, i int, bin bool) {
	u := s.Users[i]
	s.Users = slices.Delete(s.Users, i, i+1)
	for j := range s.Groups {
		s.Groups[j].Members = slices.DeleteFunc(s.Groups[j].Members, func(id plan.UserID) bool { return id == u.ID })
	}
	if !bin {
		return
	}
	s.Deleted = append(s.Deleted, plan.DeletedUser{ID: u.ID, UserPrincipalName: u.UserPrincipalName, DeletedAt: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)})
	slices.SortFunc(s.Deleted, func(x, y plan.DeletedUser) int { return strings.Compare(string(x.ID), string(y.ID)) })
}

// TestLockOfManyNames: 20,000 names are pinned in a few seconds, and the file is
// what the folder reads.
func TestLockOfManyNames(t *testing.T) {
	t.Parallel()
	const n = 20_000
	s := newSandbox(t)
	var names bytes.Buffer
	names.WriteString("apiVersion: reseat/v1\nkind: Licenses\nusers:\n")
	snap := &plan.Snapshot{Organization: plan.Organization{ID: "48a80680-7326-48cd-9935-b556b81d3a4e", DisplayName: "Contoso", VerifiedDomains: []string{"contoso.example"}},
		ReadAt: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), Actor: plan.Actor{Kind: plan.ActorApplication, ID: "x", Permissions: []string{"User.Read.All", "Directory.Read.All"}, PermissionsKnown: true},
		Count: plan.UserCount{Before: -1, After: -1}}
	for i := range n {
		name := fmt.Sprintf("p%05d@contoso.example", n-i)
		snap.Users = append(snap.Users, plan.User{ID: plan.UserID(fmt.Sprintf("00000000-0000-4000-8000-%012x", i)), UserPrincipalName: name, DisplayName: name, UserType: "Member", AccountEnabled: plan.Yes})
		fmt.Fprintf(&names, "  %s: {add: [SPE_E3]}\n", name)
	}
	data, err := plan.EncodeSnapshot(snap)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for file, body := range map[string][]byte{"tenant.json": data, "people.yaml": names.Bytes(),
		"reseat.yaml": []byte("apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {simulator: tenant.json}\n")} {
		if err := os.WriteFile(filepath.Join(dir, file), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"20,000 names are pinned, 20,000 new", "20,000 names are pinned, nothing to change"} {
		cmd := exec.Command("reseat", "lock", dir)
		cmd.Env = append(os.Environ(), s.env...)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v\n%s", err, out)
		}
		// Its own time, half a second, does not depend on who else is at work; the
		// race detector makes it many times more.
		took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		t.Logf("lock of %d names took %v", n, took)
		if took > time.Minute {
			t.Errorf("lock of %d names took %v of processor time", n, took)
		}
	}
	d, faults, err := desired.Read(os.DirFS(dir))
	if err != nil || len(faults) > 0 || len(d.Pins) != n || !d.Locked {
		t.Fatalf("got %d pins, %v, %v", len(d.Pins), faults, err)
	}
	data, err = os.ReadFile(filepath.Join(dir, lockFile))
	if err != nil || !bytes.Equal(data, desired.EncodeLock(d.Pins)) {
		t.Errorf("what was read is not what was written: %v", err)
	}
	left, err := fs.Glob(os.DirFS(dir), ".*.tmp")
	if err != nil || len(left) > 0 {
		t.Errorf("got %v left behind, %v", left, err)
	}
}
