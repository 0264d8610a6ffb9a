package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

type wireGroupEligible struct {
	Principal guid `json:"principalId"`
	Group     guid `json:"groupId"`
}

// groupEligibility reads who may make himself a member or owner of groups that
// hold a role (PIM for groups): a member has the role, and an owner can make
// himself a member. What fails is noted; the error is one that ends all reads.
//
// Graph docs, privilegedaccessgroup-list-eligibilityscheduleinstances: all
// clouds, permission PrivilegedEligibilitySchedule.Read.AzureADGroup, $filter
// with groupId or principalId required.
func (c *Client) groupEligibility(ctx context.Context, ids []plan.GroupID, g *gathering) error {
	read := plan.Read{What: plan.ReadGroupEligibility, Status: plan.ReadComplete}
	err := each(ctx, ids, aside, func(ctx context.Context, id plan.GroupID) error {
		users, err := c.eligibleFor(ctx, id)
		if fatal(ctx, err) {
			return err
		}
		g.with(func() {
			if err == nil {
				g.eligible[id] = users
				read.Items += len(users)
				return
			}
			one := plan.Read{Status: plan.ReadDenied, Reason: reason(err)}
			if e, ok := refusedWith(err); ok && (noPIM(e) || noSegment(e)) {
				one.Status = plan.ReadAbsent
			}
			// What is not known for one group is not known.
			if read.Status == plan.ReadComplete || read.Status == plan.ReadAbsent && one.Status == plan.ReadDenied ||
				read.Status == one.Status && one.Reason < read.Reason {
				read.Status, read.Reason = one.Status, one.Reason
			}
		})
		return nil
	})
	g.eligibleRead = read
	return err
}

// eligibleFor returns the people who are eligible for one group, those of
// groups that are too, sorted; never nil without an error.
func (c *Client) eligibleFor(ctx context.Context, id plan.GroupID) ([]plan.UserID, error) {
	l := listing{op: "read eligibility for group " + string(id),
		path: "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=groupId%20eq%20%27" + string(id) + "%27"}
	all, err := collect[wireGroupEligible](ctx, c, l)
	if err != nil {
		return nil, err
	}
	var principals []string
	for _, w := range all {
		if w.Principal == "" {
			return nil, fmt.Errorf("%s: an entry without a principal", l.op)
		}
		// A service, or a proxy, that does not know the filter gives all groups.
		if w.Group == "" || string(w.Group) == string(id) {
			principals = append(principals, string(w.Principal))
		}
	}
	slices.Sort(principals)
	kinds, err := c.kindsOf(ctx, l.op, slices.Compact(principals))
	if err != nil {
		return nil, err
	}
	users := []plan.UserID{}
	for principal, kind := range kinds {
		switch kind {
		case plan.PrincipalUser:
			users = append(users, plan.UserID(principal))
		case plan.PrincipalGroup:
			members, err := c.members(ctx, plan.GroupID(principal))
			if err != nil {
				return nil, err
			}
			users = append(users, members...)
		}
	}
	slices.SortFunc(users, func(a, b plan.UserID) int { return strings.Compare(string(a), string(b)) })
	return slices.Compact(users), nil
}
