package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// byProduct makes f list and count the users of a product by filter, and let
// nobody else list users.
func byProduct(f *fake, held map[string][]string) *fake {
	product := func(r *http.Request) ([]string, bool) {
		filter, ok := strings.CutPrefix(r.URL.Query().Get("$filter"), "assignedLicenses/any(s:s/skuId eq ")
		all, known := held[strings.TrimSuffix(filter, ")")]
		return all, ok && known
	}
	f.special["/users"] = func(w http.ResponseWriter, r *http.Request) {
		all, ok := product(r)
		if !ok || r.Header.Get("ConsistencyLevel") != "" || r.URL.Query().Get("$top") != "999" {
			f.t.Errorf("got %s", r.URL)
		}
		list(all...).write(w)
	}
	f.special["/users/$count"] = func(w http.ResponseWriter, r *http.Request) {
		all, ok := product(r)
		if !ok || r.Header.Get("ConsistencyLevel") != "eventual" {
			f.t.Errorf("got %s", r.URL)
		}
		io.WriteString(w, strconv.Itoa(len(all)))
	}
	return f
}

func holder(n int, more string) string {
	return user(n, `"assignedLicenses":[{"skuId":"`+e3+`"}],"licenseAssignmentStates":[{"skuId":"`+e3+`","assignedByGroup":"`+id(60)+`","state":"Active"}]`+more)
}

func ids(users []plan.User) []string {
	var out []string
	for _, u := range users {
		out = append(out, string(u.ID)[34:])
	}
	return out
}

func TestHolders(t *testing.T) {
	f := byProduct(contoso(t), map[string][]string{
		e3:    {holder(11, ""), holder(12, ""), holder(11, "")},
		visio: {holder(12, ""), holder(13, "")},
	})
	f.on("/users/u20%40contoso.com", ok(user(20))).on("/users/o%27neil_x.com%23EXT%23%40contoso.com", ok(user(21))).on("/users/"+id(22), ok(user(22)))
	f.on("/users/odd%40contoso.com", refuse(400, "Request_BadRequest", "x"))
	f.on("/users/"+id(30), ok(user(30))).on("/users/"+id(31), ok(user(31)))
	sub := func(n, owner int, kind string) string {
		return fmt.Sprintf(`{"id":%q,"skuId":%q,"ownerId":%q,"ownerType":%q}`, id(n), e3, strings.ToUpper(id(owner)), kind)
	}
	f.on("/directory/subscriptions", list(sub(1, 30, "User"), sub(2, 31, "user"), sub(3, 32, "ServicePrincipal"), sub(4, 33, "User")))
	f.on("/groups/"+id(60), ok(group(60)))
	// Somebody whom a group fails to give a licence, and somebody who was read; a
	// group that fails to give something else is not asked.
	f.on("/groups?$filter=hasMembersWithLicenseErrors eq true&$select=id,assignedLicenses",
		list(`{"id":"`+id(62)+`","assignedLicenses":[{"skuId":"`+id(99)+`"}]}`, `{"id":"`+id(61)+`","assignedLicenses":[{"skuId":"`+strings.ToUpper(e3)+`"}]}`, `{"id":"`+id(63)+`"}`))
	f.on("/groups/"+id(61)+"/membersWithLicenseErrors", list(`{"id":"`+strings.ToUpper(id(42))+`"}`, `{"id":"`+id(12)+`"}`))
	f.on("/users/"+id(42), ok(user(42)))
	// Principals that are not among the users read: a user, a group and an application.
	f.on("/roleManagement/directory/roleEligibilityScheduleInstances", list(assignment("e1", id(40), ""), assignment("e2", id(51), ""), assignment("e3", id(91), "")))
	f.on("/users/"+id(40), ok(`{"id":"`+id(40)+`"}`)).on("/users/"+id(41), ok(user(41)))
	b := on(f)
	b.Token = func(context.Context) (string, time.Time, error) {
		return jwt(`{"oid":"` + id(41) + `","scp":"User.Read.All"}`), now.Add(time.Hour), nil
	}
	s, err := b.client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{
		Products: []plan.SKU{visio, plan.SKU(strings.ToUpper(e3)), e3},
		Names: []string{"u20@contoso.com", "o'neil_x.com#EXT#@contoso.com", "nobody@contoso.com", "odd@contoso.com", strings.ToUpper(id(22)),
			"../$count@x", "a/b@contoso.com", "a?b@contoso.com", "a%2fb@contoso.com", "no name@x", "@x", "x@", "a\u202eb@contoso.com", `a\b@x`, "("},
		IDs: []plan.UserID{plan.UserID(id(22)), plan.UserID(id(23))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ids(s.Users), []string{"11", "12", "13", "20", "21", "22", "30", "31", "41", "42"}; !slices.Equal(got, want) {
		t.Errorf("got users %v, want %v", got, want)
	}
	if s.Scope != plan.Holders || s.Count != (plan.UserCount{Before: 10, After: 10}) || readOf(s, "users").Items != 10 || readOf(s, "subscriptions").Items != 4 {
		t.Errorf("got scope %v, count %v, reads %+v", s.Scope, s.Count, s.Reads)
	}
	kinds := map[string]plan.PrincipalKind{}
	for _, a := range s.RoleAssignments {
		kinds[a.ID] = a.Kind
	}
	if want := map[string]plan.PrincipalKind{"a1": "user", "a2": "group", "a3": "servicePrincipal", "e1": "user", "e2": "group", "e3": "servicePrincipal"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	if !slices.ContainsFunc(s.Groups, func(g plan.Group) bool { return g.ID == plan.GroupID(id(60)) && g.DisplayName == "group 60" }) {
		t.Errorf("got groups %+v, want the one that licenses", s.Groups)
	}
	if n := f.times("/users"); n != 2 {
		t.Errorf("got %d listings of users, want 2", n)
	}
	for _, call := range f.asked {
		for _, bad := range []string{"count@x", "a/b", "a?b", "2fb", "no name", "no%20name", "32"} {
			if body := string(call.body); strings.Contains(body, bad+"%40") || strings.Contains(body, bad+"@") || strings.Contains(body, "/users/"+id(32)) {
				t.Errorf("asked for %s", call.body)
			}
		}
	}
}

// The counts of a product must bracket its holders, whoever else is read.
func TestHoldersIncomplete(t *testing.T) {
	var many []string
	for n := range 20 {
		many = append(many, holder(100+n, ""))
	}
	for _, tt := range []struct {
		before, after string
		fails         bool
	}{{"20", "20", false}, {"25", "25", false}, {"26", "26", true}, {"26", "20", false}, {"15", "14", false}, {"14", "13", true}, {"6000", "20", false}} {
		f := contoso(t).on("/users", list(many...)).on("/users/$count", ok(tt.before), ok(tt.after))
		s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{Products: []plan.SKU{e3}}})
		if tt.fails && (!errors.Is(err, graph.ErrIncomplete) || !strings.Contains(err.Error(), "read holders of "+e3+": 20 came, Graph counts "+tt.before)) {
			t.Errorf("%s to %s: got %v", tt.before, tt.after, err)
		}
		if !tt.fails && (err != nil || len(s.Users) != 20 || s.Scope != plan.Holders) {
			t.Errorf("%s to %s: got %v", tt.before, tt.after, err)
		}
	}
}

// Who comes twice in a listing is one holder.
func TestHoldersTwice(t *testing.T) {
	var all []string
	for n := range 40 {
		all = append(all, holder(100+n%20, ""))
	}
	f := contoso(t).on("/users", list(all...)).on("/users/$count", ok("20"))
	if s := snapshot(t, f, holdersOf(e3)); len(s.Users) != 20 {
		t.Errorf("got %d users, want 20", len(s.Users))
	}
}

func TestApart(t *testing.T) {
	for _, tt := range []struct {
		gap, whole int
		want       bool
	}{{5, 0, false}, {6, 0, true}, {6, 5999, true}, {6, 6000, false}, {200, 200_000, false}, {201, 200_000, true}, {-9, 0, false}} {
		if got := graph.Apart(tt.gap, tt.whole); got != tt.want {
			t.Errorf("%d of %d: got %t, want %t", tt.gap, tt.whole, got, tt.want)
		}
	}
}

// Where holders cannot be had by filter, everyone is read; what else fails is
// no reason for it.
func TestHoldersOrEveryone(t *testing.T) {
	const filter = "?$filter=assignedLicenses/any(s:s/skuId eq " + e3 + ")"
	next := root + "/v1.0/users?$skiptoken=2"
	for name, tt := range map[string]struct {
		set  func(f *fake)
		want string // of the error; empty: everyone is read
	}{
		"count refused":   {func(f *fake) { f.on("/users/$count"+filter, refuse(400, "Request_UnsupportedQuery", "x")) }, ""},
		"listing refused": {func(f *fake) { f.by("/users", refuse(400, "Request_UnsupportedQuery", "x")) }, ""},
		"not implemented": {func(f *fake) { f.by("/users", answer{status: 501}) }, ""},
		"expires always": {func(f *fake) {
			f.on("/users?$skiptoken=2", refuse(400, "Directory_ExpiredPageToken", "x")).by("/users", page(next, holder(10, "")))
		}, ""},
		"nobody":       {func(f *fake) { f.on("/users/$count"+filter, ok("0")).by("/users", list()) }, ""},
		"denied":       {func(f *fake) { f.by("/users", refuse(403, "Authorization_RequestDenied", "x")) }, "read holders of " + e3 + ": graph answered 403"},
		"count denied": {func(f *fake) { f.on("/users/$count"+filter, refuse(403, "Authorization_RequestDenied", "x")) }, "count holders of " + e3 + ": graph answered 403"},
		"fails":        {func(f *fake) { f.by("/users", answer{status: 500}) }, "read holders of " + e3 + ": graph answered 500"},
		"no page":      {func(f *fake) { f.by("/users", ok(`{"value":null}`)) }, "read holders of " + e3},
		"loop":         {func(f *fake) { f.on("/users?$skiptoken=2", page(next)).by("/users", page(next)) }, "comes back"},
		"bad name":     {func(f *fake) { f.on("/users/who%40contoso.com", refuse(403, "Authorization_RequestDenied", "x")) }, "read users by name: graph answered 403"},
		"bad person":   {func(f *fake) { f.on("/users/who%40contoso.com", ok(`{"id":"`+id(9)+`"}`)) }, "read users by name"},
		"bad id":       {func(f *fake) { f.on("/users/"+id(77), refuse(403, "Authorization_RequestDenied", "x")) }, "read users: graph answered 403"},
	} {
		t.Run(name, func(t *testing.T) {
			f := contoso(t)
			f.on("/users/$count"+filter, ok("1")).by("/users", list(holder(10, "")))
			tt.set(f)
			s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{
				Products: []plan.SKU{e3}, Names: []string{"who@contoso.com"}, IDs: []plan.UserID{plan.UserID(id(77))}}})
			switch {
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %s", err, tt.want)
			case tt.want == "" && (err != nil || s.Scope != plan.Everyone || len(s.Users) != 3 || s.Count.Before != 3 || len(s.Subscriptions) != 1):
				t.Errorf("got %v, %+v", err, s)
			}
		})
	}
	_, err := on(contoso(t)).client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{Products: []plan.SKU{"x) or (1"}}})
	if err == nil {
		t.Error("a product that is no GUID went through")
	}
}

// by answers listings of users by filter, those of everyone going to the table.
func (f *fake) by(path string, a answer) *fake {
	f.special[path] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("$filter") {
			a.write(w)
			return
		}
		if a, ok := f.next(path, r.URL.RawQuery); ok {
			a.write(w)
		}
	}
	return f
}

// What holders alone need, and what ended with the attempt, is no read of a
// snapshot of everyone.
func TestFallbackLeavesNoRead(t *testing.T) {
	for _, denied := range []bool{false, true} {
		f := contoso(t)
		asked, counts := make(chan struct{}), 0
		f.special["/groups"] = func(w http.ResponseWriter, r *http.Request) {
			if close(asked); denied {
				refuse(403, "Authorization_RequestDenied", "x").write(w)
				return
			}
			<-r.Context().Done()
		}
		f.special["/users/$count"] = func(w http.ResponseWriter, r *http.Request) {
			<-asked
			if counts++; counts == 1 {
				refuse(400, "Request_BadRequest", "no such filter").write(w)
				return
			}
			ok("3").write(w)
		}
		s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{Products: []plan.SKU{e3}}})
		if err != nil || s.Scope == plan.Holders {
			t.Fatalf("got %+v, %v, want everyone", s, err)
		}
		for _, r := range s.Reads {
			if r.What == "" || r.What == plan.ReadLicenseErrors || r.Status != plan.ReadComplete {
				t.Errorf("denied %v: got read %+v", denied, r)
			}
		}
	}
}

// People whose name begins as asked are read; what the filter does not say
// plainly, or Graph does not take, is left out.
func TestHoldersByPrefix(t *testing.T) {
	f := contoso(t)
	f.on("/users/$count?$filter=assignedLicenses/any(s:s/skuId eq "+e3+")", ok("1"))
	var mu sync.Mutex // the prefixes are asked for side by side
	var asked []string
	f.special["/users"] = func(w http.ResponseWriter, r *http.Request) {
		switch filter := r.URL.Query().Get("$filter"); {
		case strings.HasPrefix(filter, "assignedLicenses"):
			list(holder(11, "")).write(w)
		case filter == "startswith(userPrincipalName,'bad')":
			refuse(400, "Request_UnsupportedQuery", "x").write(w)
		default:
			mu.Lock()
			asked = append(asked, filter)
			mu.Unlock()
			named := func(n int, name string) string {
				return strings.Replace(holder(n, ""), fmt.Sprintf("u%d@", n), name, 1)
			}
			list(named(12, "BG-one@"), named(13, "somebody@"), named(14, "o'neil@")).write(w)
		}
	}
	s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Holders: &graph.HolderWants{
		Products: []plan.SKU{e3}, Prefixes: []string{"bad", "bg-", "o'n"}}})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	if want := []string{"startswith(userPrincipalName,'bg-')", "startswith(userPrincipalName,'o''n')"}; !slices.Equal(asked, want) {
		t.Errorf("got %q, want %q", asked, want)
	}
	if got, want := ids(s.Users), []string{"11", "12", "14"}; !slices.Equal(got, want) {
		t.Errorf("got users %v, want %v", got, want)
	}
}
