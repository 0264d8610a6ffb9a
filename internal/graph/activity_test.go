package graph_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

const signInFields = "?$select=id,signInActivity"

func activityOf(n int, activity string) string {
	return fmt.Sprintf(`{"id":%q,"signInActivity":%s}`, strings.ToUpper(id(n)), activity)
}

const lately = `{"lastSignInDateTime":"2026-11-01T06:00:00Z","lastSignInRequestId":"x","lastNonInteractiveSignInDateTime":"0001-01-01T00:00:00Z","lastSuccessfulSignInDateTime":null}`

var (
	lacking  = refuse(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
	signedAt = plan.SignIn{Interactive: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)}
)

func TestSignInsOfFew(t *testing.T) {
	at := func(n int) string { return "/users/" + id(n) + signInFields }
	denied := refuse(403, "Authentication_MSGraphPermissionMissing", "Calling principal does not have required MSGraph permissions AuditLog.Read.All")
	for name, tt := range map[string]struct {
		one, two []answer
		want     []int // who is in the map
		read     plan.Read
		waits    int
	}{
		"both":         {[]answer{ok(activityOf(1, lately))}, []answer{ok(activityOf(2, lately))}, []int{1, 2}, plan.Read{Items: 2, Status: "complete"}, 0},
		"null":         {[]answer{ok(activityOf(1, "null"))}, []answer{ok(`{"id":"` + id(2) + `"}`)}, nil, plan.Read{Status: "complete"}, 0},
		"empty":        {[]answer{ok(activityOf(1, `{}`))}, []answer{ok(activityOf(2, lately))}, []int{2}, plan.Read{Items: 1, Status: "complete"}, 0},
		"gone":         {[]answer{refuse(404, "Request_ResourceNotFound", "x")}, []answer{ok(activityOf(2, lately))}, []int{2}, plan.Read{Items: 1, Status: "complete"}, 0},
		"denied":       {[]answer{denied}, []answer{denied}, nil, plan.Read{Status: "denied", Reason: "403 Authentication_MSGraphPermissionMissing"}, 0},
		"denied once":  {[]answer{ok(activityOf(1, lately))}, []answer{denied}, []int{1}, plan.Read{Items: 1, Status: "denied", Reason: "403 Authentication_MSGraphPermissionMissing"}, 0},
		"fails":        {[]answer{ok(activityOf(1, lately))}, []answer{{status: 501, body: `""`}}, []int{1}, plan.Read{Items: 1, Status: "denied", Reason: "501 Not Implemented"}, 0},
		"no licence":   {[]answer{lacking}, []answer{lacking}, nil, plan.Read{Status: "absent", Reason: "403 Authentication_RequestFromNonPremiumTenantOrB2CTenant: this tenant has no Entra ID P1"}, 2},
		"now and then": {[]answer{lacking, lacking, ok(activityOf(1, lately))}, []answer{lacking, ok(activityOf(2, lately))}, []int{1, 2}, plan.Read{Items: 2, Status: "complete"}, 2},
		"for one":      {[]answer{ok(activityOf(1, lately))}, []answer{lacking}, []int{1}, plan.Read{Items: 1, Status: "denied", Reason: "403 Authentication_RequestFromNonPremiumTenantOrB2CTenant"}, 2},
		"bad time":     {[]answer{ok(activityOf(1, lately))}, []answer{ok(activityOf(2, `{"lastSignInDateTime":"soon"}`))}, []int{1}, plan.Read{Items: 1, Status: "denied", Reason: `read sign-ins: `}, 0},
		"another":      {[]answer{ok(activityOf(1, lately))}, []answer{ok(activityOf(1, lately))}, []int{1}, plan.Read{Items: 1, Status: "denied", Reason: `read sign-ins: asked for ` + id(2)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := on(newFake(t).on(at(1), tt.one...).on(at(2), tt.two...))
			got, read, err := b.client(t).SignIns(t.Context(), []plan.UserID{plan.UserID(id(1)), plan.UserID(strings.ToUpper(id(2))), plan.UserID(id(2))})
			want := map[plan.UserID]plan.SignIn{}
			for _, n := range tt.want {
				want[plan.UserID(id(n))] = signedAt
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
			if !strings.HasPrefix(read.Reason, tt.read.Reason) || (read.Reason == "") != (tt.read.Reason == "") || read.What != "signInActivity" || read.Status != tt.read.Status || read.Items != tt.read.Items {
				t.Errorf("got %+v, want %+v", read, tt.read)
			}
			if len(b.waits) != tt.waits {
				t.Errorf("got %d waits, want %d", len(b.waits), tt.waits)
			}
		})
	}
	if _, _, err := on(newFake(t).on("/$batch", refuse(401, "x", ""))).client(t).SignIns(t.Context(), users(1)); !errors.Is(err, graph.ErrUnauthorized) {
		t.Errorf("got %v", err)
	}
}

// Of many people a listing takes fewer calls. Its pages are as large as this
// Graph allows.
func TestSignInsOfMany(t *testing.T) {
	limit := func(n int) answer {
		return refuse(400, "Request_BadRequest", fmt.Sprintf("Cannot query data for more than %d users at a time.", n))
	}
	listed := list(activityOf(1, lately), activityOf(2, "null"), activityOf(999_999, lately))
	ids := users(2)
	for n := 1000; n < 1500; n++ {
		ids = append(ids, plan.UserID(id(n)))
	}
	for name, tt := range map[string]struct {
		set    func(f *fake)
		calls  int // of the listing
		status plan.ReadStatus
		items  int
	}{
		"500":               {func(f *fake) { f.on("/users"+signInFields+"&$top=500", listed) }, 1, "complete", 1},
		"120":               {func(f *fake) { f.on("/users", limit(120)).on("/users"+signInFields+"&$top=120", listed) }, 2, "complete", 1},
		"as it likes":       {func(f *fake) { f.on("/users", limit(100)).on("/users"+signInFields, listed) }, 3, "complete", 1},
		"never":             {func(f *fake) { f.on("/users", limit(1)) }, 3, "denied", 0},
		"another 400":       {func(f *fake) { f.on("/users", refuse(400, "Request_BadRequest", "Invalid filter clause")) }, 1, "denied", 0},
		"no licence":        {func(f *fake) { f.on("/users", lacking) }, 3, "absent", 0},
		"licence of a kind": {func(f *fake) { f.on("/users", lacking, lacking, listed) }, 3, "complete", 1},
		"no id":             {func(f *fake) { f.on("/users", list(`{"signInActivity":null}`)) }, 1, "denied", 0},
		"later page": {func(f *fake) {
			f.on("/users?$skiptoken=2", refuse(403, "x", "")).on("/users", ok(strings.Replace(listed.body, "{", `{"@odata.nextLink":"`+root+`/v1.0/users?$skiptoken=2",`, 1)))
		}, 2, "denied", 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on("/users/$count", ok("5000"))
			tt.set(f)
			got, read, err := on(f).client(t).SignIns(t.Context(), ids)
			if err != nil || len(got) != tt.items || tt.items == 1 && got[plan.UserID(id(1))] != signedAt || read.Status != tt.status || read.Items != tt.items {
				t.Errorf("got %v, %+v, %v", got, read, err)
			}
			if n := f.times("/users"); n != tt.calls || f.times("/$batch") != 0 {
				t.Errorf("got %d calls, want %d", n, tt.calls)
			}
		})
	}
	f := newFake(t).on("/users/$count", ok("1000000"))
	if _, read, err := on(f).client(t).SignIns(t.Context(), ids); err != nil || f.times("/users") != 0 || f.times("/$batch") != 26 || read.Status != "complete" {
		t.Errorf("in a large tenant: got %+v, %v, %d batches", read, err, f.times("/$batch"))
	}
}
