package simulator

import (
	"net/url"
	"strings"
)

// segmentsOf takes one escaped segment of a path apart. Beside the plain form, a
// key may stand in parentheses as OData has it: users('id') is users/id, and
// directoryRoles(roleTemplateId='id') is directoryRoles/roleTemplateId=id. A
// function may have empty parentheses, and its namespace before it.
func segmentsOf(escaped string) ([]string, error) {
	s, err := url.PathUnescape(escaped)
	if err != nil || s == "" {
		return nil, noSegment(s)
	}
	if base, ok := strings.CutSuffix(s, "()"); ok && base != "" {
		return []string{unqualified(base)}, nil
	}
	base, inner, ok := strings.Cut(s, "(")
	if !ok || !strings.HasSuffix(s, ")") || !named(base) {
		return []string{unqualified(keyed(s))}, nil
	}
	inner = strings.TrimSuffix(inner, ")")
	name, value, alternate := strings.Cut(inner, "=")
	if !alternate || !named(name) {
		name, value = "", inner
	}
	key, quoted := unquoted(value)
	if !quoted {
		return nil, badQuery("The key '%s' in the path must be in single quotes.", value)
	}
	if name != "" {
		key = name + "=" + key
	}
	return []string{base, key}, nil
}

// keyed takes the quotes off the value of a key that is a segment by itself, as
// in directoryRoles/roleTemplateId='id'.
func keyed(s string) string {
	name, value, ok := strings.Cut(s, "=")
	if key, quoted := unquoted(value); ok && quoted && named(name) {
		return name + "=" + key
	}
	return s
}

func unquoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return s, false
	}
	return strings.ReplaceAll(s[1:len(s)-1], "''", "'"), true
}

func named(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// unqualified takes the namespace off actions and functions, and spells that
// of casts out: SDKs write both forms.
func unqualified(s string) string {
	for _, prefix := range []string{"microsoft.graph.", "graph."} {
		if len(s) <= len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
			continue
		}
		switch name := s[len(prefix):]; {
		case name == "delta" || name == "assignLicense" || name == "reprocessLicenseAssignment" || name == "getByIds":
			return name
		case named(name):
			return "microsoft.graph." + name
		}
	}
	return s
}
