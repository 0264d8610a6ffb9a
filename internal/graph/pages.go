package graph

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxPages is the most pages of one listing.
	maxPages = 20_000
	// ahead is how many pages beyond the one whose turn it is may be asked for.
	ahead = 3
	// maxRestarts is how often a listing whose links expired begins again.
	maxRestarts = 3
)

// A listing is what is asked for with a chain of pages.
type listing struct {
	op       string
	path     string // within v1.0, encoded
	eventual bool
}

// An intake is where the items of a listing go.
type intake[T any] struct {
	// reader returns a function that decodes one item. Pages may be decoded side
	// by side, each with a reader of its own.
	reader func() func(*jsontext.Decoder, *T) error
	// keep is handed each page that came whole, in the order of the chain. It
	// must copy what it keeps of the slice.
	keep func([]T)
	// drop forgets all that was kept: the listing begins again.
	drop func()
}

// list reads all pages of l. A page is asked for as soon as the link to it is
// known, while the one before still arrives. Links that Graph no longer takes
// in the middle of a listing make it begin again: the pages before are of
// another time.
func list[T any](ctx context.Context, c *Client, l listing, in intake[T]) error {
	for again := 0; ; again++ {
		pages, err := walk(ctx, c, l, in)
		e, refused := refusedWith(err)
		if !refused || pages == 0 || e.Status != http.StatusBadRequest || e.Code != "Directory_ExpiredPageToken" {
			return err
		}
		if again == maxRestarts {
			return &expired{fmt.Errorf("%s: %s after %d pages, at the %dth attempt: %w", l.op, e.Short(), pages, again+1, ErrIncomplete)}
		}
		c.log.Info("listing begins again, its link expired", "op", l.op, "pages", pages)
		in.drop()
	}
}

// An expired error is a listing whose links expired again and again.
type expired struct{ err error }

func (e *expired) Error() string { return e.err.Error() }
func (e *expired) Unwrap() error { return e.err }

// A page is one page of a chain, asked for perhaps before its turn. Its fields
// belong to the lock of the chain; items and err are final once done is closed.
type page[T any] struct {
	index  int
	url    string
	key    [sha256.Size]byte // of url
	cancel context.CancelFunc
	// dropped: the page before leads elsewhere by now.
	dropped bool
	link    string   // where the newest answer leads; empty is not known, or the end
	next    *page[T] // what link leads to; nil if it was not asked for yet
	done    chan struct{}
	items   []T
	err     error
}

// A chain is the pages of a listing while it is read.
type chain[T any] struct {
	c     *Client
	l     listing
	in    intake[T]
	begin func(*page[T]) // asks for a page

	mu      sync.Mutex
	turn    int // index of the page whose turn it is
	seen    map[[sha256.Size]byte]bool
	readers []func(*jsontext.Decoder, *T) error // at rest
	buffers [][]T                               // likewise
}

// walk reads a chain once. It returns how many pages were kept.
func walk[T any](ctx context.Context, c *Client, l listing, in intake[T]) (pages int, err error) {
	h := &chain[T]{c: c, l: l, in: in, seen: map[[sha256.Size]byte]bool{}}
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h.begin = func(p *page[T]) {
		ctx, cancel := context.WithCancel(ctx)
		p.cancel = cancel
		wg.Go(func() {
			defer cancel()
			defer close(p.done)
			p.items, p.err = h.fetch(ctx, p)
		})
	}
	for p := h.first(); p != nil; pages++ {
		<-p.done // it ends with ctx
		if p.err != nil {
			return pages, p.err
		}
		in.keep(p.items)
		p = h.advance(p)
	}
	return pages, nil
}

// fetch reads one page. What an attempt that failed led to stays asked for as
// long as the next attempt does not lead elsewhere.
func (h *chain[T]) fetch(ctx context.Context, p *page[T]) (items []T, err error) {
	k := call{op: h.l.op, method: http.MethodGet, url: p.url, eventual: h.l.eventual}
	err = h.c.try(ctx, h.l.op, func() error {
		return h.c.do(ctx, k, func(r io.Reader) error {
			var one func(*jsontext.Decoder, *T) error
			defer func() { h.giveReader(one) }()
			items = items[:0]
			link, err := decodePage(r, func(link string) error { return h.linked(p, link) }, func(d *jsontext.Decoder) error {
				if one == nil {
					// No sooner: what waits for an answer needs no reader.
					one, items = h.borrow(items)
				}
				var zero T
				items = append(items, zero)
				return one(d, &items[len(items)-1])
			})
			if err == nil && link == "" {
				h.ends(p)
			}
			return err
		})
	})
	return items, err
}

// first asks for the first page.
func (h *chain[T]) first() *page[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	url := h.c.url(h.l.path)
	return h.ask(url, sha256.Sum256([]byte(url)), 0)
}

// ask asks for a page. The lock is held.
func (h *chain[T]) ask(url string, key [sha256.Size]byte, index int) *page[T] {
	p := &page[T]{index: index, url: url, key: key, done: make(chan struct{})}
	h.seen[key] = true
	h.begin(p)
	return p
}

// linked is told where a page leads, at each attempt to read it. It fails for
// a link that must not be followed.
func (h *chain[T]) linked(p *page[T], link string) error {
	if err := h.c.mayFollow(link); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.dropped || p.link == link {
		return nil
	}
	h.forget(p)
	switch {
	case p.index+1 == maxPages:
		return fmt.Errorf("more than %d pages: %w", maxPages, ErrIncomplete)
	case h.seen[sha256.Sum256([]byte(link))]:
		return fmt.Errorf("the chain of pages comes back to a page it had: %w", ErrIncomplete)
	}
	p.link = link
	h.extend(p)
	return nil
}

// ends is told that p came whole and is the last page.
func (h *chain[T]) ends(p *page[T]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(p)
}

// forget throws away what follows p: it was asked for with a link that no
// longer holds. The lock is held.
func (h *chain[T]) forget(p *page[T]) {
	for q := p.next; q != nil; q = q.next {
		q.dropped = true
		q.cancel()
		delete(h.seen, q.key)
	}
	p.next, p.link = nil, ""
}

// extend asks for what follows p, if that is known, not asked for yet and not
// too far ahead. The lock is held.
func (h *chain[T]) extend(p *page[T]) {
	if p.link != "" && p.next == nil && p.index < h.turn+ahead {
		p.next = h.ask(p.link, sha256.Sum256([]byte(p.link)), p.index+1)
	}
}

// advance gives the turn to what follows p, which was kept; nil is the end.
func (h *chain[T]) advance(p *page[T]) *page[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(p.items)
	h.buffers, p.items = append(h.buffers, p.items[:0]), nil
	h.turn++
	last := p
	for last.next != nil {
		last = last.next
	}
	h.extend(last)
	return p.next
}

// borrow returns a reader, and room for items unless there is some.
func (h *chain[T]) borrow(items []T) (func(*jsontext.Decoder, *T) error, []T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.buffers); n > 0 && cap(items) == 0 {
		items, h.buffers = h.buffers[n-1], h.buffers[:n-1]
	}
	if n := len(h.readers); n > 0 {
		one := h.readers[n-1]
		h.readers = h.readers[:n-1]
		return one, items
	}
	return h.in.reader(), items
}

// giveReader gives a reader back; nil is none.
func (h *chain[T]) giveReader(one func(*jsontext.Decoder, *T) error) {
	if one == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers = append(h.readers, one)
}
