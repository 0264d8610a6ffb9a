package apply

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/reseat-cli/reseat/plan"
)

// A State is how far a request had come when a journal line was written.
type State string

// The states of a journal.
const (
	Intent   State = "INTENT"   // will be sent; durable before it is
	Sent     State = "SENT"     // not carried out, as answered, or not sent after all; to be sent again
	OK       State = "OK"       // carried out
	Already  State = "ALREADY"  // found done before anything was sent
	Failed   State = "FAILED"   // refused
	Unknown  State = "UNKNOWN"  // sent; whether it was carried out is not known
	Verified State = "VERIFIED" // carried out, and a read-back shows it
	Skipped  State = "SKIPPED"  // not sent; Class says why
)

// states are those that a line can have.
func states() []State {
	return []State{Intent, Sent, OK, Already, Failed, Unknown, Verified, Skipped}
}

// Evidence of what was carried out.
const (
	ByAnswer   = "answer"
	ByReadBack = "read-back"
)

// An Entry is one line of a journal: a step of one user's request, or of some
// of its changes. It holds ids; names are in the plan.
type Entry struct {
	Seq int `json:"seq"` // from 1
	// Prev is the SHA-256 of the line before, without its line feed; of the
	// first line that of the plan's digests.body.
	Prev  string      `json:"prev"`
	At    time.Time   `json:"at"`
	State State       `json:"state"`
	User  plan.UserID `json:"user"`
	// Add and Remove are the changes that the entry is about, sorted by product.
	Add    []Addition `json:"add,omitzero"`
	Remove []plan.SKU `json:"remove,omitzero"`
	// Class is why changes were skipped, or what a read-back found.
	Class plan.Class `json:"class,omitempty"`
	// Status, Code, Message, RequestID and ClientRequestID are of Graph's
	// answer; Code and Message of a skipped change are ours.
	Status          int    `json:"status,omitempty"`
	Code            string `json:"code,omitempty"`
	Message         string `json:"message,omitempty"`
	RequestID       string `json:"requestId,omitempty"`
	ClientRequestID string `json:"clientRequestId,omitempty"`
	// NotBefore is when the request may be sent again.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// Evidence says how it is known that the request was carried out. With
	// [Unknown] it is [ByReadBack] where a patient read-back showed that nobody
	// can find out.
	Evidence string `json:"evidence,omitempty"`
}

// An Addition is a seat given or adjusted, as a journal line has it. An intent
// says which service plans are off; other lines need not repeat it.
type Addition struct {
	SKU           plan.SKU      `json:"skuId"`
	DisabledPlans []plan.PlanID `json:"disabledPlans,omitzero"`
}

// about reports whether the entry is about a product.
func (e *Entry) about(sku plan.SKU) bool {
	return slices.Contains(e.Remove, sku) || slices.ContainsFunc(e.Add, func(a Addition) bool { return a.SKU == sku })
}

// Encode returns the entry as its line, line feed included. Equal entries give
// equal lines.
func (e Entry) Encode() ([]byte, error) {
	var b bytes.Buffer
	err := e.encode(&b)
	return b.Bytes(), err
}

// encode appends the line to b.
func (e Entry) encode(b *bytes.Buffer) error {
	if e.State == Intent && e.Add == nil {
		e.Add = []Addition{}
	}
	if e.State == Intent && e.Remove == nil {
		e.Remove = []plan.SKU{}
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return fmt.Errorf("encode journal line %d: %w", e.Seq, err)
	}
	return nil
}

// firstPrev is what a journal's first line is chained to, so that the journal
// belongs to its plan.
func firstPrev(p *plan.Plan) string { return hash([]byte(p.Digests.Body)) }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// maxLine is the longest journal line that is read.
const maxLine = 1 << 20

// DecodeJournal reads the journal of a run of p. A last line without its line
// feed was torn by the end of the run and is left out: the valid length says
// where to cut before more is appended. Any other damage is an error that names
// the line and what to do.
func DecodeJournal(p *plan.Plan, data []byte) (entries []Entry, valid int, err error) {
	return DecodeJournalFrom(p, bytes.NewReader(data), bytes.Count(data, []byte("\n")))
}

// DecodeJournalFrom is [DecodeJournal] of what a reader gives, without holding the
// bytes; lines is about how many lines there are. An error of the reader is wrapped.
func DecodeJournalFrom(p *plan.Plan, r io.Reader, lines int) (entries []Entry, valid int, err error) {
	if lines > 0 {
		entries = make([]Entry, 0, lines)
	}
	d := journalDecoder{changes: executable(p), prev: firstPrev(p), last: map[string]string{}}
	from := bufio.NewReaderSize(r, 1<<16)
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		if len(line) <= maxLine { // of a longer one it is enough to know that it is
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) <= maxLine:
			return entries, valid, nil
		case err != nil && !errors.Is(err, io.EOF):
			return nil, 0, fmt.Errorf("read journal: %w", err)
		}
		e, err := d.line(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			return nil, 0, fmt.Errorf("read journal line %d: %w; put the file back from a copy, or make a new plan: it shows what is left to do",
				len(entries)+1, err)
		}
		entries = append(entries, e)
		valid, line = valid+len(line), line[:0]
	}
}

// executable returns the executable changes of p, sorted by user.
func executable(p *plan.Plan) []*plan.Change {
	var changes []*plan.Change
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Verdict.Executable() {
			changes = append(changes, c)
		}
	}
	slices.SortStableFunc(changes, func(x, y *plan.Change) int { return cmp.Compare(x.User.ID, y.User.ID) })
	return changes
}

// A journalDecoder remembers the chain between lines.
type journalDecoder struct {
	changes []*plan.Change // sorted by user
	prev    string
	seq     int
	last    map[string]string // words that come again
	buffer  bytes.Buffer
}

// change returns the change of a seat, or nil.
func (d *journalDecoder) change(user plan.UserID, sku plan.SKU) *plan.Change {
	i, _ := slices.BinarySearchFunc(d.changes, user, func(c *plan.Change, u plan.UserID) int { return cmp.Compare(c.User.ID, u) })
	for ; i < len(d.changes) && d.changes[i].User.ID == user; i++ {
		if d.changes[i].SKU() == sku {
			return d.changes[i]
		}
	}
	return nil
}

// share lets an entry use the ids of the plan, so that hundred thousands of
// entries do not each have their own.
func (d *journalDecoder) share(e *Entry) {
	for i, a := range e.Add {
		c := d.change(e.User, a.SKU)
		e.User, e.Add[i].SKU = c.User.ID, c.Product.SKU
		if a.DisabledPlans != nil && slices.Equal(a.DisabledPlans, c.After.DisabledPlans) && c.After.DisabledPlans != nil {
			e.Add[i].DisabledPlans = c.After.DisabledPlans
		}
	}
	for i, sku := range e.Remove {
		c := d.change(e.User, sku)
		e.User, e.Remove[i] = c.User.ID, c.Product.SKU
	}
	for _, s := range states() {
		if s == e.State {
			e.State = s
		}
	}
	e.Class = plan.Class(d.word(string(e.Class)))
	e.Evidence, e.Code, e.Message = d.word(e.Evidence), d.word(e.Code), d.word(e.Message)
}

// word returns a string equal to s, the same for the same words as far as they
// are few.
func (d *journalDecoder) word(s string) string {
	if s == "" {
		return ""
	}
	if w, ok := d.last[s]; ok {
		return w
	}
	if len(d.last) < 1000 {
		d.last[s] = s
	}
	return s
}

func (d *journalDecoder) line(line []byte) (Entry, error) {
	if len(line) > maxLine {
		return Entry{}, fmt.Errorf("it has more than %d bytes", maxLine)
	}
	var e Entry
	if err := json.Unmarshal(line, &e); err != nil {
		return Entry{}, fmt.Errorf("it is damaged: %w", err)
	}
	// What is not told by other bytes than these cannot be anything that was
	// not written: no unknown key, no value twice.
	d.buffer.Reset()
	if err := e.encode(&d.buffer); err != nil || !bytes.Equal(bytes.TrimSuffix(d.buffer.Bytes(), []byte("\n")), line) {
		return Entry{}, fmt.Errorf("it is damaged: not written as reseat writes it")
	}
	if e.Seq != d.seq+1 {
		return Entry{}, fmt.Errorf("its number is %d, want %d", e.Seq, d.seq+1)
	}
	if e.Prev != d.prev {
		if d.seq == 0 {
			return Entry{}, fmt.Errorf("it belongs to another plan")
		}
		return Entry{}, fmt.Errorf("it does not follow the line before")
	}
	if err := d.check(&e); err != nil {
		return Entry{}, err
	}
	d.share(&e)
	d.seq, d.prev = e.Seq, hash(line)
	return e, nil
}

// check holds what an entry says against the plan.
func (d *journalDecoder) check(e *Entry) error {
	if !slices.Contains(states(), e.State) {
		return fmt.Errorf("its state %q is none", e.State)
	}
	if len(e.Add)+len(e.Remove) == 0 {
		return fmt.Errorf("it is about no change")
	}
	for _, a := range e.Add {
		c := d.change(e.User, a.SKU)
		told := a.DisabledPlans != nil || e.State == Intent
		if c == nil || c.After == nil || told && !samePlans(c.After.DisabledPlans, a.DisabledPlans) {
			return fmt.Errorf("it gives user %q what the plan does not", e.User)
		}
	}
	for _, sku := range e.Remove {
		if c := d.change(e.User, sku); c == nil || c.After != nil {
			return fmt.Errorf("it takes from user %q what the plan does not", e.User)
		}
	}
	return nil
}

// tidy makes text of strangers fit for a line: valid, one line, not long.
func tidy(s string) string {
	const most = 500
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
