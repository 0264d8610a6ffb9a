package desired

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// write makes the texts of what was settled, and finds what is in their way.
func (l *lister) write() {
	l.out.Was = map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(l.made)) {
		m := l.made[name]
		switch _, err := fs.Lstat(l.Root, name); {
		case !m.fresh && !l.Update, m.fresh && err == nil:
			l.out.Exist = append(l.out.Exist, name)
		case m.fresh:
			l.out.Texts = append(l.out.Texts, Text{name, l.begin(m)})
		case m.changes():
			l.out.Texts = append(l.out.Texts, Text{name, m.update()})
			l.out.Was[name] = m.was
		}
	}
}

// begin is a file that import makes.
func (l *lister) begin(m *madeFile) []byte {
	slices.SortFunc(m.new, byKey)
	var w strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&w, format+"\n", args...) }
	line("# What people hold, seen %s in %s: %s here.", moment(l.Snapshot.ReadAt), harmless(calledTenant(l.Snapshot)), counted(len(m.new), "person"))
	if m.split == SplitDepartment {
		line(madeDepartment)
		slices.Sort(m.depts)
		for _, d := range m.depts {
			if d != "" {
				line("# Department: %s", harmless(d))
			}
		}
	} else {
		line(madeLetter)
	}
	line("#")
	line("# Each list is exact: take a product out of it and `reseat plan` shows that seat going; [] is")
	line("# none. An update brings plain lines to what is held by then. A line with a comment at its end,")
	line("# or with braces, is yours: it is never touched.")
	for _, note := range l.byID(m) {
		line("# %s", note)
	}
	line("apiVersion: %s\nkind: Licenses\nusers:", version)
	for _, n := range m.new {
		line("%s", n.text)
	}
	return []byte(w.String())
}

// byID explains the products that stand by id.
func (l *lister) byID(m *madeFile) []string {
	var notes []string
	for _, sku := range l.Survey.Managed() {
		p := l.Survey.Product(sku)
		if p == nil || fileName(p) != string(sku) || !slices.ContainsFunc(m.new, func(n newLine) bool { return strings.Contains(n.text, string(sku)) }) {
			continue
		}
		notes = append(notes, string(sku)+" is "+WordsOf(p))
	}
	return notes
}

// WordsOf says in a few words which product it is, for a comment; nothing where
// its part number says all there is.
func WordsOf(p *plan.Surveyed) string {
	part, name := harmless(p.PartNumber), harmless(p.Name)
	byID := fileName(p) == string(p.SKU)
	words := name
	switch {
	case p.PartNumber == string(p.SKU):
		words = "a product without a part number"
	case p.Name == p.PartNumber && !byID:
		return ""
	case p.Name != p.PartNumber && byID:
		words = part + " (" + name + ")"
	}
	switch {
	case p.Listed == nil:
		words += ", which the tenant no longer lists"
	case !p.Unique && p.PartNumber != string(p.SKU):
		words += ", a part number of another product too"
	}
	return words
}

// ManagedBy lists the products that people hold other than through groups
// alone, for manage.products of a folder that begins.
func ManagedBy(s *plan.Survey) []Managed {
	out := []Managed{}
	for i := range s.Products {
		if p := &s.Products[i]; p.Held() > 0 {
			out = append(out, Managed{Name: fileName(p), Words: WordsOf(p)})
		}
	}
	return out
}
