package simulator_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// A compressed body is read as if it were not; one that is damaged, too long
// when unpacked or packed otherwise is refused and changes nothing.
func TestCompressedBody(t *testing.T) {
	t.Parallel()
	change := assign(give(f3), "")
	for name, c := range map[string]struct {
		encoding, body string
		status         int
	}{
		"gzip":       {"gzip", zipped(t, change), 200},
		"upper case": {"GZIP", zipped(t, change), 200},
		"identity":   {"identity", change, 200},
		"not gzip":   {"gzip", change, 400},
		"cut":        {"gzip", zipped(t, change)[:20], 400},
		"bomb":       {"gzip", zipped(t, change+strings.Repeat(" ", 5<<20)), 413},
		"brotli":     {"br", zipped(t, change), 415},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant := start(t, simulator.Options{})
			got := send(t, tenant, ask{method: "POST", path: "/users/" + fay + "/assignLicense", body: c.body,
				header: map[string]string{"Content-Encoding": c.encoding}})
			if got.status != c.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, c.status)
			}
			if n := len(holder(tenant.Snapshot(), fay).Sources); n != map[bool]int{true: 1}[c.status == 200] {
				t.Errorf("got %d licences after %d", n, got.status)
			}
		})
	}
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
