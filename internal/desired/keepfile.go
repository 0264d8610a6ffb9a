package desired

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/reseat-cli/reseat/plan"
)

// A Keeping is what a keep file is made of: people and the products that stay
// as they are for them, and until when.
type Keeping struct {
	What  string   // what it is for: "undo of run 20261120T080000Z-3fa9c2e1"
	On    plan.Day // when it was made
	Until plan.Day // the last day on which it speaks
	Kept  []KeptPeople
	// Head are lines of the comment on top.
	Head []string
}

// KeptPeople are people who keep the same products.
type KeptPeople struct {
	Names    []string // user principal names
	Products []string // part numbers or ids
}

// Keepable reports whether a selector can mean the person of this name and
// nobody else: without a name, or with a star or a question mark in it, it cannot.
func Keepable(name string) bool {
	return strings.Contains(name, "@") && !strings.ContainsAny(name, "*?") && strings.TrimSpace(name) == name &&
		utf8.ValidString(name) && norm.NFC.IsNormalString(name) && !strings.ContainsFunc(name, unprinted) && len(name) < 1<<10
}

// KeepFile is the text of a file with one keep for each set of products, in
// canonical form. It speaks of people by a selector of their names: what names a
// person contradicts a statement that takes from that person by name, and a
// selector does not. All names must be [Keepable].
func KeepFile(k Keeping) ([]byte, error) {
	sets := map[string][]string{}
	for _, p := range k.Kept {
		key := strings.Join(p.Products, "\n")
		sets[key] = append(sets[key], p.Names...)
	}
	keys := make([]string, 0, len(sets))
	for key := range sets {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var b bytes.Buffer
	for _, line := range k.Head {
		b.WriteString("# " + escaped(line) + "\n")
	}
	b.WriteString("apiVersion: reseat/v1\nkind: Licenses\nkeep:\n")
	for i, key := range keys {
		name := k.What
		if len(keys) > 1 {
			name = fmt.Sprintf("%s, %d of %d", k.What, i+1, len(keys))
		}
		people := sets[key]
		slices.Sort(people)
		fmt.Fprintf(&b, "  - name: %s\n    who:\n      - userPrincipalName: %s\n    products: %s\n    until: %s\n    reason: %s\n",
			doubleQuoted(name), flowing(slices.Compact(people)), flowing(strings.Split(key, "\n")), k.Until, doubleQuoted(fmt.Sprintf("%s on %s", k.What, k.On)))
	}
	return formatted(b.Bytes())
}

// flowing is a list, one entry a line.
func flowing(list []string) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString("\n          - " + doubleQuoted(s))
	}
	return b.String()
}

func doubleQuoted(s string) string { return `"` + escaped(s) + `"` }
