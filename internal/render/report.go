package render

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Report writes what became of a run: the verdict first, then whatever was not
// done with its reason and what to do, then until when data can be had back,
// and last the commands that resume or undo the run. With Whole it also says who
// carried out which plan, and whom everything was taken from or given to, when
// and by which statement.
//
// Names come from p, the plan of the run; it may be nil, and people and products
// are then shown by the beginning of their ids. Counts are taken from the
// outcomes. The only errors are those of w.
func Report(w io.Writer, r *plan.Report, p *plan.Plan, o Options) error {
	s := newAccount(w, r, p, o)
	what := safe("reseat apply")
	if o.Whole {
		what = "reseat show"
	}
	s.title(what, r.Tenant, s.when())
	s.verdict(o)
	if o.Whole {
		s.fromJournal()
		s.whole()
	}
	for _, at := range []fate{failed, uncertain, unconfirmed, skipped, notReached} {
		s.list(at)
	}
	if o.Whole {
		s.list(already)
	}
	s.wentAhead()
	if o.Whole {
		s.seatsFreed()
	}
	s.deadlines()
	s.commands(o)
	return s.send(w, "report")
}

// newAccount sorts what a report and its plan hold. The plan may be nil.
func newAccount(w io.Writer, r *plan.Report, p *plan.Plan, o Options) *account {
	pg := newPage(w, o)
	s := &account{page: pg, names: newNames(pg.pen, pg.width, p), report: r, plan: p, changes: make(map[*plan.Outcome]*plan.Change, len(r.Outcomes)), statements: map[kind]safe{}}
	if p != nil {
		s.validUntil = p.ValidUntil
		at := make(map[seat]*plan.Change, len(p.Changes))
		for i := range p.Changes {
			c := &p.Changes[i]
			at[seat{c.User.ID, c.SKU()}] = c
		}
		for i := range r.Outcomes {
			o := &r.Outcomes[i]
			if c := at[seat{o.User, o.SKU}]; c != nil {
				s.changes[o] = c
			}
		}
	}
	s.each = "--details or -o json"
	if !o.Whole && s.named() { // an apply tells in short
		s.each = s.command(o, "reseat show "+cmp.Or(o.Run, r.Run)) + s.dir(o) + " --details"
	}
	for i := range r.Outcomes {
		at := fateOf(&r.Outcomes[i])
		s.fates[at] = append(s.fates[at], &r.Outcomes[i])
	}
	for _, f := range s.fates {
		slices.SortStableFunc(f, func(a, b *plan.Outcome) int { return s.compare(a.User, b.User) })
	}
	return s
}

type seat struct {
	user plan.UserID
	sku  plan.SKU
}

// An account is the page of one report.
type account struct {
	*page
	names
	report  *plan.Report
	plan    *plan.Plan // nil where it is not known
	changes map[*plan.Outcome]*plan.Change
	// validUntil is the end of the plan, after which there is nothing to resume.
	validUntil time.Time
	fates      [fates][]*plan.Outcome
	statements map[kind]safe // what they are called
	// Worked out when first asked for: Markdown asks again at each rung.
	deeds  map[deed][]*plan.Outcome
	losing *int
	seats  []seatCount
	hidden bool // people are not named
	each   safe // what names everybody whom this page only counts
}

// A fate is what became of a change, as a person sorts them.
type fate uint8

const (
	done fate = iota
	already
	failed
	uncertain
	unconfirmed
	skipped
	notReached
	fates // how many there are
)

// fateOf sorts an outcome. A status that this version does not know is
// uncertain: it is never taken for done.
func fateOf(o *plan.Outcome) fate {
	switch {
	case o.Class == plan.Already && (o.Status == plan.Skipped || o.Status == plan.Done):
		return already
	case o.Status == plan.Done:
		return done
	case o.Status == plan.Skipped:
		return skipped
	case o.Status == plan.Failed:
		return failed
	case o.Status == plan.Unconfirmed:
		return unconfirmed
	case o.Status == plan.NotReached:
		return notReached
	}
	return uncertain
}

func (s *account) when() safe {
	r := s.report
	if r.FromJournal {
		return "since" + join + minute(r.StartedAt)
	}
	if long := r.EndedAt.Sub(r.StartedAt); !r.StartedAt.IsZero() && long >= 0 {
		return minute(r.StartedAt) + "," + join + glued(lasted(long))
	}
	return minute(r.StartedAt)
}

// lasted writes how long a run took.
func lasted(d time.Duration) safe {
	d = d.Round(time.Second)
	if d < 2*time.Minute {
		return safe(strconv.Itoa(int(d/time.Second))) + " s"
	}
	return num(int(d/time.Minute)) + " min"
}

func (s *account) word() (safe, ink) {
	if s.report.Run == "" && len(s.fates[done]) == 0 {
		return "NOTHING TO APPLY", strong
	}
	switch {
	case s.report.AtWork:
		return "AT WORK", caution
	case s.report.FromJournal:
		return "CUT OFF", danger
	}
	bad := len(s.fates[failed]) + len(s.fates[uncertain]) + len(s.fates[unconfirmed]) + len(s.fates[skipped]) + len(s.fates[notReached])
	switch {
	case s.report.Summary.Interrupted:
		return "INTERRUPTED", danger
	case s.report.Summary.Stopped != "":
		return "STOPPED", danger
	case bad == 0:
		return "DONE", good
	case len(s.fates[done])+len(s.fates[already]) > 0:
		return "DONE IN PART", caution
	}
	return "NOT DONE", danger
}

func (s *account) verdict(o Options) {
	facts := s.facts(o.Whole, true)
	if s.report.Run == "" {
		facts = append(facts, say(glued("no run was made")))
	} else {
		facts = append(facts, say(glued("run "+s.cut(s.text(s.report.Run), 40))))
	}
	word, mark := s.word()
	s.flow([]span{in(mark, word), say("  ")}, word.wide()+2, s.dotted(facts)...)
	if why := s.text(s.report.Summary.Stopped); why != "" {
		s.block(word.wide()+2, in(danger, "stopped: "), say(why))
	}
}

// facts are what became of the run, in a few words each; products are named in
// them only if named.
func (s *account) facts(whole, named bool) []span {
	var facts []span
	add := func(i ink, n int, t safe) {
		if n > 0 {
			facts = append(facts, in(i, glued(t)))
		}
	}
	r := reckon(s.did())
	add(plain, r.removed, count(r.removed, "licence", "licences")+" removed from "+count(len(r.from), "person", "people"))
	if n := s.losers(); whole {
		add(danger, n, count(n, "person loses", "people lose")+" data")
	}
	add(plain, r.copies, count(r.copies, "direct copy", "direct copies")+" removed")
	if named {
		for _, text := range s.told(&r, "moved", "moved") {
			add(plain, 1, text)
		}
	} else {
		add(plain, r.moved, count(r.moved, "person", "people")+" moved from one product to another")
	}
	add(plain, r.given, num(r.given)+" assigned to "+count(len(r.to), "person", "people"))
	add(plain, r.adjusted, num(r.adjusted)+" adjusted for "+count(len(r.of), "person", "people"))
	switch {
	case len(facts) > 0:
	case s.report.Run == "" && len(s.report.Outcomes) == 0:
		facts = append(facts, say(glued("the plan holds nothing that may be applied")))
	case s.report.FromJournal && len(s.fates[uncertain])+len(s.fates[unconfirmed]) > 0:
		facts = append(facts, say(glued("nothing is known to be changed")))
	default:
		facts = append(facts, say(glued("nothing was changed")))
	}
	left := safe(" not reached")
	if s.report.AtWork {
		left = " still to do"
	}
	for _, f := range []struct {
		at   fate
		ink  ink
		what safe
	}{
		{already, plain, " already as wanted"}, {skipped, plain, " skipped"}, {failed, danger, " failed"},
		{uncertain, danger, " unknown"}, {unconfirmed, caution, " not confirmed yet"}, {notReached, caution, left},
	} {
		add(f.ink, len(s.fates[f.at]), num(len(s.fates[f.at]))+f.what)
	}
	return facts
}

// did are the changes that were done, as far as the plan knows them.
func (s *account) did() []*plan.Change {
	var out []*plan.Change
	for _, o := range s.fates[done] {
		if c := s.changes[o]; c != nil && c.Action == o.Action {
			out = append(out, c)
			continue
		}
		out = append(out, &plan.Change{Action: o.Action, User: plan.UserRef{ID: o.User}, Product: plan.ProductRef{SKU: o.SKU}})
	}
	return out
}

// heads are what a fate is called, and what that means.
func (s *account) heads(at fate) (name, means safe) {
	if at == notReached && s.report.AtWork {
		return "STILL TO DO", "not reached yet"
	}
	return [fates]safe{failed: "FAILED", uncertain: "UNKNOWN", unconfirmed: "NOT CONFIRMED YET", skipped: "SKIPPED", notReached: "NOT REACHED", already: "ALREADY"}[at],
		[fates]safe{
			failed:      "refused; nothing was changed",
			uncertain:   "sent, and no answer settled it; resuming reads it back",
			unconfirmed: "accepted, and not visible yet; the next plan will tell",
			skipped:     "not sent",
			notReached:  "the run ended before",
			already:     "as wanted before the run; nothing was sent",
		}[at]
}

// unreachedRows is how many of the changes that a run did not come to are named;
// the rest is counted.
const unreachedRows = 10

// list prints the changes of one fate, each with its reason.
func (s *account) list(at fate) {
	all := s.fates[at]
	if len(all) == 0 {
		return
	}
	s.heading(s.heads(at))
	g := grid{columns: []column{{flex: true}, {flex: true}, {}}}
	most := specialRows
	switch at {
	case already:
		most = plainRows
	case notReached: // a screen full of what did not happen hides what did
		most = unreachedRows
	}
	shown := s.upTo(len(all), most)
	for _, o := range all[:shown] {
		g.rows = append(g.rows, row{
			mark:  s.mark(at),
			cells: []span{say(s.person(o.User)), say(s.product(o.SKU)), say(s.deed(o.Action))},
			under: s.reasons(at, o),
		})
	}
	s.table("", g)
	s.others(all[shown:])
}

// mark is the sign before a change that was not done.
func (s *account) mark(at fate) span {
	return [fates]span{failed: in(danger, "x"), uncertain: in(danger, "?"), unconfirmed: in(caution, "?"), skipped: in(strong, "#"),
		notReached: in(strong, "#"), already: in(strong, "=")}[at]
}

// rest says how many outcomes had no room.
func (s *account) rest(n int, what safe) {
	if n > 0 {
		s.block(2, say("and "+num(n)+" more"+what+";"))
		s.line(say("  each of them: " + s.each)) // unbroken: it can be a command
	}
}

// deed says what was to be done.
func (s *account) deed(a plan.Action) safe {
	switch a {
	case plan.Unassign:
		return "remove"
	case plan.Assign:
		return "assign"
	case plan.Adjust:
		return "adjust"
	}
	return s.cut(s.or(string(a), "unknown"), 12)
}

// reasons are the lines beneath an outcome: why, what to do, and the number
// that Microsoft's support asks for.
func (s *account) reasons(at fate, o *plan.Outcome) [][]span {
	var out [][]span
	var why []span
	if at == skipped {
		why = append(why, say(s.classOf(o.Class)))
	}
	if at == already {
		return nil
	}
	if m := s.text(o.Message); m != "" {
		if len(why) > 0 {
			why = append(why, say(": "))
		}
		why = append(why, say(m))
	}
	if c := s.cut(s.text(o.Code), 60); c != "" {
		why = append(why, in(faint, " ("+c+")"))
	}
	if len(why) > 0 {
		out = append(out, why)
	}
	if a := s.text(o.Advice); a != "" {
		out = append(out, []span{in(strong, "do: "), say(a)})
	}
	if id := s.cut(s.text(o.RequestID), 60); id != "" {
		out = append(out, []span{in(faint, "request "+id)})
	}
	return out
}

// classOf says why a change was not sent.
func (s *account) classOf(c plan.Class) safe {
	switch c {
	case plan.Changed:
		return "changed by somebody since the plan was made; left as it is"
	case plan.DeniedNow:
		return "the files or the rules no longer ask for it or allow it"
	case plan.Gone:
		return "the account was deleted"
	case plan.SeatGone:
		return "no free seat was left"
	}
	return "not sent" + glued(s.dot()) + s.cut(s.or(string(c), "no reason recorded"), 30)
}

// named reports whether the run has a name that can stand in a command.
func (s *account) named() bool {
	run := s.report.Run
	return run != "" && len(run) <= 40 && strings.Trim(run, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == "" && run[0] != '-'
}

// open counts what was sent and can still be found out.
func (s *account) open() int {
	n := 0
	for _, o := range s.fates[uncertain] {
		if o.Evidence != "read-back" { // a patient one showed that nobody can tell
			n++
		}
	}
	return n
}

// heldAgainst says what an undo is held against, where its run does not know.
func (s *account) heldAgainst(o Options) safe {
	switch {
	case o.Undone != "":
		return " --run " + s.text(o.Undone)
	case s.plan != nil && s.plan.Undoes != nil && s.plan.Undoes.Run == "":
		return " --run PLANFILE"
	}
	return ""
}

// dir is the folder at the end of a command.
func (p *page) dir(o Options) safe {
	if o.Dir == "" {
		return ""
	}
	return " " + p.text(o.Dir)
}

// A command is what can be typed next, behind its label; without one the label
// is all there is to say.
type command struct{ label, typed safe }

// commands print what can be typed next.
func (s *account) commands(o Options) {
	s.blank()
	if !o.Whole {
		s.line(say("of plan " + s.cut(s.or(s.report.Plan, "unknown"), min(40, s.width-8))))
	}
	for _, c := range s.nextCommands(o) {
		if c.typed == "" {
			s.line(say(c.label))
			continue
		}
		s.line(in(strong, c.label), say(" "), say(c.typed))
	}
	s.next(o)
}

// nextCommands are those that resume and undo the run.
func (s *account) nextCommands(o Options) []command {
	run := s.report.Run
	word := cmp.Or(o.Run, run)
	if !s.named() {
		return nil
	}
	if s.report.AtWork {
		return []command{{label: "a process is at work on this run: look again later, or see `reseat runs`"}}
	}
	again := s.report.FromJournal || s.report.Summary.Interrupted || s.report.Summary.Stopped != "" || s.open()+len(s.fates[notReached]) > 0
	changed := len(s.fates[done]) + len(s.fates[uncertain]) + len(s.fates[unconfirmed])
	over := !s.validUntil.IsZero() && !s.report.EndedAt.Before(s.validUntil) && s.open() == 0
	var out []command
	switch {
	case again && over:
		out = append(out, command{"next:", s.command(o, "reseat plan") + s.dir(o)})
	case again:
		out = append(out, command{"resume:", s.command(o, "reseat apply --resume "+word) + s.dir(o) + s.heldAgainst(o)})
	}
	if changed > 0 {
		label := safe("undo:")
		if s.open() > 0 { // until then an undo is refused
			label = "then undo:"
		}
		out = append(out, command{label, s.command(o, "reseat undo "+word) + s.dir(o) + " --out undo.json"})
	}
	return out
}
