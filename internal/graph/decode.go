package graph

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"

	"github.com/reseat-cli/reseat/plan"
)

// How JSON becomes values. Null is the zero of each.
type (
	text   string // trimmed, NFC
	word   string // a text that many share; kept once per scribe
	guid   string // a GUID in lower case
	shared string // a guid that many share; kept once per scribe
	smtp   string // a mail address of proxyAddresses in lower case; empty for those of other kinds
)

// maxWords bounds what a scribe keeps: attributes that differ for everybody
// gain nothing from it.
const maxWords = 1 << 16

// How deep JSON of the other side may be nested, and how many objects and
// commas one answer may have: a few bytes that come packed can become gigabytes
// of values. A page of 999 people with a hundred licences each has 200,000
// objects.
const (
	maxDepth   = 64
	maxObjects = 1 << 19
	maxCommas  = 1 << 23
)

// A scribe decodes JSON of Graph and keeps strings that repeat only once. It
// serves one goroutine.
type scribe struct {
	words map[string]string
	guids map[string]string // as written -> lower case
	buf   []byte
	opts  json.Options
}

func newScribe() *scribe {
	s := &scribe{words: map[string]string{}, guids: map[string]string{}}
	s.opts = json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *text) error {
			b, err := s.str(d)
			*v = text(clean(b))
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *word) error {
			b, err := s.str(d)
			*v = word(s.word(b))
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *guid) error {
			b, err := s.str(d)
			if err != nil || len(b) == 0 {
				*v = ""
				return err
			}
			id, err := plan.ParseGUID(string(b))
			*v = guid(id)
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *shared) error {
			b, err := s.str(d)
			if err != nil || b == nil {
				*v = ""
				return err
			}
			id, err := s.guid(b)
			*v = shared(id)
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *smtp) error {
			b, err := s.str(d)
			*v = ""
			if len(b) > 5 && strings.EqualFold(string(b[:5]), "smtp:") {
				*v = smtp(strings.ToLower(clean(b[5:])))
			}
			return err
		}),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *time.Time) error {
			b, err := s.str(d)
			if err == nil {
				*v, err = instant(b)
			}
			return err
		}),
	))
	return s
}

// decode reads the next value of d into v.
func (s *scribe) decode(d *jsontext.Decoder, v any) error { return json.UnmarshalDecode(d, v, s.opts) }

// str reads a string; the bytes are good until the next call. Null is nil, ""
// is empty but not nil.
func (s *scribe) str(d *jsontext.Decoder) ([]byte, error) {
	raw, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case '"':
	default:
		return nil, fmt.Errorf("%v where text belongs", raw.Kind())
	}
	in := raw[1 : len(raw)-1]
	switch {
	case !utf8.Valid(in):
		return nil, errors.New("text that is not UTF-8: it was damaged on its way")
	case bytes.IndexByte(in, '\\') < 0:
		return in, nil
	}
	// The error is about half of a surrogate pair alone, as of a name that was
	// cut within a sign: it is replaced.
	s.buf, _ = jsontext.AppendUnquote(s.buf[:0], raw)
	return s.buf[:len(s.buf):len(s.buf)], nil
}

// word returns b as a cleaned string that is kept once.
func (s *scribe) word(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if w, ok := s.words[string(b)]; ok {
		return w
	}
	w := clean(b)
	if len(s.words) < maxWords {
		s.words[string(b)] = w
	}
	return w
}

// guid returns b as a GUID in lower case that is kept once.
func (s *scribe) guid(b []byte) (string, error) {
	if id, ok := s.guids[string(b)]; ok {
		return id, nil
	}
	id, err := plan.ParseGUID(string(b))
	if err == nil && len(s.guids) < maxWords {
		s.guids[string(b)] = id
	}
	return id, err
}

// clean trims and normalises text of people.
func clean(b []byte) string {
	b = bytes.TrimSpace(b)
	if norm.NFC.IsNormal(b) {
		return string(b)
	}
	return norm.NFC.String(string(b))
}

// instant reads a time; one without a zone is UTC, as in Graph's errors.
func instant(b []byte) (time.Time, error) {
	if len(b) == 0 {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", string(b))
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time", clip(string(b), 60))
	}
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return time.Time{}, fmt.Errorf("%q is out of range", clip(string(b), 60))
	}
	return t.UTC(), nil
}

// A listed is a collection that can tell whether it was there at all. Null is
// an error, as in [many].
type listed[T any] struct {
	seen  bool
	items []T
}

// UnmarshalJSONFrom reads an array.
func (l *listed[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if err := notNull(d); err != nil {
		return err
	}
	l.seen = true
	return json.UnmarshalDecode(d, &l.items)
}

// newDecoder returns a decoder of r that refuses doubled names and JSON that is
// nested too deep. A lone surrogate in a name is replaced, not an error.
func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(&shallow{r: r}, jsontext.AllowInvalidUTF8(true))
}

// end checks that nothing follows the value that d has read.
func end(d *jsontext.Decoder) error {
	_, err := d.ReadToken()
	switch {
	case err == io.EOF:
		return nil
	case err == nil:
		return errors.New("more than one JSON value")
	}
	return err
}

// shallow is a reader that fails when the JSON it passes on is nested deeper
// than [maxDepth], or has too many values. It looks at what is outside strings
// alone.
type shallow struct {
	r       io.Reader
	depth   int
	objects int
	commas  int
	quoted  bool
	escape  bool
}

func (s *shallow) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		if s.quoted {
			rest = s.inside(rest)
			continue
		}
		i := bytes.IndexByte(rest, '"')
		head := rest
		if i >= 0 {
			head, rest, s.quoted = rest[:i], rest[i+1:], true
		} else {
			rest = nil
		}
		if err := s.outside(head); err != nil {
			return 0, err
		}
	}
	return n, err
}

// outside counts what opens, closes and parts values.
func (s *shallow) outside(part []byte) error {
	for _, c := range part {
		switch c {
		case '{':
			s.depth++
			s.objects++
		case '[':
			s.depth++
		case '}', ']':
			s.depth--
		case ',':
			s.commas++
		}
		if s.depth > maxDepth {
			return fmt.Errorf("JSON nested deeper than %d: %w", maxDepth, ErrTooLarge)
		}
	}
	if s.objects > maxObjects || s.commas > maxCommas {
		return fmt.Errorf("JSON of more than %d objects or %d values: %w", maxObjects, maxCommas, ErrTooLarge)
	}
	return nil
}

// inside skips what of rest belongs to a string. A quote ends it unless an odd
// number of backslashes stands right before.
func (s *shallow) inside(rest []byte) []byte {
	if s.escape {
		s.escape, rest = false, rest[1:]
	}
	for {
		i := bytes.IndexByte(rest, '"')
		head := rest
		if i >= 0 {
			head = rest[:i]
		}
		odd := (len(head)-len(bytes.TrimRight(head, `\`)))%2 == 1
		switch {
		case i < 0:
			s.escape = odd
			return nil
		case !odd:
			s.quoted = false
			return rest[i+1:]
		}
		rest = rest[i+1:]
	}
}

// lower returns a text id, which need not be a GUID, as it is compared.
func lower(t text) string { return strings.ToLower(string(t)) }
