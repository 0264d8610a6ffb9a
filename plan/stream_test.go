package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/reseat-cli/reseat/plan"
)

// TestWriteIsCanonical: writing a plan change by change gives what encoding it
// whole gives, whatever its lists hold.
func TestWriteIsCanonical(t *testing.T) {
	in := with(person(ann, "ann <&> \"changes\": [],\n  \"changes\": []", direct(visio)), person(bob, "bob", direct(e3), through(e3)))
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT", "SPE_E3"), plan.Who{Everyone: true})}
	full := mustNew(t, in)
	full.Missing = []plan.Missing{{User: full.Changes[0].User, Because: plan.NoSeat}, {}}
	full.NotEvaluated = []plan.NotEvaluated{{Statement: "\n  \"drift\": ["}}
	full.Drift = []plan.Drifted{{What: "given"}, {What: "taken"}, {What: "\u2028"}}
	empty, none := *full, *full
	empty.Changes, empty.Order, empty.Drift = []plan.Change{}, []plan.UserID{}, []plan.Drifted{}
	none.Changes, none.Order, none.Missing, none.NotEvaluated, none.Drift = nil, nil, nil, nil, nil
	for name, p := range map[string]*plan.Plan{"full": full, "empty": &empty, "none": &none} {
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := errors.Join(enc.Encode(p), p.Write(&got)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) || !bytes.Equal(plan.Encode(p), want.Bytes()) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got.Bytes(), want.Bytes())
		}
	}
}

func TestDecodeFrom(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)))
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
	text := string(plan.Encode(mustNew(t, in)))
	p, err := plan.DecodeFrom(iotest.OneByteReader(strings.NewReader(text)))
	if err != nil || string(plan.Encode(p)) != text {
		t.Fatalf("got %v, want the same plan", err)
	}
	cut := errors.New("the disk is gone")
	if _, err := plan.DecodeFrom(io.MultiReader(strings.NewReader(text[:len(text)/2]), iotest.ErrReader(cut))); !errors.Is(err, cut) || errors.Is(err, plan.ErrFormat) {
		t.Errorf("got %v, want %v", err, cut)
	}
	for name, bad := range map[string]string{
		"cut":               text[:len(text)/2],
		"nothing":           "",
		"no object":         "[]",
		"no head":           strings.Replace(text, `"kind": "LicensePlan",`, "", 1),
		"head at the end":   `{"mode":"normal","formatVersion":"1.0","kind":"LicensePlan"}`,
		"head alone":        `{"formatVersion":"1.0","kind":"LicensePlan"}`,
		"another format":    strings.Replace(text, `"formatVersion": "1.0"`, `"formatVersion": "2.0"`, 1),
		"changes twice":     strings.Replace(text, `"order": [`, `"changes": [], "order": [`, 1),
		"no list":           strings.Replace(text, `"changes": [`, `"changes": {}, "order": [`, 1),
		"an unknown field":  strings.Replace(text, `"order": [`, `"orders": [`, 1),
		"unknown in change": strings.Replace(text, `"verdict": `, `"judged": `, 1),
		"a field twice":     strings.Replace(text, `"order": [`, `"mode": "normal", "order": [`, 1),
		"something follows": text + "{}",
		"a huge summary":    strings.Replace(text, `"changes": 2,`, `"changes": 9000000000000000000,`, 1),
		"no sum":            strings.Replace(text, `"changes": 2,`, `"changes": -2,`, 1),
	} {
		if bad == text {
			t.Fatalf("%s: the text is as it was", name)
		}
		if _, err := plan.DecodeFrom(strings.NewReader(bad)); !errors.Is(err, plan.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}
