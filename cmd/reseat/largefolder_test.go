package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLargeFolder is the program itself, in a process of its own, checking a
// folder with a million people: ten seconds and 3 GiB at most. RESEAT_LARGE=1.
func TestLargeFolder(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes a while: RESEAT_LARGE=1, or make bench-large")
	}
	const people, most, memory = 1_000_000, 10 * time.Second, 3 << 30
	for name, line := range map[string]string{
		"a line each":        "  person%06[1]d@contoso.com: [SPE_E3, POWER_BI_PRO]\n",
		"a block each":       "  person%06[1]d@contoso.com:\n    - SPE_E3\n    - POWER_BI_PRO\n",
		"a note each":        "  person%06[1]d@contoso.com: {add: [SPE_E3], note: CHG-%[1]d}\n",
		"pinned":             "  person%06[1]d@contoso.com: [SPE_E3, POWER_BI_PRO]\n",
		"a fault at the end": "  person%06[1]d@contoso.com: [SPE_E3, POWER_BI_PRO]\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text, pins := "apiVersion: reseat/v1\nkind: Licenses\nusers:\n", ""
			var b, locks strings.Builder
			for i := range people {
				fmt.Fprintf(&b, line, i)
				if name == "pinned" {
					fmt.Fprintf(&locks, "%08x-0000-4000-8000-000000000000 person%06d@contoso.com\n", i, i)
				}
			}
			text, pins = text+b.String(), locks.String()
			want, code := "1,000,000 statements, no faults", exitOK
			if name == "a fault at the end" {
				text += "  carla@contoso.com: [SPE_E3\n  dana@contoso.com: []\n"
				want, code = "people.yaml:1000004:3: ", exitError
			}
			write(t, filepath.Join(dir, "people.yaml"), text)
			write(t, filepath.Join(dir, "reseat.yaml"), "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.onmicrosoft.com}\nmanage: {products: [SPE_E3, POWER_BI_PRO]}\n")
			if pins != "" {
				write(t, filepath.Join(dir, "people.lock"), pins)
			}
			told := filepath.Join(t.TempDir(), "memory")
			cmd := exec.Command("reseat", "validate", dir)
			cmd.Env = append(os.Environ(), "RESEAT_TEST_MEMORY="+told)
			start := time.Now()
			out, _ := cmd.CombinedOutput()
			took, used := time.Since(start), peak(t, told, cmd.ProcessState)
			worked := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			t.Logf("%v (%v of the processors), %d MiB", took, worked, used>>20)
			if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
				t.Errorf("got exit code %d and %.300q, want %d and %q", got, out, code, want)
			}
			if took = min(took, worked); took > most || used > memory { // others may be at work beside it
				t.Errorf("took %v and %d MiB, want at most %v and %d MiB", took, used>>20, most, memory>>20)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
