package desired_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
)

// A written document is lines of which each is one `key: value` pair of its
// mapping, so that any of them can be written twice.
type writer struct {
	t     *rapid.T
	lines []string
	names int
}

func (w *writer) add(indent int, format string, args ...any) {
	w.lines = append(w.lines, strings.Repeat("  ", indent)+fmt.Sprintf(format, args...))
}

func (w *writer) yes(what string) bool { return rapid.Bool().Draw(w.t, what) }

// fresh is a word that was not there before.
func (w *writer) fresh() string {
	w.names++
	return fmt.Sprintf("%s%d", rapid.StringMatching(`[A-Za-z0-9É]{1,6}`).Draw(w.t, "word"), w.names)
}

func (w *writer) list(n int, item func() string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item()
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (w *writer) products(least int) string {
	return w.list(rapid.IntRange(least, 4).Draw(w.t, "products"), w.fresh)
}

func (w *writer) who() string {
	return w.list(rapid.IntRange(1, 3).Draw(w.t, "people"), func() string {
		switch rapid.IntRange(0, 2).Draw(w.t, "who") {
		case 0:
			return "everyone"
		case 1:
			return "{" + rapid.SampledFrom([]string{"department: 007", "city: [NO, none]", "accountEnabled: false", "not: {memberOf: a}", "role: [any, b]", "mailbox: none", "lastSignIn: {olderThan: 90d}", "created: {olderThan: 1d}"}).Draw(w.t, "selector") + "}"
		}
		return w.fresh() + "@contoso.com"
	})
}

// statements writes a list of keep or remove, one key a line.
func (w *writer) statements(section string) {
	w.add(0, "%s:", section)
	for range rapid.IntRange(1, 3).Draw(w.t, section) {
		w.add(1, "- products: %s", rapid.SampledFrom([]string{"all", w.products(1)}).Draw(w.t, "of"))
		w.add(2, "who: %s", w.who())
		if w.yes("named") {
			w.add(2, "name: %s", w.fresh())
		}
		if w.yes("until") {
			w.add(2, "until: 2027-%02d-28", rapid.IntRange(1, 12).Draw(w.t, "month"))
		}
		if section == "remove" && w.yes("loss") {
			w.add(2, "dataLoss: %s", rapid.SampledFrom([]string{"deny", "skip", "accept"}).Draw(w.t, "loss"))
		}
	}
}

func (w *writer) document() {
	w.add(0, "apiVersion: reseat/v1")
	w.add(0, "kind: Licenses")
	if w.yes("keep") {
		w.statements("keep")
	}
	if w.yes("remove") {
		w.statements("remove")
	}
	if w.yes("users") {
		w.add(0, "users:")
		for range rapid.IntRange(1, 4).Draw(w.t, "users") {
			w.add(1, "%s@contoso.com: %s", w.fresh(), rapid.SampledFrom([]string{w.products(0), "{add: " + w.products(1) + "}", "{licenses: " + w.products(0) + ", note: n}"}).Draw(w.t, "entry"))
		}
	}
	if w.yes("products") {
		w.add(0, "products:")
		w.add(1, "%s:", w.fresh())
		w.add(2, "holders: %s", w.who())
		w.add(2, "add: %s", w.who())
		if w.yes("via") {
			w.add(2, "via: %s", rapid.SampledFrom([]string{"any", "direct", "group"}).Draw(w.t, "way"))
		}
		if w.yes("replace") {
			w.add(2, "replace:")
			w.add(3, "- with: %s", w.fresh())
			w.add(4, "who: %s", w.who())
		}
	}
	if w.yes("rules") {
		w.add(0, "rules:")
		w.add(1, "- match: {jobTitle: \"*x*\"}")
		w.add(2, "%s: %s", rapid.SampledFrom([]string{"licenses", "add"}).Draw(w.t, "what"), w.products(1))
	}
}

// TestDoubledKeys: what is generated has no fault, and with any one key
// written twice it is refused, with that key's line.
func TestDoubledKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t}
		w.document()
		text := strings.Join(w.lines, "\n") + "\n"
		if _, faults, err := desired.Read(folder(map[string]string{"a.yaml": text})); err != nil || len(faults) > 0 {
			t.Fatalf("%s\ngot %v and\n%swant no fault", text, err, lines(faults))
		}
		i := rapid.IntRange(0, len(w.lines)-1).Draw(t, "line")
		line := w.lines[i]
		key, _, _ := strings.Cut(strings.Replace(line, "- ", "  ", 1), ":")
		end := i + 1 // past what stands below the key
		for end < len(w.lines) && indent(w.lines[end]) > indent(line) && strings.HasSuffix(line, ":") {
			end++
		}
		doubled := strings.Join(w.lines[:end], "\n") + "\n" + key + ": x\n" + strings.Join(w.lines[end:], "\n") + "\n"
		_, faults, err := desired.Read(folder(map[string]string{"a.yaml": doubled}))
		want := fmt.Sprintf("a.yaml:%d:%d: the key %q stands twice, first on line %d: keep one of them", end+1, indent(key)+1, strings.TrimSpace(key), i+1)
		if err != nil || len(faults) != 1 || faults[0].Error() != want {
			t.Fatalf("%s\ngot %v and\n%swant %s", doubled, err, lines(faults), want)
		}
	})
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// FuzzRead: no bytes of a file make Read panic or hang, a fault always has a
// place and a remedy, and what is read has what cmd relies on.
func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "users:\n  a@contoso.com: [A, {sku: B, disabledPlans: [C]}]\nrules: [{match: {not: {city: none}}, add: [X]}]\n"))
	f.Add([]byte(header + "keep: [{who: [everyone], products: all, from: 2026-01-01}]\n---\n" + header + "remove: []\n"))
	f.Add([]byte(settings + "limits: {raise: [{removals: 3, until: 2027-01-01, reason: |\n  x\n}]}\n"))
	f.Add([]byte(settings + "prices: {currency: EUR, perMonth: {A: 1.0}}\nplan: {validFor: 7d}\n"))
	f.Add([]byte(settings + "manage: {people: {role: any}}\nfacts: {hr: {file: reseat.yaml, key: id, maxAge: 3d, complete: true}}\n"))
	f.Add([]byte(header + "keep: [{who: [{holds: A, mailbox: [room, none], created: {olderThan: 3d}, listed: hr}], products: [B]}]\n" +
		"products: {A: {via: group, replace: [{with: B, who: [{fact: {hr.a: {after: 2026-01-01, before: today+7d}, hr.b: [x, none]}}]}]}}\n"))
	f.Add([]byte("a: &a [! x, !!str y, *a]\n<<: {}\n? [b]\n: c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.yaml", "reseat.yaml"} {
			d, faults, err := desired.Read(folder(map[string]string{name: string(data)}))
			if err != nil || (d == nil) != (len(faults) > 0) {
				t.Fatalf("got %v, %t, %d faults, want either a desired state or faults", err, d != nil, len(faults))
			}
			for _, f := range faults {
				if f.Place.File == "" || f.Place.Line < 1 || f.Place.Column < 1 || f.Cause == "" || f.Remedy == "" {
					t.Errorf("got %+v, want place, cause and remedy", f)
				}
				if strings.ContainsFunc(f.Error(), func(c rune) bool { return c < 0x20 || c == 0x7F || c == 0x202E }) {
					t.Errorf("got hidden characters in %q", f.Error())
				}
			}
			if d != nil && (d.Settings.Name == "" || d.Settings.ValidFor == 0 || (d.Settings.Tenant.ID == "") == (d.Settings.Tenant.Simulator == "")) {
				t.Errorf("got settings %+v, want name, validity and one tenant", d.Settings)
			}
		}
	})
}
