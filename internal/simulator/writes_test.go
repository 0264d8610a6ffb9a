package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// wroteTo lists writes in short: who, status, what became of the answer, and
// whether it was carried out and changed anything.
func wroteTo(tenant *simulator.Tenant) []string {
	all, _ := tenant.Writes(0)
	out := []string{}
	for _, w := range all {
		out = append(out, fmt.Sprintf("%s %d %s carried=%t changed=%t", w.User[len(w.User)-1:], w.Status, w.Lost, w.Carried, w.Changed))
	}
	return out
}

func wrote(who string, status int, lost string, carried, changed bool) string {
	return fmt.Sprintf("%s %d %s carried=%t changed=%t", who[len(who)-1:], status, lost, carried, changed)
}

// same compares as sets, as members of a batch come in any order.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	left := map[string]int{}
	for _, s := range want {
		left[s]++
	}
	for _, s := range got {
		left[s]--
	}
	for s, n := range left {
		if n != 0 {
			t.Errorf("%s: got %q, want %q (%s)", what, got, want, s)
			return
		}
	}
}

// Each write is told with what became of it.
func TestWrites(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []string
		quota  *simulator.Quota
		ask    ask
		want   []string
	}{
		{"batch", nil, nil, batch(write("1", fay, give(f3), ""), write("2", dana, "", take(visio)), get("3", "/users/"+ben)),
			[]string{wrote(fay, 200, "", true, true), wrote(dana, 200, "", true, true)}},
		{"nothing changed", nil, nil, batch(write("1", dana, give(e3, yammer), "")), []string{wrote(dana, 200, "", true, false)}},
		{"refused", nil, nil, batch(write("1", ben, "", take(e3)), write("2", nobody, give(f3), "")), []string{wrote(ben, 400, "", false, false), wrote(nobody, 404, "", false, false)}},
		{"alone", nil, nil, assignTo(fay, give(f3), ""), []string{wrote(fay, 200, "", true, true)}},
		{"throttled", nil, &simulator.Quota{Scale: 1.0 / 3000}, batch(write("1", fay, give(f3), ""), write("2", fay, "", take(f3), "1")),
			[]string{wrote(fay, 200, "", true, true), wrote(fay, 429, "", false, false)}},
		{"omitted", []string{"omit:POST /users/*/assignLicense"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 0, "omitted", false, false)}},
		{"omitted after", []string{"omit:after:POST /users/*/assignLicense"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 0, "omitted", true, true)}},
		{"omitting is for members", []string{"omit:after"}, nil, assignTo(fay, give(f3), ""), []string{wrote(fay, 200, "", true, true)}},
		{"error after", []string{"503:after:POST /users/*/assignLicense"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 503, "", true, true)}},
		{"cut", []string{"truncate:POST /users/*/assignLicense"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 200, "cut", true, true)}},
		{"batch refused", []string{"503:POST /$batch"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 503, "", false, false)}},
		{"batch refused after", []string{"503:after:POST /$batch"}, nil, batch(write("1", fay, give(f3), "")), []string{wrote(fay, 503, "", true, true)}},
		{"not well formed", nil, nil, batch(write("1", fay, give(f3), ""), write("1", ben, give(f3), "")), []string{wrote(fay, 400, "", false, false), wrote(ben, 400, "", false, false)}},
		{"unreadable", nil, nil, ask{method: "POST", path: "/users/" + fay + "/assignLicense", body: "{"}, []string{wrote(fay, 400, "", false, false)}},
		{"of a group", nil, nil, groupAssign(staff, give(f3), ""), []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := simulator.Options{Record: true, Quota: tt.quota}
			for _, s := range tt.faults {
				rule, err := simulator.ParseFault(s)
				if err != nil {
					t.Fatal(err)
				}
				o.Faults = append(o.Faults, rule)
			}
			tenant := start(t, o)
			send(t, tenant, tt.ask)
			same(t, tt.name, wroteTo(tenant), tt.want)
		})
	}
}

// A batch whose connection breaks was not answered, whatever its members came to.
func TestWritesDropped(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		tenant := start(t, simulator.Options{Record: true, Faults: []simulator.FaultRule{{Drop: true, After: after, Path: "/$batch"}}})
		req, err := http.NewRequest("POST", "https://graph.example/v1.0/$batch", strings.NewReader(batch(write("1", fay, give(f3), ""), get("2", "/users/"+ben)).body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tenant.Token(all(), time.Hour))
		req.Header.Set("Content-Type", "application/json")
		if res, err := tenant.RoundTrip(req); err == nil {
			t.Errorf("got %+v", res)
		}
		same(t, "dropped", wroteTo(tenant), []string{wrote(fay, 0, "dropped", after, after)})
	}
}

// What is told of a write, and over HTTP too.
func TestWritesTold(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{Control: true, Seed: 3})
	one := fmt.Sprintf(`{"id":"1","method":"POST","url":"/users/FAY@contoso.com/assignLicense","headers":{"Content-Type":"application/json","client-request-id":"mine"},"body":%s}`, assign(give(f3, kiosk), ""))
	answers, _ := responses(t, send(t, tenant, batch(one)))
	send(t, tenant, assignTo(dana, `{"skuId":"`+e3+`"}`, take(visio)))
	list := func(query string) (q struct {
		Writes    []simulator.Write
		Forgotten int
	}) {
		g := send(t, tenant, ask{path: "https://graph.example/simulator/writes" + query})
		if err := json.Unmarshal(g.body, &q); err != nil || g.status != 200 {
			t.Fatalf("got %d %s", g.status, g.body)
		}
		return q
	}
	all := list("").Writes
	if len(all) != 2 || answers["1"].Status != 200 {
		t.Fatalf("got %+v", all)
	}
	w := all[0]
	if w.Number != 1 || w.User != fay || w.App == "" || w.ClientRequestID != "mine" || w.RequestID == "" || w.Batch == "" || w.Batch == w.RequestID ||
		!w.At.Equal(noon) || w.Seq != 1 || len(w.Remove) != 0 || len(w.Add) != 1 || w.Add[0].SKU != f3 || len(w.Add[0].DisabledPlans) != 1 {
		t.Errorf("got %+v", w)
	}
	if w := all[1]; w.Number != 2 || w.Batch != "" || w.Seq != 2 || w.Add[0].DisabledPlans != nil || w.Remove[0] != visio || w.Changed != true {
		t.Errorf("got %+v", w)
	}
	if q := list("?after=1"); len(q.Writes) != 1 || q.Writes[0].Number != 2 || q.Forgotten != 0 {
		t.Errorf("got %+v", q)
	}
	if q := list("?after=9"); q.Writes == nil || len(q.Writes) != 0 {
		t.Errorf("got %+v", q)
	}
	if g := send(t, tenant, ask{path: "https://graph.example/simulator/writes?after=x"}); g.status != 400 {
		t.Errorf("got %d %s", g.status, g.body)
	}
}

// The last are kept, and how many went before them is told; without Record none
// is.
func TestWritesBounded(t *testing.T) {
	t.Parallel()
	none := start(t, simulator.Options{})
	send(t, none, assignTo(fay, give(f3), ""))
	if all, n := none.Writes(0); len(all) != 0 || n != 0 {
		t.Errorf("got %+v, %d", all, n)
	}
	tenant := start(t, simulator.Options{Record: true})
	const most = 200_000
	simulator.Forget(tenant, most-1)
	for range 3 {
		send(t, tenant, assignTo(fay, give(f3), ""))
	}
	all, n := tenant.Writes(0)
	if len(all) != most || n != 2 || all[0].Number != 3 || all[most-1].Number != most+2 || all[most-1].User != fay {
		t.Errorf("got %d from %d to %d, %d forgotten", len(all), all[0].Number, all[len(all)-1].Number, n)
	}
	if all, _ := tenant.Writes(most); len(all) != 2 || all[0].Number != most+1 {
		t.Errorf("got %+v", all)
	}
}

// Many may write and look at once.
func TestWritesAtOnce(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{Record: true})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				send(t, tenant, batch(write("1", fay, give(f3), ""), write("2", dana, "", take(visio))))
				tenant.Writes(0)
			}
		})
	}
	wg.Wait()
	all, _ := tenant.Writes(0)
	if len(all) != 160 {
		t.Errorf("got %d", len(all))
	}
	changed := 0
	for i, w := range all {
		if w.Number != i+1 || w.Lost != "" {
			t.Errorf("got %+v", w)
		}
		if w.Changed {
			changed++
		}
	}
	if changed != 2 {
		t.Errorf("got %d that changed somebody, want one for each", changed)
	}
}

// Tokens that are made to expire are refused: with the batch, or with the
// members that come after it happened.
func TestExpire(t *testing.T) {
	t.Parallel()
	n, c := 0, simulator.NewClock(clock)
	var tenant *simulator.Tenant
	tenant = start(t, simulator.Options{Clock: c, Control: true, Fault: func(string, string) *simulator.Fault {
		if n++; n == 3 { // the batch, and one member
			tenant.Expire()
		}
		return nil
	}})
	answers, order := responses(t, send(t, tenant, batch(get("1", "/users/"+ben), get("2", "/users/"+fay), get("3", "/users/"+eli))))
	count := map[int]int{}
	for _, id := range order {
		count[answers[id].Status]++
	}
	if count[200] != 1 || count[401] != 2 {
		t.Errorf("got %v", count)
	}
	token := tenant.Token(all(), time.Hour)
	read := func() int {
		return send(t, tenant, ask{path: "/users/" + ben, header: map[string]string{"Authorization": "Bearer " + token}}).status
	}
	if got := read(); got != 200 {
		t.Errorf("a new one: got %d", got)
	}
	if g := send(t, tenant, ask{method: "DELETE", path: "https://graph.example/simulator/tokens"}); g.status != 200 {
		t.Errorf("got %d %s", g.status, g.body)
	}
	if got := read(); got != 401 {
		t.Errorf("after it was ended: got %d", got)
	}
}

// A token that ends while a batch is carried out is refused by the members left.
func TestTokenEndsWithinBatch(t *testing.T) {
	t.Parallel()
	n, c := 0, simulator.NewClock(clock)
	tenant := start(t, simulator.Options{Clock: c, Record: true, Fault: func(string, string) *simulator.Fault {
		if n++; n == 3 {
			c.Advance(2 * time.Hour)
		}
		return nil
	}})
	send(t, tenant, batch(write("1", fay, give(f3), ""), write("2", dana, "", take(visio))))
	got := wroteTo(tenant)
	if len(got) != 2 || !strings.Contains(got[0], "200") || !strings.HasSuffix(got[0], "changed=true") || !strings.Contains(got[1], "401") || !strings.HasSuffix(got[1], "changed=false") {
		t.Errorf("got %q", got)
	}
}
