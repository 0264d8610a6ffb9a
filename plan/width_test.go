package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// lesser are ways to take one construct of the language, or one thing that may
// be unknown, out of a world.
func lesser() map[string]func(*plan.Input) {
	say := func(f func(*plan.Desired)) func(*plan.Input) { return func(in *plan.Input) { f(in.Desired) } }
	set := func(f func(*plan.Manage)) func(*plan.Input) {
		return func(in *plan.Input) { f(&in.Desired.Settings.Manage) }
	}
	keeps := func(f func(*plan.Keep)) func(*plan.Input) {
		return say(func(d *plan.Desired) {
			for i := range d.Keep {
				f(&d.Keep[i])
			}
		})
	}
	removes := func(f func(*plan.Remove)) func(*plan.Input) {
		return say(func(d *plan.Desired) {
			for i := range d.Remove {
				f(&d.Remove[i])
			}
		})
	}
	entries := func(f func(*plan.UserEntry)) func(*plan.Input) {
		return say(func(d *plan.Desired) {
			for i := range d.Users {
				f(&d.Users[i])
			}
		})
	}
	products := func(f func(*plan.ProductEntry)) func(*plan.Input) {
		return say(func(d *plan.Desired) {
			for i := range d.Products {
				f(&d.Products[i])
			}
		})
	}
	users := func(f func(*plan.User)) func(*plan.Input) {
		return func(in *plan.Input) {
			for i := range in.Snapshot.Users {
				f(&in.Snapshot.Users[i])
			}
		}
	}
	terms := func(f func(*plan.Term)) func(*plan.Input) {
		return say(func(d *plan.Desired) {
			d.EachSelector(func(s *plan.Selector) {
				var each func(*plan.Selector)
				each = func(s *plan.Selector) {
					for i := range s.Terms {
						if f(&s.Terms[i]); s.Terms[i].Not != nil {
							each(s.Terms[i].Not)
						}
					}
				}
				each(s)
			})
		})
	}
	persons := func(list *[]plan.Who) {
		*list = slices.DeleteFunc(*list, func(w plan.Who) bool { return w.Person != "" })
	}
	groups := func(f func(*plan.Group)) func(*plan.Input) {
		return func(in *plan.Input) {
			for i := range in.Snapshot.Groups {
				f(&in.Snapshot.Groups[i])
			}
		}
	}
	out := map[string]func(*plan.Input){
		"keep":          say(func(d *plan.Desired) { d.Keep = nil }),
		"keep except":   keeps(func(k *plan.Keep) { k.Except = nil }),
		"keep all":      keeps(func(k *plan.Keep) { k.Products.All = false }),
		"keep name":     keeps(func(k *plan.Keep) { persons(&k.Who) }),
		"keep days":     keeps(func(k *plan.Keep) { k.Span = plan.Span{} }),
		"remove":        say(func(d *plan.Desired) { d.Remove = nil }),
		"remove except": removes(func(r *plan.Remove) { r.Except = nil }),
		"remove all":    removes(func(r *plan.Remove) { r.Products.All = false }),
		"remove name":   removes(func(r *plan.Remove) { persons(&r.Who) }),
		"remove days":   removes(func(r *plan.Remove) { r.Span = plan.Span{} }),
		"remove everyone": removes(func(r *plan.Remove) {
			r.Who = slices.DeleteFunc(r.Who, func(w plan.Who) bool { return w.Everyone })
		}),
		"skip":   removes(func(r *plan.Remove) { r.DataLoss = min(r.DataLoss, plan.LossDeny) }),
		"accept": removes(func(r *plan.Remove) { r.DataLoss = max(r.DataLoss, plan.LossDeny) }),
		"users":  say(func(d *plan.Desired) { d.Users = nil }),
		"users exact": say(func(d *plan.Desired) {
			d.Users = slices.DeleteFunc(d.Users, func(e plan.UserEntry) bool { return e.Exact && len(e.Licenses) > 0 })
		}),
		"users none": say(func(d *plan.Desired) {
			d.Users = slices.DeleteFunc(d.Users, func(e plan.UserEntry) bool { return e.Exact && len(e.Licenses) == 0 })
		}),
		"users add":    entries(func(e *plan.UserEntry) { e.Add = nil }),
		"users remove": entries(func(e *plan.UserEntry) { e.Remove = nil }),
		"users plans": entries(func(e *plan.UserEntry) {
			for i := range e.Licenses {
				e.Licenses[i].PlansGiven = false
			}
		}),
		"pins":        say(func(d *plan.Desired) { d.Pins = nil }),
		"holders":     products(func(p *plan.ProductEntry) { p.Closed, p.Holders = false, nil }),
		"add":         products(func(p *plan.ProductEntry) { p.Add = nil }),
		"via":         products(func(p *plan.ProductEntry) { p.Via = "" }),
		"via group":   products(func(p *plan.ProductEntry) { p.Via = plan.Via(strings.TrimPrefix(string(p.Via), "group")) }),
		"via direct":  products(func(p *plan.ProductEntry) { p.Via = plan.Via(strings.TrimPrefix(string(p.Via), "direct")) }),
		"replace":     products(func(p *plan.ProductEntry) { p.Replace = nil }),
		"replace two": products(func(p *plan.ProductEntry) { p.Replace = p.Replace[:min(len(p.Replace), 1)] }),
		"replace except": products(func(p *plan.ProductEntry) {
			for i := range p.Replace {
				p.Replace[i].Except = nil
			}
		}),
		"replace name": products(func(p *plan.ProductEntry) {
			for i := range p.Replace {
				persons(&p.Replace[i].Who)
			}
		}),
		"rules": say(func(d *plan.Desired) { d.Rules = nil }),
		"rules exact": say(func(d *plan.Desired) {
			d.Rules = slices.DeleteFunc(d.Rules, func(r plan.Rule) bool { return r.Exact })
		}),
		"rules add": say(func(d *plan.Desired) {
			d.Rules = slices.DeleteFunc(d.Rules, func(r plan.Rule) bool { return !r.Exact })
		}),
		"rules plans": say(func(d *plan.Desired) {
			for i := range d.Rules {
				for _, list := range [][]plan.Wanted{d.Rules[i].Licenses, d.Rules[i].Add} {
					for j := range list {
						list[j].PlansGiven = false
					}
				}
			}
		}),
		"assign":          set(func(m *plan.Manage) { m.Assign = false }),
		"duplicates":      set(func(m *plan.Manage) { m.Duplicates = plan.DuplicatesKeep }),
		"exclude":         set(func(m *plan.Manage) { m.Exclude = nil }),
		"inherited":       set(func(m *plan.Manage) { m.Inherited = plan.InheritedReport }),
		"people":          set(func(m *plan.Manage) { m.People = nil }),
		"protect match":   say(func(d *plan.Desired) { d.Settings.Protect.Match = nil }),
		"protect users":   say(func(d *plan.Desired) { d.Settings.Protect.Users = nil }),
		"none":            terms(func(x *plan.Term) { x.None = false }),
		"old facts":       say(func(d *plan.Desired) { d.Tables[0].MaxAge = 0 }),
		"complete facts":  say(func(d *plan.Desired) { d.Tables[0].Complete = false }),
		"enabled unknown": users(func(u *plan.User) { u.AccountEnabled = max(u.AccountEnabled, plan.No) }),
		"nowhere":         users(func(u *plan.User) { u.UsageLocation = "SE" }),
		"unsourced":       users(func(u *plan.User) { u.Unsourced = nil }),
		"with error": users(func(u *plan.User) {
			for i := range u.Sources {
				if s := &u.Sources[i]; s.State == plan.ActiveWithError {
					s.State = plan.Active
				}
			}
		}),
		"mailbox unknown":     users(func(u *plan.User) { u.Mailbox = max(u.Mailbox, plan.NoMailbox) }),
		"created unknown":     users(func(u *plan.User) { u.CreatedAt = now.AddDate(0, 0, -3) }),
		"sign-in unknown":     users(func(u *plan.User) { u.SignIn = &plan.SignIn{Interactive: now} }),
		"members unknown":     groups(func(g *plan.Group) { g.MembersRead = true }),
		"nested":              groups(func(g *plan.Group) { g.Nested = nil }),
		"eligible":            groups(func(g *plan.Group) { g.Eligible = nil }),
		"eligibility unknown": func(in *plan.Input) { in.Snapshot.Reads = nil },
		"suspended": func(in *plan.Input) {
			for i := range in.Snapshot.Products {
				in.Snapshot.Products[i].Status = "Enabled"
			}
		},
		"short": func(in *plan.Input) {
			for i := range in.Snapshot.Products {
				in.Snapshot.Products[i].Enabled = 100
			}
		},
	}
	for _, key := range append(slices.Clone(texts), plan.KeyAccountEnabled, plan.KeyUPN, plan.KeySynced, plan.KeyResource, plan.KeyMemberOf, plan.KeyHolds,
		plan.KeyRole, plan.KeyMailbox, plan.KeyLastSignIn, plan.KeyCreated, plan.KeyListed, plan.KeyFact, plan.KeyNot) {
		out["key "+string(key)] = terms(func(x *plan.Term) {
			if x.Key == key { // what it asks for nobody has
				*x = plan.Term{Key: plan.KeyUPN, Values: []string{"nobody@contoso.com"}}
			}
		})
	}
	return out
}

// TestWorldIsWide: in the worlds that the laws are held against everything of
// the language decides something: without it some plans are others.
func TestWorldIsWide(t *testing.T) {
	worlds := rapid.Custom(func(t *rapid.T) plan.Input {
		in := world(t)
		in.Judge = protecting{}
		if rapid.Bool().Draw(t, "holds") {
			drawHolds(t, in.Desired)
		}
		return in
	})
	says := func(in plan.Input) string {
		m, err := plan.New(t.Context(), in)
		if err != nil {
			return err.Error()
		}
		p := m.Plan
		return fmt.Sprint(deeds(p), p.NotEvaluated, p.Inherited)
	}
	ways, seen := lesser(), map[string]int{}
	seed := 0
	for ; len(seen) < len(ways) && seed < 1000; seed++ {
		whole := says(worlds.Example(seed))
		for name, take := range ways {
			if seen[name] > 0 {
				continue
			}
			in := worlds.Example(seed)
			if take(&in); says(in) != whole {
				seen[name] = seed + 1
			}
		}
	}
	for name := range ways {
		if seen[name] == 0 {
			t.Errorf("%s decides nothing in %d worlds", name, seed)
		}
	}
	t.Logf("each of %d things decided something within %d worlds", len(ways), seed)
}
