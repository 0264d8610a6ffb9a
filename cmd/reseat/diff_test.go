package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestDiff: what a diff keeps and takes is the one version, what it keeps and
// adds the other; and it is as short as can be.
func TestDiff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a", "b", "c", ""})
		a, b := rapid.SliceOfN(line, 0, 12).Draw(t, "a"), rapid.SliceOfN(line, 0, 12).Draw(t, "b")
		var was, is []string
		n := 0
		for _, e := range compare(a, b) {
			if e.sign != '+' {
				was = append(was, e.line)
			}
			if e.sign != '-' {
				is = append(is, e.line)
			}
			if e.sign != ' ' {
				n++
			}
		}
		if strings.Join(was, "\n") != strings.Join(a, "\n") || strings.Join(is, "\n") != strings.Join(b, "\n") || len(was) != len(a) || len(is) != len(b) {
			t.Fatalf("%q to %q: got %q and %q", a, b, was, is)
		}
		if want := len(a) + len(b) - 2*common(a, b); n != want {
			t.Fatalf("%q to %q: got %d edits, want %d", a, b, n, want)
		}
	})
}

// common is the length of the longest common subsequence.
func common(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	last := make([]int, len(b)+1)
	for _, x := range a {
		row := make([]int, len(b)+1)
		for j, y := range b {
			if row[j+1] = max(last[j+1], row[j]); x == y {
				row[j+1] = last[j] + 1
			}
		}
		last = row
	}
	return last[len(b)]
}

// TestDiffPatch: `patch` turns one version into the other.
func TestDiffPatch(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("no patch on this machine")
	}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 30 {
			return // a process each
		}
		line := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "## f"})
		a, b := rapid.SliceOfN(line, 1, 40).Draw(t, "a"), rapid.SliceOfN(line, 1, 40).Draw(t, "b")
		file, patch := filepath.Join(dir, "f"), filepath.Join(dir, "p")
		before, after := strings.Join(a, "\n")+"\n", strings.Join(b, "\n")+"\n"
		if before == after {
			return
		}
		for name, data := range map[string][]byte{file: []byte(before), patch: diff("f", []byte(before), []byte(after))} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command("patch", "-s", "-F0", file, patch).CombinedOutput()
		got, _ := os.ReadFile(file)
		if err != nil || string(got) != after {
			t.Fatalf("%v\n%s\ngot %q, want %q", err, out, got, after)
		}
	})
}

// TestDiffLong: two files with nothing in common are shown as replaced, soon.
func TestDiffLong(t *testing.T) {
	t.Parallel()
	a, b := make([]string, 20_000), make([]string, 20_000)
	for i := range a {
		a[i], b[i] = "a"+strings.Repeat("x", i%7)+string(rune('a'+i%26)), "b"
	}
	if got := len(compare(a, b)); got != len(a)+len(b) {
		t.Errorf("got %d edits, want %d", got, len(a)+len(b))
	}
}
