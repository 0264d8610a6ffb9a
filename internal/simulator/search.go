package simulator

import (
	"slices"
	"strings"
	"unicode"
)

// search understands a $search: "property:value" in double quotes, joined by
// AND and OR, as the index of directory objects takes it. A value's words each
// begin a word of the property.
func (k *collection[T]) search(s string) (func(T) bool, error) {
	var either []func(T) bool
	all := func(T) bool { return true }
	rest := strings.TrimSpace(s)
	for {
		one, tail, err := k.searchTerm(rest)
		if err != nil {
			return nil, err
		}
		both := all
		all = func(v T) bool { return both(v) && one(v) }
		word, tail, _ := strings.Cut(strings.TrimSpace(tail), " ")
		rest = strings.TrimSpace(tail)
		switch word {
		case "":
			either = append(either, all)
			return func(v T) bool { return slices.ContainsFunc(either, func(m func(T) bool) bool { return m(v) }) }, nil
		case "AND":
		case "OR":
			either = append(either, all)
			all = func(T) bool { return true }
		default:
			return nil, badRequest("Syntax error in $search '%s': AND or OR is expected, not '%s'.", s, word)
		}
	}
}

// searchTerm reads the first "property:value" of s and returns what follows it.
func (k *collection[T]) searchTerm(s string) (match func(T) bool, rest string, err error) {
	inner, ok := strings.CutPrefix(s, `"`)
	inner, rest, closed := strings.Cut(inner, `"`)
	name, value, named := strings.Cut(inner, ":")
	if !ok || !closed || !named || strings.Contains(value, `\`) {
		return nil, "", badRequest(`Syntax error in $search: every clause must be "property:value" in double quotes, not '%s'.`, s)
	}
	i := slices.IndexFunc(k.searches, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(name)) })
	if i < 0 {
		return nil, "", badRequest("Unsupported property '%s' in $search.", name)
	}
	f := k.fields[strings.ToLower(k.searches[i])]
	wanted := searchWords(value)
	if len(wanted) == 0 {
		return nil, "", badRequest("The value of a $search clause is empty.")
	}
	return func(v T) bool {
		has := searchWords(f.text(v))
		return !slices.ContainsFunc(wanted, func(w string) bool {
			return !slices.ContainsFunc(has, func(h string) bool { return strings.HasPrefix(h, w) })
		})
	}, rest, nil
}

// searchWords are the words of a text in lower case: parted by what is neither
// letter nor digit, between letters and digits, and before a capital.
func searchWords(s string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	var last rune
	for _, r := range s {
		switch letter, digit := unicode.IsLetter(r), unicode.IsDigit(r); {
		case !letter && !digit:
			end()
			last = 0
			continue
		case unicode.IsDigit(last) != digit && last != 0, unicode.IsLower(last) && unicode.IsUpper(r):
			end()
		}
		word = append(word, r)
		last = r
	}
	end()
	return words
}
