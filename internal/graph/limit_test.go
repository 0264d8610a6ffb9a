package graph_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

const (
	share = "x-ms-throttle-limit-percentage"
	scope = "x-ms-throttle-scope"
)

// What headers say of limits, whatever is in them.
func TestPressure(t *testing.T) {
	const app = "/0000aaaa-0000-4000-8000-000000000001/0000aaaa-0000-4000-8000-000000000002"
	tests := []struct {
		name           string
		status         int
		shares, scopes []string
		share          float64
		limit          string
	}{
		{"nothing", 429, nil, nil, 0, ""},
		{"writes", 429, []string{"1.02"}, []string{"Tenant_Application/Write" + app}, 1.02, "Write"},
		{"reads", 429, []string{" 0.8 "}, []string{"Application/Read" + app}, 0.8, "Read"},
		{"both", 509, []string{"1.8"}, []string{"Tenant/readwrite/x"}, 1.8, "ReadWrite"},
		{"of no 429", 200, []string{"0.95"}, []string{"Tenant/Write/x/y"}, 0.95, ""},
		{"of a 503", 503, []string{"0.95"}, []string{"Tenant/Write/x/y"}, 0.95, ""},
		{"not near", 200, []string{"0.79"}, nil, 0, ""},
		{"no number", 429, []string{"NaN"}, []string{"Write"}, 0, ""},
		{"negative", 429, []string{"-1"}, []string{"/"}, 0, ""},
		{"infinite", 429, []string{"+Inf"}, []string{""}, 1.8, ""},
		{"huge", 429, []string{"1e300"}, []string{"Tenant/Delete/x/y"}, 1.8, ""},
		{"beyond numbers", 429, []string{"1e999"}, []string{"Tenant/Writes/x/y"}, 0, ""},
		{"empty", 429, []string{""}, []string{"Tenant//x/y"}, 0, ""},
		{"a joined list", 429, []string{"0.85, 1.1,x"}, []string{"Tenant/Write/a/b, Tenant_Application/Write/a/b"}, 1.1, "Write"},
		{"a list", 429, []string{"1.3", "0.9"}, []string{"Tenant/Write/a/b", "Tenant/Write/c/d"}, 1.3, "Write"},
		{"two limits", 429, nil, []string{"Tenant/Write/a/b", "Tenant/Read/a/b"}, 0, ""},
		{"one and rubbish", 429, nil, []string{"Tenant/Write/a/b,what"}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			h[http.CanonicalHeaderKey(share)], h[http.CanonicalHeaderKey(scope)] = tt.shares, tt.scopes
			got, limit := graph.Pressure(tt.status, h)
			if got != tt.share || limit != tt.limit {
				t.Errorf("got %v %q, want %v %q", got, limit, tt.share, tt.limit)
			}
		})
	}
}

// An answer says what Graph said of limits: with the member, or with the batch.
func TestAssignPressure(t *testing.T) {
	limited := status(429, share, "1.2", scope, "Tenant_Application/Write/a/b", "Retry-After", "2.5")
	odd := `{"id":"` + id(1) + `","status":429,"headers":{"X-MS-Throttle-Limit-Percentage":[0.9,"1.1",null],"x-ms-throttle-scope":["Tenant/Write/a/b"],"retry-after":{}}}`
	worse := `{"id":"` + id(1) + `","status":429,"headers":{"` + share + `":{"a":1},"` + scope + `":7}}`
	for _, tt := range []struct {
		name   string
		batch  answer
		shares [2]float64
		limits [2]string
	}{
		{"members", batchOf(memberOf(id(1), limited), memberOf(id(2), ok(`{}`).with(share, "0.97"))), [2]float64{1.2, 0.97}, [2]string{"Write", ""}},
		{"lists", batchOf(odd, memberOf(id(2), ok(`{}`))), [2]float64{1.1, 0}, [2]string{"Write", ""}},
		{"other shapes", batchOf(worse, memberOf(id(2), ok(`{}`))), [2]float64{0, 0}, [2]string{"", ""}},
		{"the batch", batchOf(memberOf(id(1), ok(`{}`)), memberOf(id(2), ok(`{}`).with(share, "0.97"))).with(share, "0.8"), [2]float64{0.8, 0.97}, [2]string{"", ""}},
		{"refused as a whole", limited, [2]float64{1.2, 1.2}, [2]string{"Write", "Write"}},
		{"down", status(503, share, "1.2", scope, "Tenant_Application/Write/a/b"), [2]float64{1.2, 1.2}, [2]string{"", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := on(newFake(t).on("/$batch", tt.batch)).writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3)})
			if err != nil || len(got) != 2 {
				t.Fatalf("got %+v, %v", got, err)
			}
			for i, a := range got {
				if a.Share != tt.shares[i] || a.Limit != tt.limits[i] {
					b, _ := json.Marshal(a)
					t.Errorf("got %s, want share %v, limit %q", b, tt.shares[i], tt.limits[i])
				}
			}
		})
	}
}

func batchOf(responses ...string) answer {
	all := ""
	for i, r := range responses {
		if i > 0 {
			all += ","
		}
		all += r
	}
	return ok(`{"responses":[` + all + `]}`)
}
