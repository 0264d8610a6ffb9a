package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Why a change of a run is not reversed, or how it is hindered: codes of notes.
const (
	leftChanged      = "changed"
	leftGivenBack    = "given-back"
	leftOtherwise    = "given-otherwise"
	leftAnew         = "given-anew"
	leftTaken        = "taken-already"
	leftThroughGroup = "through-group"
	leftNotOurs      = "given-before"
	leftGone         = "person-gone"
	leftDeleted      = "person-deleted"
	leftNoLocation   = "no-location"
	leftNoProduct    = "not-assignable"
	leftNoPlan       = "plan-gone"
	leftInPlace      = "left-in-place"
)

// leftTexts say it, after the names.
var leftTexts = [...]struct{ code, text string }{
	{leftChanged, "no longer as the run left it, and left alone"},
	{leftGivenBack, "as before already, given back by somebody else; nothing to do"},
	{leftOtherwise, "given again by somebody else, with other service plans; left alone"},
	{leftAnew, "given anew since the run; left alone"},
	{leftTaken, "given by the run and gone already; nothing to do"},
	{leftThroughGroup, "now through a group, with at least the same service plans; nothing to do"},
	{leftNotOurs, "held since before the plan was made, as far as Graph says; left alone"},
	{leftGone, "no longer in the tenant; nothing can be given back"},
	{leftDeleted, "deleted; restore the account from the recycle bin, then make the undo again"},
	{leftNoLocation, "no usage location; Graph refuses to give it back until one is set"},
	{leftNoProduct, "the tenant no longer has the product to give; Graph refuses to give it back"},
	{leftNoPlan, "the product no longer has a service plan that was off; given back without that"},
	{leftInPlace, "left with them, as something that it may stand for cannot be given back"},
}

// perNote is how many names one note tells; more make more notes.
const perNote = 20

// named makes notes of names, all of them, and of what is said of them.
func named(code, lead, text string, names []string) []Note {
	var notes []Note
	for some := range slices.Chunk(names, perNote) {
		notes = append(notes, Note{Code: code, Text: lead + strings.Join(some, ", ") + text})
	}
	return notes
}

// tell makes notes of everything that is not reversed.
func (d *undoing) tell() {
	for _, l := range leftTexts {
		names := d.left[l.code]
		if d.in.Alone && len(names) > 0 && l.code == leftGivenBack { // mostly it was never applied
			d.b.notes = append(d.b.notes, Note{Code: l.code, Text: few(names, perNote) + ": as before the plan, so never taken or given back since; nothing to do"})
			continue
		}
		d.b.notes = append(d.b.notes, named(l.code, "", ": "+l.text, names)...)
	}
	if !d.in.Alone {
		return
	}
	text := "no journal of plan " + d.in.Plan.ID + ": taken from what the tenant shows; whoever took a seat by hand since looks the same"
	d.b.notes = append(d.b.notes, Note{Code: "no-journal", Text: text})
	if len(d.out.requests) == 0 {
		d.b.notes = append(d.b.notes, Note{Code: "nothing-left", Text: "nothing looks as plan " + d.in.Plan.ID +
			" would have left it: it was never applied, or all of it was put right since"})
	}
}

// obstacles notes why Graph is going to refuse to give something back.
func (d *undoing) obstacles(u *User, c *Change) {
	if u.UsageLocation == "" {
		d.leave(leftNoLocation, u.UserPrincipalName, c)
	}
	if p := d.b.catalog.bySKU[c.SKU()]; p == nil || !p.Assignable() {
		d.leave(leftNoProduct, u.UserPrincipalName, c)
	}
}

// overSubscribed tells of which products the undo needs more seats than there
// are, and who goes without: those who come last in the order.
func (b *bound) overSubscribed(order, rest []*requestDraft, free map[SKU]int) []Note {
	need, left, without := map[SKU]int{}, map[SKU]int{}, map[SKU][]string{}
	for sku, n := range free {
		left[sku] = n
	}
	for _, r := range order {
		t := newTurn(r)
		for _, sku := range t.needs {
			need[sku]++
			left[sku]--
		}
		for _, sku := range t.frees {
			left[sku]++
		}
	}
	for _, r := range rest {
		for _, sku := range newTurn(r).needs {
			need[sku]++
			without[sku] = append(without[sku], r.user.UserPrincipalName)
		}
	}
	var notes []Note
	for _, sku := range sortedKeys(without) {
		short := len(without[sku]) - max(left[sku], 0)
		if short <= 0 {
			continue
		}
		part := b.catalog.ref(sku).PartNumber
		notes = append(notes, Note{Code: "no-seat", Text: fmt.Sprintf("%s: %s to give back, %d free: buy or free %d first",
			part, count(need[sku], "seat"), need[sku]-short, short)})
		notes = append(notes, named("no-seat", part+" as it is goes to the others first, in the order of the plan, and not to ", "", without[sku])...)
	}
	return notes
}

// A term is how long something can be given back without loss.
type term struct {
	kind, until string // a day
	over        bool
	unsure      bool // it may be over: when it began is not known
}

// deadlines tell of what people lost by the run with a term, and get back: until
// when it is whole again, or since when that is no longer sure.
func (b *bound) deadlines(in *UndoInput, requests []*requestDraft) []Note {
	losses := map[string]*Change{}
	for i := range in.Plan.Changes {
		losses[in.Plan.Changes[i].ID] = &in.Plan.Changes[i]
	}
	names := map[term][]string{}
	for _, r := range requests {
		told := map[term]bool{}
		for _, c := range r.drafts {
			if c.Action == Unassign || !c.Verdict.Executable() {
				continue
			}
			for _, e := range losses[c.ID].Effects {
				if t, ok := in.term(c.ID, e); ok && !told[t] {
					told[t] = true
					names[t] = append(names[t], r.user.UserPrincipalName)
				}
			}
		}
	}
	terms := make([]term, 0, len(names))
	for t := range names {
		terms = append(terms, t)
	}
	slices.SortFunc(terms, func(x, y term) int { return cmp.Or(strings.Compare(x.until, y.until), strings.Compare(x.kind, y.kind)) })
	var notes []Note
	for _, t := range terms {
		notes = append(notes, t.notes(names[t])...)
	}
	return notes
}

// notes say how a term stands for people.
func (t term) notes(names []string) []Note {
	switch {
	case t.unsure:
		return named("too-late", t.kind+": may be lost since "+t.until+", as when it was taken is not on record: ", "", names)
	case t.over:
		return named("too-late", t.kind+": the time to give it back without loss was over on "+t.until+
			"; what no hold kept is gone, and the licence does not bring it back: ", "", names)
	}
	return named("still-there", t.kind+": can still be there; the last day to give it back without loss is "+t.until+": ", "", names)
}

// term is how an effect of a change of the run stands now.
func (in *UndoInput) term(id string, e Effect) (t term, ok bool) {
	days, ok := termDays(e.RecoverableFor)
	if !ok {
		return t, false
	}
	from := in.Executed[id]
	last := from
	if from.IsZero() { // it was applied at some time while it was valid
		from, last = in.Plan.CreatedAt, in.Plan.ValidUntil
	}
	end, sure := from.AddDate(0, 0, days), last.AddDate(0, 0, days)
	t = term{kind: e.Kind, until: end.UTC().Format(time.DateOnly), over: in.Now.After(end)}
	t.unsure = t.over && !in.Now.After(sure)
	return t, true
}

// termDays reads a term in whole days, as "P30D".
func termDays(text string) (int, bool) {
	digits, ok := strings.CutPrefix(text, "P")
	digits, day := strings.CutSuffix(digits, "D")
	n, err := strconv.Atoi(digits)
	return n, ok && day && err == nil && n >= 0 && n < 100_000
}
