package graph_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// Whatever a page says, users that come of it have ids and no nil lists.
func FuzzPage(f *testing.F) {
	f.Add([]byte(list(user(1), user(2)).body))
	f.Add([]byte(`{"value":[` + user(1, `"assignedLicenses":[{"skuId":"`+e3+`"}],"licenseAssignmentStates":[{"skuId":"`+e5+`","assignedByGroup":null,"state":"Active","error":"None","lastUpdatedDateTime":"2024-05-01T07:10:00Z","disabledPlans":["`+yam+`"]}]`) + `],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x"}`))
	f.Add([]byte(`{"value":null}`))
	f.Add([]byte(`{"value":[{"id":null}]}`))
	f.Add([]byte(`{"error":{"code":"x"}}`))
	f.Add([]byte(`{"value":[[[[[[` + strings.Repeat("[", 100)))
	f.Add([]byte(`{"value":[{"id":"` + id(1) + `","assignedLicenses":[],"displayName":"\ud83d\u0000"}]}`))
	f.Add([]byte("\ufeff" + list(user(1)).body))
	f.Add([]byte(`{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/%2e%2e/beta"}`))
	f.Add([]byte(`{"value":[],"@odata.nextLink":"https://graph.microsoft.com\\@evil.example/v1.0/x"}`))
	f.Add([]byte(`{"value":[` + strings.Repeat(user(1)+",", 50) + user(2) + `]}`))
	c := on(nil).client(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		users, next, err := graph.NewPageReader().Read(bytes.NewReader(b), nil)
		if kept := weigh(users) + len(next); kept > 16*len(b)+4096 {
			t.Errorf("%d bytes are kept of a page of %d", kept, len(b))
		}
		if err != nil {
			return
		}
		if next != "" && graph.MayFollow(c, next) {
			u, err := url.Parse(next)
			if err != nil || u.User != nil || !strings.EqualFold(u.Scheme, "https") || !strings.EqualFold(u.Hostname(), "graph.microsoft.com") ||
				u.Port() != "" && u.Port() != "443" || !strings.HasPrefix(path.Clean(u.Path)+"/", "/v1.0/") {
				t.Errorf("it would follow %q", next)
			}
		}
		for _, u := range users {
			if got, err := plan.ParseGUID(string(u.ID)); err != nil || got != string(u.ID) {
				t.Errorf("got id %q", u.ID)
			}
			if u.Sources == nil || u.UserType == "" {
				t.Errorf("got %+v", u)
			}
			for i, s := range u.Sources {
				if _, err := plan.ParseGUID(string(s.SKU)); err != nil || s.DisabledPlans == nil || i > 0 && s.SKU < u.Sources[i-1].SKU {
					t.Errorf("got source %+v", s)
				}
			}
		}
	})
}

// weigh is about how many bytes users take, with the room that their list has
// to spare.
func weigh(users []plan.User) int {
	n := cap(users) * int(reflect.TypeFor[plan.User]().Size())
	for _, u := range users {
		n += len(u.UserPrincipalName) + len(u.DisplayName) + len(u.Mail) + len(u.Department) + len(u.JobTitle) + len(u.CompanyName) +
			len(u.Country) + len(u.City) + len(u.OfficeLocation) + len(u.UsageLocation) + len(u.EmployeeType) + len(u.ID) +
			cap(u.Sources)*int(reflect.TypeFor[plan.Source]().Size()) + cap(u.Unsourced)*16
		for _, s := range u.Sources {
			n += cap(s.DisabledPlans)*16 + len(s.State) + len(s.Error) + 72
		}
		if u.Extensions != nil {
			n += int(reflect.TypeFor[[15]string]().Size())
			for _, e := range u.Extensions {
				n += len(e)
			}
		}
	}
	return n
}

// said reports whether a batch's answer says status for id, read without care.
func said(b []byte, id string, status int) bool {
	var in struct {
		Responses []any `json:"responses"`
	}
	if json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &in) != nil {
		return false
	}
	for _, r := range in.Responses {
		m, _ := r.(map[string]any)
		text, _ := m["id"].(string)
		if n, ok := m["status"].(float64); ok && int(n) == status && strings.EqualFold(text, id) {
			return true
		}
	}
	return false
}

// Whatever a batch answers, each request has one answer, and only what the
// answer says plainly is more than unknown.
func FuzzBatch(f *testing.F) {
	one := memberOf(id(1), ok(`{"id":"`+id(1)+`"}`))
	f.Add([]byte(`{"responses":[` + one + `]}`))
	f.Add([]byte(`{"responses":[` + one + `,` + memberOf(id(1), refuse(400, "Request_BadRequest", "x")) + `]}`))
	f.Add([]byte(`{"responses":[` + memberOf(id(2), refuse(429, "TooManyRequests", "x").with("Retry-After", "2.128")) + `,null,7]}`))
	f.Add([]byte(`{"responses":null}`))
	f.Add([]byte(`{"responses":[{"id":"` + id(1) + `","status":1e9}]}`))
	f.Add([]byte(`{"responses":[{"id":"` + id(1) + `","status":200,"body":"PGh0bWw+"},{"id":"` + strings.ToUpper(id(2)) + `","status":"200"}],"@odata.nextLink":"https://evil.example/"}`))
	f.Add([]byte(`{"responses":[{"id":"` + id(1) + `","status":200,"body":{"id":"` + id(2) + `"}},{"id":"` + id(2) + `","status":200,"headers":{"Retry-After":["1",2]},"body":{"id":"` + id(1) + `"}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		fk := newFake(t).on("/$batch", ok(string(b)))
		got, err := on(fk).writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3)})
		if err != nil || len(got) != 2 || len(fk.asked) != 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		for i, a := range got {
			if a.User != plan.UserID(id(i+1)) || a.Status != 0 && (a.Status < 100 || a.Status > 599) || a.RetryAfter < 0 || a.RetryAfter > 600 {
				t.Errorf("got %+v", a)
			}
			if a.Status != 0 && !said(b, id(i+1), a.Status) {
				t.Errorf("got %+v, which nobody said of it", a)
			}
			if n := len(a.Code) + len(a.Message) + len(a.RequestID); n > 4*(100+500+100)+100 {
				t.Errorf("got %d bytes of text", n)
			}
		}
	})
}

// Whatever an error's body says, the error is one clean line of bounded length.
func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(refuse(400, "Request_BadRequest", "x").body))
	f.Add([]byte(`{"error":{"error":{"code":"InvalidFilter","message":"a\nb"}}}`))
	f.Add([]byte(`{"error":{"innererror":{"request-id":"x","innerError":{}}}}`))
	f.Add([]byte(`<html>` + token))
	f.Add([]byte(`{"error":{"message":"` + token + `"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := on(newFake(t).on("/subscribedSkus", answer{status: 400, body: string(b)})).client(t).Products(t.Context())
		var e *graph.Error
		if !errors.As(err, &e) || e.Status != 400 {
			t.Fatalf("got %v", err)
		}
		text := err.Error()
		if strings.ContainsFunc(text, unicode.IsControl) || len([]rune(text)) > 800 || strings.Contains(text, "PAYLOADpayload") {
			t.Errorf("got %q", text)
		}
	})
}

// Whatever Retry-After says, nobody waits for less than nothing or for more than
// ten minutes.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"2.128", "-3", "NaN", "1e300", "Inf", "2, 5", "0x1p9", "Fri, 20 Nov 2026 08:00:42 GMT", "Fri, 20 Nov 2026 08:00:42 GMT, 7", ""} {
		f.Add(s, "5")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		both := graph.RetryAfter([]string{a, b}, now)
		if both < 0 || both > 10*time.Minute || both < graph.RetryAfter([]string{b}, now) {
			t.Errorf("%q, %q: got %v", a, b, both)
		}
	})
}

// A page of users as a large tenant has them: 999 people, two products each,
// a fifth of them with an address more.
func bigPage() []byte {
	var items []string
	for n := range 999 {
		alias := ""
		if n%5 == 0 {
			alias = fmt.Sprintf(`,"X500:/o=contoso/cn=person%d","smtp:number%d.person@contoso.com"`, n, n)
		}
		items = append(items, fmt.Sprintf(`{"id":%q,"userPrincipalName":"person.%d@contoso.com","displayName":"Person Number %d","mail":"person.%d@contoso.com","accountEnabled":true,
"userType":"Member","department":"Department %d","jobTitle":"Consultant %d","companyName":"Contoso","country":"Sweden","city":"Stockholm","officeLocation":"HQ/%d","usageLocation":"SE","employeeType":"Employee",
"proxyAddresses":["SMTP:person.%d@contoso.com"%s],"onPremisesSyncEnabled":null,"isResourceAccount":null,"createdDateTime":"2024-05-01T07:10:00Z","onPremisesExtensionAttributes":{"extensionAttribute1":null,"extensionAttribute2":null,"extensionAttribute3":null},
"assignedLicenses":[{"disabledPlans":[%q],"skuId":%q},{"disabledPlans":[],"skuId":%q}],
"licenseAssignmentStates":[{"skuId":%q,"assignedByGroup":null,"disabledPlans":[%q],"state":"Active","error":"None","lastUpdatedDateTime":"2024-05-01T07:10:00Z"},
{"skuId":%q,"assignedByGroup":%q,"disabledPlans":[],"state":"Active","error":"None","lastUpdatedDateTime":"2024-05-02T08:00:00Z"}]}`,
			id(n), n, n, n, n%20, n%50, n%7, n, alias, yam, e3, visio, e3, yam, visio, id(n%5)))
	}
	return []byte(list(items...).body)
}

func BenchmarkPages(b *testing.B) {
	page, r := bigPage(), graph.NewPageReader()
	users := make([]plan.User, 0, 999)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if users, _, err = r.Read(bytes.NewReader(page), users[:0]); err != nil || len(users) != 999 {
			b.Fatalf("got %d users, %v", len(users), err)
		}
	}
	b.ReportMetric(float64(b.N)*999/b.Elapsed().Seconds(), "users/s")
	b.ReportMetric(retained(b, page), "B/user")
}

// retained is what a user takes in memory once its page is gone.
func retained(b *testing.B, page []byte) float64 {
	const pages = 20
	r := graph.NewPageReader()
	kept := make([][]plan.User, pages)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range kept {
		var err error
		if kept[i], _, err = r.Read(bytes.NewReader(page), make([]plan.User, 0, 999)); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return float64(after.HeapAlloc-before.HeapAlloc) / (pages * 999)
}
