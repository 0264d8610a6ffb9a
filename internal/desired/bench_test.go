package desired_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/desired"
)

// benchmarkUsers reads a file of so many people, written in one way.
func benchmarkUsers(b *testing.B, n int, format string) {
	var text strings.Builder
	text.WriteString(header + "users:\n")
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	m := folder(map[string]string{"people.yaml": text.String()})
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		d, faults, err := desired.Read(m)
		if err != nil || len(faults) > 0 || len(d.Users) != n {
			b.Fatalf("got %v and %d faults, want %d users", err, len(faults), n)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
	b.ReportMetric(perPerson(b, n, m), "B/person")
}

// perPerson is how much memory a person takes, all in all, once he is read.
func perPerson(b *testing.B, n int, m fs.FS) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d, _, err := desired.Read(m)
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(d)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(n)
}

const (
	flowing = "  person-%07[1]d@contoso.com: [SPE_E5, POWER_BI_PRO]\n"
	blocked = "  person-%07[1]d@contoso.com:\n    - SPE_E5\n    - POWER_BI_PRO\n"
	noted   = "  person-%07[1]d@contoso.com: {add: [SPE_E5], note: CHG-%[1]d}\n"
	whole   = "  person-%07[1]d@contoso.com: [SPE_E5, \"\\x41\"]\n" // none of them is read apart
)

func BenchmarkUsers10k(b *testing.B)       { benchmarkUsers(b, 10_000, flowing) }
func BenchmarkUsers100k(b *testing.B)      { benchmarkUsers(b, 100_000, flowing) }
func BenchmarkUsers100kBlock(b *testing.B) { benchmarkUsers(b, 100_000, blocked) }
func BenchmarkUsers100kNotes(b *testing.B) { benchmarkUsers(b, 100_000, noted) }
func BenchmarkUsers100kWhole(b *testing.B) { benchmarkUsers(b, 100_000, whole) }

// The million is in make bench-large, by its name.
func BenchmarkLargeUsers(b *testing.B)      { benchmarkUsers(b, 1_000_000, flowing) }
func BenchmarkLargeUsersNotes(b *testing.B) { benchmarkUsers(b, 1_000_000, noted) }
