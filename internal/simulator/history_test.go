package simulator_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// history draws writes by anybody, and time that passes.
type history struct {
	*rapid.T
	w *world
}

func (h history) one(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(h.T, label)
}

func (h history) licences() string {
	skus := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{e3, f3, project, addon, phone, calling, visio}), 1, 3, rapid.ID[string]).Draw(h.T, "products")
	var add, remove string
	for _, sku := range skus {
		if rapid.Bool().Draw(h.T, "add") {
			add += "," + give(sku)
		} else {
			remove += "," + take(sku)
		}
	}
	trim := func(s string) string {
		if s == "" {
			return s
		}
		return s[1:]
	}
	return assign(trim(add), trim(remove))
}

func (h history) step() ask {
	user := h.one("user", adele, ben, carla, dana, eli, fay)
	group := h.one("group", staff, line)
	a := ask{method: "POST"}
	switch h.one("deed", "licences", "licences", "group", "group", "join", "join", "leave", "patch", "delete", "restore", "reprocess") {
	case "licences":
		a.path, a.body = "/users/"+user+"/assignLicense", h.licences()
	case "group":
		a.path, a.body = "/groups/"+group+"/assignLicense", h.licences()
	case "join":
		a = join(group, user)
	case "leave":
		a = leave(group, user)
	case "patch":
		a = edit(user, h.one("patch", `{"usageLocation":null}`, `{"usageLocation":"SE"}`, `{"department":"X"}`, fmt.Sprintf(`{"userPrincipalName":"n%s@contoso.com"}`, h.one("name", "1", "2"))))
	case "delete":
		a = ask{method: "DELETE", path: "/users/" + user}
	case "restore":
		a.path = "/directory/deletedItems/" + user + "/restore"
	case "reprocess":
		a.path = "/users/" + user + "/reprocessLicenseAssignment"
	}
	return a
}

// Whatever anybody does: units are the holders and what the base could not
// explain, no unit is given that was not bought, seats through groups are of
// groups that give them, and a replay is the tenant.
func TestAnyHistory(t *testing.T) {
	t.Parallel()
	actor := app("User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
	rapid.Check(t, func(r *rapid.T) {
		delay := func(name string) time.Duration {
			return time.Duration(rapid.SampledFrom([]int{0, 1, 1500, 20_000}).Draw(r, name)) * time.Millisecond
		}
		w := settle(t, simulator.Options{
			Seed: rapid.Uint64().Draw(r, "seed"), GroupDelay: delay("groups"), MemberDelay: delay("members"), RestoreSeats: rapid.Bool().Draw(r, "restore seats"),
		})
		was := w.Snapshot()
		n := seated(was)
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			before := w.Snapshot()
			written := w.log.Len()
			passed := time.Duration(0)
			if rapid.Bool().Draw(r, "wait") {
				passed = time.Duration(rapid.IntRange(-3, 30).Draw(r, "seconds"))*time.Second + 700*time.Millisecond
				w.clock.Advance(passed)
				before = w.Snapshot()
			}
			a := history{r, w}.step()
			a.actor = &actor
			g := send(t, w.Tenant, a)
			after := w.Snapshot()
			if g.status >= 500 || (g.status < 300) != (w.log.Len() > written) {
				r.Fatalf("%s %s: got %d %s and %d bytes written", a.method, a.path, g.status, g.body, w.log.Len()-written)
			}
			if g.status >= 300 && !reflect.DeepEqual(before, after) {
				r.Fatalf("%s %s: got a change from a refusal %d", a.method, a.path, g.status)
			}
			balanced(r, was, n, before, after)
		}
		w.clock.Advance(time.Hour)
		balanced(r, was, n, w.Snapshot(), w.Snapshot())
		inherited(r, w.Snapshot())
		w.replayed(r)
	})
}

func balanced(r *rapid.T, was *plan.Snapshot, n map[plan.SKU]int, before, after *plan.Snapshot) {
	now := seated(after)
	for i, p := range after.Products {
		if rest := was.Products[i].Consumed - n[p.SKU]; p.Consumed != now[p.SKU]+rest {
			r.Fatalf("got %d units of %s, want %d holders and %d", p.Consumed, p.PartNumber, now[p.SKU], rest)
		}
		if p.Consumed > before.Products[i].Consumed && p.Consumed > p.Bought() {
			r.Fatalf("got %d units of %s, with %d bought", p.Consumed, p.PartNumber, p.Bought())
		}
	}
}

// inherited holds seats through the groups that writes can change against the
// groups, once everything has come: nobody has one from a group that he left,
// unless something stands on it, and every member has what it gives or an error.
func inherited(r *rapid.T, s *plan.Snapshot) {
	for _, g := range s.Groups {
		if g.ID != line {
			continue
		}
		for _, u := range s.Users {
			for _, src := range u.Sources {
				given := slices.ContainsFunc(g.Gives, func(x plan.Given) bool { return x.SKU == src.SKU })
				if src.Group == g.ID && src.Error == "" && !(given && slices.Contains(g.Members, u.ID)) {
					r.Fatalf("%s has %s through %s, which does not give it", u.UserPrincipalName, src.SKU, g.DisplayName)
				}
			}
			for _, x := range g.Gives {
				if slices.Contains(g.Members, u.ID) && !slices.ContainsFunc(u.Sources, func(src plan.Source) bool { return src.Group == g.ID && src.SKU == x.SKU }) {
					r.Fatalf("%s has no entry of %s through %s", u.UserPrincipalName, x.SKU, g.DisplayName)
				}
			}
		}
	}
}
