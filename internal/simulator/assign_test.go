package simulator_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// What a write does to the sources, and to the units of its products.
func TestAssignments(t *testing.T) {
	t.Parallel()
	now := noon.Truncate(time.Second)
	direct := func(sku string, off ...plan.PlanID) plan.Source {
		return plan.Source{SKU: plan.SKU(sku), State: plan.Active, DisabledPlans: append([]plan.PlanID{}, off...), UpdatedAt: now}
	}
	staffs := source(e3, staff)
	staffs.DisabledPlans = []plan.PlanID{}
	for name, c := range map[string]struct {
		ask   ask
		units map[string]int // changes
		want  []plan.Source
	}{
		"given":                      {assignTo(fay, give(f3), ""), map[string]int{f3: 1}, []plan.Source{direct(f3)}},
		"given in capitals, by name": {assignTo("FAY@contoso.com", give(strings.ToUpper(e3), strings.ToUpper(yammer), yammer), ""), map[string]int{e3: 1}, []plan.Source{direct(e3, yammer)}},
		"plans replaced":             {assignTo(dana, give(e3), ""), nil, []plan.Source{direct(e3), source(addon, ""), source(visio, "")}},
		"plans left out stay":        {assignTo(dana, `{"skuId":"`+e3+`"}`, ""), nil, []plan.Source{direct(e3, yammer), source(addon, ""), source(visio, "")}},
		"inherited, also direct":     {assignTo(ben, give(e3, yammer), ""), nil, []plan.Source{direct(e3, yammer), staffs}},
		"direct of both taken":       {assignTo(adele, "", take(e3)), nil, []plan.Source{source(e3, staff, yammer)}},
		"taken":                      {assignTo(dana, "", take(visio)+","+take(addon)), map[string]int{visio: -1, addon: -1}, []plan.Source{source(e3, "", yammer)}},
		"base and add-on taken":      {assignTo(dana, "", take(addon)+","+take(e3)), map[string]int{e3: -1, addon: -1}, []plan.Source{source(visio, "")}},
		"swapped":                    {assignTo(dana, give(f3), take(e3)+","+take(addon)), map[string]int{e3: -1, f3: 1, addon: -1}, []plan.Source{direct(f3), source(visio, "")}},
		"base given with the add-on": {assignTo(fay, give(addon)+","+give(e3), ""), map[string]int{e3: 1, addon: 1}, []plan.Source{direct(e3), direct(addon)}},
		"calling with phone":         {assignTo(fay, give(calling)+","+give(phone), ""), map[string]int{calling: 1, phone: 1}, []plan.Source{direct(calling), direct(phone)}},
		"a ghost taken":              {assignTo(eli, "", take(ghost)), nil, []plan.Source{{SKU: e3, Group: staff, State: plan.ErrorState, Error: "CountViolation", DisabledPlans: []plan.PlanID{}, UpdatedAt: source(e3, "").UpdatedAt}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant := start(t, simulator.Options{})
			before := tenant.Snapshot()
			g := send(t, tenant, c.ask)
			if g.status != 200 {
				t.Fatalf("got %d %s", g.status, g.body)
			}
			id, after := g.object(t)["id"].(string), tenant.Snapshot()
			got := holder(after, id).Sources
			slices.SortFunc(c.want, func(a, b plan.Source) int {
				return strings.Compare(string(a.SKU+plan.SKU(a.Group)), string(b.SKU+plan.SKU(b.Group)))
			})
			for i := range c.want {
				c.want[i].DisabledPlans = append([]plan.PlanID{}, c.want[i].DisabledPlans...)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
			for _, p := range before.Products {
				if got, want := consumed(after, string(p.SKU))-p.Consumed, c.units[string(p.SKU)]; got != want {
					t.Errorf("got %+d units of %s, want %+d", got, p.PartNumber, want)
				}
			}
			for _, u := range before.Users {
				if string(u.ID) != id && !reflect.DeepEqual(u, holder(after, string(u.ID))) {
					t.Errorf("got a change of %s too", u.UserPrincipalName)
				}
			}
		})
	}
}

func TestLastUnit(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	if g := send(t, tenant, assignTo(fay, give(e3), "")); g.status != 200 { // 4 of 4
		t.Fatalf("got %d %s", g.status, g.body)
	}
	if g := send(t, tenant, assignTo(eli, give(e3), "")); g.status != 400 {
		t.Errorf("got %d, want no unit left", g.status)
	}
	if g := send(t, tenant, assignTo(dana, give(e3), "")); g.status != 200 {
		t.Errorf("got %d %s, want new plans to need no unit", g.status, g.body)
	}
	if g := send(t, tenant, assignTo(ben, give(e3), "")); g.status != 200 {
		t.Errorf("got %d %s, want a direct copy to need no unit", g.status, g.body)
	}
}

func TestAnswerOfAssignLicense(t *testing.T) {
	t.Parallel()
	m := send(t, start(t, simulator.Options{}), assignTo(fay, give(f3), "")).object(t)
	if m["id"] != fay || len(m["assignedLicenses"].([]any)) != 1 || len(m["assignedPlans"].([]any)) != 1 {
		t.Errorf("got %v", m)
	}
	if m["@odata.context"] != "https://graph.example/v1.0/$metadata#users/$entity" {
		t.Errorf("got context %v", m["@odata.context"])
	}
}

// holders counts who shows a product, as reads tell it.
func holders(s *plan.Snapshot, sku plan.SKU) int {
	n := 0
	for _, u := range s.Users {
		held := slices.Contains(u.Unsourced, sku)
		for _, src := range u.Sources {
			held = held || src.SKU == sku && src.State != plan.ErrorState
		}
		if held {
			n++
		}
	}
	return n
}

// Whatever is sent: units are the holders and the base's remainder, no unit is
// given that was not bought, and a replay is the tenant.
func TestAnySequence(t *testing.T) {
	t.Parallel()
	skus := []string{e3, f3, project, addon, phone, calling, visio, storage, expired, ghost, nobody}
	people := []string{adele, ben, carla, dana, eli, fay, nobody}
	rapid.Check(t, func(r *rapid.T) {
		var log strings.Builder
		o := simulator.Options{Now: clock, Append: func(line []byte) error { log.Write(line); return nil }}
		tenant, err := simulator.New(contoso(), o)
		if err != nil {
			r.Fatal(err)
		}
		was := tenant.Snapshot()
		for range rapid.IntRange(1, 12).Draw(r, "writes") {
			before := tenant.Snapshot()
			var add, remove []string
			for _, sku := range rapid.SliceOfNDistinct(rapid.SampledFrom(skus), 1, 3, rapid.ID[string]).Draw(r, "products") {
				switch rapid.IntRange(0, 2).Draw(r, "deed") {
				case 0:
					remove = append(remove, take(sku))
				case 1:
					add = append(add, give(sku))
				default:
					add = append(add, give(sku, rapid.SampledFrom([]string{yammer, sharepoint, kiosk}).Draw(r, "off")))
				}
			}
			g := send(t, tenant, assignTo(rapid.SampledFrom(people).Draw(r, "user"), strings.Join(add, ","), strings.Join(remove, ",")))
			after := tenant.Snapshot()
			if g.status != 200 && !reflect.DeepEqual(before, after) {
				r.Fatalf("got a change from a refusal %d", g.status)
			}
			for i, p := range after.Products {
				rest := was.Products[i].Consumed - holders(was, p.SKU)
				if p.Consumed != holders(after, p.SKU)+rest {
					r.Fatalf("got %d units of %s, want %d holders and %d", p.Consumed, p.PartNumber, holders(after, p.SKU), rest)
				}
				if p.Consumed > before.Products[i].Consumed && p.Consumed > p.Bought() {
					r.Fatalf("got %d units of %s, with %d bought", p.Consumed, p.PartNumber, p.Bought())
				}
			}
			again, err := simulator.New(contoso(), simulator.Options{Now: clock})
			if err != nil {
				r.Fatal(err)
			}
			if err := again.Replay(strings.NewReader(log.String())); err != nil {
				r.Fatal(err)
			}
			if !reflect.DeepEqual(again.Snapshot(), after) {
				r.Fatal("got another tenant from the replay")
			}
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{LagWrites: 2})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				send(t, tenant, assignTo(fay, give(f3), ""))
				send(t, tenant, assignTo(fay, "", take(f3)))
				send(t, tenant, ask{path: fmt.Sprintf("/users?$top=%d&$select=id,assignedLicenses,assignedPlans", i+1)})
				send(t, tenant, ask{path: "/subscribedSkus"})
				tenant.Snapshot()
			}
		})
	}
	all.Wait()
	s := tenant.Snapshot()
	if got, want := consumed(s, f3), holders(s, f3); got != want {
		t.Errorf("got %d units, want %d", got, want)
	}
}
