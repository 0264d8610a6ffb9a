package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
)

type response struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

func batch(members ...string) ask {
	return ask{method: "POST", path: "/$batch", body: `{"requests":[` + strings.Join(members, ",") + `]}`}
}

func get(id, url string) string { return fmt.Sprintf(`{"id":%q,"method":"GET","url":%q}`, id, url) }

func write(id, user, add, remove string, after ...string) string {
	b, _ := json.Marshal(append([]string{}, after...))
	return fmt.Sprintf(`{"id":%q,"method":"POST","url":"/users/%s/assignLicense","headers":{"content-type":"application/json"},"body":%s,"dependsOn":%s}`, id, user, assign(add, remove), b)
}

func responses(t *testing.T, g got) (map[string]response, []string) {
	t.Helper()
	var q struct{ Responses []response }
	if err := json.Unmarshal(g.body, &q); err != nil || g.status != 200 {
		t.Fatalf("got %d %s", g.status, g.body)
	}
	all, order := map[string]response{}, []string{}
	for _, r := range q.Responses {
		all[r.ID] = r
		order = append(order, r.ID)
	}
	return all, order
}

func TestBatch(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	all, _ := responses(t, send(t, tenant, batch(
		get("a", "/users/"+adele+"?$select=id"), get("b", "users/"+nobody), get("c", "/planets"),
		write("d", fay, give(f3), ""), write("e", ben, "", take(e3)),
		`{"id":"f","method":"GET","url":"/users/$count","headers":{"consistencylevel":"eventual"}}`, get("g", "/users/$count"),
		`{"id":"h","method":"PUT","url":"/users/`+fay+`"}`,
	)))
	want := map[string]int{"a": 200, "b": 404, "c": 400, "d": 200, "e": 400, "f": 200, "g": 400, "h": 405}
	for id, status := range want {
		if all[id].Status != status {
			t.Errorf("%s: got %d %s, want %d", id, all[id].Status, all[id].Body, status)
		}
		if all[id].Headers["x-ms-resource-unit"] == "" || all[id].Headers["Content-Type"] == "" {
			t.Errorf("%s: got headers %v", id, all[id].Headers)
		}
	}
	var count string
	if err := json.Unmarshal(all["f"].Body, &count); err != nil || count != base64.StdEncoding.EncodeToString([]byte("6")) {
		t.Errorf("got count %s, want it as base64", all["f"].Body)
	}
	if len(holder(tenant.Snapshot(), fay).Sources) != 1 {
		t.Error("got no seat for fay")
	}
}

// The version in capitals, the dollar escaped and a slash at the end are a batch, too.
func TestPathsToBatch(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	for _, path := range []string{"/v1.0/$batch", "/v1.0/%24batch", "/V1.0/$batch", "/v1.0/$batch/"} {
		a := batch(`{"id":"1","method":"GET","url":"/users"}`)
		a.path = "https://graph.example" + path
		if all, _ := responses(t, send(t, tenant, a)); all["1"].Status != 200 {
			t.Errorf("%s: got %v", path, all)
		}
	}
}

func TestBatchOrder(t *testing.T) {
	t.Parallel()
	var members []string
	for i := range 20 {
		members = append(members, get(fmt.Sprint(i), "/users/"+adele))
	}
	_, first := responses(t, send(t, start(t, simulator.Options{Seed: 7}), batch(members...)))
	_, again := responses(t, send(t, start(t, simulator.Options{Seed: 7}), batch(members...)))
	_, other := responses(t, send(t, start(t, simulator.Options{Seed: 8}), batch(members...)))
	if !slices.Equal(first, again) || slices.Equal(first, other) || len(first) != 20 {
		t.Errorf("got orders %v, %v and %v; want one per seed", first, again, other)
	}
}

func TestBatchDependsOn(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		tenant := start(t, simulator.Options{Seed: seed})
		all, _ := responses(t, send(t, tenant, batch(
			write("3", fay, "", take(f3), "2"), write("1", fay, give(f3), ""), write("2", fay, give(f3), "", "1"),
			write("x", ben, "", take(e3)), write("y", dana, "", take(visio), "X"), write("z", adele, "", take(e3), "y"))))
		got := map[string]int{}
		for id, r := range all {
			got[id] = r.Status
		}
		if want := map[string]int{"1": 200, "2": 200, "3": 200, "x": 400, "y": 424, "z": 424}; !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestMalformedBatches(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	before := fmt.Sprint(tenant.Snapshot())
	ok := write("1", fay, give(f3), "")
	for name, members := range map[string][]string{
		"none":               {},
		"21":                 slices.Repeat([]string{get("x", "/me")}, 21),
		"same id":            {ok, get("1", "/users")},
		"same id in capital": {ok, get("a", "/users"), get("A", "/users")},
		"no id":              {ok, `{"method":"GET","url":"/users"}`},
		"no method":          {ok, `{"id":"2","url":"/users"}`},
		"no url":             {ok, `{"id":"2","method":"GET"}`},
		"absolute url":       {ok, get("2", "https://graph.example/v1.0/users")},
		"other host":         {ok, get("2", "//graph.example/v1.0/users")},
		"batch in batch":     {ok, `{"id":"2","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{}}`},
		"body without type":  {ok, `{"id":"2","method":"POST","url":"/users/` + fay + `/assignLicense","body":{}}`},
		"unknown dependency": {ok, write("2", fay, "", take(f3), "7")},
		"ring":               {ok, write("2", fay, "", take(f3), "3"), write("3", fay, "", take(f3), "2")},
		"own dependency":     {ok, write("2", fay, "", take(f3), "2")},
		"no JSON":            {"{"},
	} {
		g := send(t, tenant, batch(members...))
		if code, _ := g.problem(t); g.status != 400 || code != "BadRequest" {
			t.Errorf("%s: got %d %s", name, g.status, code)
		}
	}
	if fmt.Sprint(tenant.Snapshot()) != before {
		t.Error("got an effect of a malformed batch")
	}
	g := send(t, tenant, ask{method: "POST", path: "/$batch", body: "{}", header: map[string]string{"Authorization": ""}})
	if g.status != 401 {
		t.Errorf("got %d without a token, want 401", g.status)
	}
	reader := app("User.Read.All")
	b := batch(ok, get("2", "/users/"+fay))
	b.actor = &reader
	if all, _ := responses(t, send(t, tenant, b)); all["1"].Status != 403 || all["2"].Status != 200 {
		t.Errorf("got %v, want each member judged alone", all)
	}
}

// script makes faults for the paths that contain its keys.
func script(faults map[string]*simulator.Fault) func(string, string) *simulator.Fault {
	return func(_, path string) *simulator.Fault {
		for part, f := range faults {
			if strings.Contains(path, part) {
				return f
			}
		}
		return nil
	}
}

func TestFaultsInBatch(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{Fault: script(map[string]*simulator.Fault{
		adele: {Status: 429, Header: http.Header{"retry-after": {"2.128"}}},
		ben:   {Drop: true},
		fay:   {Drop: true, After: true},
		dana:  {Status: 502, Body: []byte("<html>bad gateway</html>")},
		eli:   {Status: 504, After: true},
	})})
	all, _ := responses(t, send(t, tenant, batch(
		write("1", adele, "", take(e3)), write("2", ben, give(e3), ""), write("3", fay, give(f3), ""),
		write("4", dana, "", take(visio)), write("5", eli, "", take(ghost)), get("6", "/organization"))))
	if len(all) != 4 || all["1"].Status != 429 || all["1"].Headers["Retry-After"] != "2.128" || !strings.Contains(string(all["1"].Body), "TooManyRequests") ||
		all["4"].Status != 502 || !strings.HasPrefix(string(all["4"].Body), `"`) || all["5"].Status != 504 || all["6"].Status != 200 {
		t.Errorf("got %v", all)
	}
	s := tenant.Snapshot()
	for id, want := range map[string]int{adele: 2, ben: 1, fay: 1, dana: 3, eli: 1} {
		if got := len(holder(s, id).Sources); got != want {
			t.Errorf("%s: got %d sources, want %d", id, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		tenant := start(t, simulator.Options{Fault: script(map[string]*simulator.Fault{fay: {Drop: true, After: after}, "subscribedSkus": {Status: 503}})})
		req, err := http.NewRequest("POST", "https://graph.example/v1.0/users/"+fay+"/assignLicense", strings.NewReader(assign(give(f3), "")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tenant.Token(all(), 1e12))
		req.Header.Set("Content-Type", "application/json")
		if _, err = tenant.RoundTrip(req); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v, want a dropped connection", err)
		}
		if got := len(holder(tenant.Snapshot(), fay).Sources) == 1; got != after {
			t.Errorf("got an effect %v, want %v", got, after)
		}
		if g := send(t, tenant, ask{path: "/subscribedSkus"}); g.status != 503 {
			t.Errorf("got %d, want 503", g.status)
		}
	}
}
