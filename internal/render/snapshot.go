package render

import (
	"io"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// Snapshot tells what a saved snapshot holds, what is not in it and what that
// costs. The tenant's folder calls it name; o.File is where it was written. The
// only errors are those of w.
func Snapshot(w io.Writer, s *plan.Snapshot, name string, o Options) error {
	p := newPage(w, o)
	domain := ""
	if len(s.Organization.VerifiedDomains) > 0 {
		domain = s.Organization.VerifiedDomains[0]
	}
	hidden := s.Organization.Anonymous()
	tenant := plan.Tenant{ID: s.Organization.ID, Name: name, Domain: domain}
	if hidden {
		tenant = plan.Tenant{ID: s.Organization.ID, Name: domain}
	}
	p.title("reseat snapshot", tenant, minute(s.ReadAt))
	p.flow([]span{in(good, "SAVED"), say("  ")}, 2, p.held(s)...)
	p.unread(s)
	p.blank()
	switch {
	case hidden:
		p.flow(nil, 2, say("Ids and names are replaced. Products, counts, countries and dates are as they were: "+
			"who knows when somebody was hired can still guess at him."))
	default:
		p.flow(nil, 2, in(caution, p.file(o)), say(" names everybody and what each holds. Keep it as you keep the directory itself, or take one with --anonymize."))
	}
	p.blank()
	p.next(o)
	return p.send(w, "snapshot")
}

// held counts what is in a snapshot.
func (p *page) held(s *plan.Snapshot) []span {
	seats, through := 0, 0
	for i := range s.Users {
		u := &s.Users[i]
		var direct, group []plan.SKU
		for _, x := range u.Sources {
			switch {
			case !x.Held():
			case x.Direct():
				direct = append(direct, x.SKU)
			case !slices.Contains(group, x.SKU):
				group = append(group, x.SKU)
			}
		}
		seats += len(direct) + len(u.Unsourced)
		for _, sku := range group {
			if !slices.Contains(direct, sku) {
				seats++
				through++
			}
		}
	}
	parts := []safe{count(len(s.Users), "person", "people"), count(len(s.Products), "product", "products"), count(seats, "seat", "seats")}
	if through > 0 {
		parts[2] += ", " + num(through) + " of them through groups alone"
	}
	parts = append(parts, count(len(s.Groups), "group", "groups"))
	var out []span
	for i, t := range parts {
		if i > 0 {
			out = append(out, say(p.dot()))
		}
		out = append(out, say(glued(t)))
	}
	return out
}

// unread says what could not be read, and what that costs.
func (p *page) unread(s *plan.Snapshot) {
	var rows []span
	listed := 0
	for _, r := range s.Reads {
		if r.Status != plan.ReadDenied {
			continue
		}
		if listed++; listed > listedRows {
			continue
		}
		access, _ := plan.AccessTo(r.What)
		if len(rows) == 0 {
			p.heading("NOT READ", "what depends on it is unknown, and costs nobody a licence")
		}
		rows = []span{in(caution, p.cut(p.or(r.What, "unknown"), 24)), say(" "), say(join + p.or(r.Reason, "no reason given"))}
		p.block(2, rows...)
		if access.Lack != "" {
			p.block(4, say(p.text(access.Lack)))
		}
	}
	p.rest(listed-min(listed, listedRows), "")
	if c := s.Count; c.Before >= 0 && off(len(s.Users), c.Before) || c.After >= 0 && off(len(s.Users), c.After) {
		p.blank()
		p.flow(nil, 2, in(caution, "The directory counts other people than were read"),
			say(" ("+num(c.Before)+" before, "+num(c.After)+" after): a plan on this snapshot will say that it cannot be evaluated."))
	}
}

// off reports whether a count differs from what was read by more than people
// come and go meanwhile.
func off(read, counted int) bool {
	return max(read-counted, counted-read) > max(5, counted/1000)
}
