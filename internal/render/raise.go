package render

import (
	"strconv"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// raise prints the entries of limits.raise by which a plan that is too large
// passes, until it would no longer be valid, as they can stand in reseat.yaml:
// a list in braces may be broken anywhere.
func (s *sheet) raise() {
	entries := s.raises()
	if len(entries) == 0 {
		return
	}
	s.label("", say("The raise that it takes, below `limits` in reseat.yaml, with a reason of yours:"))
	s.line(in(strong, "  raise:"))
	for _, e := range entries {
		s.flow([]span{in(strong, "    - ")}, 6, in(strong, e))
	}
}

func (s *sheet) raises() []safe {
	var general []string
	products := map[string][]string{}
	var order []string
	apart := 0 // removals of products with an entry of their own, which the general limits do not count
	for _, g := range s.tripped {
		key, value := raised(g)
		if key == "" || g.Subject == "" || !plainWord(g.Subject) {
			continue
		}
		if products[g.Subject] == nil {
			order = append(order, g.Subject)
			products[g.Subject] = []string{"product: " + g.Subject, "removals: " + strconv.Itoa(g.Value)}
			apart += g.Value
		}
		if key != "removals" {
			products[g.Subject] = append(products[g.Subject], key+": "+strconv.Itoa(value))
		}
	}
	for _, g := range s.tripped {
		if g.Subject != "" {
			continue
		}
		if g.Code != "R208" {
			g.Value -= apart
		}
		limit := g.Limit
		if g.Percent != 0 {
			limit = g.Percent
		}
		if key, value := raised(g); key != "" && value > limit {
			general = append(general, key+": "+strconv.Itoa(value))
		}
	}
	end := "until: " + s.plan.ValidUntil.UTC().Format("2006-01-02")
	var entries []safe
	if len(general) > 0 {
		entries = append(entries, s.entryOf(general, end))
	}
	for _, name := range order {
		entries = append(entries, s.entryOf(products[name], end))
	}
	return entries
}

// entryOf writes one entry, to be broken between its settings only.
func (s *sheet) entryOf(settings []string, end string) safe {
	var out safe
	for _, one := range append(settings, end) {
		out += glued(s.text(one)) + ", "
	}
	return "{" + out + glued("reason: say why}")
}

// raised is the setting that lifts a limit, and how far it has to.
func raised(g plan.Guard) (key string, value int) {
	percent := 0
	if g.Of > 0 {
		percent = (g.Value*100 + g.Of - 1) / g.Of
	}
	switch g.Code {
	case "R201":
		return "removals", g.Value
	case "R202":
		return "removalPercent", percent
	case "R203":
		return "productPercent", percent
	case "R208":
		return "assignments", g.Value
	}
	return "", 0
}

// plainWord reports whether a name can stand in a file as it is.
func plainWord(name string) bool {
	return len(name) <= 64 && strings.Trim(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}
