package graph

import (
	"context"
	"sync"
)

// together runs all of fs at once and waits for them. It returns the first
// error there was, and ends the others' context with it.
func together(ctx context.Context, fs ...func(context.Context) error) error {
	return each(ctx, fs, len(fs), func(ctx context.Context, f func(context.Context) error) error { return f(ctx) })
}

// each runs f for every item, at most width at once, and waits. It returns the
// first error there was; after it nothing new is begun.
func each[T any](ctx context.Context, items []T, width int, f func(context.Context, T) error) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		once  sync.Once
		first error
		wg    sync.WaitGroup
		queue = make(chan T)
	)
	for range min(width, len(items)) {
		wg.Go(func() {
			for item := range queue {
				if err := f(inner, item); err != nil {
					once.Do(func() { first = err })
					cancel()
				}
			}
		})
	}
feed:
	for _, item := range items {
		select {
		case queue <- item:
		case <-inner.Done():
			break feed
		}
	}
	close(queue)
	wg.Wait()
	if first == nil {
		return ctx.Err()
	}
	return first
}
