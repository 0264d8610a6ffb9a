package simulator_test

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// publishedNames is Microsoft's own list; its head tells the form.
//
//go:embed testdata/schema/v1.0.txt
var publishedNames string

// A schema is the published list, to ask of.
type schema struct {
	types map[string]map[string]string // type to property to type; of an enumeration, the members
	base  map[string]string
	calls map[string]publishedCall
}

// A publishedCall is one path; answer is the type of what it answers with.
type publishedCall struct {
	methods, options []string
	answer           string
	parameters       map[string]string
}

func published(t testing.TB) *schema {
	t.Helper()
	s := &schema{types: map[string]map[string]string{}, base: map[string]string{}, calls: map[string]publishedCall{}}
	for line := range strings.Lines(publishedNames) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || strings.HasPrefix(f[0], "#"):
		case f[0] == "path" && f[2] == "parameter":
			i := strings.LastIndex(f[1], ".")
			s.calls[f[1][:i]].parameters[f[1][i+1:]] = f[3]
		case f[0] == "path":
			c := publishedCall{methods: strings.Split(f[2], ","), answer: f[3], parameters: map[string]string{}}
			if len(f) > 4 {
				c.options = strings.Split(f[4], ",")
			}
			s.calls[f[1]] = c
		case f[1] == "base":
			s.base[f[0]] = f[2]
		default:
			kind, name, _ := strings.Cut(f[0], ".")
			if s.types[kind] == nil {
				s.types[kind] = map[string]string{}
			}
			s.types[kind][name] = f[len(f)-1]
		}
	}
	if len(s.types) < 30 || len(s.calls) < 50 {
		t.Fatalf("the published list has %d types and %d calls", len(s.types), len(s.calls))
	}
	return s
}

// property returns the type of a property, its own or an inherited one.
func (s *schema) property(kind, name string) (string, bool) {
	for k := kind; k != ""; k = s.base[k] {
		if t, ok := s.types[k][name]; ok {
			return t, true
		}
	}
	return "", false
}

// call finds a path, in which "*" or anything else may stand for a key. Me is
// a user, and a property's own path ends in its name.
func (s *schema) call(path string) (publishedCall, bool) {
	if path == "me" || strings.HasPrefix(path, "me/") {
		path = "users/*" + path[2:]
	}
	parts, best, fewest := strings.Split(path, "/"), publishedCall{}, -1
	for p, c := range s.calls {
		keys, ok := fits(strings.Split(p, "/"), parts)
		if ok && (fewest < 0 || keys < fewest) {
			best, fewest = c, keys
		}
	}
	if i := strings.LastIndex(path, "/"); fewest < 0 && i > 0 {
		if c, ok := s.call(path[:i]); ok {
			if t, ok := s.property(c.answer, path[i+1:]); ok && !strings.HasPrefix(t, "Collection(") {
				return publishedCall{methods: []string{"GET"}, answer: t}, true
			}
		}
	}
	return best, fewest >= 0
}

// fits reports whether a path is one of a pattern, and how many keys it has.
func fits(pattern, path []string) (keys int, ok bool) {
	if len(pattern) != len(path) {
		return 0, false
	}
	for i, p := range pattern {
		switch {
		case strings.TrimSuffix(p, "()") == strings.TrimSuffix(path[i], "()"):
		case p == "{}" && !strings.HasPrefix(path[i], "$") && !strings.HasPrefix(path[i], "microsoft.graph."):
			keys++
		default:
			return 0, false
		}
	}
	return keys, true
}

// check holds a value of an answer, and all within it, against its type, and
// returns what is wrong, with the place.
func (s *schema) check(at, kind string, value any) []string {
	if value == nil {
		return nil
	}
	if one, ok := strings.CutPrefix(kind, "Collection("); ok {
		list, ok := value.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want a collection", at, value)}
		}
		var wrong []string
		for i, v := range list {
			wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", at, i), strings.TrimSuffix(one, ")"), v)...)
		}
		return wrong
	}
	if object, ok := value.(map[string]any); ok {
		return s.checkObject(at, kind, object)
	}
	if !s.simple(kind, value) {
		return []string{fmt.Sprintf("%s: got %#v, want a %s", at, value, kind)}
	}
	return nil
}

func (s *schema) checkObject(at, kind string, object map[string]any) []string {
	if name, ok := object["@odata.type"].(string); ok {
		derived := strings.TrimPrefix(name, "#microsoft.graph.")
		if s.types[derived] == nil || derived == name {
			return []string{fmt.Sprintf("%s: there is no type %s", at, name)}
		}
		kind = derived
	}
	var wrong []string
	for name, v := range object {
		if strings.HasPrefix(name, "@") {
			continue
		}
		t, ok := s.property(kind, name)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %s has no property %s", at, kind, name))
			continue
		}
		wrong = append(wrong, s.check(at+"."+name, t, v)...)
	}
	slices.Sort(wrong)
	return wrong
}

// simple reports whether a value that is no object is one of a type.
func (s *schema) simple(kind string, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	switch kind {
	case "String":
		return isText
	case "Guid":
		_, err := plan.ParseGUID(text)
		return isText && err == nil
	case "DateTimeOffset":
		_, err := time.Parse(time.RFC3339Nano, text)
		return isText && err == nil
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "Int32":
		return isNumber && number == float64(int32(number))
	case "Int64", "Double":
		return isNumber
	case "Date", "TimeOfDay", "Duration", "Binary":
		return isText
	}
	members := s.types[kind]
	return isText && members != nil && members[text] == "member"
}
