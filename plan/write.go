package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (m *Made) inputs() Inputs {
	s := m.in.Snapshot
	in := Inputs{
		Desired:  DesiredInput{SHA256: m.in.Desired.digest(), Revision: m.in.Desired.Revision, Files: append([]File{}, m.in.Desired.Files...)},
		Policy:   m.in.Policy,
		Limit:    m.limited(),
		Snapshot: SnapshotInput{ReadAt: s.ReadAt.UTC(), File: m.in.File, Users: len(s.Users), SeatsDirect: m.countedSeats(), Reads: append([]Read{}, s.Reads...)},
	}
	if s.partial() {
		in.Snapshot.Of = s.total()
	}
	in.Snapshot.Reads = append(in.Snapshot.Reads, m.b.matcher.holdsRead())
	slices.SortFunc(in.Snapshot.Reads, func(a, b Read) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
	if m.in.Baseline != nil {
		at := m.in.Baseline.ReadAt.UTC()
		in.Snapshot.BaselineAt = &at
	}
	return in
}

// limited says what a limited plan is limited to.
func (m *Made) limited() *Limited {
	if len(m.in.Users) == 0 && len(m.in.Products) == 0 {
		return nil
	}
	return &Limited{Users: append([]string{}, m.in.Users...), Products: append([]string{}, m.in.Products...)}
}

// digest is the SHA-256 over the paths and digests of the folder's files.
func (d *Desired) digest() string {
	h := sha256.New()
	for _, f := range d.Files {
		fmt.Fprintf(h, "%s  %s\n", f.SHA256, f.Path)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// groupName is the name of a group, or its id where the name is not known.
func (b *bound) groupName(id GroupID) string {
	if g := b.group(id); g != nil && g.DisplayName != "" {
		return g.DisplayName
	}
	return string(id)
}

func (m *Made) inherited() []InheritedRow {
	out := []InheritedRow{}
	for key, n := range m.diff.inherited {
		out = append(out, InheritedRow{Group: GroupName{ID: key.group, Name: m.b.groupName(key.group)}, SKU: key.sku, Users: n})
	}
	slices.SortFunc(out, func(a, b InheritedRow) int {
		return cmp.Or(cmp.Compare(a.Group.ID, b.Group.ID), cmp.Compare(a.SKU, b.SKU))
	})
	return out
}

// seats are the units of every managed product that the tenant has.
func (m *Made) seats() []Seats {
	out := []Seats{}
	prices := map[SKU]string{}
	for _, p := range m.in.Desired.Settings.Prices.PerMonth {
		if sku, cause, _ := m.b.catalog.find(p.Product.Text); cause == "" {
			prices[sku] = p.Amount + " " + m.in.Desired.Settings.Prices.Currency
		}
	}
	for _, sku := range sortedKeys(m.b.managed) {
		p := m.b.catalog.bySKU[sku]
		if p == nil {
			continue
		}
		row := Seats{SKU: sku, PartNumber: p.PartNumber, Bought: p.Bought(), UsedBefore: p.Consumed,
			UsedAfter: p.Consumed, Renewals: m.renewals(sku), PricePerMonth: prices[sku]}
		for _, c := range m.Plan.executable() {
			switch {
			case c.SKU() != sku:
			case c.Lost():
				row.Freed++
				row.UsedAfter--
			case c.Gained():
				row.UsedAfter++
			}
		}
		out = append(out, row)
	}
	return out
}

func (m *Made) renewals(sku SKU) []Renewal {
	out := []Renewal{}
	for i := range m.in.Snapshot.Subscriptions {
		s := &m.in.Snapshot.Subscriptions[i]
		if s.SKU == sku && !s.NextLifecycle.IsZero() && s.Status != "Deleted" {
			out = append(out, Renewal{At: s.NextLifecycle.UTC(), Seats: s.TotalLicenses})
		}
	}
	slices.SortFunc(out, func(a, b Renewal) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seats, b.Seats)) })
	return out
}

// summary counts. A user is in sync if nothing in the plan speaks of him.
func (m *Made) summary() Summary {
	p := m.Plan
	s := Summary{Missing: len(p.Missing), NotEvaluated: len(p.NotEvaluated), Requests: len(p.Order)}
	touched := map[UserID]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		touched[c.Request] = true
		switch c.Verdict {
		case Deny:
			s.Denied++
		case Blocked:
			s.Blocked++
		case Warn:
			s.Warned++
		}
		if !c.Verdict.Executable() {
			continue
		}
		s.Changes++
		switch c.Action {
		case Unassign:
			s.Unassign++
		case Assign:
			s.Assign++
		case Adjust:
			s.Adjust++
		}
	}
	for _, x := range p.Missing {
		touched[x.User.ID] = true
	}
	for _, x := range p.NotEvaluated {
		touched[x.User.ID] = true
	}
	s.UsersInSync = m.inSync(touched)
	s.Verdict = p.verdict(s)
	return s
}

func (p *Plan) verdict(s Summary) PlanVerdict {
	switch {
	case len(Tripped(p.Guards, AtPlan)) > 0:
		return Guarded
	case s.Denied+s.Blocked > 0:
		return ChangesWithDenials
	case s.Changes+s.Missing > 0:
		return HasChanges
	}
	return InSync
}

// notes are what a reviewer must know beside the changes.
func (m *Made) notes(fromRules []Note) []Note {
	notes := append([]Note{}, m.b.notes...)
	notes = append(notes, m.limits.notes...)
	notes = append(notes, m.waiverNotes(m.Plan.Mode)...)
	notes = append(notes, m.diff.waiting...)
	notes = append(notes, m.b.notInGroups(m.diff.alone)...)
	notes = append(notes, fromRules...)
	kept := map[string]int{}
	for _, r := range m.diff.requests {
		for _, name := range r.skipped {
			kept[name]++
		}
	}
	for _, name := range sortedKeys(kept) {
		notes = append(notes, Note{Code: "kept", Text: fmt.Sprintf("%s kept by %s: dataLoss skip", count(kept[name], "seat"), quote(name))})
	}
	for _, sku := range sortedKeys(m.diff.duplicates) {
		names := m.diff.duplicates[sku]
		notes = append(notes, Note{Code: "duplicate", Text: m.b.catalog.ref(sku).PartNumber + ": " + count(len(names), "seat") +
			" held directly and through a group (" + few(names, 3) + "); duplicates: remove takes the direct one"})
	}
	for key, names := range m.diff.failed {
		notes = append(notes, Note{Code: "group-error", Text: m.b.groupName(key.group) + " does not give " + m.b.catalog.ref(key.sku).PartNumber +
			" to " + few(names, 3) + ": see the group's licence errors"})
	}
	if n := m.diff.unsourced; n > 0 {
		notes = append(notes, Note{Code: "R113", Text: count(n, "seat") + " left alone: Graph does not say whether it is held directly"})
	}
	for _, n := range m.b.d.Settings.Protect.RolesExcept {
		notes = append(notes, Note{Code: "R103", Text: n.File + ":" + itoa(n.Line) + ": the role " + quote(n.Text) + " does not protect its holders"})
	}
	notes = append(notes, m.loosened()...)
	notes = append(notes, m.ownNotes()...)
	notes = append(notes, m.readNotes()...)
	notes = append(notes, m.unjudged()...)
	if m.in.File != "" {
		notes = append(notes, m.fileNote())
	}
	slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text)) })
	return slices.Compact(notes)
}

func (m *Made) readNotes() []Note {
	var notes []Note
	for _, r := range m.in.Snapshot.Reads {
		switch {
		case r.What == ReadSubscriptions && r.Status == ReadDenied:
			notes = append(notes, Note{Code: "R102", Text: "subscriptions not read (" + r.Reason + "): self-service purchases are known by declaration and by product only"})
		case r.What == ReadEligibility && r.Status == ReadAbsent:
			notes = append(notes, Note{Code: "R103", Text: "this tenant has no PIM: there are no eligible roles"})
		case r.What == ReadGroupEligibility && r.Status == ReadDenied:
			notes = append(notes, Note{Code: "R103", Text: "who may join a group that holds a role was not read (" + r.Reason + "): such people are not protected by it"})
		case r.What == ReadLicenseErrors && r.Status == ReadDenied:
			notes = append(notes, Note{Code: "group-error", Text: "licence errors of groups were not read (" + r.Reason + "): people whom a group fails to give a licence may be missing in the notes"})
		case r.What == ReadDeleted && r.Status == ReadDenied:
			notes = append(notes, Note{Code: "nobody", Text: "deleted people were not read (" + r.Reason + "): a name that is gone looks like one that never was"})
		}
	}
	return notes
}

// fileNote says that the tenant was not asked, and how old what is known of it is.
func (m *Made) fileNote() Note {
	read := m.in.Snapshot.ReadAt.UTC()
	age := m.in.Now.Sub(read)
	text := "made from " + quote(m.in.File) + ", a snapshot read at " + read.Format("2006-01-02 15:04 UTC")
	switch {
	case age < 0:
		text += ", which is in the future: check the clock"
	case age < time.Minute:
		text += ", a moment before this plan"
	case age > m.in.Desired.Settings.ValidFor:
		text += ", " + count(days(age)) + " before this plan and longer than plan.validFor: take a new one before deciding"
	default:
		text += ", " + count(days(age)) + " before this plan"
	}
	return Note{Code: "snapshot", Text: text + ". The tenant was not asked; apply asks it, and sends only what still holds"}
}

// days is a span of time as people say it.
func days(d time.Duration) (n int, unit string) {
	switch {
	case d < 2*time.Hour:
		return int(d / time.Minute), "minute"
	case d < 48*time.Hour:
		return int(d / time.Hour), "hour"
	}
	return int(d / (24 * time.Hour)), "day"
}

// few joins up to n names and counts the rest.
func few(names []string, n int) string {
	if len(names) > n {
		names = append(slices.Clone(names[:n]), itoa(len(names)-n)+" more")
	}
	return strings.Join(names, ", ")
}

// count says "1 seat" or "2 seats".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return itoa(n) + " " + thing + "s"
}
