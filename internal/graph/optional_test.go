package graph_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

func snapshot(t *testing.T, f *fake, wants graph.Wants) *plan.Snapshot {
	t.Helper()
	s, err := on(f).client(t).Snapshot(t.Context(), wants)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// readOf returns what became of a read.
func readOf(s *plan.Snapshot, what string) plan.Read {
	i := slices.IndexFunc(s.Reads, func(r plan.Read) bool { return r.What == what })
	if i < 0 {
		return plan.Read{}
	}
	return s.Reads[i]
}

func TestAliases(t *testing.T) {
	for name, tt := range map[string]struct {
		addresses string
		want      []string
	}{
		"name and mail alone": {`["SMTP:U1@Contoso.com","smtp:MAIL@contoso.com"]`, nil},
		"more":                {`["SMTP:u1@contoso.com","smtp:Zoe@contoso.com","sMtP:Ann@contoso.com","smtp:ann@CONTOSO.com"]`, []string{"ann@contoso.com", "zoe@contoso.com"}},
		"other kinds":         {`["X500:/o=x/cn=u","sip:a@contoso.com","EUM:7","smtp:","smtp","","a@b",null]`, nil},
		"not ASCII":           {`["smtp:Ame\u0301lie@contoso.com","smtp: \u00c9ve@contoso.com "]`, []string{"amélie@contoso.com", "éve@contoso.com"}},
		"none":                {`[]`, nil},
		"null":                {`null`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := contoso(t).on("/users", list(user(1, `"assignedLicenses":[],"licenseAssignmentStates":[],"mail":"mail@contoso.com","proxyAddresses":`+tt.addresses), user(2)))
			got := snapshot(t, f, graph.Wants{}).Users
			if !reflect.DeepEqual(got[0].Aliases, tt.want) || got[1].Aliases != nil {
				t.Errorf("got %q and %q, want %q and none", got[0].Aliases, got[1].Aliases, tt.want)
			}
		})
	}
}

func TestDeleted(t *testing.T) {
	item := func(n int, name string) string {
		return fmt.Sprintf(`{"id":%q,"userPrincipalName":%s,"displayName":null,"deletedDateTime":"2026-11-01T10:00:00Z"}`, id(n), quote(name))
	}
	bare := func(n int) string { return strings.ReplaceAll(id(n), "-", "") }
	f := contoso(t).on("/directory/deletedItems/microsoft.graph.user", list(
		item(9, strings.ToUpper(bare(9))+"Ann@contoso.com"), item(3, bare(4)+"bo@contoso.com"), item(5, id(5)+"cy@contoso.com"),
		item(6, bare(6)+"@contoso.com"), item(7, "plain@contoso.com"), item(7, bare(7)+"later@contoso.com")))
	s := snapshot(t, f, graph.Wants{})
	var got []string
	for _, u := range s.Deleted {
		got = append(got, string(u.ID)[35:]+" "+u.UserPrincipalName)
		if u.DeletedAt != time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC) {
			t.Errorf("got %v", u.DeletedAt)
		}
	}
	want := []string{"3 " + bare(4) + "bo@contoso.com", "5 cy@contoso.com", "6 " + bare(6) + "@contoso.com", "7 later@contoso.com", "9 Ann@contoso.com"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// Where the page size is refused, the listing does without.
	f = contoso(t)
	const path, fields = "/directory/deletedItems/microsoft.graph.user", "?$select=id,userPrincipalName,displayName,deletedDateTime"
	f.on(path+fields+"&$top=999", refuse(400, "Request_BadRequest", "Invalid page size")).on(path+fields, list(item(1, "a@b")))
	if s := snapshot(t, f, graph.Wants{}); len(s.Deleted) != 1 || readOf(s, "deletedItems").Status != plan.ReadComplete {
		t.Errorf("without a page size: got %v", s.Deleted)
	}
}

// Who may make himself a member of a group that has a role is found: as a
// member or owner to be, himself or through another group.
func TestGroupEligibility(t *testing.T) {
	const path = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
	entry := func(group, principal int, access string) string {
		return fmt.Sprintf(`{"id":"x","accessId":%q,"principalId":%q,"groupId":%q}`, access, strings.ToUpper(id(principal)), strings.ToUpper(id(group)))
	}
	f := contoso(t)
	f.on(path+"?$filter=groupId eq '"+id(50)+"'", list(entry(50, 11, "owner"), entry(50, 70, "member"), entry(50, 91, "member"), entry(50, 11, "member"), entry(99, 10, "member")))
	f.on(path+"?$filter=groupId eq '"+id(51)+"'", list())
	f.on("/groups/"+id(70), ok(`{"id":"`+id(70)+`"}`)).on("/groups/"+id(70)+"/transitiveMembers/microsoft.graph.user", list(`{"id":"`+id(12)+`"}`, `{"id":"`+id(11)+`"}`))
	s := snapshot(t, f, graph.Wants{})
	if got, want := s.Groups[0].Eligible, []plan.UserID{plan.UserID(id(11)), plan.UserID(id(12))}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.Groups[1].Eligible; got == nil || len(got) != 0 {
		t.Errorf("read, and nobody: got %#v", got)
	}
	if got, want := readOf(s, "groupEligibility"), (plan.Read{What: "groupEligibility", Items: 2, Status: "complete"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// What is not known for one group is not known, and says nothing of another.
	f.on(path+"?$filter=groupId eq '"+id(51)+"'", refuse(403, "UnknownError", "no"))
	s = snapshot(t, f, graph.Wants{})
	if got := readOf(s, "groupEligibility"); got.Status != "denied" || s.Groups[1].Eligible != nil || len(s.Groups[0].Eligible) != 2 {
		t.Errorf("got %+v, %+v", got, s.Groups)
	}
}

// Reads that a plan can do without never end a snapshot, whatever becomes of
// them, and are never empty instead.
func TestReadsToDoWithout(t *testing.T) {
	deleted, pim := "/directory/deletedItems/microsoft.graph.user", "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
	segment := "Resource not found for the segment 'x'."
	for _, tt := range []struct {
		name, path, what string
		answer           answer
		status           plan.ReadStatus
		reason           string
	}{
		{"deleted denied", deleted, "deletedItems", refuse(403, "Authorization_RequestDenied", "no"), "denied", "403 Authorization_RequestDenied"},
		{"deleted unknown", deleted, "deletedItems", refuse(400, "BadRequest", segment), "denied", "400 BadRequest"},
		{"deleted fails", deleted, "deletedItems", answer{status: 500}, "denied", "500 Internal Server Error"},
		{"deleted not there", deleted, "deletedItems", refuse(404, "Request_ResourceNotFound", "x"), "denied", "404 Request_ResourceNotFound"},
		{"deleted cut off", deleted, "deletedItems", ok(`{"value":[{"id":"` + id(1)), "denied", "read deleted users: the answer was cut off: jsontext: unexpected EOF"},
		{"deleted broken", deleted, "deletedItems", list(`{"userPrincipalName":"a"}`), "denied", "read deleted users: a user without an id"},
		{"deleted null", deleted, "deletedItems", ok(`{"value":null}`), "denied", "read deleted users"},
		{"no PIM", pim, "groupEligibility", refuse(400, "AadPremiumLicenseRequired", "x"), "absent", "400 AadPremiumLicenseRequired"},
		{"not onboarded", pim, "groupEligibility", refuse(403, "Tenant", "The tenant has not onboarded to PIM."), "absent", "403 Tenant"},
		{"PIM not there", pim, "groupEligibility", refuse(404, "BadRequest", segment), "absent", "404 BadRequest"},
		{"PIM unknown", pim, "groupEligibility", refuse(400, "BadRequest", segment), "absent", "400 BadRequest"},
		{"PIM denied", pim, "groupEligibility", refuse(403, "Authorization_RequestDenied", "x"), "denied", "403 Authorization_RequestDenied"},
		{"PIM fails", pim, "groupEligibility", answer{status: 503}, "denied", "503 Service Unavailable"},
		{"PIM of nobody", pim, "groupEligibility", list(`{"id":"x"}`), "denied", "read eligibility for group " + id(50) + ": an entry without a principal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshot(t, contoso(t).on(tt.path, tt.answer), graph.Wants{})
			if got := readOf(s, tt.what); got.Status != tt.status || !strings.HasPrefix(got.Reason, tt.reason) {
				t.Errorf("got %+v, want %s, %s", got, tt.status, tt.reason)
			}
			if tt.what == "deletedItems" && len(s.Deleted) != 0 || tt.what == "groupEligibility" && s.Groups[0].Eligible != nil {
				t.Errorf("got %v, %v", s.Deleted, s.Groups[0].Eligible)
			}
		})
	}
}

// A token that is refused, or none, ends the snapshot, even if the first to
// hear of it is a read to do without.
func TestFatalEverywhere(t *testing.T) {
	for _, path := range []string{
		"/directory/deletedItems/microsoft.graph.user", "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
		"/directory/subscriptions", "/groups/" + id(50), "/groups",
	} {
		f := contoso(t).on(path, refuse(401, "InvalidAuthenticationToken", "expired"))
		_, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Groups: []string{"board"}})
		if !errors.Is(err, graph.ErrUnauthorized) {
			t.Errorf("%s: got %v", path, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		b := on(contoso(t).on(path, answer{status: 503}))
		b.Wait = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
		if _, err := b.client(t).Snapshot(ctx, graph.Wants{Groups: []string{"board"}}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: got %v", path, err)
		}
	}
}

func TestMailboxes(t *testing.T) {
	const q = "/mailboxSettings?$select=userPurpose"
	at := func(n int) string { return "/users/" + id(n) + q }
	f := newFake(t)
	f.on(at(1), ok(`{"@odata.context":"x","userPurpose":"shared"}`)).on(at(2), ok(`{"userPurpose":{"value":"Room"}}`))
	f.on(at(3), refuse(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."))
	f.on(at(4), refuse(404, "ErrorItemNotFound", "x")).on(at(5), ok(`{"userPurpose":"unknownFutureValue"}`)).on(at(6), ok(`{"userPurpose":null}`))
	f.on(at(7), refuse(404, "ResourceNotFound", "Resource could not be discovered."))
	ids := []plan.UserID{plan.UserID(strings.ToUpper(id(1)))}
	for n := 1; n <= 7; n++ {
		ids = append(ids, plan.UserID(id(n)))
	}
	want := map[plan.UserID]plan.Mailbox{}
	for n, kind := range map[int]plan.Mailbox{1: "shared", 2: "room", 3: plan.NoMailbox, 4: plan.NoMailbox, 7: plan.NoMailbox} {
		want[plan.UserID(id(n))] = kind
	}
	got, read, err := on(f).client(t).Mailboxes(t.Context(), ids)
	if err != nil || !reflect.DeepEqual(got, want) || read != (plan.Read{What: "mailboxSettings", Items: 5, Status: "complete"}) {
		t.Errorf("got %v, %+v, %v, want %v", got, read, err, want)
	}
	for name, a := range map[string]answer{
		"403 ErrorAccessDenied":     refuse(403, "ErrorAccessDenied", "Access is denied."),
		"500 Internal Server Error": {status: 500, body: `""`},
		"404 Not Found":             {status: 404, body: `"PGh0bWw+"`},
		"read mailbox settings":     ok(`[]`),
	} {
		f := newFake(t).on(at(1), ok(`{"userPurpose":"equipment"}`)).on(at(2), a)
		got, read, err := on(f).client(t).Mailboxes(t.Context(), []plan.UserID{plan.UserID(id(1)), plan.UserID(id(2))})
		if err != nil || len(got) != 1 || got[plan.UserID(id(1))] != "equipment" || read.Status != plan.ReadDenied || read.Items != 1 || !strings.HasPrefix(read.Reason, name) {
			t.Errorf("%s: got %v, %+v, %v", name, got, read, err)
		}
	}
	if got, read, err := on(newFake(t)).client(t).Mailboxes(t.Context(), nil); err != nil || len(got) != 0 || read.Status != plan.ReadComplete {
		t.Errorf("of nobody: got %v, %+v, %v", got, read, err)
	}
	if _, _, err := on(newFake(t).on("/$batch", refuse(401, "x", ""))).client(t).Mailboxes(t.Context(), ids); !errors.Is(err, graph.ErrUnauthorized) {
		t.Errorf("got %v", err)
	}
	if _, _, err := on(newFake(t)).client(t).Mailboxes(t.Context(), []plan.UserID{"../me"}); err == nil {
		t.Error("an id that is none went through")
	}
}

// Who may activate a role is what Graph expands him to, and where it does not
// expand, what it says when asked.
func TestEligibilityExpanded(t *testing.T) {
	const path = "/roleManagement/directory/roleEligibilityScheduleInstances"
	entries := func(user, group, service string) answer {
		return list(assignment("z1", id(44), user), assignment("b2", id(51), group), assignment("a0", id(91), service))
	}
	f := contoso(t).on(path+"?$expand=principal", entries("#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.servicePrincipal"))
	expanded := snapshot(t, f, graph.Wants{}).RoleAssignments
	if n := f.times("/$batch"); n != 2 {
		t.Errorf("got %d batches, want 2: one of groups, one of who is eligible for them", n)
	}
	f = contoso(t).on(path+"?$expand=principal", refuse(400, "BadRequest", "no")).on(path, entries("", "", "")).on("/users/"+id(44), ok(`{"id":"`+id(44)+`"}`))
	asked := snapshot(t, f, graph.Wants{}).RoleAssignments
	if !reflect.DeepEqual(asked, expanded) {
		t.Errorf("got %+v, want %+v", asked, expanded)
	}
	var got []string
	for _, a := range expanded {
		got = append(got, a.ID+" "+string(a.Kind))
	}
	if want := []string{"a0 servicePrincipal", "a1 user", "a2 group", "a3 servicePrincipal", "b2 group", "z1 user"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
