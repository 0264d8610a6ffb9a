package desired

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// maxDays is as far as ages and dates relative to today reach.
const maxDays = 3650

// days reads a number of whole days, as in 90d.
func (s *source) days(n *yaml.Node, what string) int {
	t := s.text(n, what)
	if t == "" {
		return 0
	}
	digits, ok := strings.CutSuffix(t, "d")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		s.fault(n, what+" is "+quote(t)+", which is no number of whole days", "write days, as in 90d")
		return 0
	}
	v, err := strconv.Atoi(digits)
	if err != nil || v < 1 || v > maxDays {
		s.fault(n, what+" is "+quote(t)+", out of range", "write 1d to 3650d")
		return 0
	}
	return v
}

// olderThan reads {olderThan: 90d}.
func (s *source) olderThan(n *yaml.Node, what string) int {
	const sample = "write it as `{olderThan: 90d}`"
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.SequenceNode {
		s.fault(n, what+" is "+kind(n)+", not a mapping", sample)
		return 0
	}
	o, ok := s.object(n, what, "olderThan", "")
	if !ok || s.missing(o, what, "olderThan", sample) {
		return 0
	}
	return s.days(o.get("olderThan"), "`olderThan`")
}

// facts reads what a `fact` key asks of facts files.
func (s *source) facts(n *yaml.Node) []plan.FactTerm {
	const sample = "write it as `fact: {hr.status: leaver}`"
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.SequenceNode {
		s.fault(n, "`fact` is "+kind(n)+", not a mapping", sample)
		return nil
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		s.fault(n, "`fact` asks for nothing", sample)
	}
	entries := s.entries(n, "`fact`")
	out := make([]plan.FactTerm, 0, len(entries))
	for _, e := range entries {
		name := s.text(e.key, "a key of `fact`")
		if name == "" {
			continue
		}
		table, column, _ := strings.Cut(name, ".")
		table, column = strings.TrimSpace(table), strings.TrimSpace(column)
		if table == "" || column == "" {
			s.fault(e.key, quote(name)+" is no column of a facts file", "write what reseat.yaml calls the file, a dot and the column, as in `hr.status`")
			continue
		}
		out = append(out, plan.FactTerm{Table: table, Column: column, Place: s.place(e.key)})
		f := &out[len(out)-1] // out never grows beyond what it has, so the address stays
		s.asks = append(s.asks, ask{table: &f.Table, column: &f.Column, place: f.Place})
		if e.value.Kind == yaml.MappingNode {
			s.dates(e.value, f)
		} else {
			f.Values, f.None = s.values(e.value, "`"+clip(name)+"`")
		}
	}
	return out
}

// dates reads {after: …, before: …}.
func (s *source) dates(n *yaml.Node, f *plan.FactTerm) {
	o, ok := s.object(n, "a fact", "before after", "")
	if !ok {
		return
	}
	if len(o.pairs) == 0 {
		s.fault(n, "the fact asks for nothing", "write a day, as in `{before: today-14d}`, or values in a list")
	}
	f.Before, f.After = s.date(o.get("before"), "`before`"), s.date(o.get("after"), "`after`")
	if a, b := f.After, f.Before; a != nil && b != nil && (a.Day == "") == (b.Day == "") && !between(*a, *b) {
		s.fault(o.node, "no day is after `after` and before `before`", "exchange them, or leave one more day between them")
	}
}

// between reports whether a day is after a and before b, two dates of a sort.
func between(a, b plan.Date) bool {
	if a.Day == "" {
		return a.Offset+1 < b.Offset
	}
	return plan.DayOf(a.Day.Next()) < b.Day
}

// date reads a day of the calendar, or one that is counted from today.
func (s *source) date(n *yaml.Node, what string) *plan.Date {
	t := s.text(n, what)
	if t == "" {
		return nil
	}
	offset, relative := strings.CutPrefix(t, "today")
	if !relative {
		d, err := plan.ParseDay(t)
		if err != nil {
			s.fault(n, what+" is "+quote(t)+", which is no date", "write a day of the calendar as 2027-01-31, or `today`, `today-14d` or `today+7d`")
		}
		return &plan.Date{Day: d}
	}
	if offset == "" {
		return &plan.Date{}
	}
	digits, ok := strings.CutSuffix(offset[1:], "d")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" || offset[0] != '+' && offset[0] != '-' {
		s.fault(n, what+" is "+quote(t)+", which is no date", "write whole days without spaces, as in `today-14d` or `today+7d`")
		return nil
	}
	v, err := strconv.Atoi(digits)
	if err != nil || v > maxDays {
		s.fault(n, what+" is "+quote(t)+", out of range", "write at most 3650 days, or a day of the calendar")
		return nil
	}
	if offset[0] == '-' {
		v = -v
	}
	return &plan.Date{Offset: v}
}
