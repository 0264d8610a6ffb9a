package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrFormat is wrapped by every error of [Decode] about the document itself: it
// is damaged, edited, or of a format this program does not read.
var ErrFormat = errors.New("not a plan that can be used")

// The largest plan that is read, in bytes.
const maxPlan = 1 << 30

// seal sets the digests and the id, in that order: the body's digest is over
// everything else.
func (p *Plan) seal() {
	p.Digests.Changes = p.changesDigest()
	p.ID = RunTime(p.CreatedAt) + "-" + p.Digests.Changes[:8]
	p.Digests.Body = ""
	p.Digests.Body = p.bodySum()
}

// RunTime is the form of a time in the ids of plans and runs.
func RunTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// changesDigest is over what the plan does, and nothing else: two plans that
// do the same to the same tenant have the same one.
func (p *Plan) changesDigest() string {
	type done struct {
		Action Action   `json:"action"`
		User   UserID   `json:"user"`
		SKU    SKU      `json:"sku"`
		Before *Grant   `json:"before"`
		After  *Grant   `json:"after"`
		Warn   []string `json:"warn"`
	}
	h := sha256.New() // takes everything
	fmt.Fprintf(h, `{"formatVersion":1,"tenant":%s,"changes":[`, plainJSON(p.Tenant.ID))
	separator := ""
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Verdict.Executable() {
			_, _ = io.WriteString(h, separator)
			_, _ = h.Write(plainJSON(done{c.Action, c.Request, c.SKU(), c.Before, c.After, c.WarnCodes()}))
			separator = ","
		}
	}
	_, _ = io.WriteString(h, "]}")
	return hex.EncodeToString(h.Sum(nil))
}

// plainJSON is the JSON of plain data.
func plainJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("plan: changes are plain data: " + err.Error())
	}
	return data
}

// WarnCodes are the codes of the warnings that a reviewer accepts with the
// change, sorted, each once.
func (c *Change) WarnCodes() []string {
	codes := map[string]bool{}
	for _, d := range c.Decisions {
		if d.Counts() == Warn {
			codes[d.Code] = true
		}
	}
	return sortedKeys(codes)
}

// Encode returns the document as it is saved: its fields in the order of [Plan],
// two spaces, no HTML escapes, a final newline. [Plan.Write] does not hold it.
func Encode(p *Plan) []byte {
	var buf bytes.Buffer
	_ = p.Write(&buf) // a buffer takes everything
	return buf.Bytes()
}

// Decode reads a saved plan. It accepts only what [Encode] writes: any other
// byte, a digest that does not fit, or another format is an error that wraps
// [ErrFormat].
func Decode(data []byte) (*Plan, error) { return DecodeFrom(bytes.NewReader(data)) }

// verify checks what the canonical form does not: digests, ids and enum words.
func (p *Plan) verify() error {
	said := p.Digests.Body
	q := *p
	q.Digests.Body = ""
	if q.bodySum() != said {
		return fmt.Errorf("%w: its digest does not fit: it was changed since it was made", ErrFormat)
	}
	if p.changesDigest() != p.Digests.Changes {
		return fmt.Errorf("%w: the digest of its changes does not fit", ErrFormat)
	}
	if p.ID != RunTime(p.CreatedAt)+"-"+p.Digests.Changes[:8] {
		return fmt.Errorf("%w: its id does not fit", ErrFormat)
	}
	if !p.wellFormed() {
		return fmt.Errorf("%w: a list is missing or not in order", ErrFormat)
	}
	for i := range p.Changes {
		if err := p.Changes[i].check(); err != nil {
			return fmt.Errorf("%w: change %d: %w", ErrFormat, i+1, err)
		}
	}
	return p.checkOrder()
}

// checkWords refuses words that no plan of ours holds.
func (p *Plan) checkWords() error {
	if p.Mode != ModeNormal && p.Mode != ModeUndo && p.Mode != ModeLimited || (p.Mode == ModeUndo) != (p.Undoes != nil) {
		return fmt.Errorf("%w: its mode is %s", ErrFormat, quote(string(p.Mode)))
	}
	for _, t := range [...]time.Time{p.CreatedAt, p.ValidUntil} {
		if t.Location() != time.UTC || !t.Equal(t.Truncate(time.Second)) {
			return fmt.Errorf("%w: a time is not in whole seconds of UTC", ErrFormat)
		}
	}
	for _, g := range p.Guards {
		if g.When != AtPlan && g.When != AtApply {
			return fmt.Errorf("%w: a guard counts at %s", ErrFormat, quote(string(g.When)))
		}
	}
	for i := range p.Changes {
		for _, d := range p.Changes[i].Decisions {
			if d.Level != LevelWarn && d.Level != LevelBlocked && d.Level != LevelDeny {
				return fmt.Errorf("%w: change %d: a decision of level %s", ErrFormat, i+1, quote(string(d.Level)))
			}
		}
	}
	return nil
}

// check refuses a change that no plan of ours holds.
func (c *Change) check() error {
	if id, err := ParseGUID(string(c.User.ID)); err != nil || id != string(c.Request) {
		return fmt.Errorf("its user is not a lower-case id, or not its request's")
	}
	if id, err := ParseGUID(string(c.Product.SKU)); err != nil || id != string(c.Product.SKU) {
		return fmt.Errorf("its product is not a lower-case id")
	}
	if c.ID != string(c.Request)+"/"+string(c.Product.SKU) {
		return fmt.Errorf("its id does not fit")
	}
	switch c.Verdict {
	case Allow, Warn, Blocked, Deny:
	default:
		return fmt.Errorf("unknown verdict %s", quote(string(c.Verdict)))
	}
	for _, g := range [...]*Grant{c.Before, c.After} {
		if err := g.check(); err != nil {
			return err
		}
	}
	fits := false
	switch c.Action {
	case Unassign:
		fits = c.After == nil && (c.Before != nil || !c.Verdict.Executable())
	case Assign:
		fits = c.Before == nil && c.After != nil
	case Adjust:
		fits = c.Before != nil && c.After != nil
	}
	if !fits {
		return fmt.Errorf("%s does not fit what is before and after", quote(string(c.Action)))
	}
	return nil
}

func (g *Grant) check() error {
	if g == nil {
		return nil
	}
	if g.DisabledPlans == nil {
		return errors.New("a grant without disabledPlans")
	}
	for i, id := range g.DisabledPlans {
		if low, err := ParseGUID(string(id)); err != nil || low != string(id) {
			return fmt.Errorf("%s is not a lower-case service plan id", quote(string(id)))
		}
		if i > 0 && g.DisabledPlans[i-1] >= id {
			return errors.New("disabledPlans are not sorted")
		}
	}
	return nil
}

// checkOrder refuses an order that is not exactly the executable requests.
func (p *Plan) checkOrder() error {
	due := map[UserID]bool{}
	for _, c := range p.executable() {
		due[c.Request] = true
	}
	for _, u := range p.Order {
		if !due[u] {
			return fmt.Errorf("%w: its order names %s, who has no executable change", ErrFormat, quote(string(u)))
		}
		delete(due, u)
	}
	if len(due) > 0 {
		return fmt.Errorf("%w: its order leaves somebody out", ErrFormat)
	}
	return nil
}

// wellFormed reports whether no list is null and changes are sorted and unique.
func (p *Plan) wellFormed() bool {
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Decisions == nil || c.Effects == nil || c.Reason.Overrides == nil || c.Held.Groups == nil {
			return false
		}
		if i > 0 && p.Changes[i-1].ID >= c.ID {
			return false
		}
	}
	in := &p.Inputs
	return in.Desired.Files != nil && in.Snapshot.Reads != nil && p.Actor.Roles != nil && p.Actor.Permissions != nil &&
		p.Changes != nil && p.Order != nil && p.Missing != nil && p.Inherited != nil && p.NotEvaluated != nil &&
		p.Notes != nil && p.Seats != nil && p.Guards != nil && p.Drift != nil
}
