package simulator_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// While others read all the time, what was answered as done shows in the next
// read of any kind.
func TestReadersBesideWriters(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{RestoreSeats: true})
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for _, path := range []string{
		"/users?$orderby=displayName", "/users?$select=id,assignedLicenses,assignedPlans", "/users/delta?$select=assignedLicenses",
		"/directory/deletedItems/microsoft.graph.user", "/groups?$filter=hasMembersWithLicenseErrors%20eq%20true", "/groups/" + line + "/members",
		"/subscribedSkus", "/directoryRoles",
	} {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if g := send(t, w.Tenant, ask{path: path}); g.status != 200 {
					t.Errorf("%s: got %d %s", path, g.status, g.body)
					return
				}
				w.Snapshot()
			}
		})
	}
	seen := func(path, id string) bool { return slices.Contains(w.do(t, ask{path: path}, 200).ids(t), id) }
	for i := range 60 {
		id := []string{adele, ben, carla}[i%3]
		w.do(t, join(line, id), 204)
		w.do(t, edit(id, `{"department":"`+strings.Repeat("x", i+1)+`"}`), 204)
		w.do(t, ask{method: "DELETE", path: "/users/" + id}, 204)
		for _, path := range []string{"/users?$orderby=displayName", "/users", "/groups/" + line + "/members"} {
			if seen(path, id) {
				t.Fatalf("%d: %s shows somebody deleted", i, path)
			}
		}
		w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + id + "/restore"}, 200)
		if !seen("/users?$orderby=displayName", id) || seen("/directory/deletedItems/microsoft.graph.user", id) {
			t.Fatalf("%d: somebody restored does not show", i)
		}
		w.do(t, leave(line, id), 204)
	}
	close(stop)
	readers.Wait()
	w.replayed(t)
}

// "assignedLicenses is tracked": what a group gives shows in a delta query when
// it comes, however long after the write that a client knew already.
func TestDeltaOfLateEffects(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{GroupDelay: time.Minute, MemberDelay: 30 * time.Second})
	_, link := round(t, w.Tenant, "/users/delta?$select=assignedLicenses", nil)
	told := func(want ...string) {
		t.Helper()
		var some map[string]map[string]any
		some, link = round(t, w.Tenant, link, nil)
		ids := []string{}
		for id := range some {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		if !slices.Equal(ids, want) {
			t.Errorf("got %v, want %v", ids, want)
		}
	}
	w.do(t, groupAssign(staff, "", take(e3)), 202)
	w.do(t, join(line, fay), 204)
	told()
	w.clock.Advance(30 * time.Second)
	told(fay)
	w.clock.Advance(30 * time.Second)
	told(ben) // adele holds it directly too
	told()
}

// A client that was told of somebody's deletion is told that he is back, with
// all that it follows, whether or not a property of his changed.
func TestDeltaOfTheRestored(t *testing.T) {
	t.Parallel()
	for _, prefer := range []string{"", "return=minimal"} {
		header := map[string]string{"Prefer": prefer}
		w := settle(t, simulator.Options{})
		_, link := round(t, w.Tenant, "/users/delta?$select=displayName,assignedLicenses", header)
		w.do(t, ask{method: "DELETE", path: "/users/" + fay}, 204)
		some, link := round(t, w.Tenant, link, header)
		if len(some) != 1 || some[fay]["@removed"].(map[string]any)["reason"] != "changed" {
			t.Fatalf("got %v, want a deletion", some)
		}
		w.clock.Advance(time.Minute)
		w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + fay + "/restore"}, 200)
		some, _ = round(t, w.Tenant, link, header)
		if len(some) != 1 || some[fay]["displayName"] != "fay" || some[fay]["assignedLicenses"] == nil || some[fay]["@removed"] != nil {
			t.Errorf("got %v, want all of fay", some)
		}
	}
}

// A deletion is told once, though the tenant's clock was set back before it.
func TestDeltaOfDeletionsByAnyClock(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{})
	_, link := round(t, w.Tenant, "/users/delta?$select=displayName", nil)
	w.clock.Advance(-24 * time.Hour)
	w.do(t, ask{method: "DELETE", path: "/users/" + fay}, 204)
	some, link := round(t, w.Tenant, link, nil)
	if len(some) != 1 || some[fay]["@removed"] == nil {
		t.Errorf("got %v, want the deletion", some)
	}
	if some, _ = round(t, w.Tenant, link, nil); len(some) != 0 {
		t.Errorf("got %v of what was told", some)
	}
}
