package desired

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/reseat-cli/reseat/plan"
)

// harmless shows text of strangers in a comment: in one line, nothing hidden in
// it, and not endless.
func harmless(t string) string {
	t = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, strings.ToValidUTF8(t, "?"))
	return strings.TrimSpace(clip(t))
}

// plainWord needs no quotes anywhere in YAML, and is read as it stands.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.()+/-]*[A-Za-z0-9_.()+/])?$`)

// plainName is a principal name of which the same is true, as a key as well. All
// letters there are, 256 times over, take milliseconds to compile: few commands
// need it.
var plainName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\pL\p{Nd}_][\pL\p{Nd}_.'#^~!+$%&=-]{0,127}@[\pL\p{Nd}][\pL\p{Nd}.-]{0,127}$`)
})

// scalar writes one value, in quotes where it needs them.
func scalar(t string) string {
	if plainWord.MatchString(t) {
		return t
	}
	return "'" + strings.ReplaceAll(t, "'", "''") + "'"
}

// sayable reports whether a principal name can stand in a file and is read as
// the same name again.
func sayable(name string) bool {
	if !plainName().MatchString(name) || normal(name) != name {
		return false
	}
	_, err := plan.ParseGUID(name)
	return err != nil
}

// listed writes a list within brackets.
func listed(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// folded writes `key: [a, b, …]` in lines of at most 100 columns, the first of
// them behind lead and the others below its list.
func folded(lead string, items []string) []string {
	const width = 100
	indent := strings.Repeat(" ", len(lead)+1)
	line := lead + "["
	var lines []string
	for i, item := range items {
		last := i == len(items)-1
		word := item + ","
		if last {
			word = item + "]"
		}
		if len(line)+len(word)+1 > width && !strings.HasSuffix(line, "[") {
			lines = append(lines, line)
			line = indent + word
			continue
		}
		if !strings.HasSuffix(line, "[") {
			line += " "
		}
		line += word
	}
	if len(items) == 0 {
		line += "]"
	}
	return append(lines, line)
}
