package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
)

// Write writes the document as it is saved, change by change: a plan of a large
// tenant is more than should be held twice. What it writes is what [Encode]
// returns; the error is the writer's.
func (p *Plan) Write(w io.Writer) error {
	// The long lists are left out of the rest, which shows where they go: at the
	// top, and nowhere else, a line begins with two spaces and a name.
	short := *p
	short.Changes, short.Order, short.Missing = emptied(p.Changes), emptied(p.Order), emptied(p.Missing)
	short.NotEvaluated, short.Drift = emptied(p.NotEvaluated), emptied(p.Drift)
	s := newStreamer(w, short)
	streamList(s, "changes", p.Changes)
	streamList(s, "order", p.Order)
	streamList(s, "missing", p.Missing)
	streamList(s, "notEvaluated", p.NotEvaluated)
	streamList(s, "drift", p.Drift)
	return s.end()
}

// Write writes the report as it is saved, outcome by outcome, in the canonical
// form of plans. The error is the writer's.
func (r *Report) Write(w io.Writer) error {
	short := *r
	short.Outcomes = emptied(r.Outcomes)
	s := newStreamer(w, short)
	streamList(s, "outcomes", r.Outcomes)
	return s.end()
}

// canonical encodes in the canonical form: two spaces, no HTML escapes.
func canonical(w io.Writer, prefix string) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, "  ")
	return enc
}

// emptied is a list without what is in it: none stays none.
func emptied[T any](list []T) []T { return list[:0:0] }

// A streamer writes a document whose long lists are written value by value.
type streamer struct {
	w    *bufio.Writer
	rest []byte // of the document without those lists
	one  bytes.Buffer
	enc  *json.Encoder
}

// newStreamer writes to w a document that is there but for its long lists.
func newStreamer(w io.Writer, short any) *streamer {
	var rest bytes.Buffer
	if err := canonical(&rest, "").Encode(short); err != nil {
		panic("plan: a document is plain data: " + err.Error())
	}
	s := &streamer{w: bufio.NewWriterSize(w, 1<<16), rest: rest.Bytes()}
	s.enc = canonical(&s.one, "    ")
	return s
}

// end writes what follows the last list.
func (s *streamer) end() error {
	_, _ = s.w.Write(s.rest) // a writer that failed says so at its end
	return s.w.Flush()
}

// streamList writes the document up to a list, and the list.
func streamList[T any](s *streamer, name string, list []T) {
	if len(list) == 0 {
		return
	}
	open := []byte("\n  \"" + name + "\": [")
	at := bytes.Index(s.rest, open) + len(open)
	_, _ = s.w.Write(s.rest[:at])
	s.rest = s.rest[at:]
	for i := range list {
		s.one.Reset()
		if err := s.enc.Encode(&list[i]); err != nil {
			panic("plan: a document is plain data: " + err.Error())
		}
		if i > 0 {
			_ = s.w.WriteByte(',')
		}
		_, _ = s.w.WriteString("\n    ")
		_, _ = s.w.Write(bytes.TrimSuffix(s.one.Bytes(), []byte("\n")))
	}
	_, _ = s.w.WriteString("\n  ")
}

// bodySum is the SHA-256 of the document.
func (p *Plan) bodySum() string {
	h := sha256.New()
	_ = p.Write(h) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}
