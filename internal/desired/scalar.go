package desired

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// text returns a name: trimmed, NFC, in one line, with nothing that does not
// show; "" and a fault if it is not that. What it looks like to YAML (a
// number, a boolean) does not matter.
func (s *source) text(n *yaml.Node, what string) string { return s.scalar(n, what, false) }

// prose is text that may have several lines.
func (s *source) prose(n *yaml.Node, what string) string { return s.scalar(n, what, true) }

func (s *source) scalar(n *yaml.Node, what string, lines bool) string {
	if n == nil || n.Kind == void {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		s.fault(n, what+" is "+kind(n)+", not a single value", "write one value")
		return ""
	}
	t := normal(n.Value)
	if t == "" {
		s.fault(n, what+" is empty", "give it a value or leave it out")
		return ""
	}
	for _, c := range t {
		if !shows(c) && (!lines || c != '\n' && c != '\t') {
			s.fault(n, what+" has a character that does not show ("+strings.Trim(strconv.QuoteRuneToASCII(c), "'")+")", "take it out, or type the name anew")
			return ""
		}
	}
	return t
}

// normal is the form in which text is kept.
func normal(t string) string {
	if ascii(t) {
		return strings.TrimSpace(t)
	}
	return strings.TrimSpace(norm.NFC.String(t))
}

func ascii(t string) bool {
	for i := range len(t) {
		if t[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fold is the form in which names are compared: without case, letter by letter
// as strings.EqualFold does.
func fold(t string) string {
	if ascii(t) {
		return strings.ToLower(t)
	}
	return norm.NFC.String(strings.ToLower(strings.ToUpper(t)))
}

// shows is false for control characters and for those that turn the direction
// of writing or break lines, which make a name read as another.
func shows(c rune) bool {
	switch {
	case unicode.IsControl(c), c == 0x2028, c == 0x2029, c == 0xFEFF,
		c == 0x061C, c == 0x200E, c == 0x200F, c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069:
		return false
	}
	return true
}

func printable(t string) bool {
	return !strings.ContainsFunc(t, func(c rune) bool { return !shows(c) })
}

// quote shows text of strangers in a message.
func quote(t string) string { return strconv.Quote(clip(t)) }

func clip(t string) string {
	const most = 60
	n := 0
	for i := range t {
		if n == most {
			return t[:i] + "…"
		}
		n++
	}
	return t
}

// enum returns one of words, or "" and a fault.
func (s *source) enum(n *yaml.Node, what, words string) string {
	t := s.text(n, what)
	if t == "" || has(words, t) {
		return t
	}
	s.fault(n, what+" cannot be "+quote(t), choices(t, words))
	return ""
}

func (s *source) bool(n *yaml.Node, what string) bool { return s.enum(n, what, "true false") == "true" }

// maxCount is more than the seats of any tenant.
const maxCount = 1_000_000_000

// number returns a whole number between least and most, and false with a fault
// if it is none.
func (s *source) number(n *yaml.Node, what string, least, most int) (int, bool) {
	t := s.text(n, what)
	if t == "" {
		return 0, false
	}
	digits := strings.TrimLeft(t, "0123456789") == ""
	remedy := "write a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most)
	if most == maxCount {
		remedy = "write a whole number, " + strconv.Itoa(least) + " or more"
	}
	v, err := strconv.Atoi(t)
	switch {
	case err != nil && !digits, strings.HasPrefix(t, "+"), digits && len(t) > 1 && t[0] == '0':
		s.fault(n, what+" is "+quote(t)+", which is not a whole number", remedy)
		return 0, false
	case err != nil, v < least, v > most:
		s.fault(n, what+" is "+quote(t)+", out of range", remedy)
		return 0, false
	}
	return v, true
}

// day returns a date, or "".
func (s *source) day(n *yaml.Node, what string) plan.Day {
	t := s.text(n, what)
	if t == "" {
		return ""
	}
	d, err := plan.ParseDay(t)
	if err != nil {
		s.fault(n, what+" is "+quote(t)+", which is no date", "write a day of the calendar as 2027-01-31")
	}
	return d
}

// span reads from and until of a statement.
func (s *source) span(o object) plan.Span {
	span := plan.Span{From: s.day(o.get("from"), "`from`"), Until: s.day(o.get("until"), "`until`")}
	if span.From != "" && span.Until != "" && span.From > span.Until {
		s.fault(o.get("from"), "`from` is after `until` ("+string(span.Until)+")", "exchange them, or correct one")
	}
	return span
}

// duration reads days, hours and minutes, as in 24h, 7d or 1h30m.
func (s *source) duration(n *yaml.Node, what string) (time.Duration, bool) {
	t := s.text(n, what)
	if t == "" {
		return 0, false
	}
	const most = 1000 * 24 * time.Hour // far from overflow, and beyond every range
	var sum time.Duration
	for rest := t; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		v, err := strconv.Atoi(rest[:digits])
		unit := time.Duration(0)
		if digits < len(rest) {
			unit = map[byte]time.Duration{'d': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}[rest[digits]]
		}
		if err != nil || digits > 9 || unit == 0 {
			s.fault(n, what+" is "+quote(t)+", which is no duration", "write hours, as in 24h")
			return 0, false
		}
		sum = min(most, sum+unit*min(time.Duration(v), most/unit))
		rest = rest[digits+1:]
	}
	return sum, true
}
