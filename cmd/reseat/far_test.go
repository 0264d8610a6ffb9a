package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/apply"
)

func busy() apply.Progress {
	return apply.Progress{Total: 10_000, Done: 1_200, Already: 20, Failed: 3, Unknown: 1, Waiting: 20, Rate: 12.4, Left: 11*time.Minute + 20*time.Second,
		Wait: 37 * time.Second, Because: "Graph asked to wait"}
}

func TestFarWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		width int
		give  apply.Progress
		want  string
	}{
		{80, apply.Progress{Total: 48}, "[..............................] applying 0 of 48"},
		{80, apply.Progress{Total: 48, Done: 48, Rate: 30.4}, "[##############################] applying 48 of 48, 30/s"},
		{120, busy(), "[#.........] applying 1,223 of 10,000, 3 failed, 1 unsettled, 20 waiting, 12/s, 11 min left, Graph asked to wait (37 s)"},
		{80, busy(), "applying 1,223 of 10,000, 3 failed, 1 unsettled, Graph asked to wait (37 s)"},
		{60, busy(), "applying 1,223 of 10,000, Graph asked to wait (37 s)"},
		{20, busy(), "applying 1,223 o..."},
		{0, apply.Progress{Total: 5, Rate: 0.26, Left: 8 * time.Second}, "[..............................] applying 0 of 5, 0.3/s, 8 s left"},
		{80, apply.Progress{Total: 48, Rate: 0.04}, "[..............................] applying 0 of 48"}, // 0.0/s says nothing
		{60, apply.Progress{Total: 5, Done: 2, Because: "reading back 3"}, "[##########...............] applying 2 of 5, reading back 3"},
	} {
		got := fitted(test.give, words(test.give, test.give.Wait), test.width)
		if got != test.want {
			t.Errorf("width %d: got\n%s\nwant\n%s", test.width, got, test.want)
		}
		if w := ansi.StringWidth(got); test.width > 0 && w >= test.width {
			t.Errorf("width %d: got %d columns", test.width, w)
		}
	}
	for d, want := range map[time.Duration]string{0: "1 s", 59 * time.Second: "59 s", 90 * time.Second: "1 min 30 s", 2 * time.Minute: "2 min", 11*time.Minute + 20*time.Second: "11 min", 130 * time.Minute: "2 h 10 min"} {
		if got := lasting(d); got != want {
			t.Errorf("lasting(%s): got %q, want %q", d, got, want)
		}
	}
}

// TestFarAside: what else is said stands on lines of its own, above the line of
// progress, and is kept where there is none.
func TestFarAside(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	a := &app{err: &errs, now: func() time.Time { return time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC) }}
	f := &far{app: a, width: 60, stop: make(chan struct{}), begun: true}
	say := func(text string) {
		t.Helper()
		if n, err := (aside{a}).Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	}
	say("before\n")
	a.shown = &progress{app: a, far: f}
	say("not begun\n")
	f.show(apply.Progress{Total: 10, Done: 1})
	say("interrupted\n")
	f.end()
	say("after\n")
	line := "\r[###...........................] applying 1 of 10\x1b[K"
	if got, want := errs.String(), "before\nnot begun\n"+line+"\r\x1b[Kinterrupted\n"+line+"\r\x1b[K"+"after\n"; got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestFarLine: on a terminal there is one line, drawn over itself and taken
// away at the end; a pause is counted down.
func TestFarLine(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	now := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	a := &app{err: &errs, now: func() time.Time { return now }}
	f := &far{app: a, width: 120, stop: make(chan struct{}), begun: true} // drawn by hand, not by a clock
	f.show(apply.Progress{Total: 10, Done: 1})
	f.show(apply.Progress{Total: 10, Done: 2}) // too soon
	f.show(apply.Progress{Total: 10, Done: 2, Wait: 37 * time.Second, Because: "Graph asked to wait"})
	now = now.Add(7 * time.Second)
	f.draw(now)
	now = now.Add(40 * time.Second)
	f.draw(now)
	f.end()
	f.draw(now)
	f.end()
	frames := strings.Split(strings.TrimPrefix(errs.String(), "\r"), "\r")
	want := []string{"applying 1 of 10", "applying 2 of 10, Graph asked to wait (37 s)", "applying 2 of 10, Graph asked to wait (30 s)", "applying 2 of 10", ""}
	if len(frames) != len(want) || strings.Contains(errs.String(), "\n") {
		t.Fatalf("got %d frames, want %d: %q", len(frames), len(want), errs.String())
	}
	for i, f := range frames {
		_, text, _ := strings.Cut(strings.TrimSuffix(f, "\x1b[K"), "] ")
		if text != want[i] || !strings.HasSuffix(f, "\x1b[K") {
			t.Errorf("frame %d: got %q, want %q", i, f, want[i])
		}
	}
}

// TestFarPlain: elsewhere there is a line every ten seconds, and one at the
// beginning of each long pause.
func TestFarPlain(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	now := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	a := &app{err: &errs, now: func() time.Time { return now }, terminal: func(any) (int, bool) { return 0, false }}
	p := a.applyingNow()
	for n := range 25 {
		now = now.Add(time.Second)
		p.changes(apply.Progress{Total: 100, Done: n})
	}
	p.changes(apply.Progress{Total: 100, Done: 30, Wait: 37 * time.Second, Because: "Graph asked to wait"})
	p.changes(apply.Progress{Total: 100, Done: 30, Wait: 37 * time.Second, Because: "Graph asked to wait"})
	p.done()
	want := "applying 9 of 100\napplying 19 of 100\napplying 30 of 100, Graph asked to wait (37 s)\n"
	if got := errs.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
