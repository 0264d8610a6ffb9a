package desired

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A proposal is statements that are not said yet.
type proposal struct {
	title   string   // what it is about, in words; the counts follow
	note    []string // what to know of it
	lines   []string // a document's sections, as YAML
	missing string   // the read by which its people are known, where it costs a request each
	// setting changes the settings instead, where a file cannot say it.
	setting func(*plan.Settings)
}

// proposalFile is where the statements of a proposal are said to stand while
// they are counted; no file of a folder can be called so.
const proposalFile = "proposal"

// propose counts a proposal and writes it, unless a plan of it shows nothing.
func (w *starter) propose(p proposal, without string) error {
	t, err := w.count(p)
	if err != nil {
		return fmt.Errorf("count %s: %w", p.title, err)
	}
	if t.seats+t.groups+t.unknown == 0 {
		if without != "" {
			w.without = append(w.without, without)
		}
		return nil
	}
	w.proposed++
	if p.setting == nil {
		w.line("---")
	} else {
		w.line("")
	}
	w.line("# %d. %s: %s.", w.proposed, p.title, t)
	for _, n := range append(p.note, w.notes(t, p.missing)...) {
		w.line("# %s", n)
	}
	if p.setting == nil {
		w.line("apiVersion: reseat/v1\nkind: Licenses")
	}
	for _, l := range p.lines {
		w.line("#%s", l)
	}
	return nil
}

// A toll is what a plan of a proposal shows.
type toll struct {
	people, seats int // seats that are held directly
	groups        int // seats through groups alone, which a plan cannot take
	unknown       int // people of whom something is not known
}

func (t toll) String() string { return counted(t.people, "person") + ", " + counted(t.seats, "seat") }

// notes are what a toll says beside its two numbers.
func (w *starter) notes(t toll, missing string) []string {
	var out []string
	if t.groups > 0 {
		out = append(out, "Through groups alone, for the groups to take: "+counted(t.groups, "more seat")+".")
	}
	if t.unknown > 0 {
		out = append(out, "Left alone, as not enough is known of them: "+counted(t.unknown, "more person")+w.lack(missing)+".")
	}
	return out
}

// lack says why something is not known of people, and what to do about it.
func (w *starter) lack(read string) string {
	x, ok := plan.AccessTo(read)
	if !ok {
		return "" // what is missing is no read of each person
	}
	i := slices.IndexFunc(w.in.Snapshot.Reads, func(r plan.Read) bool { return r.What == read })
	switch {
	case i < 0:
		return "; the snapshot does not say it"
	case w.in.Snapshot.Reads[i].Status == plan.ReadDenied:
		return "; reading it takes " + x.Grant
	case w.in.Snapshot.Reads[i].Status == plan.ReadAbsent:
		return "; the tenant does not record it (Entra ID P1 does)"
	}
	return "; nothing is recorded"
}

// count makes the plan of the folder with the proposal.
func (w *starter) count(p proposal) (toll, error) {
	d := *w.in.Desired
	if p.setting != nil {
		p.setting(&d.Settings)
	} else {
		said, err := parseLines(p.lines)
		if err != nil {
			return toll{}, err
		}
		d.Keep, d.Remove = slices.Concat(d.Keep, said.Keep), slices.Concat(d.Remove, said.Remove)
		d.Users, d.Products = slices.Concat(d.Users, said.Users), slices.Concat(d.Products, said.Products)
	}
	in := w.in
	in.Desired, in.Judge = &d, mute{}
	m, err := plan.New(w.ctx, in)
	if err != nil {
		return toll{}, err
	}
	var t toll
	people := map[plan.UserID]bool{}
	for i := range m.Plan.Changes {
		c := &m.Plan.Changes[i]
		switch {
		case c.Reason.File != proposalFile:
		case c.Before != nil:
			t.seats++
			people[c.Request] = true
		case len(c.Held.Groups) > 0:
			t.groups++
		}
	}
	t.people = len(people)
	unknown := map[plan.UserID]bool{}
	for _, n := range m.Plan.NotEvaluated {
		if n.File == proposalFile {
			unknown[n.User.ID] = true
		}
	}
	t.unknown = len(unknown)
	return t, nil
}

// parseLines reads a proposal as a file of its own.
func parseLines(body []string) (*plan.Desired, error) {
	const tenant = "apiVersion: reseat/v1\nkind: Tenant\nname: a\ntenant: {id: contoso.com}\n"
	text := "apiVersion: reseat/v1\nkind: Licenses\n" + strings.Join(body, "\n") + "\n"
	d, faults, err := Read(Overlay(nothing{}, []Text{{settingsFile, []byte(tenant)}, {"a.yaml", []byte(text)}}))
	switch {
	case err != nil:
		return nil, err
	case len(faults) > 0:
		return nil, &plan.FaultsError{Faults: faults}
	}
	for i := range d.Remove {
		d.Remove[i].File = proposalFile
	}
	for i := range d.Products {
		d.Products[i].File = proposalFile
	}
	return d, nil
}

// mute finds nothing: what rules say of a proposal is for a plan to show.
type mute struct{}

func (mute) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	return make([][]plan.Decision, len(cases)), nil
}
func (mute) Plan(context.Context, plan.PlanFacts) ([]plan.Decision, error) { return nil, nil }
func (mute) Remedy(string) string                                          { return "" }
func (mute) Waivable(plan.Decision) bool                                   { return false }
