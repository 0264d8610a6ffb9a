package desired_test

import (
	"testing"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// TestEncodeLock: one order and one form, whatever the pins come in.
func TestEncodeLock(t *testing.T) {
	pins := []plan.Pin{
		{ID: "00000000-0000-4000-8000-00000000000C", Name: "Zoë@contoso.com"},
		{ID: "00000000-0000-4000-8000-00000000000b", Name: "bob@contoso.com", Place: plan.Place{File: "people.lock", Line: 7}},
		{ID: "00000000-0000-4000-8000-00000000000a", Name: "Ann@contoso.com"},
		{ID: "00000000-0000-4000-8000-00000000000b", Name: "bob@contoso.com"},
		{ID: "00000000-0000-4000-8000-00000000000a", Name: "anna@contoso.com"},
	}
	const head = "# written by reseat lock: the object ids of the people whom the files name; commit it with them\n"
	const want = head + `00000000-0000-4000-8000-00000000000a Ann@contoso.com
00000000-0000-4000-8000-00000000000a anna@contoso.com
00000000-0000-4000-8000-00000000000b bob@contoso.com
00000000-0000-4000-8000-00000000000c Zoë@contoso.com
`
	if got := string(desired.EncodeLock(pins)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if pins[0].Name != "Zoë@contoso.com" {
		t.Error("the pins were moved")
	}
	if got := string(desired.EncodeLock(nil)); got != head {
		t.Errorf("of no pins got %q", got)
	}
}
