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
