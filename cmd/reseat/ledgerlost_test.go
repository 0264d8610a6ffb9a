package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLedgerLost: lines of the ledger that are gone are not forgotten silently, by a
// plan or by an apply, whether all of them are gone or some.
func TestLedgerLost(t *testing.T) {
	t.Parallel()
	h := newHall(t, moved(crowdOf(100, hallVisio, hallPower), "Gone", 5), wideLimits, takeVisio)
	h.run(0, "apply", h.dir, "--yes")
	first := h.lastRun()
	ledger := filepath.Join(h.dir, ".reseat", "ledger.jsonl")
	was, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.AddDate(0, 0, 1)
	h.say(wideLimits, strings.Replace(takeVisio, "VISIOCLIENT", "POWER_BI_PRO", 1))
	h.run(0, "apply", h.dir, "--yes")
	if _, errs := h.run(0, "plan", h.dir); strings.Contains(errs, "lost lines") {
		t.Errorf("nothing was lost:\n%s", errs)
	}
	both, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	h.write(filepath.Join(".reseat", "ledger.jsonl"), string(both[len(was):]))
	h.say(wideLimits, strings.Replace(takeVisio, "VISIOCLIENT", "SPE_E3", 1))
	want := "ledger.jsonl of the state folder lost lines, though run " + first + " changed something"
	if out, errs := h.run(0, "plan", h.dir); !strings.Contains(strings.Join(strings.Fields(out+errs), " "), want) {
		t.Errorf("the plan does not say so:\n%s%s", out, errs)
	}
	if _, errs := h.run(0, "apply", h.dir, "--yes"); !strings.Contains(errs, want) {
		t.Errorf("the apply does not say so:\n%s", errs)
	}
}
