package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/render"
)

// applyingNow shows how far an apply is: one line on a terminal, plain lines
// elsewhere.
func (a *app) applyingNow() *progress {
	p := a.progress("applying")
	width, tty := a.terminal(a.err)
	if tty {
		p.bar = nil
		p.far = &far{app: a, width: width, stop: make(chan struct{})}
	}
	return p
}

// changes tells how far an apply is.
func (p *progress) changes(s apply.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.far != nil {
		p.far.show(s)
		return
	}
	now := p.app.now()
	if long := s.Wait >= untold && now.After(p.idle); long {
		p.idle, p.last = now.Add(s.Wait), now
		fmt.Fprintln(p.app.err, sentence(words(s, s.Wait)))
		return
	}
	p.line(sentence(words(s, s.Wait)))
}

// finishedOf is how many changes have come to their end. What is on its way, or not
// confirmed, is not among them.
func finishedOf(s apply.Progress) int { return s.Done + s.Already + s.Skipped + s.Failed }

// A part of what is told; where there is no room for all, those with the highest
// figure go first.
type part struct {
	text string
	drop int
}

// words say how far an apply is.
func words(s apply.Progress, wait time.Duration) []part {
	all := []part{{"applying " + grouped(finishedOf(s)) + " of " + grouped(s.Total), 0}}
	add := func(yes bool, text string, order int) {
		if yes {
			all = append(all, part{text, order})
		}
	}
	add(s.Failed > 0, grouped(s.Failed)+" failed", 2)
	add(s.Unknown > 0, grouped(s.Unknown)+" unsettled", 3)
	add(s.Waiting > 0, grouped(s.Waiting)+" waiting", 4)
	add(s.Rate >= 0.05, rate(s.Rate), 6)
	add(s.Left > 0, lasting(s.Left)+" left", 5)
	because := render.Clean(s.Because)
	switch {
	case because != "" && wait > 0:
		because += " (" + lasting(wait) + ")"
	case wait > 0:
		because = "pausing " + lasting(wait)
	}
	add(because != "", because, 1)
	return all
}

func sentence(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}
	return strings.Join(texts, ", ")
}

// shorter leaves out the part that matters least; false if only one is left.
func shorter(parts []part) ([]part, bool) {
	at := 0
	for i, p := range parts {
		if p.drop > parts[at].drop {
			at = i
		}
	}
	if at == 0 {
		return parts, false
	}
	return slices.Delete(slices.Clone(parts), at, at+1), true
}

// rate is how many changes a second, with as many digits as say something.
func rate(x float64) string {
	if x >= 10 {
		return grouped(int(x+0.5)) + "/s"
	}
	return strconv.FormatFloat(x, 'f', 1, 64) + "/s"
}

// lasting writes a duration in the two units that matter.
func lasting(d time.Duration) string {
	d = d.Round(time.Second)
	switch h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60; {
	case h > 0:
		return fmt.Sprintf("%d h %d min", h, m)
	case d >= 10*time.Minute, m > 0 && s == 0:
		return fmt.Sprintf("%d min", m)
	case m > 0:
		return fmt.Sprintf("%d min %d s", m, s)
	default:
		return fmt.Sprintf("%d s", max(s, 1))
	}
}

// A far is the line of an apply on a terminal. A pause is counted down, so that
// nobody takes it for a program that hangs.
type far struct {
	app   *app
	width int
	mu    sync.Mutex
	last  apply.Progress
	known bool
	until time.Time // the end of the pause
	drawn time.Time
	begun bool
	over  bool
	stop  chan struct{}
}

// redraw is how often the line may change.
const redraw = 100 * time.Millisecond

func (f *far) show(s apply.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.known, f.until = s, true, time.Time{}
	now := f.app.now()
	if s.Wait > 0 {
		f.until = now.Add(s.Wait)
	}
	if now.Sub(f.drawn) >= redraw || s.Wait > 0 {
		f.draw(now)
	}
	if !f.begun {
		f.begun = true
		go f.tick()
	}
}

// pause shows that a call waits by itself.
func (f *far) pause(why string, end time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last.Because, f.until = why, end
	_, after, found := strings.Cut(why, ": ")
	if found {
		f.last.Because = after
	}
	f.draw(f.app.now())
}

// tick draws the line anew while nothing happens.
func (f *far) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-f.stop:
			return
		case <-t.C:
			f.mu.Lock()
			f.draw(f.app.now())
			f.mu.Unlock()
		}
	}
}

func (f *far) draw(now time.Time) {
	if f.over || !f.known {
		return
	}
	f.drawn = now
	s := f.last
	wait := f.until.Sub(now)
	if wait <= 0 {
		wait = 0
		if !f.until.IsZero() { // the pause is over, and nothing was heard since
			s.Because = ""
		}
	}
	fmt.Fprint(f.app.err, "\r"+fitted(s, words(s, wait), f.width)+"\x1b[K")
}

// fitted is the line for a terminal of that width: a bar where there is room,
// and no more than fits.
func fitted(s apply.Progress, parts []part, width int) string {
	const least, most = 12, 32
	if width <= 0 {
		width = 80
	}
	room := width - 1 // a full line makes some terminals begin another
	text := sentence(parts)
	for more := true; more && ansi.StringWidth(text) > room; text = sentence(parts) {
		parts, more = shorter(parts)
	}
	if bar := min(room-ansi.StringWidth(text)-1, most); bar >= least {
		return drawnBar(s, bar) + " " + text
	}
	return ansi.Truncate(text, room, "...")
}

// drawnBar is so many cells wide.
func drawnBar(s apply.Progress, cells int) string {
	cells -= 2
	full := cells
	if s.Total > 0 {
		full = min(cells*finishedOf(s)/s.Total, cells)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", cells-full) + "]"
}

// above prints whole lines where the line stands, and the line anew below them.
func (f *far) above(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over || !f.known {
		fmt.Fprint(f.app.err, text)
		return
	}
	fmt.Fprint(f.app.err, "\r\x1b[K"+text)
	f.draw(f.app.now())
}

// An aside is stderr for what is said while a line of progress may stand there.
type aside struct{ app *app }

// Write takes whole lines.
func (s aside) Write(text []byte) (int, error) {
	s.app.mu.Lock()
	shown := s.app.shown
	s.app.mu.Unlock()
	if shown != nil && shown.far != nil {
		shown.far.above(string(text))
		return len(text), nil
	}
	return s.app.err.Write(text)
}

// end takes the line away.
func (f *far) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	f.over = true
	close(f.stop)
	if f.known {
		fmt.Fprint(f.app.err, "\r\x1b[K")
	}
}
