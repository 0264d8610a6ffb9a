package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A storm is a directory that misbehaves in all ways that pass: pages of any
// length whose links differ each time, people who come twice and not alike,
// answers that break off, 401s, 429s within batches and outside, links that
// expire. What it says of people is true but where it says it twice.
type storm struct {
	t      *testing.T
	rest   *fake
	people []string // as JSON, by number
	holds  []bool   // who has e3

	mu      sync.Mutex
	r       *rand.Rand
	trouble float64 // the share of calls that fail
	spent   string  // the token that is refused
	under   int
	most    int // calls that were under way at once
}

func newStorm(t *testing.T, seed uint64, trouble float64) *storm {
	s := &storm{t: t, rest: contoso(t), r: rand.New(rand.NewPCG(seed, 1)), trouble: trouble}
	for n := range 5 + s.r.IntN(60) {
		s.holds = append(s.holds, s.r.IntN(3) == 0)
		s.people = append(s.people, s.person(n, "true"))
	}
	s.holds[0] = true
	s.people[0] = s.person(0, "true")
	var failing []string
	for n := range s.people {
		if s.r.IntN(10) == 0 {
			failing = append(failing, `{"id":"`+id(n)+`"}`)
		}
	}
	s.rest.on("/groups?$filter=hasMembersWithLicenseErrors eq true&$select=id,assignedLicenses", list(`{"id":"`+id(61)+`","assignedLicenses":[{"skuId":"`+e3+`","disabledPlans":[]}]}`))
	s.rest.on("/groups/"+id(61)+"/membersWithLicenseErrors", list(failing...))
	s.rest.on("/groups/"+id(60), ok(group(60)))
	return s
}

// person is a user whose department tells one story from another.
func (s *storm) person(n int, story string) string {
	more := `,"department":"` + story + `"`
	if s.holds[n] {
		return holder(n, more)
	}
	return user(n, `"assignedLicenses":[],"licenseAssignmentStates":[]`+more)
}

func (s *storm) chance(p float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Float64() < p
}

func (s *storm) pick(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.IntN(n)
}

func (s *storm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.under++
	s.most = max(s.most, s.under)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.under--
		s.mu.Unlock()
	}()
	select {
	case <-time.After(time.Duration(s.pick(300)) * time.Millisecond):
	case <-r.Context().Done():
		return
	}
	if s.chance(0.05) {
		w.Header().Set("x-ms-throttle-limit-percentage", "0."+strconv.Itoa(7+s.pick(3)))
	}
	if s.chance(s.trouble) && s.fails(w, r) {
		return
	}
	body := &strings.Builder{}
	s.answer(r).write(&recorded{w.Header(), body})
	text := body.String()
	if s.chance(s.trouble / 2) {
		io.WriteString(w, text[:s.pick(len(text))])
		panic(http.ErrAbortHandler)
	}
	for len(text) > 0 { // in pieces
		n := 1 + s.pick(len(text))
		io.WriteString(w, text[:n])
		text = text[n:]
	}
}

// recorded is an answer that is not sent yet; its status is 200.
type recorded struct {
	header http.Header
	b      *strings.Builder
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(int)             {}
func (r *recorded) Write(p []byte) (int, error) { return r.b.Write(p) }

// fails answers with one of the failures that pass, and reports whether it did.
func (s *storm) fails(w http.ResponseWriter, r *http.Request) bool {
	switch s.pick(7) {
	case 0:
		code(429, "TooManyRequests").with("Retry-After", strconv.FormatFloat(float64(s.pick(400))/100, 'f', 2, 64)).write(w)
	case 1:
		refuse(429, "TooManyRequests", "you are "+r.Header.Get("Authorization")).write(w)
	case 2:
		answer{status: 503, body: "<html>busy</html>", header: map[string]string{"Retry-After": strconv.Itoa(s.pick(4))}}.write(w)
	case 3:
		answer{status: 502}.write(w)
	case 4:
		panic(http.ErrAbortHandler)
	case 5:
		if !strings.Contains(r.URL.RawQuery, "skiptoken") || s.chance(0.7) {
			return false
		}
		refuse(400, "Directory_ExpiredPageToken", "not for "+r.Header.Get("Authorization")).write(w)
	case 6:
		s.mu.Lock()
		with := r.Header.Get("Authorization")
		if s.spent == "" {
			s.spent = with
		}
		refused := s.spent == with
		s.mu.Unlock()
		if !refused {
			return false
		}
		code(401, "InvalidAuthenticationToken").write(w)
	}
	return true
}

func (s *storm) answer(r *http.Request) answer {
	path := strings.TrimPrefix(r.URL.Path, "/v1.0")
	q := r.URL.Query()
	held := strings.Contains(q.Get("$filter"), e3)
	switch path {
	case "/users":
		return s.page(q.Get("$skiptoken"), held, r.URL.Query().Get("$filter"))
	case "/users/$count":
		return ok(strconv.Itoa(len(s.listed(held))))
	case "/$batch":
		return s.batch(r)
	}
	if a, ok := s.rest.next(path, strings.ReplaceAll(q.Encode(), "%24", "$")); ok {
		return a
	}
	query := "$filter=" + q.Get("$filter") + "&$select=" + q.Get("$select")
	if a, ok := s.rest.next(path, query); ok {
		return a
	}
	s.t.Errorf("nobody asks for %s", r.URL)
	return list()
}

// listed are the numbers of those whom a listing has.
func (s *storm) listed(held bool) []int {
	var all []int
	for n := range s.people {
		if !held || s.holds[n] {
			all = append(all, n)
		}
	}
	return all
}

// page is a page from a place on. Some begin with who came last, with another
// story now or then.
func (s *storm) page(at string, held bool, filter string) answer {
	all := s.listed(held)
	from, _ := strconv.Atoi(strings.Split(at, "-")[0])
	to := min(from+s.pick(9), len(all))
	var items []string
	if from > 0 && s.chance(0.2) {
		story := []string{"true", "false"}[s.pick(2)]
		items = append(items, s.person(all[from-1], story))
	}
	for _, n := range all[from:to] {
		items = append(items, s.people[n])
	}
	value := `"value":[` + strings.Join(items, ",") + `]`
	if to == len(all) && s.chance(0.8) {
		return ok(`{` + value + `}`)
	}
	nonce := s.pick(1e9)
	link := fmt.Sprintf(`"@odata.nextLink":"%s/v1.0/users?$filter=%s&$skiptoken=%d-%d"`, root, strings.ReplaceAll(filter, " ", "%20"), to, nonce)
	if s.chance(0.5) {
		return ok(`{` + value + `,` + link + `}`)
	}
	return ok(`{` + link + `,` + value + `}`)
}

func (s *storm) batch(r *http.Request) answer {
	var in batchRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		s.t.Errorf("batch: %v", err)
	}
	var out []string
	for _, m := range in.Requests {
		path, query, _ := strings.Cut(m.URL, "?")
		a, known := s.rest.next(path, query)
		if !known {
			a = refuse(404, "Request_ResourceNotFound", "x")
		}
		for n, body := range s.people {
			if path == "/users/"+id(n) || path == fmt.Sprintf("/users/u%d%%40contoso.com", n) {
				a = ok(body)
			}
		}
		switch {
		case !s.chance(s.trouble):
		case s.chance(0.3):
			a = code(429, "TooManyRequests").with("Retry-After", "1.5")
		case s.chance(0.3):
			continue // no answer
		case s.chance(0.3):
			out = append(out, memberOf(m.ID, a), memberOf(m.ID, code(500, "x")))
			continue
		case s.chance(0.3):
			out = append(out, memberOf(m.ID, a))
		default:
			a = code(503, "x")
		}
		out = append(out, memberOf(m.ID, a))
	}
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return ok(`{"responses":[` + strings.Join(out, ",") + `]}`)
}

// check holds a snapshot against the truth.
func (s *storm) check(got *plan.Snapshot, holders bool, names []int) string {
	var want []string
	denied := slices.ContainsFunc(got.Reads, func(r plan.Read) bool { return r.What == plan.ReadLicenseErrors })
	failing := s.rest.answers["/groups/"+id(61)+"/membersWithLicenseErrors"][0].body
	for n := range s.people {
		all := !holders || got.Scope != plan.Holders
		if all || s.holds[n] || slices.Contains(names, n) || !denied && strings.Contains(failing, id(n)) {
			want = append(want, id(n))
		}
	}
	var have []string
	for _, u := range got.Users {
		have = append(have, string(u.ID))
		n := slices.Index(s.ids(), string(u.ID))
		if n < 0 || u.Department != "true" || (len(u.Sources) == 1) != s.holds[n] {
			return fmt.Sprintf("%s is %+v", u.ID, u)
		}
	}
	if !slices.Equal(have, want) {
		return fmt.Sprintf("got %d people %v, want %d %v", len(have), have, len(want), want)
	}
	for _, r := range got.Reads {
		if r.What == "" {
			return "a read without a name"
		}
	}
	return ""
}

func (s *storm) ids() []string {
	var all []string
	for n := range s.people {
		all = append(all, id(n))
	}
	return all
}
