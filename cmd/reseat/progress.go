package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A progress shows that long work goes on, on stderr: a bar or spinner on a
// terminal, a plain line now and then elsewhere.
type progress struct {
	app  *app
	verb string
	bar  *progressbar.ProgressBar // nil: plain lines
	mu   sync.Mutex
	all  map[string]int // how many there will be, where that is known
	last time.Time
	idle time.Time // until when the bar says that it waits
	far  *far      // how far an apply is, in the place of the bar; nil elsewhere
}

// quiet is how long plain lines wait for one another.
const quiet = 10 * time.Second

func (a *app) progress(verb string) *progress {
	p := &progress{app: a, verb: verb, all: map[string]int{}, last: a.now()}
	if _, tty := a.terminal(a.err); tty {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.err), progressbar.OptionSetDescription(verb),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shown = p
	return p
}

// untold is how long a wait is of which nothing is said.
const untold = 5 * time.Second

// patient waits for d, as the client does by itself, and says so if that is
// long: else a throttled tenant looks like a program that hangs.
func (a *app) patient(ctx context.Context, d time.Duration) error {
	a.tell(d)
	if a.wait != nil {
		return a.wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tell says that calls wait for d, once for all that wait together.
func (a *app) tell(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	end := a.now().Add(d)
	if d < untold || !end.After(a.until.Add(time.Second)) {
		return
	}
	a.until = end
	text := "waiting " + d.Round(time.Second).String() + ": Graph is busy, or cannot be reached"
	if a.shown == nil {
		fmt.Fprintln(a.err, text)
		return
	}
	a.shown.wait(text, end)
}

// wait shows that nothing comes for a while.
func (p *progress) wait(text string, end time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		fmt.Fprintln(p.app.err, text)
		return
	}
	p.idle = end
	if p.far != nil {
		p.far.pause(text, end)
		return
	}
	p.show(text)
}

// expect tells how much there will be of something.
func (p *progress) expect(what string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[what] = n
}

// items tells how much has been read of something.
func (p *progress) items(what string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf("%s: %s", what, grouped(n))
	if all := p.all[what]; all > 0 {
		text += " of " + grouped(max(n, all))
	}
	p.say(text)
}

// doing tells what has begun.
func (p *progress) doing(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say(what)
}

func (p *progress) say(what string) {
	text := p.verb + " " + what
	switch {
	case p.bar == nil:
		p.line(text)
	case !p.app.now().Before(p.idle): // answers of calls that were on their way come in between
		p.show(text)
	}
}

func (p *progress) show(text string) {
	p.bar.Describe(text)
	_ = p.bar.Add(0) // a bar that cannot be drawn is no reason to stop
}

// grouped is a number that can be read: 200,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// line prints a plain line, unless one was printed a moment ago.
func (p *progress) line(text string) {
	if now := p.app.now(); now.Sub(p.last) >= quiet {
		p.last = now
		fmt.Fprintln(p.app.err, text)
	}
}

func (p *progress) done() {
	p.app.mu.Lock()
	p.app.shown = nil
	p.app.mu.Unlock()
	if p.far != nil {
		p.far.end()
	}
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
