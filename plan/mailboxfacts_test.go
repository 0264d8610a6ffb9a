package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// leaver is a tenant in which ann loses E3, the only product with a mailbox.
func leaver(sources ...plan.Source) plan.Input {
	in := with(person(ann, "ann", append(sources, direct(e3))...), person(bob, "bob", direct(visio)))
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("SPE_E3"), who("ann@contoso.com")...)}
	return in
}

// TestMailboxFact: the rules are told what the mailbox is for where the last plan
// with one goes, or why that is not known.
func TestMailboxFact(t *testing.T) {
	denied := []plan.Read{{What: plan.ReadMailboxes, Status: plan.ReadDenied, Reason: "403 Forbidden"}}
	tests := []struct {
		name string
		set  func(*plan.Input)
		want plan.MailboxFact
	}{
		{"read", func(in *plan.Input) { in.Snapshot.Users[0].Mailbox = plan.SharedMailbox }, plan.MailboxFact{Kind: "shared"}},
		{"none", func(in *plan.Input) { in.Snapshot.Users[0].Mailbox = plan.NoMailbox }, plan.MailboxFact{Kind: "none"}},
		{"a word of Graph's", func(in *plan.Input) { in.Snapshot.Users[0].Mailbox = "unknownFutureValue" }, plan.MailboxFact{Kind: "unknownFutureValue"}},
		{"nobody asked", func(*plan.Input) {}, plan.MailboxFact{Why: "kind of mailbox: not read"}},
		{"refused", func(in *plan.Input) { in.Snapshot.Reads = denied }, plan.MailboxFact{Why: "kind of mailbox: 403 Forbidden"}},
		{"files go, the mailbox does not", func(in *plan.Input) {
			in.Snapshot.Users[0].Mailbox = plan.SharedMailbox
			product(in, e3).Plans = product(in, e3).Plans[1:]
		}, plan.MailboxFact{}},
		{"another product has one", func(in *plan.Input) {
			in.Snapshot.Users[0].Mailbox = plan.SharedMailbox
			in.Snapshot.Users[0].Sources = append(in.Snapshot.Users[0].Sources, through(e5))
			plan.SortSources(in.Snapshot.Users[0].Sources)
		}, plan.MailboxFact{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := leaver()
			tt.set(&in)
			r := record(&in)
			mustNew(t, in)
			if got := r.cases["ann SPE_E3"].Facts.Mailbox; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func product(in *plan.Input, sku plan.SKU) *plan.Product {
	i := slices.IndexFunc(in.Snapshot.Products, func(p plan.Product) bool { return p.SKU == sku })
	return &in.Snapshot.Products[i]
}

// TestHoldFact: whom the facts file named holds lists, and what the document
// says of the file.
func TestHoldFact(t *testing.T) {
	file := func(name string, keys ...string) plan.Table {
		f := plan.Table{Name: name, File: "holds.csv", Key: plan.KeyedByName, Rows: map[string][]string{}, Place: plan.Place{File: "reseat.yaml", Line: 9}}
		for _, k := range keys {
			f.Rows[k] = []string{}
		}
		return f
	}
	old := file("holds", "bob@contoso.com")
	old.MaxAge, old.AsOf = 720*time.Hour, time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	const stale = "holds.csv is 50 days old, at most 30 are allowed"
	twice := func(in *plan.Input) {
		in.Snapshot.Users = append(in.Snapshot.Users, person(cleo, "ann"))
	}
	tests := []struct {
		name  string
		table *plan.Table
		set   func(*plan.Input)
		want  plan.HoldFact
		read  plan.Read
	}{
		{"no file", nil, nil, plan.HoldFact{Listed: plan.No}, plan.Read{Status: plan.ReadAbsent, Reason: "not supplied"}},
		{"another file", new(file("legal", "ann@contoso.com")), nil, plan.HoldFact{Listed: plan.No}, plan.Read{Status: plan.ReadAbsent, Reason: "not supplied"}},
		{"listed", new(file("holds", "ann@contoso.com", "x@contoso.com")), nil, plan.HoldFact{Supplied: true, Listed: plan.Yes}, plan.Read{Items: 2, Status: plan.ReadComplete}},
		{"whatever the case", new(file("Holds", "ann@contoso.com")), nil, plan.HoldFact{Supplied: true, Listed: plan.Yes}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"by a former name that is pinned", new(file("holds", "anna@contoso.com")), func(in *plan.Input) {
			in.Desired.Pins = []plan.Pin{{ID: ann, Name: "Anna@contoso.com"}}
		}, plan.HoldFact{Supplied: true, Listed: plan.Yes}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"by a further address", new(file("holds", "anna@contoso.com")), func(in *plan.Input) {
			in.Snapshot.Users[0].Aliases = []string{"a@contoso.com", "anna@contoso.com"}
		}, plan.HoldFact{Supplied: true, Why: `holds.csv lists "anna@contoso.com", a further address of the account`}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"by the address of somebody who is listed", new(file("holds", "bob@contoso.com")), func(in *plan.Input) {
			in.Snapshot.Users = append(in.Snapshot.Users, person(bob, "bob"))
			in.Snapshot.Users[0].Aliases = []string{"bob@contoso.com"}
		}, plan.HoldFact{Supplied: true, Listed: plan.No}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"by a former name that is somebody else's", new(file("holds", "bob@contoso.com")), func(in *plan.Input) {
			in.Desired.Pins = []plan.Pin{{ID: ann, Name: "bob@contoso.com"}}
		}, plan.HoldFact{Supplied: true, Why: "two accounts bear the name that is in holds.csv"}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"not listed", new(file("holds", "bob@contoso.com")), nil, plan.HoldFact{Supplied: true, Listed: plan.No}, plan.Read{Items: 1, Status: plan.ReadComplete}},
		{"empty", new(file("holds")), nil, plan.HoldFact{Supplied: true, Listed: plan.No}, plan.Read{Status: plan.ReadComplete}},
		{"too old, and not listed", &old, nil, plan.HoldFact{Supplied: true, Why: stale}, plan.Read{Items: 1, Status: plan.ReadDenied, Reason: stale}},
		{"two people's name", new(file("holds", "ann@contoso.com")), twice,
			plan.HoldFact{Supplied: true, Why: "two accounts bear the name that is in holds.csv"}, plan.Read{Items: 1, Status: plan.ReadComplete}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := leaver()
			if tt.set != nil {
				in.Desired.Remove[0].Who = who(string(ann))
				tt.set(&in)
			}
			if tt.table != nil {
				in.Desired.Tables = []plan.Table{*tt.table}
			}
			r := record(&in)
			p := mustNew(t, in)
			if got := r.cases["ann SPE_E3"].Facts.Hold; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			tt.read.What = plan.ReadHolds
			if !slices.Contains(p.Inputs.Snapshot.Reads, tt.read) {
				t.Errorf("got reads %+v, want %+v among them", p.Inputs.Snapshot.Reads, tt.read)
			}
			if slices.ContainsFunc(in.Snapshot.Reads, func(r plan.Read) bool { return r.What == plan.ReadHolds }) {
				t.Error("the snapshot was changed")
			}
		})
	}
	in := leaver()
	in.Desired.Tables = []plan.Table{old}
	want := "reseat.yaml:9: " + stale + ": nobody is taken the last plan with a mailbox (R106), and who else is asked about in it keeps all"
	if notes := mustNew(t, in).Notes; !slices.Contains(notes, plan.Note{Code: "facts-old", Text: want}) {
		t.Errorf("got %+v, want a note %q", notes, want)
	}
}

// TestHoldsOfNobody: rows of the list of holds that are nobody's are noted, unless
// they are of deleted people, or of addresses of somebody.
func TestHoldsOfNobody(t *testing.T) {
	in := leaver()
	in.Snapshot.Deleted = []plan.DeletedUser{
		{ID: bob, UserPrincipalName: strings.ReplaceAll(string(bob), "-", "") + "bob@contoso.com"}, {ID: cleo, UserPrincipalName: "cleo@contoso.com"}}
	rows := map[string][]string{}
	for _, name := range []string{"ann@contoso.com", "ann.other@contoso.com", "bob@contoso.com", "cleo@contoso.com"} {
		rows[name] = []string{}
	}
	in.Desired.Tables = []plan.Table{{Name: "holds", File: "holds.csv", Key: plan.KeyedByName, Rows: rows, Place: plan.Place{File: "reseat.yaml", Line: 9}}}
	said := func() []string {
		var out []string
		for _, n := range mustNew(t, in).Notes {
			if n.Code == "holds" {
				out = append(out, n.Text)
			}
		}
		return out
	}
	if got := said(); len(got) != 1 || !strings.HasPrefix(got[0], `reseat.yaml:9: "ann.other@contoso.com" in holds.csv is nobody in the tenant`) {
		t.Errorf("got %q, want a note of ann.other", got)
	}
	delete(rows, "ann.other@contoso.com")
	if got := said(); got != nil {
		t.Errorf("got %q, want no note", got)
	}
	rows["zoe@contoso.com"], in.Snapshot.Users[0].Mail = []string{}, "ZOE@contoso.com"
	if got := said(); len(got) != 1 {
		t.Errorf("got %q: who is listed by name is not meant by another row", got)
	}
}

// needed is what the plan needs to know more of.
func needed(t *testing.T, in plan.Input) plan.Asks {
	t.Helper()
	m, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return m.Needs()
}

// TestMailboxIsAsked: what a mailbox is for is needed of those who would lose the
// last plan with one, and of nobody else.
func TestMailboxIsAsked(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*plan.Input)
		want []plan.UserID
	}{
		"loses it":             {func(*plan.Input) {}, []plan.UserID{ann}},
		"disabled":             {func(in *plan.Input) { in.Snapshot.Users[0].AccountEnabled = plan.No }, []plan.UserID{ann}},
		"known":                {func(in *plan.Input) { in.Snapshot.Users[0].Mailbox = plan.RoomMailbox }, nil},
		"the statement skips":  {func(in *plan.Input) { in.Desired.Remove[0].DataLoss = plan.LossSkip }, nil},
		"no mailbox goes":      {func(in *plan.Input) { in.Desired.Remove[0].Products = list("VISIOCLIENT") }, nil},
		"denied for something": {func(in *plan.Input) { in.Judge = deny{part: "SPE_E3"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := leaver()
			tt.set(&in)
			if got := needed(t, in).Mailboxes; !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestSkipKeepsBeforeRules: a seat that a statement keeps by `dataLoss: skip` is
// no change, so that no rule about what is lost is asked.
func TestSkipKeepsBeforeRules(t *testing.T) {
	in := leaver()
	in.Desired.Remove[0].DataLoss = plan.LossSkip
	in.Snapshot.Users[0].AccountEnabled, in.Snapshot.Users[0].Mailbox = plan.No, plan.SharedMailbox
	r := record(&in)
	p := mustNew(t, in)
	if len(p.Changes) != 0 || len(r.cases["ann SPE_E3"].Facts.Loses) != 0 {
		t.Errorf("got %v, and a rule was told of %v, want nothing", lines(p), r.cases["ann SPE_E3"].Facts.Loses)
	}
	if !slices.ContainsFunc(p.Notes, func(n plan.Note) bool { return n.Code == "kept" && strings.HasPrefix(n.Text, "1 seat kept by") }) {
		t.Errorf("got notes %+v, want that the seat is kept", p.Notes)
	}
}
