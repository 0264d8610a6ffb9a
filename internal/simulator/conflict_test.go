package simulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// "Two parallel calls, same user: 409 Directory_ConcurrencyViolation." The
// second call comes while the first is being kept.
func TestConflict(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0, 1} {
		kept, going := make(chan bool), make(chan bool)
		var once sync.Once
		o := simulator.Options{Now: clock, ConflictRate: rate, Append: func([]byte) error {
			once.Do(func() { close(going); <-kept })
			return nil
		}}
		tenant, err := simulator.New(contoso(), o)
		if err != nil {
			t.Fatal(err)
		}
		var first, second, other got
		var all sync.WaitGroup
		all.Go(func() { first = send(t, tenant, assignTo(fay, give(f3), "")) })
		<-going
		if rate == 1 { // the others would wait for the first
			second = send(t, tenant, assignTo(fay, give(visio), ""))
			close(kept)
		} else {
			all.Go(func() { second = send(t, tenant, assignTo(fay, give(phone), "")) })
			close(kept)
		}
		all.Wait()
		other = send(t, tenant, assignTo(fay, give(calling)+","+give(phone), ""))
		if want := 200; first.status != want || other.status != want {
			t.Errorf("rate %v: got %d and %d", rate, first.status, other.status)
		}
		if rate == 0 && second.status != 200 {
			t.Errorf("got %d without conflicts", second.status)
		}
		if rate == 1 {
			if code, message := second.problem(t); second.status != 409 || code != "Directory_ConcurrencyViolation" || !strings.HasPrefix(message, "Error due to concurrent requests") {
				t.Errorf("got %d %s", second.status, second.body)
			}
		}
	}
}

// Within a batch two members of one user overlap, unless one waits.
func TestConflictInBatch(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{ConflictRate: 1})
	answers, _ := responses(t, send(t, tenant, batch(write("1", fay, give(f3), ""), write("2", "FAY@contoso.com", give(phone), ""), write("3", ben, give(e3), ""))))
	n := map[int]int{}
	for _, r := range answers {
		n[r.Status]++
	}
	if n[200] != 2 || n[409] != 1 || answers["3"].Status != 200 {
		t.Errorf("got %v", n)
	}
	answers, _ = responses(t, send(t, start(t, simulator.Options{ConflictRate: 1}), batch(write("1", fay, give(f3), ""), write("2", fay, give(phone), "", "1"))))
	if answers["1"].Status != 200 || answers["2"].Status != 200 {
		t.Errorf("got %v of a chain", answers)
	}
	if _, err := simulator.New(contoso(), simulator.Options{ConflictRate: 1.5}); err == nil {
		t.Error("got no error for a rate of 1.5")
	}
}

// Reads, writes by everybody, and a clock that goes, all at once.
func TestParallelClients(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{GroupDelay: 2 * time.Second, MemberDelay: time.Second, ConflictRate: 0.3, Quota: &simulator.Quota{Model: simulator.TokenBucket, Scale: 10},
		Stale: simulator.Range{Min: time.Second, Max: 3 * time.Second}})
	token := w.Token(app("User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All", "Organization.Read.All"), time.Hour)
	header := map[string]string{"Authorization": "Bearer " + token}
	var all sync.WaitGroup
	for i := range 4 {
		people := []string{adele, ben, carla, fay}
		for _, a := range []ask{
			assignTo(people[i], give(f3), ""), assignTo(people[i], "", take(f3)), join(line, people[i]), leave(line, people[i]),
			groupAssign(line, give(visio), ""), groupAssign(line, "", take(visio)), edit(people[i], `{"department":"X"}`),
			{method: "DELETE", path: "/users/" + people[i]}, {method: "POST", path: "/directory/deletedItems/" + people[i] + "/restore"},
			{path: "/users?$select=id,assignedLicenses,licenseAssignmentStates,department"}, {path: "/groups/" + line + "/members"}, {path: "/groups?$select=id,assignedLicenses,licenseProcessingState"}, {path: "/subscribedSkus"},
			{method: "POST", path: "/users/" + people[i] + "/reprocessLicenseAssignment"},
		} {
			a.header = header
			all.Go(func() {
				for range 5 {
					if g := send(t, w.Tenant, a); g.status >= 500 {
						t.Errorf("%s %s: got %d %s", a.method, a.path, g.status, g.body)
					}
					w.clock.Advance(100 * time.Millisecond)
					w.Usage()
				}
			})
		}
	}
	all.Wait()
	w.clock.Advance(time.Hour)
	s := w.Snapshot()
	n := seated(s)
	for _, p := range s.Products {
		rest := map[plan.SKU]int{visio: 1}[p.SKU] // of the base, nobody's
		if p.Consumed != n[p.SKU]+rest {
			t.Errorf("got %d units of %s, want %d", p.Consumed, p.PartNumber, n[p.SKU]+rest)
		}
	}
	w.replayed(t)
}

// "Valid: reads stay stale for N seconds", by write within a range.
func TestStale(t *testing.T) {
	t.Parallel()
	c := simulator.NewClock(clock)
	tenant := start(t, simulator.Options{Clock: c, Stale: simulator.Range{Min: 10 * time.Second, Max: 20 * time.Second}})
	shows := func() bool {
		return strings.Contains(string(send(t, tenant, ask{path: "/users/" + fay + "?$select=assignedLicenses"}).body), f3)
	}
	if g := send(t, tenant, assignTo(fay, give(f3), "")); !strings.Contains(string(g.body), f3) {
		t.Errorf("got %s, want the new state in the answer", g.body)
	}
	c.Advance(9 * time.Second)
	if shows() {
		t.Error("got a write before it shows")
	}
	c.Advance(12 * time.Second)
	if !shows() {
		t.Error("got no write after its time")
	}
	if _, err := simulator.New(contoso(), simulator.Options{Stale: simulator.Range{Min: 2, Max: 1}}); err == nil {
		t.Error("got no error for a range that ends before it begins")
	}
}

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]simulator.FaultRule{
		"429:POST /users/*/assignLicense:retry-after=2.5:count=3:p=0.1": {Status: 429, Method: "POST", Path: "/users/*/assignLicense", Header: map[string]string{"Retry-After": "2.5"}, Count: 3, Probability: 0.1},
		"omit:after:POST /users/*/assignLicense:p=0.5":                  {Omit: true, After: true, Method: "POST", Path: "/users/*/assignLicense", Probability: 0.5},
		"drop:after:POST /users/*/assignLicense:skip=2":                 {Drop: true, After: true, Method: "POST", Path: "/users/*/assignLicense", Skip: 2},
		"502:html":               {Status: 502, HTML: true},
		"empty:/users/**:502":    {Status: 502, Empty: true, Path: "/users/**"},
		"truncate:GET":           {Truncate: true, Method: "GET"},
		" 503 : GET /users ":     {Status: 503, Method: "GET", Path: "/users"},
		"504:after:GET /$batch":  {Status: 504, After: true, Method: "GET", Path: "/$batch"},
		"truncate:html:502:/a*b": {Truncate: true, HTML: true, Status: 502, Path: "/a*b"},
	} {
		if got, err := simulator.ParseFault(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "empty part", "GET /users": "nothing goes wrong", "200": "not from 400", "429:drop": "no status", "429:p=2": "probability", "429:p=NaN": "probability",
		"429:count=x": "no number", "429:count=-1": "negative", "429:retry=1": "no setting", "429:sometimes": "is no status", "html": "nothing goes wrong", "drop:html": "needs a status", "omit:503": "left out of its batch", "omit:drop": "left out of its batch", "omit:truncate": "left out of its batch",
		"429:FETCH /users": "is no status", "429:html:empty": "more than one body", "429::": "empty part", "429:GET users": "is no status", "429:retry-after=1\r\nX: y": "",
	} {
		if _, err := simulator.ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// Rules befall the calls they name, as often as they say, in order; a batch's
// members are calls too.
func TestFaultRules(t *testing.T) {
	t.Parallel()
	rules := func(texts ...string) *simulator.Tenant {
		var all []simulator.FaultRule
		for _, s := range texts {
			f, err := simulator.ParseFault(s)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
		return start(t, simulator.Options{Faults: all})
	}
	tenant := rules("503:GET /users/*:skip=1:count=2:retry-after=0.5", "502:html:/subscribedSkus", "502:empty:/organization", "429:p=0.000001:/groups")
	var statuses []int
	for range 5 {
		statuses = append(statuses, send(t, tenant, ask{path: "/users/" + adele}).status)
	}
	if want := []int{200, 503, 503, 200, 200}; !reflect.DeepEqual(statuses, want) {
		t.Errorf("got %v, want %v", statuses, want)
	}
	if g := send(t, tenant, ask{path: "/users"}); g.status != 200 {
		t.Errorf("got %d of another path", g.status)
	}
	if g := send(t, tenant, ask{path: "/subscribedSkus"}); g.status != 502 || !strings.HasPrefix(string(g.body), "<html>") || g.header.Get("Content-Type") != "text/html" {
		t.Errorf("got %d %q", g.status, g.body)
	}
	if g := send(t, tenant, ask{path: "/organization"}); g.status != 502 || len(g.body) != 0 {
		t.Errorf("got %d %q", g.status, g.body)
	}
	if g := send(t, tenant, ask{path: "/groups"}); g.status != 200 {
		t.Errorf("got %d at odds of one to a million", g.status)
	}
	answers, _ := responses(t, send(t, rules("drop:after:POST /users/*/assignLicense:count=1", "truncate:GET /users/"+ben), batch(write("1", fay, give(f3), ""), get("2", "/users/"+ben), get("3", "/users/"+adele))))
	if _, there := answers["1"]; there || answers["3"].Status != 200 || answers["2"].Body[0] != '"' {
		t.Errorf("got %v", answers)
	}
}

// A body that is cut: in process and over a connection, the length announced is
// of the whole.
func TestTruncated(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{Faults: []simulator.FaultRule{{Truncate: true, Path: "/users"}}})
	server := httptest.NewServer(tenant)
	defer server.Close()
	for name, client := range map[string]*http.Client{"in process": {Transport: tenant}, "connection": server.Client()} {
		req, err := http.NewRequest("GET", server.URL+"/v1.0/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tenant.Token(all(), time.Hour))
		res, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || len(b) == 0 || int64(len(b))*2 > res.ContentLength+1 {
			t.Errorf("%s: got %d, %d of %d bytes, %v", name, res.StatusCode, len(b), res.ContentLength, err)
		}
	}
}
