package policies_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/reseat-cli/reseat/policies"
)

// files returns the rules' files and, if asked, their tests.
func files(t testing.TB, withTests bool) map[string]string {
	t.Helper()
	texts, err := policies.Sources()
	if err != nil {
		t.Fatal(err)
	}
	if !withTests {
		return texts
	}
	more, err := policies.SourcesOfTests()
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(texts, more)
	return texts
}

// TestFormat holds every Rego file to OPA's own format.
func TestFormat(t *testing.T) {
	texts := files(t, true)
	if len(texts) == 0 {
		t.Fatal("there are no rules")
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		want, err := format.SourceWithOpts(name, []byte(texts[name]), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(want, []byte(texts[name])) {
			t.Errorf("%s is not formatted (`opa fmt -w` mends it), want:\n%s", name, want)
		}
	}
}
