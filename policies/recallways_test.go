package policies_test

import (
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestRecallEveryWay asks that two changes that differ in one field alone are two
// questions, however a rule comes to read that field: an answer that is used for
// another change would let through what the rule forbids.
func TestRecallEveryWay(t *testing.T) {
	const says = `deny contains {"code": "ACME-1", "message": "no"} if `
	for name, body := range map[string]string{
		"plainly":              says + `input.change.product.skuPartNumber == "B"`,
		"by a bracket":         says + `input["change"]["product"].skuPartNumber == "B"`,
		"by a local":           says + "{\nc := input.change\nc.product.skuPartNumber == \"B\"\n}",
		"by all of it":         says + "{\ni := input\ni.change.product.skuPartNumber == \"B\"\n}",
		"by a list":            says + `[input][0].change.product.skuPartNumber == "B"`,
		"by an object":         says + `{"i": input}.i.change.product.skuPartNumber == "B"`,
		"by a key":             says + "{\nsome key in [\"product\"]\ninput.change[key].skuPartNumber == \"B\"\n}",
		"by any key":           says + `input.change[_].skuPartNumber == "B"`,
		"by some in":           says + "{\nsome _, v in input.change.product\nv == \"B\"\n}",
		"by in":                says + `"B" in [v | some v in input.change.product]`,
		"by every":             says + "{\nevery v in [input.change.product.skuPartNumber] { v == \"B\" }\n}",
		"by not":               says + `not input.change.product.skuPartNumber == "A"`,
		"by an import":         "import input.change.product as p\n\n" + says + `p.skuPartNumber == "B"`,
		"by a rule":            says + "other\n\nother if input.change.product.skuPartNumber == \"B\"",
		"by a value":           says + "other == \"B\"\n\nother := input.change.product.skuPartNumber",
		"by a default":         says + "other\n\ndefault other := false\n\nother if input.change.product.skuPartNumber == \"B\"",
		"by else":              says + "other == 2\n\nother := 1 if {\ninput.change.product.skuPartNumber == \"A\"\n} else := 2 if input.change.product.skuPartNumber == \"B\"",
		"by a function":        says + "f(1)\n\nf(_) if input.change.product.skuPartNumber == \"B\"",
		"by an argument":       says + "f(input.change.product)\n\nf(p) if p.skuPartNumber == \"B\"",
		"by input as argument": says + "f(input)\n\nf(i) if i.change.product.skuPartNumber == \"B\"",
		"by rules in a row":    says + "one\n\none if two\n\ntwo if three\n\nthree if input.change.product.skuPartNumber == \"B\"",
		"by a set":             says + "\"B\" in other\n\nother contains input.change.product.skuPartNumber",
		"by with":              says + "other with input.facts as {}\n\nother if input.change.product.skuPartNumber == \"B\"",
		"by the value of with": says + "other with input.facts as {\"loses\": [input.change.product.skuPartNumber]}\n\nother if \"B\" in input.facts.loses",
		"by data":              says + "data.reseat.rules.ways.other\n\nother if input.change.product.skuPartNumber == \"B\"",
		"in the message":       `deny contains {"code": "ACME-1", "message": sprintf("%s", [input.change.product.skuPartNumber])} if not input.change.product.skuPartNumber == "A"`,
		"in a template":        "deny contains {\"code\": \"ACME-1\", \"message\": $\"{input.change.product.skuPartNumber}\"} if not input.change.product.skuPartNumber == \"A\"",
		"by a comprehension":   says + `count({x | x := input.change.product.skuPartNumber; x == "B"}) == 1`,
	} {
		t.Run(name, func(t *testing.T) {
			e, err := policies.New(t.Context(), policies.Config{Parallel: 1, Own: map[string]string{"ways.rego": "package reseat.rules.ways\n\n" + body + "\n"}})
			if err != nil {
				if name == "in a template" && strings.Contains(err.Error(), "template") {
					return // refused is as good
				}
				t.Fatal(err)
			}
			cases := []plan.Case{quiet(), quiet(), quiet()}
			cases[0].Change.Product.PartNumber, cases[1].Change.Product.PartNumber, cases[2].Change.Product.PartNumber = "A", "B", "A"
			found, err := e.Changes(t.Context(), cases)
			if err != nil || len(found[0]) != 0 || len(found[1]) != 1 || found[1][0].Code != "ACME-1" || len(found[2]) != 0 {
				t.Errorf("got %v, %v, want ACME-1 on the second alone", found, err)
			}
		})
	}
}
