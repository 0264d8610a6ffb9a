package render

import (
	"io"

	"github.com/reseat-cli/reseat/plan"
)

// A Judgement is what the rules said of one person's changes in a plan document,
// beside what is known here of those rules.
type Judgement struct {
	Kind  string       `json:"kind"` // Judgement
	Plan  string       `json:"plan"`
	User  plan.UserRef `json:"user"`
	Notes []string     `json:"notes"` // about the rules: others judged than are here
	// Same is true where the rules here are those that judged.
	Same    bool     `json:"same"`
	Changes []Judged `json:"changes"`
}

// Judged is one change and what the rules said of it.
type Judged struct {
	Change   *plan.Change `json:"change"`
	Findings []Found      `json:"findings"`
	Passed   []string     `json:"passed"`  // rules here that judge such a change and found nothing, as "R103 protected-role"
	AtApply  []string     `json:"atApply"` // rules that are asked at apply alone
}

// Found is a finding with what is known of its rule.
type Found struct {
	plan.Decision
	Title  string `json:"title"`
	Remedy string `json:"remedy"`
	// Gone is true where the rule is not known here.
	Gone bool `json:"gone"`
	// Lift is the entry of `waivers` in reseat.yaml that would lift the denial;
	// empty where none can.
	Lift string `json:"lift"`
}

// Failed reports whether a finding is not of the change: the rule itself did not
// answer, which no waiver lifts.
func Failed(d plan.Decision) bool { return isFailure(d) }

// Judgements writes why the rules decided as they did about a person. The only
// errors are those of w.
func Judgements(w io.Writer, p *plan.Plan, j *Judgement, o Options) error {
	s := &explained{sheet: newSheet(w, p, o), e: &plan.Explanation{}}
	s.title("reseat policy explain", p.Tenant, glued("plan "+s.text(p.ID)), s.mode(), s.offline())
	for i := range j.Changes {
		if i > 0 {
			s.blank()
		}
		s.judged(&j.Changes[i], j)
	}
	for i, n := range j.Notes {
		if i == 0 {
			s.blank()
		}
		s.flow([]span{in(caution, "note:"), say(" ")}, 2, say(s.text(n)))
	}
	if o.Next != "" {
		s.blank()
		s.next(o)
	}
	return s.send(w, "judgement")
}

func (s *explained) judged(x *Judged, j *Judgement) {
	c := x.Change
	sign, i := markOf(c)
	who := s.or(c.User.UserPrincipalName, s.or(c.User.DisplayName, s.shortID(string(c.User.ID))))
	by := s.statement(plan.Statement{Statement: c.Reason.Statement, Kind: c.Reason.Kind, File: c.Reason.File, Line: c.Reason.Line})
	s.flow([]span{in(i, sign), say(" ")}, 4, in(strong, glued(who)), say(" "), in(i, s.deed(c, s.part(c.Product))), say(": "+by+" "), in(faint, join+s.place(c.Reason.File, c.Reason.Line)))
	for k := range x.Findings {
		s.finding(&x.Findings[k])
	}
	if len(x.Findings) == 0 {
		s.block(2, say("no rule found anything"))
	}
	word := safe("passed")
	if !j.Same {
		word = "nothing found by the rules here"
	}
	s.named(word, x.Passed)
	s.named("asked at apply", x.AtApply)
}

func (s *explained) named(what safe, rules []string) {
	if len(rules) == 0 {
		return
	}
	out := make([]span, len(rules))
	for i, r := range rules {
		out[i] = in(faint, glued(s.text(r)))
	}
	s.block(2, append([]span{say(what + ": ")}, s.dotted(out)...)...)
}

// finding is one finding: which rule, what it says, whether it counts, what to do.
func (s *explained) finding(f *Found) {
	head := []span{in(strong, glued(s.text(f.Code)+" "+s.text(f.Rule))), say(" "), in(levelInk(f.Level), join+s.text(string(f.Level)))}
	if f.Title != "" {
		head = append(head, say(" "), in(faint, join+s.text(f.Title)))
	}
	s.block(2, head...)
	s.block(4, say(s.text(f.Message)))
	if f.Waiver != "" {
		s.block(4, in(good, "waived"), say(" "+s.text(f.Waiver)))
	}
	switch {
	case f.Gone:
		s.block(4, in(caution, "the rule is not in force here: name the folder that has it"))
	case f.Remedy != "":
		s.block(4, in(strong, "what to do:"), say(" "+s.text(f.Remedy)))
	}
	if f.Lift != "" { // unbroken, so that it can be copied
		s.block(4, say("as a waiver, under "), in(strong, "waivers:"), say(" in reseat.yaml:"))
		s.line(say("      " + s.text(f.Lift)))
	}
}
