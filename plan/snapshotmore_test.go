package plan_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// What is read of people beyond their licences survives a file.
func TestSnapshotFileKeepsFacts(t *testing.T) {
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: "5b1c0000-0000-4000-8000-00000000f00d"},
		Users: []plan.User{{
			ID: "00000000-0000-4000-8000-000000000001", UserPrincipalName: "eva@contoso.com", UserType: "Member",
			Aliases: []string{"eva.old@contoso.com"}, Mailbox: plan.SharedMailbox,
			SignIn: &plan.SignIn{Successful: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}, Sources: []plan.Source{},
		}},
		Groups: []plan.Group{{ID: "00000000-0000-4000-8000-0000000000a1", Members: []plan.UserID{}, MembersRead: true,
			Eligible: []plan.UserID{"00000000-0000-4000-8000-000000000001"}}},
		Deleted: []plan.DeletedUser{{ID: "00000000-0000-4000-8000-000000000002", UserPrincipalName: "gone@contoso.com",
			DeletedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}},
	}
	first, err := plan.EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.DecodeSnapshot(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := plan.EncodeSnapshot(back)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("got\n%s\nwant\n%s (%v)", second, first, err)
	}
	for _, want := range []string{"eva.old@contoso.com", `"mailbox":"shared"`, "lastSuccessfulSignInDateTime", `"eligible"`, "gone@contoso.com"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	bad := strings.Replace(string(first), `"shared"`, `"palace"`, 1)
	if _, err := plan.DecodeSnapshot([]byte(bad)); err == nil || !strings.Contains(err.Error(), "no kind of mailbox") {
		t.Errorf("a kind of mailbox that is none: got %v", err)
	}
}
