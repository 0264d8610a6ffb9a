package apply

import (
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Pacer is what tests see of a pacer.
type Pacer struct{ p pacer }

// NewPacer returns the pacer of a run that begins.
func NewPacer() Pacer { return Pacer{newPacer()} }

// Room is [pacer.room].
func (p *Pacer) Room(now time.Time) (int, time.Time) { return p.p.room(now) }

// Begin is [pacer.begin].
func (p *Pacer) Begin(now time.Time, n int) { p.p.begin(now, n) }

// Heard is [pacer.heard].
func (p *Pacer) Heard(now time.Time, a plan.Answer) { p.p.heard(now, a) }

// BreakerTally is a tally as tests write it: requests, done, failed, denied.
type BreakerTally [4]int

// Break shows a breaker batches, and returns why it stops, at which of them.
func Break(batches ...BreakerTally) (why string, at int) {
	var b breaker
	for i, t := range batches {
		if why := b.add(tally{t[0], t[1], t[2], t[3]}); why != "" {
			return why, i
		}
	}
	return "", -1
}
