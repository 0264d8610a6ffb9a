package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// seats prints what becomes of the products, and what that is worth.
func (s *sheet) seats() {
	touched := s.touched()
	full := grid{columns: []column{{flex: true}, {head: "BOUGHT", right: true}, {head: "USED", right: true},
		{head: "FREE", right: true}, {head: "PRICE/MONTH", right: true}, {head: "NEXT RENEWAL"}}}
	short := grid{columns: full.columns[:4]}
	all := slices.Clone(s.plan.Seats)
	slices.SortStableFunc(all, func(a, b plan.Seats) int { return cmp.Compare(s.product(a.SKU), s.product(b.SKU)) })
	for _, t := range all {
		if !s.details && !touched[t.SKU] {
			continue
		}
		cells := []span{say(s.product(t.SKU)), say(num(t.Bought)), say(moved(t.UsedBefore, t.UsedAfter)),
			say(moved(t.Bought-t.UsedBefore, t.Bought-t.UsedAfter)), say(s.price(t)), say(s.renewal(t))}
		full.rows = append(full.rows, row{cells: cells})
		price := "price " + cells[4].text
		if _, _, ok := parsePrice(t.PricePerMonth); ok {
			price = cells[4].text + " a month"
		}
		short.rows = append(short.rows, row{cells: cells[:4], under: [][]span{{in(faint, glued(price)+", "+glued("next renewal "+cells[5].text))}}})
	}
	if len(full.rows) > 0 {
		s.blank()
		if full.fits(s.width - 2) {
			s.table("SEATS", full)
		} else {
			s.table("SEATS", short)
		}
	}
	s.saving()
}

// touched are the products that a change or a missing seat is about.
func (s *sheet) touched() map[plan.SKU]bool {
	t := map[plan.SKU]bool{}
	for i := range s.plan.Changes {
		t[s.plan.Changes[i].SKU()] = true
	}
	for _, m := range s.plan.Missing {
		t[m.Product.SKU] = true
	}
	return t
}

// moved writes a figure before and after the plan.
func moved(before, after int) safe {
	if before == after {
		return num(before)
	}
	return num(before) + " -> " + num(after)
}

// price is what one seat costs, as far as it can be read.
func (s *sheet) price(t plan.Seats) safe {
	if t.PricePerMonth == "" {
		return "not given"
	}
	a, currency, ok := parsePrice(t.PricePerMonth)
	if !ok {
		return "unreadable"
	}
	return s.text(thousands(a.value.FloatString(a.decimals)) + " " + currency)
}

// renewal is the first day from the plan on at which seats can be given up.
// That there is none and that nobody could look are two things.
func (s *sheet) renewal(t plan.Seats) safe {
	var next *plan.Renewal
	for i := range t.Renewals {
		r := &t.Renewals[i]
		if !r.At.IsZero() && r.At.Before(s.plan.CreatedAt) {
			continue
		}
		if next == nil || r.At.Before(next.At) {
			next = r
		}
	}
	switch {
	case next == nil && s.denied(plan.ReadSubscriptions):
		return "unknown"
	case next == nil:
		return "none known"
	case next.Seats < t.Bought:
		return day(next.At) + glued(" ("+num(next.Seats)+" of "+num(t.Bought)+")")
	}
	return day(next.At)
}

// denied reports whether something could not be read.
func (s *sheet) denied(what string) bool {
	for _, r := range s.plan.Inputs.Snapshot.Reads {
		if r.What == what {
			return r.Status != plan.ReadComplete && r.Status != plan.ReadAbsent
		}
	}
	return true
}

// saving says what freed seats are worth. Only seats that are free after the
// plan and were not before can be given up at a renewal.
func (s *sheet) saving() {
	freed, spare, priceless := 0, 0, 0
	money := purse{}
	prices := false // who gives none misses none
	for _, t := range s.plan.Seats {
		prices = prices || t.PricePerMonth != ""
		freed += t.Freed
		n := max(t.Bought-t.UsedAfter, 0) - max(t.Bought-t.UsedBefore, 0)
		if n <= 0 {
			continue
		}
		spare += n
		if a, currency, ok := parsePrice(t.PricePerMonth); ok {
			money.add(n, a, currency)
		} else {
			priceless += n
		}
	}
	if freed == 0 {
		return
	}
	text := count(freed, "seat", "seats") + " freed"
	if spare < freed {
		text += ", " + either(spare, "1 of them", num(spare)+" of them") + " left over after this plan"
		if spare == 0 {
			text = count(freed, "seat", "seats") + " freed, none left over after this plan"
		}
	}
	text += ". Freeing a seat saves nothing by itself"
	if len(money) > 0 {
		text += "; reduced at " + either(freed, "its renewal", "their renewals") + ": " + glued(money.total(s.page.pen)+" a month")
	}
	text += "."
	if priceless > 0 && prices {
		text += " " + num(priceless) + " of the seats left over " + either(priceless, "has", "have") + " no price."
	}
	s.block(2, say(safe(strings.TrimSpace(string(text)))))
}
