package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// RunKind is the kind of the document [RunRecord].
const RunKind = "LicenseRun"

// A RunRecord says who carries out which plan: run.json of a run's folder. It is
// durable before the first request of the run is sent.
type RunRecord struct {
	FormatVersion string   `json:"formatVersion"`
	Kind          string   `json:"kind"`
	Run           string   `json:"run"`
	Plan          string   `json:"plan"`    // the plan's id
	Changes       string   `json:"changes"` // its digests.changes
	Tenant        TenantID `json:"tenant"`
	// Revision is the commit of the files that the plan was made from, or empty.
	Revision string    `json:"revision"`
	Parts    []RunPart `json:"parts"` // the apply, then each resume
}

// A RunPart is one process that worked on a run.
type RunPart struct {
	At        time.Time `json:"at"`
	Operation string    `json:"operation"` // apply or resume
	Actor     Actor     `json:"actor"`     // who Graph says acts
	Who       string    `json:"who"`       // the name of the system's user
	Host      string    `json:"host"`
	Tool      Tool      `json:"tool"`
	// Revision is the commit of the folder that the plan was held against, or empty.
	Revision string `json:"revision"`
}

// Operations of the parts of a run.
const (
	PartApply  = "apply"
	PartResume = "resume"
)

// NewRunRecord begins the record of a run of p, without parts.
func NewRunRecord(p *Plan, run string) *RunRecord {
	return &RunRecord{
		FormatVersion: FormatVersion, Kind: RunKind, Run: run, Plan: p.ID, Changes: p.Digests.Changes,
		Tenant: p.Tenant.ID, Revision: p.Inputs.Desired.Revision, Parts: []RunPart{},
	}
}

// With returns the record with one more part.
func (r *RunRecord) With(part RunPart) *RunRecord {
	more := *r
	part.Actor = part.Actor.listed()
	more.Parts = append(r.Parts[:len(r.Parts):len(r.Parts)], part)
	return &more
}

// listed returns the actor with lists that are not null.
func (a Actor) listed() Actor {
	a.Roles, a.Permissions = append([]string{}, a.Roles...), append([]string{}, a.Permissions...)
	return a
}

// Encode returns the record as it is saved.
func (r *RunRecord) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encode the record of run %q: %w", r.Run, err)
	}
	return b.Bytes(), nil
}

// DecodeRunRecord reads a saved record of a run of p. Fields that it does not
// know are left out; a record that is damaged, of another format, or of another
// run or plan is an error.
func DecodeRunRecord(data []byte, p *Plan, run string) (*RunRecord, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var r RunRecord
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is damaged: something follows the document")
	}
	major, _, _ := strings.Cut(FormatVersion, ".")
	switch got, _, _ := strings.Cut(r.FormatVersion, "."); {
	case r.Kind != RunKind || got != major:
		return nil, fmt.Errorf("it says kind %s, format %s; this program reads %s %s", quote(r.Kind), quote(r.FormatVersion), RunKind, FormatVersion)
	case r.Run != run:
		return nil, fmt.Errorf("it is of run %s", quote(r.Run))
	case r.Plan != p.ID || r.Changes != p.Digests.Changes || r.Tenant != p.Tenant.ID:
		return nil, fmt.Errorf("it is of another plan, %s", quote(r.Plan))
	case len(r.Parts) == 0:
		return nil, errors.New("it is damaged: nobody worked on the run")
	}
	return &r, nil
}
