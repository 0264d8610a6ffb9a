package simulator

import (
	"net/http"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// noPIM refuses what a tenant without Entra ID P2 lacks.
func noPIM() error {
	return refuse(http.StatusBadRequest, "AadPremiumLicenseRequired", "The tenant needs an AAD Premium 2 license.")
}

func (t *Tenant) hasPIM(what string) error {
	if t.o.NoPIM || t.read(what) == plan.ReadAbsent {
		return noPIM()
	}
	return t.known(what)
}

func grantCollection(kind string, cols []column[grant]) *collection[grant] {
	k := newCollection(kind, cols, func(v grant) string { return v.ID }, []property[grant]{
		wordField("id", "eq", "", func(v grant) string { return v.ID }),
		wordField("principalId", "eq", "", func(v grant) string { return v.Principal }),
		wordField("roleDefinitionId", "eq", "", func(v grant) string { return string(v.Role) }),
		wordField("directoryScopeId", "eq", "", func(v grant) string { return v.Scope }),
	})
	k.direct = true
	return k
}

func (t *Tenant) listEligibility(c *call) (*answer, error) {
	if err := t.hasPIM(plan.ReadEligibility); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleEligibilityScheduleInstance", t.views.eligibilities, "")
	if err != nil {
		return nil, err
	}
	return t.grants(c, t.views.instanceSet, "roleManagement/directory/roleEligibilityScheduleInstances", cols, true)
}

// listInForce answers roleAssignmentScheduleInstances: the assignments, as PIM
// sees them.
func (t *Tenant) listInForce(c *call) (*answer, error) {
	if err := t.hasPIM(plan.ReadEligibility); err != nil {
		return nil, err
	}
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleAssignmentScheduleInstance", t.views.schedules, "")
	if err != nil {
		return nil, err
	}
	return t.grants(c, t.views.instanceSet, "roleManagement/directory/roleAssignmentScheduleInstances", cols, false)
}

// A chance is a person who can make himself a member of a group.
type chance struct {
	group plan.GroupID
	user  plan.UserID
}

func (v chance) id() string { return string(v.group) + "_member_" + string(v.user) }

func chanceColumns() []column[chance] {
	type h = chance
	return []column[h]{
		text("id", h.id),
		fixed[h]("startDateTime", "null"),
		fixed[h]("endDateTime", "null"),
		text("principalId", func(v h) plan.UserID { return v.user }),
		fixed[h]("accessId", `"member"`),
		text("groupId", func(v h) plan.GroupID { return v.group }),
		fixed[h]("memberType", `"direct"`),
		text("eligibilityScheduleId", h.id),
	}
}

func chanceCollection(cols []column[chance]) *collection[chance] {
	k := newCollection("privilegedAccessGroupEligibilityScheduleInstance", cols, chance.id, []property[chance]{
		wordField("groupId", "eq", "", func(v chance) string { return string(v.group) }),
		wordField("principalId", "eq", "", func(v chance) string { return string(v.user) }),
		wordField("accessId", "eq", "", func(chance) string { return "member" }),
		wordField("memberType", "eq", "", func(chance) string { return "direct" }),
	})
	k.direct = true
	return k
}

// listChances answers who may become a member of a group (PIM for groups). A
// group or a person must be named: the service lists nobody's otherwise.
func (t *Tenant) listChances(c *call) (*answer, error) {
	if err := t.hasPIM(plan.ReadGroupEligibility); err != nil {
		return nil, err
	}
	cols, err := choose(c, "privilegedAccessGroupEligibilityScheduleInstance", t.views.chances, "")
	if err != nil {
		return nil, err
	}
	if named, err := namesOne(c.option("$filter"), "groupId", "principalId"); err != nil {
		return nil, err
	} else if !named {
		return nil, badRequest("The required filters are missing: the query must have a $filter with groupId eq or principalId eq.")
	}
	var all []chance
	for i := range t.base.Groups {
		g := &t.base.Groups[i]
		for _, u := range g.Eligible {
			if !t.binned(string(u)) {
				all = append(all, chance{g.ID, u})
			}
		}
	}
	set := "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
	return list(t, c, t.views.chanceSet, scope{}, fragment(c, set), unpaged, all, func(b []byte, v chance) []byte { return appendObject(b, "", cols, v) })
}

// namesOne reports whether a $filter holds only where one of the properties has
// one value.
func namesOne(s string, properties ...string) (bool, error) {
	if s == "" {
		return false, nil
	}
	e, err := parseFilter(s)
	if err != nil {
		return false, err
	}
	parts := []*term{e}
	if e.op == "and" {
		parts = e.kids
	}
	for _, k := range parts {
		for _, p := range properties {
			if k.op == "eq" && strings.EqualFold(k.path, p) {
				return true, nil
			}
		}
	}
	return false, nil
}
