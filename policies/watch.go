package policies

import (
	"context"
	"errors"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// maxMemory is how many bytes one answer of rules of one's own may take, all that
// is soon thrown away counted. What is counted is never given back, so that the
// figure does not depend on when memory is.
const maxMemory = 256 << 20

// lookEvery is how often a watch looks.
const lookEvery = 2 * time.Millisecond

// errMemory stops a question that takes too much memory.
var errMemory = errors.New("needs more than 256 MiB of memory for an answer")

// A watch stops questions that take too much memory. The memory is the whole
// program's: where several questions are asked at once, those that are stopped
// are suspects.
type watch struct {
	taken atomic.Uint64 // bytes that the program has taken since it began
	mu    sync.Mutex
	open  map[*question]struct{}
}

// A question is one that is being asked.
type question struct {
	begun  uint64
	cancel context.CancelCauseFunc
}

// watching looks until the returned stop is called, which waits for it to end.
func watching() (w *watch, stop func()) {
	w = &watch{open: map[*question]struct{}{}}
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	look := func() {
		metrics.Read(sample)
		w.taken.Store(sample[0].Value.Uint64())
	}
	look()
	ctx, end := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for pause(ctx, lookEvery) {
			look()
			w.check()
		}
	}()
	return w, func() { end(); <-done }
}

// pause waits and reports whether ctx still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	tick, stop := context.WithTimeout(ctx, d)
	defer stop()
	<-tick.Done()
	return ctx.Err() == nil
}

// check stops the questions during which too much was taken.
func (w *watch) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for q := range w.open {
		if w.taken.Load()-q.begun > maxMemory {
			q.cancel(errMemory)
		}
	}
}

// enter begins to watch a question; leave ends it.
func (w *watch) enter(cancel context.CancelCauseFunc) *question {
	q := &question{begun: w.taken.Load(), cancel: cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[q] = struct{}{}
	return q
}

func (w *watch) leave(q *question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, q)
}
