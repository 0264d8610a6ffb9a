package desired

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Start writes the file that a folder starts from: what the tenant has, and
// proposals with today's counts, all of it comments. What it says as it stands
// is `rules: []`, or nothing where the folder of in has rules already.
//
// The counts are those of plans: each proposal is read as it will be and
// compared with in's snapshot.
func Start(ctx context.Context, in plan.Input, s *plan.Survey) (*Started, error) {
	w := &starter{ctx: ctx, in: in, s: s}
	if err := w.write(); err != nil {
		return nil, err
	}
	return &Started{Data: []byte(w.out.String()), Proposals: w.proposed, Products: len(s.Products)}, nil
}

// A Started is the file that [Start] writes, and what is in it.
type Started struct {
	Data      []byte
	Proposals int
	Products  int
}

// A starter is one file in the making.
type starter struct {
	ctx      context.Context
	in       plan.Input
	s        *plan.Survey
	out      strings.Builder
	proposed int
	without  []string // what there is nothing to propose about
}

func (w *starter) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

func (w *starter) write() error {
	w.head()
	w.products()
	w.settings()
	for _, propose := range []func() error{w.disabled, w.guests, w.idle, w.duplicates, w.trials} {
		if err := propose(); err != nil {
			return err
		}
	}
	if len(w.without) > 0 {
		w.line("\n# Nothing to propose about: %s.", strings.Join(w.without, "; "))
	}
	return nil
}

func (w *starter) head() {
	snap := w.in.Snapshot
	seats, holders := 0, 0
	for i := range w.s.Products {
		p := &w.s.Products[i]
		seats += p.Held() + p.Through
	}
	for i := range snap.Users {
		if u := &snap.Users[i]; len(u.Unsourced) > 0 || slices.ContainsFunc(u.Sources, plan.Source.Held) {
			holders++
		}
	}
	w.line("# Licences of %s, seen %s: %s of %s hold %s.", harmless(calledTenant(snap)), moment(snap.ReadAt),
		number(holders), counted(len(snap.Users), "account"), counted(seats, "seat"))
	w.line("#")
	w.line("# Written by `reseat import`; nothing in it changes anything yet. A line like #this is a")
	w.line("# proposal, with what a plan of it would show today. Take the # away from each line of a")
	w.line("# block, run `reseat plan`, and look: rules and limits still judge every change.")
	w.line("apiVersion: reseat/v1\nkind: Licenses")
	if !w.in.Desired.RulesGiven {
		w.line("rules: []")
	}
}

// products is the table of what the tenant has.
func (w *starter) products() {
	var rows [][]string
	var notes []string
	for i := range w.s.Products {
		p := &w.s.Products[i]
		row := []string{harmless(p.PartNumber), "", "-", "-", "-", number(p.Direct + p.Both), number(p.Through + p.Both), number(p.Both), ""}
		if len(p.Renewals) > 0 {
			row[8] = string(p.Renewals[0])
		}
		if p.Name != p.PartNumber {
			row[1] = harmless(p.Name)
		}
		if x := p.Listed; x != nil {
			row[2], row[3], row[4] = number(x.Bought()), number(x.Consumed), number(p.Free())
		}
		rows, notes = append(rows, row), append(notes, remark(p))
	}
	w.line("\n# PRODUCTS. Direct: given to the person; group: through groups; both: held twice, and counted in")
	w.line("# each; renewal: the next day on which a subscription renews or ends.\n#")
	for i, line := range aligned(append([][]string{{"", "", "bought", "used", "free", "direct", "group", "both", "renewal"}}, rows...), 2) {
		if i > 0 && notes[i-1] != "" {
			line += "   " + notes[i-1]
		}
		w.line("#   %s", strings.TrimRight(line, " "))
	}
}

// remark is what is special about a product.
func remark(p *plan.Surveyed) string {
	var words []string
	switch {
	case p.Listed == nil:
		words = append(words, "no longer listed by the tenant")
	case p.Listed.Status != "Enabled":
		words = append(words, strings.ToLower(harmless(p.Listed.Status)))
	}
	if p.Listed != nil && !p.Unique {
		words = append(words, "another product has this part number too: "+string(p.SKU))
	}
	if p.Trial {
		words = append(words, "trial")
	}
	if p.SelfService.Class == "department" || p.SelfService.Class == "probable" {
		words = append(words, "self-service")
	}
	if p.Unsourced > 0 {
		words = append(words, number(p.Unsourced)+" of unknown source")
	}
	return strings.Join(words, ", ")
}

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
		w.line("\n---")
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

// number is one that can be read: 20,000.
func number(n int) string {
	s := strconv.Itoa(n)
	least := 0
	if n < 0 {
		least = 1
	}
	for i := len(s) - 3; i > least; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is "1 person" or "2 people".
func counted(n int, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "person"):
		thing = strings.TrimSuffix(thing, "person") + "people"
	default:
		thing += "s"
	}
	return number(n) + " " + thing
}
