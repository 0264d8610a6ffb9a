package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// users returns the first n ids.
func users(n int) []plan.UserID {
	var ids []plan.UserID
	for i := range n {
		ids = append(ids, plan.UserID(id(i+1)))
	}
	return ids
}

// members returns the ids of the members of each batch that f was asked for.
func (f *fake) members() [][]string {
	var all [][]string
	for _, s := range f.asked {
		if s.path != "/$batch" {
			continue
		}
		var in batchRequest
		if err := json.Unmarshal(s.body, &in); err != nil {
			f.t.Fatal(err)
		}
		var ids []string
		for _, m := range in.Requests {
			ids = append(ids, m.ID)
			if _, err := plan.ParseGUID(m.Headers["client-request-id"]); err != nil {
				f.t.Errorf("member %s: client-request-id: %v", m.ID, err)
			}
		}
		all = append(all, ids)
	}
	return all
}

func TestUsers(t *testing.T) {
	f := newFake(t)
	for n := 1; n <= 45; n++ {
		f.on("/users/"+id(n), ok(strings.ReplaceAll(user(n), id(n), strings.ToUpper(id(n)))))
	}
	asked := append(users(47), plan.UserID(strings.ToUpper(id(3)))) // 46 and 47 are nobody, 3 comes twice
	got, err := on(f).client(t).Users(t.Context(), asked)
	if err != nil || len(got) != 45 || got[plan.UserID(id(7))].UserPrincipalName != "u7@contoso.com" {
		t.Errorf("got %d users, %v", len(got), err)
	}
	sizes := map[int]int{}
	for _, ids := range f.members() {
		sizes[len(ids)]++
	}
	if sizes[20] != 2 || sizes[7] != 1 {
		t.Errorf("got batches of %v, want 20, 20, 7", sizes)
	}
}

func TestUsersBadID(t *testing.T) {
	f := newFake(t)
	if _, err := on(f).client(t).Users(t.Context(), []plan.UserID{"../me"}); err == nil || len(f.asked) != 0 {
		t.Errorf("got %v after %d calls", err, len(f.asked))
	}
}

// Members that Graph had no time for are sent again, alone, after the longest wait.
func TestMembersAgain(t *testing.T) {
	busy := refuse(429, "TooManyRequests", "later")
	f := newFake(t)
	f.on("/users/"+id(1), ok(user(1)))
	f.on("/users/"+id(2), busy.with("retry-after", "0.249"), ok(user(2)))
	f.on("/users/"+id(3), busy.with("Retry-After", "2.128"), answer{status: 503}, ok(user(3)))
	f.on("/users/"+id(4), answer{status: 424}, ok(user(4)))
	b := on(f)
	got, err := b.client(t).Users(t.Context(), users(4))
	if err != nil || len(got) != 4 {
		t.Fatalf("got %v, %v", got, err)
	}
	if want := [][]string{{id(1), id(2), id(3), id(4)}, {id(2), id(3), id(4)}, {id(3)}}; fmt.Sprint(f.members()) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", f.members(), want)
	}
	if want := []time.Duration{2128 * time.Millisecond, time.Second}; !slices.Equal(b.waits, want) {
		t.Errorf("got waits %v, want %v", b.waits, want)
	}
}

// However much is asked for, only a few calls are under way at once.
func TestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		for n := 1; n <= 400; n++ {
			f.on("/users/"+id(n), ok(user(n)))
		}
		var under, most atomic.Int32
		b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now := under.Add(1)
			defer under.Add(-1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			time.Sleep(time.Second) // of the bubble: costs no time
			f.ServeHTTP(w, r)
		}))
		got, err := b.client(t).Users(t.Context(), users(400))
		if err != nil || len(got) != 400 || most.Load() != 6 {
			t.Errorf("got %d users, %v, %d at once, want 6", len(got), err, most.Load())
		}
	})
}

// The batch as a whole is read again when Graph is busy.
func TestReadBatchAgain(t *testing.T) {
	f := newFake(t).on("/$batch", refuse(429, "TooManyRequests", "").with("Retry-After", "3"), answer{status: 502, body: "<html>"}, ok(" \n"),
		ok(`{"responses":[`+memberOf(id(1), ok(user(1)))+`]}`))
	b := on(f)
	got, err := b.client(t).Users(t.Context(), users(1))
	if err != nil || len(got) != 1 || !slices.Equal(b.waits, []time.Duration{3 * time.Second, time.Second, 2 * time.Second}) {
		t.Errorf("got %v, %v, waits %v", got, err, b.waits)
	}
}

// What a batch leaves out, says twice or says about others is not believed.
func TestUsersNotBelieved(t *testing.T) {
	one := memberOf(id(1), ok(user(1)))
	tests := []struct {
		name, responses, want string
	}{
		{"missing", memberOf(id(2), ok(user(2))), "no answer for " + id(1)},
		{"twice, not alike", one + "," + memberOf(id(1), refuse(404, "Request_ResourceNotFound", "")), "answered twice"},
		{"status missing", `{"id":"` + id(1) + `","body":` + user(1) + `}`, "no readable status"},
		{"status text", `{"id":"` + id(1) + `","status":"200","body":` + user(1) + `}`, "no readable status"},
		{"not an object", `null`, "no answer for"},
		{"another user", memberOf(id(1), ok(user(2))), "the answer is about " + id(2)},
		{"no body", memberOf(id(1), ok("")), "without a body"},
		{"base64", memberOf(id(1), ok(`"PGh0bWw+"`)), "read users again: "},
		{"denied", memberOf(id(1), refuse(403, "Authorization_RequestDenied", "no")), "graph answered 403"},
		{"busy for ever", memberOf(id(1), refuse(429, "TooManyRequests", "no")), "graph answered 429 TooManyRequests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := on(newFake(t).on("/$batch", ok(`{"responses":[`+tt.responses+`]}`)))
			got, err := b.client(t).Users(t.Context(), users(1))
			if err == nil || got != nil || !strings.Contains(err.Error(), tt.want) || len(b.waits) > 7 {
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
	t.Run("twice, alike", func(t *testing.T) {
		b := on(newFake(t).on("/$batch", ok(`{"responses":[`+one+`,`+one+`,`+memberOf("x", answer{status: 200})+`]}`)))
		got, err := b.client(t).Users(t.Context(), users(1))
		if err != nil || len(got) != 1 || !strings.Contains(b.log.String(), "nobody sent") {
			t.Errorf("got %v, %v, log %s", got, err, b.log.String())
		}
	})
	for _, body := range []string{`{}`, `{"responses":null}`, `{"responses":{}}`, `[]`, `{"responses":[]} x`} {
		if got, err := on(newFake(t).on("/$batch", ok(body))).client(t).Users(t.Context(), users(1)); err == nil {
			t.Errorf("%s: got %v", body, got)
		}
	}
}

func take(n int, skus ...plan.SKU) plan.Request {
	return plan.Request{User: plan.UserID(id(n)), Remove: skus}
}

func TestAssign(t *testing.T) {
	f := newFake(t)
	f.on("/users/"+id(1)+"/assignLicense", ok(`{"id":"`+strings.ToUpper(id(1))+`"}`))
	f.on("/users/"+id(2)+"/assignLicense", refuse(400, "Request_BadRequest", "User does not have a corresponding license."))
	f.on("/users/"+id(3)+"/assignLicense", refuse(429, "TooManyRequests", "later").with("Retry-After", "2.128"))
	f.on("/users/"+id(4)+"/assignLicense", answer{status: 503})
	b := on(f)
	got, err := b.writer(t).Assign(t.Context(), []plan.Request{
		{User: plan.UserID(id(1)), Add: []plan.License{{SKU: e5, Grant: plan.Grant{DisabledPlans: []plan.PlanID{yam}}}, {SKU: visio}}, Remove: []plan.SKU{e3}},
		take(2, e3), take(3, e3), take(4, e3),
	})
	if err != nil {
		t.Fatal(err)
	}
	var in batchRequest
	if err := json.Unmarshal(f.asked[0].body, &in); err != nil {
		t.Fatal(err)
	}
	bodies := []string{
		`{"addLicenses":[{"disabledPlans":["` + yam + `"],"skuId":"` + e5 + `"},{"disabledPlans":[],"skuId":"` + visio + `"}],"removeLicenses":["` + e3 + `"]}`,
		`{"addLicenses":[],"removeLicenses":["` + e3 + `"]}`,
	}
	for i, want := range bodies {
		m := in.Requests[i]
		if string(m.Body) != want || m.ID != id(i+1) || m.Method != "POST" || m.URL != "/users/"+id(i+1)+"/assignLicense" || m.Headers["Content-Type"] != "application/json" {
			t.Errorf("member %d: got %+v %s", i, m, m.Body)
		}
	}
	want := []plan.Answer{
		{User: plan.UserID(id(1)), Status: 200},
		{User: plan.UserID(id(2)), Status: 400, Code: "Request_BadRequest", Message: "User does not have a corresponding license.", RequestID: "inner-1"},
		{User: plan.UserID(id(3)), Status: 429, Code: "TooManyRequests", Message: "later", RequestID: "inner-1", RetryAfter: 2.128},
		{User: plan.UserID(id(4)), Status: 503},
	}
	for i := range want {
		want[i].ClientRequestID = in.Requests[i].Headers["client-request-id"]
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if len(f.asked) != 1 || len(b.waits) != 0 {
		t.Errorf("a write was repeated: %d calls, %d waits", len(f.asked), len(b.waits))
	}
}

// Each request has one answer, and one that is not sure is not known (0).
func TestAssignAnswers(t *testing.T) {
	done := func(n int) string { return memberOf(id(n), ok(`{"id":"`+id(n)+`"}`)) }
	batch := func(responses ...string) answer { return ok(`{"responses":[` + strings.Join(responses, ",") + `]}`) }
	tests := []struct {
		name   string
		answer answer
		want   [2]int
	}{
		{"both", batch(done(2), done(1)), [2]int{200, 200}},
		{"upper case ids", batch(memberOf(strings.ToUpper(id(1)), ok(`{}`)), done(2)), [2]int{200, 200}},
		{"no body", batch(memberOf(id(1), answer{status: 204}), done(2)), [2]int{204, 200}},
		{"one missing", batch(done(1)), [2]int{200, 0}},
		{"alike twice", batch(done(1), done(1), done(2)), [2]int{200, 200}},
		{"not alike twice", batch(done(1), memberOf(id(1), refuse(400, "Request_BadRequest", "x")), done(2)), [2]int{0, 200}},
		{"three times", batch(done(1), memberOf(id(1), answer{status: 500}), done(1), done(2)), [2]int{0, 200}},
		{"foreign", batch(done(1), done(3), done(2)), [2]int{200, 200}},
		{"about another", batch(memberOf(id(1), ok(`{"id":"`+id(2)+`"}`)), done(2)), [2]int{0, 200}},
		{"undecodable", batch(`{"id":"`+id(1)+`","status":"fine"}`, done(2)), [2]int{0, 200}},
		{"undecodable and fine", batch(done(1), `{"id":"`+id(1)+`","status":{}}`, done(2)), [2]int{0, 200}},
		{"status out of range", batch(`{"id":"`+id(1)+`","status":99}`, done(2)), [2]int{0, 200}},
		{"rubbish", batch(`7`, `null`, `{"id":7,"status":200}`, done(2)), [2]int{0, 200}},
		{"empty", batch(), [2]int{0, 0}},
		{"no responses", ok(`{}`), [2]int{0, 0}},
		{"cut", ok(`{"responses":[` + done(1) + `,{"id`), [2]int{0, 0}},
		{"html", ok(`<html>`), [2]int{0, 0}},
		{"bad request", refuse(400, "BadRequest", "Invalid batch"), [2]int{400, 400}},
		{"token refused", refuse(401, "InvalidAuthenticationToken", "expired"), [2]int{401, 401}},
		{"denied", refuse(403, "Authorization_RequestDenied", "no"), [2]int{403, 403}},
		{"busy", refuse(429, "TooManyRequests", "no").with("Retry-After", "17"), [2]int{429, 429}},
		{"gateway", answer{status: 502, body: "<html>"}, [2]int{0, 0}},
		{"time-out", answer{status: 408}, [2]int{0, 0}},
		{"redirect", answer{status: 307, header: map[string]string{"Location": root + "/v1.0/$batch"}}, [2]int{0, 0}},
		{"another success", answer{status: 202, body: `{}`}, [2]int{0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t).on("/$batch", tt.answer)
			b := on(f)
			got, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3)})
			if err != nil || len(got) != 2 || len(f.asked) != 1 || len(b.waits) != 0 {
				t.Fatalf("got %+v, %v after %d calls", got, err, len(f.asked))
			}
			for i, a := range got {
				if a.User != plan.UserID(id(i+1)) || a.Status != tt.want[i] || a.ClientRequestID == "" {
					t.Errorf("got %+v, want status %d", a, tt.want[i])
				}
				if a.Status == 0 && a.Message == "" {
					t.Errorf("%+v does not say why", a)
				}
				if a.Status == 429 && (a.RetryAfter != 17 || a.Code != "TooManyRequests" || a.RequestID != "inner-1") {
					t.Errorf("got %+v", a)
				}
			}
		})
	}
}

// An answer names Graph's request: the member's, or else that of the batch.
func TestAssignRequestID(t *testing.T) {
	own := memberOf(id(1), answer{status: 200, header: map[string]string{"Request-Id": "own"}, body: "{}"})
	f := newFake(t).on("/$batch", ok(`{"responses":[`+own+`,`+memberOf(id(2), ok(`{}`))+`]}`).with("request-id", "whole"))
	got, err := on(f).writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3), take(3, e3)})
	if err != nil || got[0].RequestID != "own" || got[1].RequestID != "whole" || got[2].RequestID != "whole" || got[2].Status != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A connection that breaks leaves the outcome open, before and after the write.
func TestAssignLost(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"within the answer": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"responses":[`)
			panic(http.ErrAbortHandler)
		},
	} {
		b := on(h)
		got, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3)})
		if err != nil || len(got) != 1 || got[0].Status != 0 || got[0].Message == "" || len(b.waits) != 0 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// Once a request is under way, the end of ctx leaves its outcome open; before
// that it is an error and nothing is sent.
func TestAssignCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	got, err := b.writer(t).Assign(ctx, []plan.Request{take(1, e3)})
	if err != nil || len(got) != 1 || got[0].Status != 0 {
		t.Errorf("under way: got %+v, %v", got, err)
	}
	f := newFake(t)
	if got, err := on(f).writer(t).Assign(ctx, []plan.Request{take(1, e3)}); !errors.Is(err, context.Canceled) || got != nil || len(f.asked) != 0 {
		t.Errorf("before: got %+v, %v", got, err)
	}
	b = on(f)
	ctx, cancel = context.WithCancel(t.Context())
	b.Token = func(context.Context) (string, time.Time, error) {
		cancel()
		return "", time.Time{}, ctx.Err()
	}
	if got, err := b.writer(t).Assign(ctx, []plan.Request{take(1, e3)}); !errors.Is(err, context.Canceled) || got != nil || len(f.asked) != 0 {
		t.Errorf("before there is a token: got %+v, %v", got, err)
	}
}

func TestAssignWithoutToken(t *testing.T) {
	f := newFake(t)
	b := on(f)
	b.Token = func(context.Context) (string, time.Time, error) { return "", time.Time{}, errors.New("AADSTS7000215") }
	got, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3)})
	if err != nil || got[0].Status != 401 || got[0].Code != "TokenUnavailable" || !strings.Contains(got[0].Message, "AADSTS7000215") || len(f.asked) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAssignWrongUsage(t *testing.T) {
	var many []plan.Request
	for n := range 21 {
		many = append(many, take(n, e3))
	}
	for name, reqs := range map[string][]plan.Request{
		"too many":           many,
		"same user":          {take(1, e3), take(1, visio)},
		"empty":              {take(1)},
		"in both":            {{User: plan.UserID(id(1)), Add: []plan.License{{SKU: e3}}, Remove: []plan.SKU{e3}}},
		"added twice":        {{User: plan.UserID(id(1)), Add: []plan.License{{SKU: e3}, {SKU: e3}}}},
		"removed twice":      {take(1, e3, e3)},
		"user no GUID":       {{User: "me", Remove: []plan.SKU{e3}}},
		"user upper case":    {{User: plan.UserID(strings.ToUpper(id(1))), Remove: []plan.SKU{e3}}},
		"product no GUID":    {take(1, "SPE_E3")},
		"product upper case": {take(1, plan.SKU(strings.ToUpper(e3)))},
		"plan no GUID":       {{User: plan.UserID(id(1)), Add: []plan.License{{SKU: e3, Grant: plan.Grant{DisabledPlans: []plan.PlanID{"YAMMER"}}}}}},
	} {
		f := newFake(t)
		if got, err := on(f).writer(t).Assign(t.Context(), reqs); err == nil || got != nil || len(f.asked) != 0 {
			t.Errorf("%s: got %v, %v after %d calls", name, got, err, len(f.asked))
		}
	}
	f := newFake(t)
	if got, err := on(f).writer(t).Assign(t.Context(), nil); err != nil || got == nil || len(got) != 0 || len(f.asked) != 0 {
		t.Errorf("none: got %v, %v", got, err)
	}
}

// A token that the batch was refused with is not used again.
func TestAssignRenews(t *testing.T) {
	f := newFake(t).on("/$batch", refuse(401, "InvalidAuthenticationToken", ""), ok(`{"responses":[`+memberOf(id(1), ok(`{}`))+`]}`))
	b := on(f)
	w := b.writer(t)
	for _, want := range []int{401, 200} {
		if got, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err != nil || got[0].Status != want {
			t.Errorf("got %+v, %v, want %d", got, err, want)
		}
	}
	if b.given != 2 {
		t.Errorf("got %d tokens, want 2", b.given)
	}
}

var _ interface {
	Assign(context.Context, []plan.Request) ([]plan.Answer, error)
} = (*graph.Writer)(nil)

// That batches are not found, or not understood, says nothing of who is asked
// for: nobody is gone, has no mailbox, or is an application for that.
func TestBatchRefusedAsAWhole(t *testing.T) {
	for _, whole := range []answer{refuse(404, "UnknownError", ""), refuse(404, "NotFound", "no route"), {status: 404, body: "not here"}, refuse(400, "BadRequest", "x")} {
		c := on(contoso(t).on("/$batch", whole)).client(t)
		who := []plan.UserID{plan.UserID(id(10))}
		if users, err := c.Users(t.Context(), who); !errors.Is(err, graph.ErrIncomplete) || !strings.Contains(err.Error(), "the batch as a whole: graph answered "+strconv.Itoa(whole.status)) {
			t.Errorf("%+v: got %v, %v", whole, users, err)
		}
		if found, read, err := c.Mailboxes(t.Context(), who); err != nil || len(found) != 0 || read.Status != plan.ReadDenied {
			t.Errorf("%+v: got mailboxes %v, %+v, %v", whole, found, read, err)
		}
		if found, read, err := c.SignIns(t.Context(), who); err != nil || len(found) != 0 || read.Status != plan.ReadDenied {
			t.Errorf("%+v: got sign-ins %v, %+v, %v", whole, found, read, err)
		}
		if s, err := c.Snapshot(t.Context(), graph.Wants{}); !errors.Is(err, graph.ErrIncomplete) {
			t.Errorf("%+v: got %+v, %v", whole, s, err)
		}
		// Not the same fake: calls that were cut off may still be on their way to it.
		f := contoso(t).on("/$batch", whole).on("/groups", list())
		f.on("/roleManagement/directory/roleEligibilityScheduleInstances", list()).on("/roleManagement/directory/roleAssignments", list())
		c = on(f).client(t)
		named := &graph.HolderWants{Products: []plan.SKU{e3}, Names: []string{"gone@contoso.com"}}
		if s, err := c.Snapshot(t.Context(), graph.Wants{Holders: named}); !errors.Is(err, graph.ErrIncomplete) {
			t.Errorf("%+v: got %+v, %v for names", whole, s, err)
		}
	}
}

// A 404 within a batch is of the person only where Graph gives its code.
func TestMemberNotFound(t *testing.T) {
	for _, tt := range []struct {
		answer answer
		gone   bool
	}{
		{refuse(404, "Request_ResourceNotFound", "x"), true},
		{refuse(404, "ResourceNotFound", "x"), true},
		{refuse(404, "UnknownError", ""), false},
		{refuse(404, "BadRequest", "Resource not found for the segment 'mailboxSettings'."), false},
		{answer{status: 404, body: `"bm90IGhlcmU="`}, false},
		{answer{status: 404}, false},
	} {
		c := on(newFake(t).on("/users/"+id(10), tt.answer).on("/users/"+id(10)+"/mailboxSettings", tt.answer)).client(t)
		users, err := c.Users(t.Context(), []plan.UserID{plan.UserID(id(10))})
		if len(users) != 0 || (err == nil) != tt.gone {
			t.Errorf("%+v: got %v, %v", tt.answer, users, err)
		}
		found, _, err := c.Mailboxes(t.Context(), []plan.UserID{plan.UserID(id(10))})
		if err != nil || (found[plan.UserID(id(10))] == plan.NoMailbox) != tt.gone {
			t.Errorf("%+v: got %v, %v", tt.answer, found, err)
		}
	}
}
