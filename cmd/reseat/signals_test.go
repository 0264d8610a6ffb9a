package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/reseat-cli/reseat/apply"
)

// TestSignalsOfTheSystem: whatever signal ends a process in the middle of a batch,
// it finishes that and can be taken up. A closed terminal often tells twice.
func TestSignalsOfTheSystem(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent these there")
	}
	t.Parallel()
	for name, tt := range map[string]struct {
		signals []os.Signal
	}{
		"interrupt":     {[]os.Signal{os.Interrupt}},
		"terminate":     {[]os.Signal{syscall.SIGTERM}},
		"hang up":       {[]os.Signal{syscall.SIGHUP}},
		"hang up twice": {[]os.Signal{syscall.SIGHUP, syscall.SIGHUP}},
		"nobody reads":  {[]os.Signal{syscall.SIGPIPE, os.Interrupt}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, 400)
			at := newMeeting(t)
			cmd, out := c.command([]string{"RESEAT_TEST_AT=sent:3=meet", "RESEAT_TEST_MEET=" + at.url}, c.args()...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			select {
			case <-at.came:
			case <-ended:
				t.Fatalf("it ended before its third batch:\n%s", out)
			}
			for _, s := range tt.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			at.on <- struct{}{}
			<-ended
			c.quiet()
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Fatalf("got exit code %d (%s), want 130\n%s", code, cmd.ProcessState, out)
			}
			run := c.onlyRun()
			entries, torn := c.journal(run, c.p)
			if open := apply.Unsettled(c.p, entries); torn || len(open) > 0 {
				t.Errorf("%d changes are of unknown fate; torn: %t\n%s", len(open), torn, out)
			}
			if !strings.Contains(out.String(), "reseat apply --resume "+run) {
				t.Errorf("it does not say how to go on:\n%s", out)
			}
			c.must(0, c.args()...)
			if wrong := differs(c.before, c.now(), c.p); len(wrong) > 0 {
				t.Errorf("the tenant is not as planned:\n%s", strings.Join(wrong, "\n"))
			}
		})
	}
}

// TestHangUps: of a closed terminal the first word counts, and no other one; who
// is impatient still is.
func TestHangUps(t *testing.T) {
	t.Parallel()
	a := &app{err: &lockedBuffer{}}
	signals := make(chan os.Signal)
	ctx, stop := a.listen(context.Background(), signals)
	defer stop()
	a.setApplying(true)
	for range 3 {
		signals <- syscall.SIGHUP
	}
	<-a.interrupted
	if ctx.Err() != nil {
		t.Fatal("it does not wait any longer")
	}
	signals <- os.Interrupt
	<-ctx.Done()
}
