package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

func survey(t *testing.T, in plan.Input) *plan.Survey {
	t.Helper()
	s, err := plan.NewSurvey(in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSurveyCounts: each person counts once for each product, by how he holds it.
func TestSurveyCounts(t *testing.T) {
	lost := plan.SKU("00000000-0000-4000-8000-0000000000ee")
	dan := person("00000000-0000-4000-8000-00000000000d", "dan")
	dan.Unsourced = []plan.SKU{e3}
	in := with(person(ann, "ann", direct(e3), direct(lost)), person(bob, "bob", direct(e3), through(e3)),
		person(cleo, "cleo", through(e3), plan.Source{SKU: e5, Group: grp, State: plan.ErrorState}), dan)
	in.Desired.Settings.Manage = plan.Manage{Exclude: names("POWER_BI_PRO")}
	s := survey(t, in)
	got := s.Product(e3)
	if fmt.Sprint(got.Direct, got.Both, got.Through, got.Unsourced, got.Held()) != "1 1 1 1 3" {
		t.Errorf("got %+v, want one each", got)
	}
	if p := s.Product(lost); p == nil || p.Listed != nil || p.Unique || p.Direct != 1 || !p.Managed {
		t.Errorf("got %+v, want a product that is held and not listed", p)
	}
	if p := s.Product(e5); p.Direct+p.Both+p.Through+p.Unsourced != 0 || !p.Unique {
		t.Errorf("got %+v, want nobody: a group's Error is not held", p)
	}
	if s.Product(pbi).Managed || !s.Product(visio).Managed {
		t.Error("what is excluded is not ours, and all else is where no products are given")
	}
	if !s.Product(visio).AddOn || s.Product(e3).AddOn {
		t.Error("what carries no mailbox is an add-on, and a suite is none")
	}
	if s.Products[0].SKU != e3 {
		t.Errorf("got %s first, want the suite that most hold", s.Products[0].PartNumber)
	}
}

// TestSurveyOrder: managed products come as manage.products names them.
func TestSurveyOrder(t *testing.T) {
	in := with(person(ann, "ann", direct(e3)))
	in.Desired.Settings.Manage = plan.Manage{Given: true, Products: names("VISIOCLIENT", "SPE_E3", string(e3)), Exclude: names("POWER_BI_PRO")}
	if got := survey(t, in).Managed(); !slices.Equal(got, []plan.SKU{visio, e3}) {
		t.Errorf("got %v", got)
	}
	in.Desired.Settings.Manage.All, in.Desired.Settings.Manage.Products = true, nil
	if got := survey(t, in).Managed(); !slices.Equal(got, []plan.SKU{e3, e5, visio}) {
		t.Errorf("got %v, want them by part number", got)
	}
}

// TestSurveyAsks: what costs a request is asked of those of whom proposals speak.
func TestSurveyAsks(t *testing.T) {
	left := person(bob, "bob", direct(e3))
	left.AccountEnabled = plan.No
	in := with(person(ann, "ann", direct(visio)), left, person(cleo, "cleo", direct(e3)))
	got := survey(t, in).Asks()
	if !slices.Equal(got.Mailboxes, []plan.UserID{bob}) || !slices.Equal(got.SignIns, []plan.UserID{ann}) {
		t.Errorf("got %+v, want bob's mailbox and ann's sign-in", got)
	}
	in.Snapshot.Learn(got, map[plan.UserID]plan.Mailbox{bob: plan.SharedMailbox}, map[plan.UserID]plan.SignIn{ann: {Successful: time.Unix(0, 0)}},
		plan.Read{What: plan.ReadSignIns, Status: plan.ReadComplete})
	if again := survey(t, in).Asks(); !again.None() {
		t.Errorf("got %+v, want nothing asked twice", again)
	}
}

// TestSurveyFails: as a plan does.
func TestSurveyFails(t *testing.T) {
	in := with(person(ann, "ann"))
	in.Desired.Settings.Manage.Exclude = names("NO_SUCH")
	if faults := (*plan.FaultsError)(nil); !isAs(plan.NewSurvey(in))(&faults) {
		t.Error("a folder at fault is surveyed")
	}
	in = with(person(ann, "ann"))
	in.Snapshot.Reads = []plan.Read{{What: plan.ReadRoles, Status: plan.ReadDenied, Reason: "403"}}
	if incomplete := (*plan.IncompleteError)(nil); !isAs(plan.NewSurvey(in))(&incomplete) {
		t.Error("a tenant whose roles nobody may read is surveyed")
	}
}

func isAs(_ *plan.Survey, err error) func(any) bool {
	return func(target any) bool { return errors.As(err, target) }
}
