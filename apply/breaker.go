package apply

import "fmt"

// A breaker stops a run that does more harm than good, at the end of a batch.
// It counts requests of this Run.
type breaker struct {
	sent, failed, denied int
	barren               int // whole batches in a row without one success
	shown                [3]int
}

// A view is what read-backs showed of a request that Graph said it carried out.
type view int

const (
	notShown  view = iota // the seats are still as before, or were not read
	asPlanned             // all are as planned
	contrary              // one is neither as planned nor as before
)

// saw takes note that a request looks otherwise than it did, and returns why the
// run must stop, or "". What is still as before does not count: the directory lags.
// Nor do counts of seats, which lag too, and in which others' work cannot be told
// from ours: what a read-back shows of the very seats that were written does.
func (b *breaker) saw(was, is view) string {
	if was == is {
		return ""
	}
	b.shown[was]--
	b.shown[is]++
	against := b.shown[contrary]
	all := against + b.shown[asPlanned]
	if is == contrary && (against == all && all >= deniedFrom || all >= shareFrom && against*100 > all*sharePercent) {
		return fmt.Sprintf("of %d requests that Graph said it carried out, %d show something else: something works against this run", all, against)
	}
	return ""
}

// A tally is what became of the requests of a batch.
type tally struct {
	sent, done, failed, denied int // denied: by 401 or 403
}

const (
	barrenBatches = 3
	shareFrom     = 20 // requests from which the share of failures counts
	sharePercent  = 20
	deniedFrom    = 3 // one person may be out of reach; the first three are not
)

// add counts a batch and returns why the run must stop, or "".
func (b *breaker) add(t tally) string {
	if t.sent == 0 {
		return ""
	}
	b.sent, b.failed, b.denied = b.sent+t.sent, b.failed+t.failed, b.denied+t.denied
	b.barren++
	if t.done > 0 {
		b.barren = 0
	}
	switch {
	case b.denied == b.sent && b.sent >= deniedFrom:
		return fmt.Sprintf("Graph denied all %d requests: the acting identity may not assign licences here", b.sent)
	case b.barren >= barrenBatches:
		return fmt.Sprintf("%d batches in a row without one success", b.barren)
	case b.sent >= shareFrom && b.failed*100 > b.sent*sharePercent:
		return fmt.Sprintf("%d of %d requests failed", b.failed, b.sent)
	}
	return ""
}
