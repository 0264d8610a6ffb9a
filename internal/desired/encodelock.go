package desired

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// lockHead stands above the lines of people.lock.
const lockHead = "# written by reseat lock: the object ids of the people whom the files name; commit it with them\n"

// EncodeLock returns the bytes of a people.lock: a line `<object id> <name>`
// for each pin, sorted by name without case, each line once. Names are as the
// files have them, so none has a line break; places are not written. The pins
// are left as they are.
func EncodeLock(pins []plan.Pin) []byte {
	lines := slices.Clone(pins)
	folded := make(map[string]string, len(lines))
	for _, p := range lines {
		folded[p.Name] = fold(p.Name)
	}
	slices.SortFunc(lines, func(x, y plan.Pin) int {
		return cmp.Or(cmp.Compare(folded[x.Name], folded[y.Name]), cmp.Compare(pinKey(x.Name), pinKey(y.Name)), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	var b bytes.Buffer
	b.WriteString(lockHead)
	last := ""
	for _, p := range lines {
		line := strings.ToLower(string(p.ID)) + " " + p.Name + "\n"
		if line != last {
			b.WriteString(line)
		}
		last = line
	}
	return b.Bytes()
}
