package desired

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// worded writes a single value on one line. What its author wrote without
// quotes stays so where it can; quotes go where nothing would change.
func worded(n *yaml.Node, flow bool) string {
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	switch {
	case !quoted && n.Value == "":
		return ""
	case bare(n.Value, flow) && (!quoted || isText(n.Value)):
		return n.Value
	case strings.ContainsAny(n.Value, `"\`) && printable(n.Value):
		return "'" + strings.ReplaceAll(n.Value, "'", "''") + "'"
	}
	return `"` + escaped(n.Value) + `"`
}

// bare reports whether a text can stand without quotes at all.
func bare(t string, flow bool) bool {
	switch {
	case t == "", strings.TrimSpace(t) != t, strings.HasPrefix(t, "---"), strings.HasPrefix(t, "..."),
		strings.ContainsAny(t[:1], ",[]{}#&*!|>'\"%@`"), strings.ContainsAny(t[:1], "-?:") && (len(t) == 1 || t[1] == ' '),
		strings.Contains(t, ": "), strings.HasSuffix(t, ":"), strings.Contains(t, " #"), !printable(t):
		return false
	case flow && strings.ContainsAny(t, ",[]{}?"):
		return false
	case flow && strings.ContainsAny(t[:1], "-?:") && !(t[0] == '-' && '0' <= t[1] && t[1] <= '9'): // -5 is a number, and "-5" none
		return false
	}
	return !strings.ContainsFunc(t, unprinted)
}

// numeric is what some reader of YAML takes for a number, a time or a day.
var numeric = regexp.MustCompile(`^[-+.]?[0-9][-+0-9_.:,eExXoO]*$|^[-+]?0[xX][0-9a-fA-F_]+$|^[-+]?\.(inf|Inf|INF|nan|NaN|NAN)$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}`)

// isText reports whether a text without quotes is text to every reader of YAML.
// Patterns are none: with quotes they are seen for what they are.
func isText(t string) bool {
	switch strings.ToLower(t) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<":
		return false
	}
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: t}
	return !strings.ContainsAny(t, "*?") && !strings.ContainsAny(t[:1], "-?:") && !numeric.MatchString(t) && plain.ShortTag() == "!!str"
}

// unprinted reports whether a character is better written as an escape.
func unprinted(c rune) bool { return !unicode.IsPrint(c) || !shows(c) }

// escaped is a text as it stands in double quotes.
func escaped(t string) string {
	var b strings.Builder
	for _, c := range t {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case !unprinted(c):
			b.WriteRune(c)
		case c <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			fmt.Fprintf(&b, `\U%08x`, c)
		}
	}
	return b.String()
}
