package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// DecodeFrom is [Decode] of what a reader gives, without holding the bytes: a plan of a
// large tenant is hundreds of megabytes. An error of the reader is wrapped as it
// is; it does not wrap [ErrFormat].
func DecodeFrom(r io.Reader) (*Plan, error) {
	sum := sha256.New()
	from := &meter{r: r, left: maxPlan, into: sum}
	p := &Plan{}
	if err := p.read(from); err != nil {
		switch {
		case from.err != nil:
			return nil, fmt.Errorf("read plan: %w", from.err)
		case from.left < 0:
			return nil, fmt.Errorf("%w: larger than %d bytes", ErrFormat, maxPlan)
		}
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if p.bodySum() != hex.EncodeToString(sum.Sum(nil)) {
		return nil, fmt.Errorf("%w: it was changed since it was made", ErrFormat)
	}
	if err := errors.Join(p.verify(), p.checkWords()); err != nil {
		return nil, err
	}
	return p, nil
}

// A meter is a reader that adds up what was read of it, up to a limit.
type meter struct {
	r    io.Reader
	left int
	into io.Writer
	err  error // of the reader
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	if m.left -= n; m.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	_, _ = m.into.Write(b[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// read fills p with a document, field by field, and reads to its end.
func (p *Plan) read(r io.Reader) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := delimiter(dec, '{'); err != nil {
		return err
	}
	fields := p.fields()
	headed := false
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if !headed && name != "formatVersion" && name != "kind" {
			if p.Kind != DocumentKind || p.FormatVersion != FormatVersion {
				return p.otherFormat()
			}
			headed = true
		}
		if err := p.readField(dec, name, fields); err != nil {
			return err
		}
	}
	if err := delimiter(dec, '}'); err != nil {
		return err
	}
	if !headed {
		return p.otherFormat()
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the document")
	}
	return nil
}

func (p *Plan) otherFormat() error {
	return fmt.Errorf("it says kind %s, format %s; this program reads %s %s", quote(p.Kind), quote(p.FormatVersion), DocumentKind, FormatVersion)
}

// delimiter takes a brace or bracket off.
func delimiter(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	switch {
	case err != nil:
		return err
	case token != want:
		return fmt.Errorf("it is no document: %v where %v should be", token, want)
	}
	return nil
}

// fields are where the fields of the document go, but for the changes.
func (p *Plan) fields() map[string]any {
	return map[string]any{
		"formatVersion": &p.FormatVersion, "kind": &p.Kind, "mode": &p.Mode, "id": &p.ID, "tool": &p.Tool, "tenant": &p.Tenant,
		"createdAt": &p.CreatedAt, "validUntil": &p.ValidUntil, "undoes": &p.Undoes, "inputs": &p.Inputs, "actor": &p.Actor,
		"summary": &p.Summary, "order": &p.Order, "missing": &p.Missing, "inherited": &p.Inherited, "notEvaluated": &p.NotEvaluated,
		"notes": &p.Notes, "seats": &p.Seats, "guards": &p.Guards, "drift": &p.Drift, "digests": &p.Digests,
	}
}

// readField reads the value of a field.
func (p *Plan) readField(dec *json.Decoder, name string, fields map[string]any) error {
	if name == "changes" && p.Changes == nil {
		return p.readChanges(dec)
	}
	to, known := fields[name]
	if !known {
		return fmt.Errorf("its field %s is none, or comes twice", quote(name))
	}
	if err := dec.Decode(to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// foretold is how many changes are made room for on the file's word.
const foretold = 1 << 17

// readChanges reads the changes one by one.
func (p *Plan) readChanges(dec *json.Decoder) error {
	if err := delimiter(dec, '['); err != nil {
		return fmt.Errorf("changes: %w", err)
	}
	sum := p.Summary
	room := min(max(sum.Changes, 0)+max(sum.Denied, 0)+max(sum.Blocked, 0), foretold)
	p.Changes = make([]Change, 0, max(room, 0))
	shared := sharer{}
	for dec.More() {
		var c Change
		if err := dec.Decode(&c); err != nil {
			return fmt.Errorf("change %d: %w", len(p.Changes)+1, err)
		}
		shared.change(&c)
		p.Changes = append(p.Changes, c)
	}
	return delimiter(dec, ']')
}

// A sharer makes changes share what they say alike: most of a document is the
// same words over and over.
type sharer struct {
	words     map[string]string
	effects   []Effect
	decisions []Decision
	overrides []Statement
}

// mostWords is how many words are kept to be shared.
const mostWords = 1 << 12

func (s *sharer) word(text string) string {
	if s.words == nil {
		s.words = map[string]string{}
	}
	if known, ok := s.words[text]; ok {
		return known
	}
	if len(s.words) < mostWords {
		s.words[text] = text
	}
	return text
}

func (s *sharer) change(c *Change) {
	if user, sku, ok := strings.Cut(c.ID, "/"); ok {
		c.Request, c.User.ID = UserID(as(user, string(c.Request))), UserID(as(user, string(c.User.ID)))
		c.Product.SKU = SKU(as(sku, string(c.Product.SKU)))
	}
	c.Product.SKU = SKU(s.word(string(c.Product.SKU)))
	c.Action, c.Verdict, c.Cause = Action(s.word(string(c.Action))), Verdict(s.word(string(c.Verdict))), Cause(s.word(string(c.Cause)))
	c.Product.PartNumber, c.Product.Name = s.word(c.Product.PartNumber), s.word(c.Product.Name)
	c.Reason.Statement, c.Reason.File = s.word(c.Reason.Statement), s.word(c.Reason.File)
	c.Reason.Kind, c.Becomes = StatementKind(s.word(string(c.Reason.Kind))), SKU(s.word(string(c.Becomes)))
	c.Effects, s.effects = same(c.Effects, s.effects)
	c.Decisions, s.decisions = same(c.Decisions, s.decisions)
	c.Reason.Overrides, s.overrides = same(c.Reason.Overrides, s.overrides)
}

// as is a part of a text in place of its copy, where they say the same.
func as(part, text string) string {
	if part == text {
		return part
	}
	return text
}

// same is the list before in place of one that says the same; else the list
// without room to spare, which is the next one's list before.
func same[T comparable](list, before []T) (use, next []T) {
	switch {
	case len(list) == 0:
		return list, before
	case slices.Equal(list, before):
		return before, before
	}
	list = append(make([]T, 0, len(list)), list...)
	return list, list
}
