package plan

import "strings"

// loosened are notes of what makes rules and limits say less than they do by
// default, or than they would if more were known: who reviews a plan must see
// it without knowing the folder's settings by heart.
func (m *Made) loosened() []Note {
	var notes []Note
	for _, l := range m.in.Policy.Lowered {
		text := l.Rule + " is set to say less: " + l.Text
		for _, s := range m.b.d.Settings.Policy {
			if s.Rule.Text == l.Rule {
				text = s.Place.File + ":" + itoa(s.Place.Line) + ": " + text
			}
		}
		notes = append(notes, Note{Code: "policy", Text: text})
	}
	if m.Plan.Mode == ModeUndo { // which the limits do not judge
		return notes
	}
	if m.in.Forgotten != "" {
		notes = append(notes, Note{Code: "ledger", Text: m.in.Forgotten})
	}
	return append(notes, m.uncountedNotes()...)
}

// uncountedNotes say how many licences go that no limit counts.
func (m *Made) uncountedNotes() []Note {
	lost, all := map[SKU]int{}, 0
	for _, c := range m.Plan.executable() {
		if c.Lost() && m.b.uncounted[c.SKU()] {
			lost[c.SKU()]++
			all++
		}
	}
	if all == 0 {
		return nil
	}
	var of []string
	for _, sku := range sortedKeys(lost) {
		of = append(of, itoa(lost[sku])+" of "+m.b.catalog.ref(sku).PartNumber)
	}
	return []Note{{Code: "uncounted", Text: "no limit counts " + count(all, "licence") + " that this plan removes: " + strings.Join(of, ", ") + " (limits.uncounted)"}}
}
