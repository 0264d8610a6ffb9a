package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A law is which service plans need or exclude each other.
type law struct {
	// families: of each set a user can have only one plan.
	families [][]plan.PlanID
}

const (
	exchangePlan1      plan.PlanID = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
	exchangePlan2      plan.PlanID = "efb87545-963c-4e0d-99df-69c6916d9eb0"
	sharePointProject  plan.PlanID = "fe71d6c3-a2ea-4499-9778-da042bf08063"
	sharePointPlan2    plan.PlanID = "5dbe027f-2339-4123-9542-606e4d348a72"
	teamsPhone         plan.PlanID = "4828c8ec-dc2e-4779-b502-87ac9ce28ab7"
	teamsPhonePrefix               = "MCOEV"
	callingPlansPrefix             = "MCOPSTN"
)

// newLaw holds the sets that Microsoft once listed as not assignable together,
// and the pair of Teams plans that conflict since.
func newLaw() law {
	return law{families: [][]plan.PlanID{
		{ // Exchange; Plan 1 and Plan 2 go together since 2023
			"90927877-dcff-4af6-b346-2332c0b15bb7", "d42bdbd6-c335-4231-ab3d-c8f348d5aff5", "da040e0a-b393-4bea-bb76-928b3fa1cf5a",
			"4a82b400-a79f-41a4-b4e2-e94f5787b113", exchangePlan2, "1126bef5-da20-4f07-b45e-ad25d2581aa8",
			exchangePlan1, "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56",
		},
		{ // Intune
			"c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "3e170737-c728-4eae-bbb9-3f3360f7184c", "2dc63b8a-df3d-448f-b683-8655877c9360",
		},
		{ // SharePoint
			"afcafa6a-d966-4462-918c-ec0b4e0fe642", "a361d6e2-509e-4e25-a8ad-950060064ef4", "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
			sharePointPlan2, "63038b2c-28d0-45f6-bc36-33062963b498", "6b5b6a67-fc72-4a1f-a2b5-beecf05de761",
			"a1f3d0a8-84c0-4ae0-bae4-685917b8ab48", "c7699d2e-19aa-44de-8edf-1736da088ca1", "0a4983bb-d3e5-4a09-95d8-b2d0127b3df5",
		},
		{ // Skype for Business
			"afc06cb0-b4f4-4473-8286-d644f70d8faf", "0feaeb32-d00e-4d66-bd5a-43b5b83db82c", "b2669e95-76ef-4e7e-a367-002f60a39f3e",
			"70710b6b-3ab4-4a38-9f6d-9f169461650a",
		},
		{ // calling plans
			"4ed3ff63-69d7-4fb7-b984-5aec7f605ca8", "5a10155d-f5c1-411a-a8ec-e99aae125390", "54a152dc-90de-4996-93d2-bc47e670fc06",
		},
		{ // Yammer
			"7547a3fe-08ee-4ccb-b430-5077c5041653", "2078e8df-cff6-4290-98cb-5408261a760a", "41bf139a-4e60-409f-9346-a1361efc6dfb",
		},
		{ // Rights Management
			"bea4c11e-220a-4e6d-8eb8-8ea15d019f90", "6a76346d-5d6e-4051-9fe3-ed3f312b5597",
		},
		{ // Teams
			"57ff2da0-773e-42df-b2af-ffb7a2317929", "4fa4026d-ce74-4962-a151-8e96d57ea8e4",
		},
	}}
}

// plans returns the service plans that are on, with their names, over all sources.
func (t *Tenant) plans(h holding) map[plan.PlanID]string {
	on := map[plan.PlanID]string{}
	for _, l := range h.licences() {
		if s := t.bySKU[l.sku]; s != nil {
			for id, name := range s.plans {
				if !slices.Contains(l.disabled, id) {
					on[id] = name
				}
			}
		}
	}
	return on
}

// A breach is a law that a set of licences breaks.
type breach struct {
	code    string // as a group's seat shows it
	message string // as a direct assignment is refused
}

// lawful refuses a set of licences that breaks a law the present one keeps.
func (t *Tenant) lawful(from, to holding) error {
	if b := t.breach(from, to); b != nil {
		return badRequest("%s", b.message)
	}
	return nil
}

// breach returns the law that the way from one set of licences to another
// breaks, or nil. A fault that a tenant already has does not stop what does not
// make it worse.
func (t *Tenant) breach(from, to holding) *breach {
	was, on := t.plans(from), t.plans(to)
	for _, id := range slices.Sorted(maps.Keys(on)) {
		need := missing(id, on)
		if _, had := was[id]; need != "" && (!had || missing(id, was) == "") {
			return &breach{"DependencyViolation", fmt.Sprintf("License assignment failed because service plan %s depends on the service plan(s) %s", id, need)}
		}
	}
	for _, family := range t.law.families {
		both, anew := []string{}, false
		for _, id := range family {
			if _, is := on[id]; is {
				_, had := was[id]
				both, anew = append(both, string(id)), anew || !had
			}
		}
		if slices.Contains(both, string(exchangePlan1)) && slices.Contains(both, string(exchangePlan2)) {
			both = slices.DeleteFunc(both, func(id string) bool { return id == string(exchangePlan1) })
		}
		if len(both) > 1 && anew {
			return &breach{"MutuallyExclusiveViolation", fmt.Sprintf("License assignment failed because service plans %s are mutually exclusive.", strings.Join(both, ", "))}
		}
	}
	return nil
}

// missing returns the plan that id needs beside it and that is not on, or "".
func missing(id plan.PlanID, on map[plan.PlanID]string) plan.PlanID {
	switch {
	case id == sharePointProject:
		if _, is := on[sharePointPlan2]; !is {
			return sharePointPlan2
		}
	case strings.HasPrefix(on[id], callingPlansPrefix):
		for _, name := range on {
			if strings.HasPrefix(name, teamsPhonePrefix) {
				return ""
			}
		}
		return teamsPhone
	}
	return ""
}
