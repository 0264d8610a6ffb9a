package plan_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A report that is read outcome by outcome is what it is read as a whole.
func TestDecodeReport(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	full := plan.Report{
		Run: "20261120T080000Z-3fa9c2e1", Plan: "p", StartedAt: at, EndedAt: at.Add(time.Minute), Journal: 7,
		Outcomes: []plan.Outcome{
			{User: "a", SKU: e3, Action: plan.Unassign, Class: plan.Ready, Status: plan.Done, Evidence: "answer", RequestID: "1", At: at},
			{User: "b", SKU: e3, Action: plan.Unassign, Class: plan.Ready, Status: plan.Failed, Code: "x", Message: "<y>", Advice: "z"},
		},
		Summary: plan.ReportSummary{Done: 1, Failed: 1, Stopped: "quota"}, Parts: []plan.RunPart{{Operation: "apply", At: at}},
	}
	none, null := full, full
	none.Outcomes, null.Outcomes = []plan.Outcome{}, nil
	for _, r := range []plan.Report{full, none, null} {
		var b bytes.Buffer
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(b.String(), "{", `{"later": [1, {"outcomes": []}],`, 1)
		var want plan.Report
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		got, err := plan.DecodeReport(strings.NewReader(text))
		if err != nil || !reflect.DeepEqual(*got, want) || len(got.Outcomes) != len(r.Outcomes) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	var b bytes.Buffer
	if err := full.Write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	for name, text := range map[string]string{
		"nothing": "", "a list": "[]", "null": "null", "cut off": good[:len(good)/2], "two": good + good,
		"outcomes of numbers": strings.Replace(good, `"outcomes": [`, `"outcomes": [1,`, 1),
		"outcomes of text":    `{"outcomes": "x"}`, "a summary of text": `{"summary": "x"}`,
	} {
		if got, err := plan.DecodeReport(strings.NewReader(text)); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
}
