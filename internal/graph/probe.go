package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/reseat-cli/reseat/plan"
)

// A Probe is what became of one read that was tried in its cheapest form.
type Probe struct {
	What   string // a name of a read, as package plan has them
	Status ProbeStatus
	Code   string // Graph's own, if it refused
	Reason string // for people; empty where it works
	// Vital is true of members where a group holds a role: who is in it must be
	// known, or nothing can be judged.
	Vital bool
}

// A ProbeStatus is how a probe ended.
type ProbeStatus string

// Statuses of probes.
const (
	ProbeOK     ProbeStatus = "ok"
	ProbeDenied ProbeStatus = "denied" // 403: a permission or role is missing
	// ProbeAbsent: the tenant, or its cloud, has no such thing (no PIM, no P1).
	ProbeAbsent ProbeStatus = "absent"
	ProbeFailed ProbeStatus = "failed" // anything else, and no answer at all
	// ProbeUntried: it takes the id of something that could not be read.
	ProbeUntried ProbeStatus = "untried"
)

// An attempt is one thing to try. Some need an id that an earlier one found;
// without it there is no path, and after says which one that was.
type attempt struct {
	what     string
	path     string
	after    string
	eventual bool
	one      bool // the answer is an object and not a list
	vital    bool
}

// Probe tries every read that plans are made from, one page or object of each,
// and changes nothing. What Graph refuses is a status; the error is that there
// is no token or no connection, that the token is refused, or that of ctx.
func (c *Client) Probe(ctx context.Context) ([]Probe, error) {
	var out []Probe
	var failed error
	works := map[string]bool{}
	try := func(a attempt) []found {
		if failed != nil {
			return nil
		}
		if a.path == "" {
			out = append(out, untried(a, works[a.after]))
			return nil
		}
		items, p, err := c.tryOut(ctx, a)
		if err != nil {
			failed = err
			return nil
		}
		out, works[a.what] = append(out, p), p.Status == ProbeOK
		return items
	}
	try(attempt{what: plan.ReadOrganization, path: "/organization?$select=id"})
	users := try(attempt{what: plan.ReadUsers, path: "/users?$select=id,assignedLicenses,licenseAssignmentStates&$top=1"})
	// These take no $top, so that one page is what they give.
	try(attempt{what: plan.ReadProducts, path: "/subscribedSkus"})
	try(attempt{what: plan.ReadSubscriptions, path: "/directory/subscriptions"})
	try(attempt{what: plan.ReadRoleDefinitions, path: "/roleManagement/directory/roleDefinitions"})
	roles := try(attempt{what: plan.ReadRoles, path: "/roleManagement/directory/roleAssignments?$expand=principal"})
	try(attempt{what: plan.ReadEligibility, path: "/roleManagement/directory/roleEligibilityScheduleInstances"})
	group := groupWithRole(roles)
	try(groupEligibility(group))
	groups := try(attempt{what: plan.ReadGroups, path: "/groups?$select=id,displayName,assignedLicenses&$top=1"})
	try(members(group, firstID(groups)))
	try(attempt{what: plan.ReadDeleted, path: "/directory/deletedItems/microsoft.graph.user?$select=id&$top=1"})
	try(mailbox(firstID(users)))
	try(attempt{what: plan.ReadSignIns, path: "/users?$select=id,signInActivity&$top=1"})
	return out, failed
}

func groupEligibility(group string) attempt {
	a := attempt{what: plan.ReadGroupEligibility, after: plan.ReadRoles}
	if group != "" {
		// One group at a time: the list refuses to be asked for all.
		a.path = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=groupId%20eq%20'" + group + "'"
	}
	return a
}

// members tries a group that holds a role, or else any.
func members(holding, any string) attempt {
	a := attempt{what: plan.ReadMembers, after: plan.ReadGroups, eventual: true, vital: holding != ""}
	if group := first(holding, any); group != "" {
		a.path = "/groups/" + group + "/transitiveMembers/microsoft.graph.user?$select=id&$count=true&$top=1"
	}
	return a
}

func mailbox(user string) attempt {
	a := attempt{what: plan.ReadMailboxes, after: plan.ReadUsers, one: true}
	if user != "" {
		a.path = "/users/" + user + "/mailboxSettings?$select=userPurpose"
	}
	return a
}

// A found is what probes need of the objects that they meet.
type found struct {
	ID        text `json:"id"` // no GUID of role assignments
	Principal guid `json:"principalId"`
	Expanded  struct {
		Type text `json:"@odata.type"`
	} `json:"principal"`
}

// firstID is the id of the first object, or none.
func firstID(all []found) string {
	if len(all) == 0 {
		return ""
	}
	id, err := plan.ParseGUID(string(all[0].ID))
	if err != nil {
		return ""
	}
	return id
}

// groupWithRole is a group among those who have a role, or none.
func groupWithRole(roles []found) string {
	for _, r := range roles {
		if principalKind(r.Expanded.Type) == plan.PrincipalGroup {
			return string(r.Principal)
		}
	}
	return ""
}

// untried is a probe that has nothing to be tried on: there is nothing in the
// tenant, or it could not be read.
func untried(a attempt, read bool) Probe {
	if read {
		return Probe{What: a.what, Status: ProbeOK, Reason: "the tenant has nothing to try it on"}
	}
	return Probe{What: a.what, Status: ProbeUntried, Reason: "not tried: it takes " + a.after}
}

// tryOut tries one thing. An error ends all probing.
func (c *Client) tryOut(ctx context.Context, a attempt) ([]found, Probe, error) {
	p := Probe{What: a.what, Status: ProbeOK, Vital: a.vital}
	items, err := c.onePage(ctx, a)
	var none *noToken
	switch {
	case err == nil:
		return items, p, nil
	case ctx.Err() != nil:
		return nil, p, ctx.Err()
	case errors.Is(err, ErrUnauthorized), errors.As(err, &none):
		return nil, p, err
	case a.what == plan.ReadOrganization && isLost(err):
		return nil, p, err // nobody is there: the others would only wait as long
	}
	p.Status, p.Code, p.Reason = judged(a, err)
	return nil, p, nil
}

// judged sorts a refusal.
func judged(a attempt, err error) (status ProbeStatus, code, why string) {
	e, refused := refusedWith(err)
	if !refused {
		return ProbeFailed, "", reason(err)
	}
	const noPremium = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
	switch {
	case a.what == plan.ReadMailboxes && notFound(err):
		return ProbeOK, "", "" // asked and answered: this person has no mailbox
	case noSegment(e):
		return ProbeAbsent, e.Code, "there is no such thing in this cloud"
	case e.Code == noPremium:
		return ProbeAbsent, e.Code, "the tenant has no Entra ID P1"
	case noPIM(e):
		status = ProbeAbsent
	case e.Status == http.StatusForbidden:
		status = ProbeDenied
	default:
		status = ProbeFailed
	}
	return status, e.Code, e.Short()
}

// onePage reads the first page of a list, or one object.
func (c *Client) onePage(ctx context.Context, a attempt) (items []found, err error) {
	op := "try " + a.what
	k := call{op: op, method: http.MethodGet, url: c.url(a.path), eventual: a.eventual}
	err = c.try(ctx, op, func() error {
		return c.do(ctx, k, func(r io.Reader) error {
			if a.one {
				_, err := io.Copy(io.Discard, r)
				return err
			}
			var page struct {
				Value listed[found] `json:"value"`
			}
			d := newDecoder(r)
			if err := newScribe().decode(d, &page); err != nil {
				return err
			}
			if !page.Value.seen {
				return fmt.Errorf("a page without a list: %w", ErrIncomplete)
			}
			items = page.Value.items
			return end(d)
		})
	})
	return items, err
}
