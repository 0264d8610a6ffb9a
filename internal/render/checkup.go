package render

import (
	"io"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Checkup writes what an identity is and what works for it. What stops plans
// comes first, in the verdict; what each lack costs stands beneath it; what to
// ask for is last. The only errors are those of w.
func Checkup(w io.Writer, c *plan.Checkup, o Options) error {
	p := newPage(w, o)
	p.title("reseat doctor", c.Tenant)
	p.fitness(c)
	p.blank()
	facts := []entry{{"who", p.identity(c.Actor)}, {"tenant", p.whose(c)}, {"sign-in", p.signIn(c)}}
	if c.Right != plan.No {
		facts = append(facts, entry{"clock", p.clock(c)})
	}
	p.entries(facts)
	p.checked("READ", c.Reads)
	p.checked("WRITE", c.Writes)
	p.grant(c.Grant)
	if o.Next != "" {
		p.blank()
		p.next(o)
	}
	return p.send(w, "checkup")
}

// fitness is the verdict.
func (p *page) fitness(c *plan.Checkup) {
	if c.Right == plan.No {
		p.flow([]span{in(danger, "WRONG TENANT"), say("  ")}, 2, say("nothing was read of it"))
		return
	}
	var failing, lacking []safe
	for _, r := range c.Reads {
		switch {
		case r.Fails():
			failing = append(failing, p.text(r.What))
		case r.Works != plan.WorksYes && r.Costs != "":
			lacking = append(lacking, p.text(r.What))
		}
	}
	facts := []span{say("a plan has all that it needs")}
	word := in(good, "READY")
	if len(failing) > 0 {
		word = in(danger, "NOT READY")
		facts = []span{say("nothing can be planned without " + listed(failing))}
	}
	if n := len(lacking); n > 0 {
		facts = append(facts, say(p.dot()), say(glued(count(n, "read does", "reads do")+" not work, at a cost")))
	}
	for _, x := range c.Writes {
		if x.Works == plan.WorksDenied {
			facts = append(facts, say(p.dot()), in(caution, glued("nothing can be applied")))
		}
	}
	p.flow([]span{word, say("  ")}, word.text.wide()+2, facts...)
}

func (p *page) identity(a plan.Actor) []span {
	name := p.or(a.Name, "no name in the token")
	kind := safe("neither a person nor an application, as far as the token says")
	switch a.Kind {
	case plan.ActorPerson:
		kind = "a person"
	case plan.ActorApplication:
		kind = "an application"
	}
	out := []span{in(strong, name+","), say(" " + kind)}
	if a.ID != "" {
		out = append(out, say(" "), in(faint, p.text(a.ID)))
	}
	return out
}

func (p *page) whose(c *plan.Checkup) []span {
	who := p.or(c.Tenant.Domain, p.or(string(c.Tenant.ID), "unknown"))
	named, at := p.text(c.Named), p.text(c.NamedAt)
	switch {
	case c.Right == plan.Yes && named == who:
		return []span{say(who + ", as " + at + " says")}
	case c.Right == plan.Yes:
		return []span{say(who + ", which " + at + " calls " + named)}
	case c.Right == plan.No:
		return []span{in(danger, who), say(", and the folder is for " + named + " (" + at + ")")}
	}
	return []span{say(who + "; whether that is " + named + " (" + at + ") "), in(caution, "cannot be told")}
}

func (p *page) signIn(c *plan.Checkup) []span {
	if c.Plan == c.Apply {
		return []span{say(p.text(c.Plan))}
	}
	return []span{say("plan: " + p.text(c.Plan) + p.dot() + "apply: " + p.text(c.Apply))}
}

// clock tells a difference that matters: some seconds are the way of an answer.
func (p *page) clock(c *plan.Checkup) []span {
	const unfelt, harmful = 5, 300
	if c.Ahead == nil {
		return []span{say("not known: nothing was answered that says the time")}
	}
	n, way := *c.Ahead, safe(" ahead of Graph's")
	if n < 0 {
		n, way = -n, " behind Graph's"
	}
	switch apart := p.text((time.Duration(n) * time.Second).String()); {
	case n <= unfelt:
		return []span{say("right")}
	case n <= harmful:
		return []span{say(apart + way)}
	default:
		return []span{in(danger, apart+way), say(": plans and tokens go by it, so set it right")}
	}
}

// checked lists what was tried, with what each lack costs beneath it.
func (p *page) checked(title safe, all []plan.Checked) {
	if len(all) == 0 {
		return
	}
	g := grid{columns: []column{{}, {head: "WORKS"}, {flex: true}}}
	for _, x := range all {
		mark, word := p.works(x)
		r := row{mark: mark, cells: []span{say(p.cut(p.text(x.What), 24)), word, p.because(x)}}
		for _, line := range p.lacks(x) {
			r.under = append(r.under, []span{line})
		}
		g.rows = append(g.rows, r)
	}
	p.blank()
	p.table(title, g)
}

func (p *page) works(x plan.Checked) (mark, word span) {
	switch {
	case x.Works == plan.WorksYes:
		return span{}, in(good, "yes")
	case x.Works == plan.WorksAbsent && x.Costs != "":
		return in(caution, "!"), in(caution, "not there")
	case x.Works == plan.WorksAbsent:
		return span{}, say("not there")
	case x.Works == plan.WorksUntold:
		return in(caution, "?"), in(caution, "unknown")
	case x.Fails():
		return in(danger, "x"), in(danger, "no")
	}
	return in(caution, "!"), in(caution, "no")
}

// because is by what it works, or how it was refused.
func (p *page) because(x plan.Checked) span {
	switch {
	case x.Works == plan.WorksYes && x.Reason != "":
		return in(faint, p.text(x.Reason))
	case x.Works == plan.WorksYes:
		return in(faint, p.or(x.By, "by a permission that is not known here"))
	}
	return say(p.or(x.Reason, "no reason given"))
}

// lacks are the lines beneath what does not work.
func (p *page) lacks(x plan.Checked) []span {
	var lines []span
	if x.Costs != "" {
		lines = append(lines, say(p.text(x.Costs)))
	}
	switch {
	case x.Works != plan.WorksDenied, x.Missing == nil && x.Code == "": // the reason says it all
	case x.Missing == nil:
		lines = append(lines, in(faint, "refused although the token has "+p.text(x.By)+": a role is lacking, or a policy forbids it"))
	case len(x.Also) == 0:
		lines = append(lines, in(faint, "it takes "+p.text(x.Missing.Name)))
	default:
		names := make([]string, len(x.Also))
		for i, a := range x.Also {
			names[i] = a.Name
		}
		lines = append(lines, in(faint, "it takes "+p.text(x.Missing.Name)+"; also enough: "+p.text(strings.Join(names, ", "))))
	}
	return lines
}

// grant lists the permissions to ask for.
func (p *page) grant(all []plan.Wish) {
	if len(all) == 0 {
		return
	}
	p.heading("TO GRANT", "by an administrator; the next token has it")
	wide := 0
	for _, w := range all {
		wide = max(wide, p.text(w.Name).wide())
	}
	for _, w := range all {
		name, use := p.text(w.Name), in(faint, "for "+p.text(strings.Join(w.For, ", ")))
		if indent := 2 + wide + wideGap; indent+leastUse <= p.width {
			p.flow([]span{say("  " + name + pad(indent-2-name.wide()))}, indent, use)
			continue
		}
		p.block(2, say(name))
		p.block(4, use)
	}
}

// leastUse is the room for what a permission is for, beside its name.
const leastUse = 24
