package apply_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// crowdOf is a plan of n removals.
func crowdOf(n int) *plan.Plan {
	changes := make([]plan.Change, 0, n)
	p := &plan.Plan{ID: "20261120T080000Z-3fa9c2e1", Mode: plan.ModeNormal, Digests: plan.Digests{Changes: "3fa9c2e1", Body: "b0d1"}}
	for i := range n {
		changes = append(changes, change(i, visio, grant(), nil))
		p.Order = append(p.Order, user(i))
	}
	p.Changes = changes
	return p
}

func heapNow() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRun100k measures a run of 100,000 changes: what the run needs beside plan
// and items while it goes on, and how fast it goes with a tenant that answers at once.
func BenchmarkRun100k(b *testing.B) {
	const n = 100_000
	p := crowdOf(n)
	tenant := newTenant(&testing.T{}, p)
	tenant.ids = true
	tenant.bought[visio] = n
	items := apply.Sift(p, nil, tenant.user)
	for b.Loop() {
		base, most, calls := heapNow(), uint64(0), 0
		size := 0
		x := apply.Executor{Tenant: tenant, InFlight: 1, Append: func(l []byte) error { size += len(l); return nil },
			Progress: func(apply.Progress) {
				if calls++; calls%2000 == 0 {
					most = max(most, heapNow())
				}
			}}
		if _, err := x.Run(b.Context(), p, "r", items, nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(int64(most)-int64(base))/1e6, "MB-heap")
		b.ReportMetric(float64(size)/n, "journal-B/change")
	}
}

// BenchmarkDecode100k measures how a journal of 100,000 changes is read.
func BenchmarkDecode100k(b *testing.B) {
	const n = 100_000
	p := crowdOf(n)
	tenant := newTenant(&testing.T{}, p)
	tenant.ids = true
	tenant.bought[visio] = n
	var journal []byte
	x := apply.Executor{Tenant: tenant, InFlight: 1, Append: func(l []byte) error { journal = append(journal, l...); return nil }}
	if _, err := x.Run(b.Context(), p, "r", apply.Sift(p, nil, tenant.user), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		base := heapNow()
		entries, _, err := apply.DecodeJournal(p, journal)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(heapNow()-base)/1e6, "MB-heap")
		if got := len(apply.Executed(p, entries)); got != n {
			b.Fatal(fmt.Sprint(got))
		}
	}
	b.SetBytes(int64(len(journal)))
}
