package desired_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

const keepTenant = "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {simulator: tenant.json}\n"

// keepsOf reads a keep file as part of a folder.
func keepsOf(t interface {
	Helper()
	Fatalf(string, ...any)
}, data []byte) []plan.Keep {
	t.Helper()
	root := fstest.MapFS{"reseat.yaml": {Data: []byte(keepTenant)}, "undo.yaml": {Data: data}, "tenant.json": {Data: []byte("{}")}}
	d, faults, err := desired.Read(root)
	if err != nil || len(faults) > 0 {
		t.Fatalf("read: %v %v\n%s", faults, err, data)
	}
	forms, err := desired.Format(root, []string{"undo.yaml"})
	if err != nil || len(forms) != 1 || forms[0].Err != nil || forms[0].Changed() {
		t.Fatalf("not in canonical form: %+v %v\n%s", forms, err, data)
	}
	return d.Keep
}

// TestKeepFile: what a keep file says is what it was made of, whatever people
// and products are called.
func TestKeepFile(t *testing.T) {
	names := []string{"ann@contoso.com", `o"neil@contoso.com`, "o'neil@contoso.com", "#x@contoso.com", "- x@contoso.com", "bjørn.ÅSE@contoso.com",
		"{a}@contoso.com", "a: b@contoso.com", "a, b]@contoso.com", "!tag@contoso.com", "&a@contoso.com", "%x@contoso.com", `back\slash@contoso.com`,
		"ann_fabrikam.com#EXT#@contoso.com", "名前@contoso.com", "null@", "@1e3", "'@'", "ann@contoso.com,bob@contoso.com", "@", "a #b@contoso.com", "${{ x }}@contoso.com"}
	for _, n := range names {
		if !desired.Keepable(n) {
			t.Errorf("%q is refused", n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 8, rapid.ID[string]).Draw(t, "names")
		sets := [][]string{{"SPE_E3"}, {"SPE_E3", "VISIOCLIENT"}, {"f8a1db68-be16-40ed-86d5-cb42ce701560"}, {"1e3", "ODD, #NAME: 'x'"}}
		k := desired.Keeping{What: "undo of run 20261120T080000Z-3fa9c2e1", On: "2026-11-20", Until: "2026-12-20", Head: []string{"a line", "another"}}
		want := map[string][]string{}
		for _, n := range some {
			set := rapid.SampledFrom(sets).Draw(t, "products")
			k.Kept = append(k.Kept, desired.KeptPeople{Names: []string{n}, Products: set})
			want[fmt.Sprint(set)] = append(want[fmt.Sprint(set)], n)
		}
		data, err := desired.KeepFile(k)
		if err != nil {
			t.Fatal(err)
		}
		keeps := keepsOf(t, data)
		if len(keeps) != len(want) {
			t.Fatalf("got %d keeps, want %d\n%s", len(keeps), len(want), data)
		}
		for _, keep := range keeps {
			var products []string
			for _, p := range keep.Products.List {
				products = append(products, p.Text)
			}
			people := want[fmt.Sprint(products)]
			slices.Sort(people)
			term := keep.Who[0].Selector.Terms[0]
			if len(keep.Who) != 1 || term.Key != plan.KeyUPN || !slices.Equal(term.Values, people) || keep.Span.Until != "2026-12-20" || keep.Span.From != "" ||
				keep.Reason != "undo of run 20261120T080000Z-3fa9c2e1 on 2026-11-20" {
				t.Fatalf("got %+v of %v, want %v\n%s", keep, products, people, data)
			}
		}
	})
}

// TestKeepable: of a name that a selector would take for more than one person,
// or for something else, no keep can speak.
func TestKeepable(t *testing.T) {
	for _, n := range []string{"", "none", "ann", "*@contoso.com", "a?n@contoso.com", " ann@contoso.com", "ann@contoso.com\n", "a\u202enn@contoso.com",
		"a\x00@contoso.com", "a\xff@contoso.com", "e\u0301@contoso.com", strings.Repeat("a", 2000) + "@contoso.com"} {
		if desired.Keepable(n) {
			t.Errorf("%q is let through", n)
		}
	}
}

// TestKeepFileOfMany: thousands in one file read well.
func TestKeepFileOfMany(t *testing.T) {
	var k desired.Keeping
	k.What, k.On, k.Until = "undo of plan x", "2026-11-20", "2026-12-20"
	for i := range 10_000 {
		k.Kept = append(k.Kept, desired.KeptPeople{Names: []string{fmt.Sprintf("person.%05d@contoso.onmicrosoft.com", i)}, Products: []string{"SPE_E3"}})
	}
	data, err := desired.KeepFile(k)
	if err != nil {
		t.Fatal(err)
	}
	if keeps := keepsOf(t, data); len(keeps) != 1 || len(keeps[0].Who[0].Selector.Terms[0].Values) != 10_000 {
		t.Errorf("got %d keeps", len(keeps))
	}
}
