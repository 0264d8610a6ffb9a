package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A schema is the published list of names.
type schema struct {
	properties map[string]map[string]string // type to property to type
	base       map[string]string
	paths      map[string]schemaPath
}

type schemaPath struct {
	methods, options []string
	answer           string
	parameters       map[string]string
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "internal", "simulator", "testdata", "schema", "v1.0.txt"))
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{map[string]map[string]string{}, map[string]string{}, map[string]schemaPath{}}
	for line := range strings.Lines(string(data)) {
		f := append(strings.Fields(line), "", "", "")
		switch {
		case f[0] == "" || strings.HasPrefix(f[0], "#") || f[1] == "member":
		case f[0] == "path" && f[2] == "parameter":
			i := strings.LastIndex(f[1], ".")
			s.paths[f[1][:i]].parameters[f[1][i+1:]] = f[3]
		case f[0] == "path":
			s.paths[f[1]] = schemaPath{strings.Split(f[2], ","), strings.Split(f[4], ","), f[3], map[string]string{}}
		case f[1] == "base":
			s.base[f[0]] = f[2]
		default:
			kind, name, _ := strings.Cut(f[0], ".")
			if s.properties[kind] == nil {
				s.properties[kind] = map[string]string{}
			}
			s.properties[kind][name] = f[2]
		}
	}
	return s
}

func (s *schema) property(kind, name string) (string, bool) {
	for k := kind; k != ""; k = s.base[k] {
		if t, ok := s.properties[k][name]; ok {
			return t, true
		}
	}
	return "", false
}

// find returns the published path that one on the wire is.
func (s *schema) find(path string) (name string, p schemaPath, ok bool) {
	parts, fewest := strings.Split(path, "/"), len(path)
	if parts[0] == "me" {
		parts = append([]string{"users", "{}"}, parts[1:]...)
	}
	for n, candidate := range s.paths {
		keys, pattern := 0, strings.Split(n, "/")
		fits := len(pattern) == len(parts)
		for i := 0; fits && i < len(parts); i++ {
			if key := pattern[i] == "{}" && !strings.HasPrefix(parts[i], "$") && !strings.HasPrefix(parts[i], "microsoft.graph."); key {
				keys++
			} else {
				fits = strings.TrimSuffix(pattern[i], "()") == strings.TrimSuffix(parts[i], "()")
			}
		}
		if fits && keys < fewest {
			name, p, ok, fewest = n, candidate, true, keys
		}
	}
	return name, p, ok
}

// filtered are the names in a $filter: what stands before an operator, a
// lambda or a path, and what is looked at within a lambda.
var filtered = regexp.MustCompile(`([A-Za-z]\w*)(?: (?:eq|ne|ge|le|gt|lt|in) |/any\(|/\$count| *,)|\b[a-z]/(\w+)`)

// wrong is what is not published about a call.
func (s *schema) wrong(c sentCall) []string {
	u, err := url.Parse(c.url)
	if err != nil {
		return []string{err.Error()}
	}
	_, p, ok := s.find(u.Path)
	if !ok {
		return []string{"no such path"}
	}
	if of, counts := strings.CutSuffix(u.Path, "/$count"); counts {
		_, of, _ := s.find(of)
		p.answer = of.answer // what is counted
	}
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !slices.Contains(p.methods, c.method) {
		complain("it has no %s", c.method)
	}
	for name, values := range u.Query() {
		option := strings.TrimPrefix(name, "$")
		if option != "skiptoken" && option != "deltatoken" && (option == name || !slices.Contains(p.options, option)) {
			complain("it has no query option %s", name)
		}
		var names []string
		switch option {
		case "select", "expand", "orderby":
			names = strings.FieldsFunc(values[0], func(r rune) bool { return r == ',' || r == ' ' })
		case "filter":
			for _, m := range filtered.FindAllStringSubmatch(values[0], -1) {
				names = append(names, m[1]+m[2])
			}
			if len(names) == 0 {
				complain("no name was found in $filter %q", values[0])
			}
		}
		for _, n := range names {
			if !s.known(p.answer, n, option == "filter") {
				complain("$%s: %s has no property %s", option, p.answer, n)
			}
		}
	}
	if body, ok := c.body.(map[string]any); ok {
		for name, v := range body {
			t, ok := p.parameters[name]
			if !ok {
				complain("it has no parameter %s", name)
			}
			wrong = append(wrong, s.unknown(name, t, v)...)
		}
		for name := range p.parameters {
			if _, ok := body[name]; !ok && len(p.parameters) == 2 && p.parameters["addLicenses"] != "" {
				complain("parameter %s is missing", name)
			}
		}
	}
	return wrong
}

// known reports whether a type has a property; within a filter also those of
// its collections' elements count.
func (s *schema) known(kind, name string, deep bool) bool {
	if _, ok := s.property(kind, name); ok || name == "asc" || name == "desc" {
		return true
	}
	if deep {
		for k := kind; k != ""; k = s.base[k] {
			for _, t := range s.properties[k] {
				if element, ok := strings.CutPrefix(t, "Collection("); ok {
					if _, ok := s.properties[strings.TrimSuffix(element, ")")][name]; ok {
						return true
					}
				}
			}
		}
	}
	return false
}

// unknown are the names within a value of a type that the type has not.
func (s *schema) unknown(at, kind string, v any) []string {
	kind = strings.TrimSuffix(strings.TrimPrefix(kind, "Collection("), ")")
	var wrong []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			wrong = append(wrong, s.unknown(at, kind, e)...)
		}
	case map[string]any:
		for name, e := range v {
			t, ok := s.property(kind, name)
			if !ok {
				wrong = append(wrong, fmt.Sprintf("%s: %s has no property %s", at, kind, name))
			}
			wrong = append(wrong, s.unknown(at+"."+name, t, e)...)
		}
	}
	return wrong
}
