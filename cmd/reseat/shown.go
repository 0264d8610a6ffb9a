package main

import (
	"bytes"
	"fmt"
	"io"
	"unicode"

	"github.com/reseat-cli/reseat/plan"
)

// A shownReport is a report as `reseat show -o json` gives it: that of the run,
// with names, products and statements beside the ids, so that it can be read
// without the plan.
type shownReport struct {
	*plan.Report
	Outcomes []shownOutcome `json:"outcomes"`
}

type shownOutcome struct {
	*plan.Outcome
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
	SKUPartNumber     string `json:"skuPartNumber,omitempty"`
	// Statement asked for the change; File and Line say where it stands.
	Statement string `json:"statement,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	// Effects are what the change costs the person.
	Effects []plan.Effect `json:"effects,omitempty"`
}

// A namedReport is a report and the plan that knows its names.
type namedReport struct {
	report *plan.Report
	plan   *plan.Plan
}

// named adds to a report what its plan knows of its changes.
func named(r *plan.Report, p *plan.Plan) namedReport { return namedReport{r, p} }

// write writes the report as JSON.
func (n namedReport) write(w io.Writer) error {
	doc, err := documentOf(n.shown())
	if err != nil {
		return err
	}
	_, err = w.Write(harmless(doc))
	return err
}

func (n namedReport) shown() shownReport {
	r, p := n.report, n.plan
	changes := make(map[string]*plan.Change, len(p.Changes))
	for i := range p.Changes {
		changes[p.Changes[i].ID] = &p.Changes[i]
	}
	all := make([]shownOutcome, len(r.Outcomes))
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		all[i].Outcome = o
		if c := changes[string(o.User)+"/"+string(o.SKU)]; c != nil {
			all[i].UserPrincipalName, all[i].SKUPartNumber = c.User.UserPrincipalName, c.Product.PartNumber
			all[i].Statement, all[i].File, all[i].Line = c.Reason.Statement, c.Reason.File, c.Reason.Line
			all[i].Effects = c.Effects
		}
	}
	return shownReport{Report: r, Outcomes: all}
}

// harmless writes what a log or a terminal could take for a command as escapes of
// JSON, which mean the same to who reads it as that: names are anybody's.
func harmless(doc []byte) []byte {
	doc = bytes.ReplaceAll(doc, []byte("##"), []byte(`#\u0023`))
	doc = bytes.ReplaceAll(doc, []byte("::"), []byte(`:\u003a`))
	odd := func(r rune) bool { return r >= 0x7f && r <= 0x9f || unicode.Is(unicode.Bidi_Control, r) }
	if bytes.IndexFunc(doc, odd) < 0 {
		return doc
	}
	var out bytes.Buffer
	for _, r := range string(doc) {
		if odd(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.Bytes()
}
