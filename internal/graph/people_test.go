package graph_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// TestPeople reads who is named, by name and id, and who is deleted, and
// nothing else; nobody is asked for twice.
func TestPeople(t *testing.T) {
	f := contoso(t)
	f.on("/users/$count", answer{status: 200, body: "50000"})
	f.on("/users/u20%40contoso.com", ok(user(20))).on("/users/"+id(20), ok(user(20))).on("/users/"+id(22), ok(user(22)))
	s, err := on(f).client(t).People(t.Context(), graph.PeopleWants{
		Names: []string{"u20@contoso.com", "nobody@contoso.com", strings.ToUpper(id(22)), "../me@x"},
		IDs:   []plan.UserID{plan.UserID(id(20)), plan.UserID(id(23))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(s.Users); !slices.Equal(got, []string{"20", "22"}) {
		t.Errorf("got users %v, want 20 and 22", got)
	}
	if len(s.Deleted) != 1 || s.Deleted[0].UserPrincipalName != "gone@contoso.com" || s.Scope != plan.Holders || s.Organization.ID != plan.TenantID(id(1)) {
		t.Errorf("got deleted %v, scope %v, organization %v", s.Deleted, s.Scope, s.Organization)
	}
	for _, call := range f.asked {
		for _, other := range []string{"/subscribedSkus", "/directory/subscriptions", "/roleManagement", "/groups"} {
			if strings.HasPrefix(call.path, other) {
				t.Errorf("asked for %s", call.path)
			}
		}
		if strings.Contains(string(call.body), "/users/"+id(20)) {
			t.Error("who was found by name is asked for again, by id")
		}
	}
}

// TestManyPeople: where it takes fewer calls everyone is read, whole or not at all.
func TestManyPeople(t *testing.T) {
	var names, all []string
	for n := 100; n < 160; n++ {
		names, all = append(names, fmt.Sprintf("u%d@contoso.com", n)), append(all, user(n))
	}
	for counted, want := range map[string]error{"60": nil, "63": nil, "80": graph.ErrIncomplete, "40": graph.ErrIncomplete} {
		f := contoso(t).on("/users", list(all...))
		f.special["/users/$count"] = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, counted) }
		s, err := on(f).client(t).People(t.Context(), graph.PeopleWants{Names: names})
		if !errors.Is(err, want) {
			t.Errorf("counted %s: got %v, want %v", counted, err, want)
		}
		if err == nil && (len(s.Users) != 60 || s.Scope != plan.Everyone || f.times("/$batch") > 0) {
			t.Errorf("counted %s: got %d users, scope %v", counted, len(s.Users), s.Scope)
		}
	}
}
