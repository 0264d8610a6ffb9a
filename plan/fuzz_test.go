package plan_test

import (
	"bytes"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// FuzzDecode: whatever is in a plan file, it is a plan that writes the same
// bytes again, or an error.
func FuzzDecode(f *testing.F) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(e3), through(e3)))
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT", "SPE_E3"), plan.Who{Everyone: true})}
	f.Add(plan.Encode(mustNew(f, in)))
	f.Add([]byte(`{"kind":"LicensePlan","formatVersion":"1.0"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Decode(data)
		if err == nil && !bytes.Equal(plan.Encode(p), data) {
			t.Fatal("accepted, and written otherwise")
		}
	})
}

// FuzzSnapshot: a snapshot file is a tenant that a plan can be made of, or an error.
func FuzzSnapshot(f *testing.F) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(e3), through(e3)))
	data, err := plan.EncodeSnapshot(in.Snapshot)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := plan.DecodeSnapshot(data)
		if err != nil {
			return
		}
		in := tenant()
		in.Snapshot = s
		in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
		m, err := plan.New(t.Context(), in)
		if err != nil {
			return
		}
		if _, err := plan.Decode(plan.Encode(m.Plan)); err != nil {
			t.Fatalf("a plan that was made is not read: %v", err)
		}
	})
}
