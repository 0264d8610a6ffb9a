package desired

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// The range of a facts file's maxAge.
const (
	minAge = time.Hour
	maxAge = 365 * 24 * time.Hour
)

// A table is a facts file as reseat.yaml names it, and what it says once it is read.
type table struct {
	plan.Table
	at    string // its path in the repository, or in the folder
	place plan.Place
	aged  bool // maxAge is given
	read  bool
	named map[string]string // the columns, by folded name
}

// An ask is what a selector asks of a facts file. The names are put right in
// place: as reseat.yaml and the file spell them.
type ask struct {
	table, column *string // no column: whether somebody is listed
	place         plan.Place
}

// factsFiles reads the section `facts`.
func (s *source) factsFiles(n *yaml.Node) {
	s.settled = n == nil || n.Kind != void
	if n == nil {
		return
	}
	for _, e := range s.entries(n, "`facts`") {
		name := s.name(e.key, "a name in `facts`")
		if name.Text == "" {
			continue
		}
		t := &table{Table: plan.Table{Name: name.Text, Place: name.Place}}
		switch was, twice := s.tables[fold(name.Text)]; {
		case strings.Trim(strings.ToLower(name.Text), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			s.fault(e.key, "a facts file cannot be called "+quote(name.Text), "use letters, digits, `-` and `_`, as in `hr`")
			continue
		case twice:
			s.fault(e.key, quote(name.Text)+" stands in `facts` already, as "+quote(was.Name)+" at "+was.Place.String(), "keep one of them")
			continue
		}
		s.tables[fold(name.Text)] = t
		s.factsFile(e.value, t)
	}
}

// factsFile reads one entry of `facts`.
func (s *source) factsFile(n *yaml.Node, t *table) {
	o, ok := s.object(n, "an entry of `facts`", "file key maxAge complete", "")
	if !ok {
		return
	}
	if !s.missing(o, "the facts file", "file", "name it, as in `file: hr.csv`") {
		s.locate(o.get("file"), t)
	}
	if !s.missing(o, "the facts file", "key", "name the column that tells people apart: `key: userPrincipalName` or `key: id`") {
		t.Key = plan.TableKey(s.enum(o.get("key"), "`key`", string(plan.KeyedByName)+" "+string(plan.KeyedByID)))
	}
	if v := o.get("maxAge"); v != nil {
		t.aged = true
		if d, ok := s.duration(v, "`maxAge`"); ok && (d < minAge || d > maxAge) {
			s.fault(v, "`maxAge` is "+quote(normal(v.Value))+", out of range", "write 1h to 365d")
		} else {
			t.MaxAge = d
		}
	}
	t.Complete = s.bool(o.get("complete"), "`complete`")
}

// readTables reads the facts files, in the order of their names.
func (r *reader) readTables() {
	names := make([]string, 0, len(r.tables))
	for name := range r.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := r.tables[name]
		if t.at == "" || t.Key == "" {
			continue
		}
		if r.readTable(t) {
			r.desired.Tables = append(r.desired.Tables, t.Table)
		}
	}
}

func (r *reader) readTable(t *table) bool {
	known := slices.IndexFunc(r.desired.Files, func(f plan.File) bool { return f.Path == t.File })
	data, ok := r.input(r.around(), t.at, t.File, "leave out columns and rows that nobody asks for", "make it readable")
	if !ok {
		return false
	}
	if known >= 0 { // it is a second name of the file
		r.desired.Files = slices.Delete(r.desired.Files, known, known+1)
	}
	sh := &sheet{lined: lined{reader: r, file: t.File, data: data}, table: t}
	defer sh.close()
	if !sh.check() || !sh.parse() {
		return false
	}
	t.read = true
	r.date(t)
	return sh.faults == 0
}

// date finds out of which moment a file without dates is.
func (r *reader) date(t *table) {
	if t.AsOfBy == plan.ByColumn {
		return
	}
	dated := r.opts.Dated
	if dated == nil {
		dated = r.modified
	}
	at, by, err := dated(t.at)
	f := plan.Fault{Cause: "it is not known how old " + quote(t.File) + " is", Remedy: "add a column `asOf` with the day of each row"}
	switch told := (plan.Fault{}); {
	case errors.As(err, &told):
		f = told
	case err != nil:
		f.Cause += " (" + plain(err) + ")"
	case !r.opts.Now.IsZero() && at.After(r.opts.Now.Add(clockSkew)):
		f.Cause = quote(t.File) + " is of " + at.UTC().Format(time.DateOnly) + " by its " + string(by) + ", which lies in the future"
	default:
		t.AsOf, t.AsOfBy = r.past(at), by
		return
	}
	if !t.aged { // nobody asks for its age
		return
	}
	f.Place = t.place
	r.report(f)
}

// clockSkew is how far another computer's clock, or a day elsewhere on earth,
// may be ahead.
const clockSkew = 14 * time.Hour

// past is t, or the present if that is earlier: nothing is younger than new.
func (r *reader) past(t time.Time) time.Time {
	if now := r.opts.Now; !now.IsZero() && t.After(now) {
		return now
	}
	return t
}

func (r *reader) modified(at string) (time.Time, plan.AsOf, error) {
	info, err := fs.Stat(r.around(), at)
	if err != nil {
		return time.Time{}, "", err
	}
	return info.ModTime(), plan.ByTime, nil
}

// answer puts the names right that selectors ask for, or reports that there is
// no such file or column.
func (r *reader) answer() {
	if !r.settled {
		return // reseat.yaml has a fault that hides its facts files
	}
	for _, a := range r.asks {
		t := r.tables[fold(*a.table)]
		if t == nil {
			r.report(plan.Fault{Place: a.place, Cause: "reseat.yaml names no facts file " + quote(*a.table), Remedy: r.meant(*a.table)})
			continue
		}
		*a.table = t.Name
		if a.column == nil || !t.read {
			continue
		}
		if name, ok := t.named[fold(*a.column)]; ok {
			*a.column = name
		} else {
			r.report(t.lacks(*a.column, a.place))
		}
	}
	r.unheld()
}

// holdsFile is the facts file that no statement needs to ask for: R106 does.
const holdsFile = "holds"

// unheld reports a facts file that is called like the one of holds and not so,
// and that nothing asks for: its people would lose their mailboxes.
func (r *reader) unheld() {
	if len(r.faults) > 0 {
		return // what asks for it may be among what could not be read
	}
	for key, t := range r.tables {
		asked := slices.ContainsFunc(r.asks, func(a ask) bool { return fold(*a.table) == key })
		if key == holdsFile || asked || !strings.Contains(key, strings.TrimSuffix(holdsFile, "s")) {
			continue
		}
		r.report(plan.Fault{Place: t.Place, Cause: "nothing asks for the facts file " + quote(t.Name),
			Remedy: "call it `" + holdsFile + "` if it lists whose mailbox is on hold (R106), or take it out"})
	}
}

// meant is the remedy for a facts file that is not there.
func (r *reader) meant(name string) string {
	names := make([]string, 0, len(r.tables))
	for _, t := range r.tables {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	switch best := plan.Nearest(name, names); {
	case best != "":
		return "did you mean `" + best + "`?"
	case len(names) == 0:
		return "name it there, as in `facts: {hr: {file: hr.csv, key: userPrincipalName}}`"
	}
	return "write " + either(names) + ", or name it there"
}

// lacks is the fault of a column that is not there.
func (t *table) lacks(column string, at plan.Place) plan.Fault {
	f := plan.Fault{Place: at, Cause: quote(t.File) + " has no column " + quote(column)}
	switch best := plan.Nearest(column, t.Columns); {
	case fold(column) == fold(string(t.Key)):
		f.Cause, f.Remedy = quote(column)+" is the key of "+quote(t.File)+" and no fact", "name people by it in `who`, or ask for `listed: "+t.Name+"`"
	case best != "":
		f.Remedy = "did you mean `" + t.Name + "." + clip(best) + "`?"
	case len(t.Columns) == 0:
		f.Remedy = "add it; the file has none beside its key"
	default:
		var there []string
		for _, c := range t.Columns[:min(len(t.Columns), 8)] {
			there = append(there, t.Name+"."+clip(c))
		}
		f.Remedy = "write " + either(there) + ", or add the column"
	}
	return f
}
