package policies

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
)

//go:embed *.rego
var embedded embed.FS

// sources returns the text of the rules in force by file name, without their
// tests.
func sources() (map[string]string, error) {
	return read(func(name string) bool { return !strings.HasSuffix(name, "_test.rego") })
}

// tests returns the text of the rules' tests by file name.
func tests() (map[string]string, error) {
	return read(func(name string) bool { return strings.HasSuffix(name, "_test.rego") })
}

func read(wanted func(name string) bool) (map[string]string, error) {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	texts := map[string]string{}
	for _, e := range entries {
		if !wanted(e.Name()) {
			continue
		}
		text, err := embedded.ReadFile(e.Name())
		if err != nil {
			return nil, fmt.Errorf("read rule %s: %w", e.Name(), err)
		}
		texts[e.Name()] = string(text)
	}
	return texts, nil
}

// digest identifies sources by names and bytes, in the order of their names.
func digest(sources map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		framed(h, name)
		framed(h, sources[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// digestAll identifies the built-in rules, of which builtIn is the digest, those
// of one's own and what is set. Without own rules and settings it is builtIn.
func digestAll(builtIn string, own map[string]string, set map[string]map[string]any) (string, error) {
	if len(own) == 0 && len(set) == 0 {
		return builtIn, nil
	}
	settings, err := json.Marshal(set) // its keys are sorted
	if err != nil {
		return "", fmt.Errorf("read the rules' settings: %w", err)
	}
	h := sha256.New()
	framed(h, builtIn)
	framed(h, digest(own))
	framed(h, string(settings))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// framed writes text behind its length, so that no two lists of texts are the
// same bytes.
func framed(h hash.Hash, text string) {
	fmt.Fprintf(h, "%d\n%s\n", len(text), text)
}
