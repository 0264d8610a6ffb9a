package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// TestResumeMayNotSend: whatever lets nothing more be sent, a resume finds out what
// was sent before and sends nothing.
func TestResumeMayNotSend(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(h *hall)
		code    int
		unread  bool // nothing can be found out either
	}{
		"expired":             {prepare: func(h *hall) { h.now = h.now.Add(25 * time.Hour) }, code: exitPartly},
		"from the future":     {prepare: func(h *hall) { h.now = h.now.Add(-24 * time.Hour) }, code: exitPartly},
		"stopped":             {prepare: func(h *hall) { h.write("STOP", "") }, code: exitLocked},
		"stop cannot be read": {prepare: func(h *hall) { h.mkdir(".reseat/stop") }, code: exitLocked},
		"limit lowered":       {prepare: func(h *hall) { h.say("limits: {removals: 4}", takeVisio) }, code: exitGuarded},
		"share lowered":       {prepare: func(h *hall) { h.say("limits: {removals: 1000, productPercent: 1}", takeVisio) }, code: exitGuarded},
		"window closed":       {prepare: func(h *hall) { h.say(wideLimits+"\nwindows: [{deny: \"0 0 * * *\", for: 24h}]", takeVisio) }, code: exitGuarded},
		"nothing asked":       {prepare: func(h *hall) { h.say(wideLimits, "rules: []") }, code: exitPartly},
		"all protected":       {prepare: func(h *hall) { h.say(wideLimits+"\nprotect: {match: [{userPrincipalName: \"*\"}]}", takeVisio) }, code: exitPartly},
		"name not resolved": {prepare: func(h *hall) {
			h.say(wideLimits, "keep: [{name: k, who: [nobody@hall.com], products: all}]\n"+takeVisio)
		}, code: exitGuarded},
		"another name": {prepare: func(h *hall) {
			h.write("reseat.yaml", strings.Replace(h.text("reseat.yaml"), "name: hall", "name: other", 1))
		}, code: exitRefused, unread: true},
		"locked elsewhere": {prepare: func(h *hall) {
			h.lock(`{"id":"0123456789abcdef","operation":"apply","run":"","who":"dana","host":"elsewhere","pid":1,"version":"test","created":"2026-11-20T08:00:00Z"}`)
		}, code: exitLocked, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := sixty(t)
			if code, _, errs := h.as(t.Context(), cutAt(2), "apply", h.dir, "--yes"); code != exitError || h.writes() == 0 {
				t.Fatalf("got exit code %d, %d writes\n%s", code, h.writes(), errs)
			}
			run, done := h.lastRun(), h.writes()
			if n := h.unsettled(run); n == 0 {
				t.Fatal("all is known already")
			}
			tt.prepare(h)
			code, out, errs := h.reseat("apply", "--resume", run, h.dir)
			if code != tt.code || h.writes() != done {
				t.Errorf("got exit code %d, want %d; %d writes more\n%s%s", code, tt.code, h.writes()-done, out, errs)
			}
			if n := h.unsettled(run); (n > 0) != tt.unread {
				t.Errorf("%d changes are of unknown fate\n%s%s", n, out, errs)
			}
		})
	}
}

func (h *hall) mkdir(name string) {
	h.t.Helper()
	if err := os.MkdirAll(h.path(name), 0o700); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) text(name string) string {
	h.t.Helper()
	data, err := os.ReadFile(h.path(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(data)
}

// unsettled is how many changes of a run nobody knows the fate of.
func (h *hall) unsettled(name string) int {
	h.t.Helper()
	store, err := state.Open(h.path(".reseat"), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	run, err := store.OpenRun(name)
	if err != nil {
		h.t.Fatal(err)
	}
	var p *plan.Plan
	var entries []apply.Entry
	if p, entries, _, err = readRun(run); err != nil {
		h.t.Fatal(err)
	}
	return len(apply.Unsettled(p, entries))
}
