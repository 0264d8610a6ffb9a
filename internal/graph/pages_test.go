package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// nth is a product that stands for item n of a listing.
func nth(n int) string { return product(id(n), n, n) }

// numbers returns which items came of a listing.
func numbers(products []plan.Product) []int {
	var out []int
	for _, p := range products {
		out = append(out, p.Enabled)
	}
	slices.Sort(out)
	return out
}

// A script is Graph as a function of the query of a listing of products.
func script(f func(w http.ResponseWriter, r *http.Request, query string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f(w, r, r.URL.RawQuery) })
}

const head = `{"@odata.context":"x","@odata.nextLink":"` + root + `/v1.0/subscribedSkus?%s","value":[`

// say writes and sends at once.
func say(w http.ResponseWriter, format string, args ...any) {
	fmt.Fprintf(w, format, args...)
	w.(http.Flusher).Flush()
}

// The next page is asked for while the present one still arrives: this server
// holds back the rest of each page until the next was asked for.
func TestAskedAhead(t *testing.T) {
	const pages = 6
	asked := make([]chan struct{}, pages+1)
	for i := range asked {
		asked[i] = make(chan struct{})
	}
	h := script(func(w http.ResponseWriter, r *http.Request, query string) {
		n, _ := strconv.Atoi(query)
		close(asked[n])
		if n == pages-1 {
			io.WriteString(w, list(nth(n)).body)
			return
		}
		say(w, head, strconv.Itoa(n+1))
		select {
		case <-asked[n+1]:
		case <-r.Context().Done():
		}
		io.WriteString(w, nth(n)+`]}`)
	})
	got, err := on(h).client(t).Products(t.Context())
	if err != nil || !slices.Equal(numbers(got), []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("got %v, %v", numbers(got), err)
	}
}

// Only so many pages are asked for before the first has come, and all come in
// the order of the chain.
func TestAheadIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pages, window = 9, 3
		var mu sync.Mutex
		var asked, early int
		h := script(func(w http.ResponseWriter, r *http.Request, query string) {
			n, _ := strconv.Atoi(query)
			mu.Lock()
			asked++
			mu.Unlock()
			if n < pages-1 {
				say(w, head, strconv.Itoa(n+1))
			} else {
				io.WriteString(w, `{"value":[`)
			}
			if n == 0 {
				synctest.Wait() // until nothing moves any more
				mu.Lock()
				early = asked
				mu.Unlock()
			}
			io.WriteString(w, nth(n)+`]}`)
		})
		b := on(h)
		b.Token = func(context.Context) (string, time.Time, error) { return token, time.Now().Add(time.Hour), nil }
		got, err := b.client(t).Products(t.Context())
		if err != nil || len(got) != pages || early != window+1 {
			t.Errorf("got %v, %v, %d pages asked for while the first was held back, want %d", numbers(got), err, early, window+1)
		}
	})
}

// A page that is read again may lead elsewhere: then what the first try led to
// is thrown away, and the chain goes on from the new link.
func TestRetriedPageLeadsElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		second string // what the second try of the first page says
		want   []int
		asked  []string // how often each page was asked for
	}{
		"to another page": {fmt.Sprintf(head, "b") + nth(0) + "," + nth(1) + `]}`, []int{0, 1, 3}, []string{"", "", "a", "b"}},
		"to the same":     {fmt.Sprintf(head, "a") + nth(0) + `]}`, []int{0, 2}, []string{"", "", "a"}},
		"by a detour":     {fmt.Sprintf(head, "c") + nth(0) + `]}`, []int{0, 2, 4}, []string{"", "", "a", "a", "c"}},
		"nowhere":         {list(nth(0), nth(1), nth(2)).body, []int{0, 1, 2}, []string{"", "", "a"}},
		"after its items": {`{"value":[` + nth(0) + `],"@odata.nextLink":"` + root + `/v1.0/subscribedSkus?b"}`, []int{0, 3}, []string{"", "", "a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			ahead := make(chan struct{})
			h := script(func(w http.ResponseWriter, r *http.Request, query string) {
				mu.Lock()
				asked = append(asked, query)
				again := slices.Contains(asked[:len(asked)-1], query)
				mu.Unlock()
				switch query {
				case "a":
					if !again {
						close(ahead)
					}
					io.WriteString(w, list(nth(2)).body)
				case "c":
					io.WriteString(w, fmt.Sprintf(head, "a")+nth(4)+`]}`)
				case "b":
					io.WriteString(w, list(nth(3)).body)
				default:
					if again {
						io.WriteString(w, tt.second)
						return
					}
					say(w, head, "a")
					<-ahead
					panic(http.ErrAbortHandler)
				}
			})
			got, err := on(h).client(t).Products(t.Context())
			if err != nil || !slices.Equal(numbers(got), tt.want) {
				t.Errorf("got %v, %v, want %v", numbers(got), err, tt.want)
			}
			slices.Sort(asked)
			if !slices.Equal(asked, tt.asked) {
				t.Errorf("asked for %q, want %q", asked, tt.asked)
			}
		})
	}
}

// A link is looked at before it is followed, ahead of its turn too: the page
// that says it has not even come whole.
func TestForeignLinkAhead(t *testing.T) {
	h := script(func(w http.ResponseWriter, r *http.Request, query string) {
		if query != "" || r.URL.Path != "/v1.0/subscribedSkus" {
			t.Errorf("asked for %s", r.URL)
		}
		say(w, `{"@odata.nextLink":"https://evil.example/v1.0/x","value":[`)
		<-r.Context().Done()
	})
	if got, err := on(h).client(t).Products(t.Context()); !errors.Is(err, graph.ErrIncomplete) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestExpiredLink(t *testing.T) {
	gone := refuse(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
	for _, tt := range []struct {
		name  string
		times int // that the third page is refused
		calls int
		fails bool
	}{{"once", 1, 6, false}, {"three times", 3, 12, false}, {"always", 99, 12, true}} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.on("/subscribedSkus?2", slices.Concat(slices.Repeat([]answer{gone}, min(tt.times, 4)), []answer{list(nth(2))})...)
			f.on("/subscribedSkus?1", page(root+"/v1.0/subscribedSkus?2", nth(1))).on("/subscribedSkus", page(root+"/v1.0/subscribedSkus?1", nth(0)))
			b := on(f)
			got, err := b.client(t).Products(t.Context())
			switch {
			case tt.fails && (!errors.Is(err, graph.ErrIncomplete) || !strings.Contains(err.Error(), "400 Directory_ExpiredPageToken after 2 pages")):
				t.Errorf("got %v, %v", got, err)
			case !tt.fails && (err != nil || !slices.Equal(numbers(got), []int{0, 1, 2})):
				t.Errorf("got %v, %v", numbers(got), err)
			}
			if len(f.asked) != tt.calls || len(b.waits) != 0 {
				t.Errorf("got %d calls and %d waits, want %d and none", len(f.asked), len(b.waits), tt.calls)
			}
		})
	}
	// On the first page nothing has expired: it is a refusal like any other.
	f := newFake(t).on("/subscribedSkus", gone)
	var e *graph.Error
	if _, err := on(f).client(t).Products(t.Context()); !errors.As(err, &e) || errors.Is(err, graph.ErrIncomplete) || len(f.asked) != 1 {
		t.Errorf("first page: got %v after %d calls", err, len(f.asked))
	}
}

// However often pages break off, however long each answer is and whatever its
// links are called: all items come, each once.
func TestChainProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		items := rapid.IntRange(0, 40).Draw(r, "items")
		seed := rapid.Int64().Draw(r, "seed")
		late := rapid.Bool().Draw(r, "links last")
		var mu sync.Mutex
		rnd := rand.New(rand.NewSource(seed))
		broken := map[string]int{} // how often a page broke off
		expires := rapid.IntRange(0, 3).Draw(r, "expiries")
		h := script(func(w http.ResponseWriter, req *http.Request, query string) {
			at := 0
			fmt.Sscanf(query, "%d-", &at)
			mu.Lock()
			length, nonce, cut := rnd.Intn(6), rnd.Int63(), rnd.Intn(4) == 0 && broken[query] < 2
			broken[query]++
			stale := at > 0 && expires > 0 && rnd.Intn(5) == 0
			if stale {
				expires--
			}
			mu.Unlock()
			if stale {
				refuse(400, "Directory_ExpiredPageToken", "x").write(w)
				return
			}
			to := min(items, at+length)
			link, all := "", []string{}
			if to < items {
				link = fmt.Sprintf(`"@odata.nextLink":"%s/v1.0/subscribedSkus?%d-%d"`, root, to, nonce)
			}
			for n := at; n < to; n++ {
				all = append(all, nth(n))
			}
			body := `"value":[` + strings.Join(all, ",") + `]`
			switch {
			case link == "":
			case late:
				body += "," + link
			default:
				body = link + "," + body
			}
			body = "{" + body + "}"
			if cut {
				io.WriteString(w, body[:len(body)-1])
				panic(http.ErrAbortHandler)
			}
			io.WriteString(w, body)
		})
		got, err := on(h).client(t).Products(t.Context())
		if err != nil {
			r.Fatal(err)
		}
		for i, n := range numbers(got) {
			if i != n {
				r.Fatalf("got %v", numbers(got))
			}
		}
		if len(got) != items {
			r.Fatalf("got %d items, want %d", len(got), items)
		}
	})
}
