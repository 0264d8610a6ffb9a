package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

var selectorRow = regexp.MustCompile("(?m)^\\| `([a-zA-Z]+: [^`]+)` \\| (.*) \\|$")

// TestReadmeSelectors: each row of the README's table of selectors is one, and
// no key is missing there.
func TestReadmeSelectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\n### Selectors\n")
	text, _, _ = strings.Cut(text, "\n### ")
	var who []string
	for _, m := range selectorRow.FindAllStringSubmatch(text, -1) {
		who = append(who, "{"+m[1]+"}")
	}
	folder := fstest.MapFS{
		"hr.csv": {Data: []byte("userPrincipalName,lastDay,costCentre\nann@contoso.com,2026-01-31,4411\n")},
		"reseat.yaml": {Data: fmt.Appendf(nil, "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.onmicrosoft.com}\n"+
			"facts: {hr: {file: hr.csv, key: userPrincipalName, maxAge: 72h}}\n---\napiVersion: reseat/v1\nkind: Licenses\n"+
			"remove:\n  - {name: all, products: [SPE_E3], who: [%s]}\n", strings.Join(who, ", "))},
	}
	d, faults, err := desired.Read(folder)
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v, %v", faults, err)
	}
	var asked []plan.Key
	for _, w := range d.Remove[0].Who {
		asked = append(asked, w.Selector.Terms[0].Key)
	}
	for _, key := range []plan.Key{plan.KeyAccountEnabled, plan.KeyUserType, plan.KeyDepartment, plan.KeySynced, plan.KeyResource, plan.KeyMemberOf,
		plan.KeyHolds, plan.KeyRole, plan.KeyMailbox, plan.KeyLastSignIn, plan.KeyCreated, plan.KeyListed, plan.KeyFact, plan.KeyNot} {
		if !slices.Contains(asked, key) {
			t.Errorf("the table lacks a row of %s: it has %v", key, asked)
		}
	}
	for _, key := range []plan.Key{plan.KeyJobTitle, plan.KeyCompanyName, plan.KeyCountry, plan.KeyCity, plan.KeyOfficeLocation, plan.KeyUsageLocation,
		plan.KeyEmployeeType, plan.KeyDisplayName, plan.KeyMail, plan.KeyUPN, plan.KeyExtension + "1", plan.KeyExtension + "15"} {
		if !strings.Contains(text, "`"+string(key)+"`") {
			t.Errorf("the table does not name %s", key)
		}
	}
}
