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
	return &Started{Data: inForm(w.out.String()), Proposals: w.proposed, Products: len(s.Products)}, nil
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
