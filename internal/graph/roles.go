package graph

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

type wireRole struct {
	ID          guid                 `json:"id"`
	TemplateID  guid                 `json:"templateId"`
	Name        text                 `json:"displayName"`
	BuiltIn     bool                 `json:"isBuiltIn"`
	Privileged  plan.Truth           `json:"isPrivileged"` // beta has it; v1.0 need not
	Permissions many[wirePermission] `json:"rolePermissions"`
}

type wirePermission struct {
	Allowed   many[word] `json:"allowedResourceActions"`
	Excluded  []word     `json:"excludedResourceActions"`
	Condition text       `json:"condition"`
}

// roles reads the definitions of roles.
func (c *Client) roles(ctx context.Context) ([]plan.Role, error) {
	l := listing{op: "read role definitions", path: "/roleManagement/directory/roleDefinitions"}
	all, err := collect[wireRole](ctx, c, l)
	if err != nil {
		return nil, err
	}
	roles := make([]plan.Role, 0, len(all))
	for _, w := range all {
		if w.ID == "" {
			return nil, fmt.Errorf("%s: a role without an id", l.op)
		}
		roles = append(roles, plan.Role{
			ID: plan.RoleID(w.ID), TemplateID: plan.RoleID(w.TemplateID), Name: string(w.Name),
			BuiltIn: w.BuiltIn, Privileged: w.Privileged, Actions: w.actions(),
		})
	}
	return latest(roles, func(r plan.Role) string { return string(r.ID) }), nil
}

// actions returns what the role allows without a condition: who may do a thing
// only to himself may not do it.
func (w wireRole) actions() []string {
	var all []string
	for _, p := range w.Permissions {
		if p.Condition != "" {
			continue
		}
		for _, a := range p.Allowed {
			if !slices.Contains(p.Excluded, a) {
				all = append(all, string(a))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type wireAssignment struct {
	ID        text `json:"id"`
	Role      guid `json:"roleDefinitionId"`
	Principal guid `json:"principalId"`
	Scope     text `json:"directoryScopeId"`
	AppScope  text `json:"appScopeId"`
	Expanded  struct {
		Type text `json:"@odata.type"`
	} `json:"principal"`
}

// roleAssignments reads who has a role. The principals are expanded, as only
// that says what kind they are without more permissions.
func (c *Client) roleAssignments(ctx context.Context) ([]plan.RoleAssignment, error) {
	l := listing{op: "read role assignments", path: "/roleManagement/directory/roleAssignments?$expand=principal"}
	return c.assignments(ctx, l, false)
}

// eligibility reads who may activate a role. A tenant without the licence for
// it has no such thing, which is as good as nobody.
func (c *Client) eligibility(ctx context.Context) ([]plan.RoleAssignment, plan.Read, error) {
	const path = "/roleManagement/directory/roleEligibilityScheduleInstances"
	l := listing{op: "read role eligibility", path: path + "?$expand=principal"}
	all, err := c.assignments(ctx, l, true)
	if e, ok := refusedWith(err); ok && e.Status == http.StatusBadRequest && !noPIM(e) {
		// Clouds differ in what they expand; the kinds can be asked for.
		l.path = path
		all, err = c.assignments(ctx, l, true)
	}
	if e, ok := refusedWith(err); ok && noPIM(e) {
		return nil, plan.Read{What: plan.ReadEligibility, Status: plan.ReadAbsent, Reason: e.Short()}, nil
	}
	if err != nil {
		return nil, plan.Read{}, err
	}
	return all, plan.Read{What: plan.ReadEligibility, Items: len(all), Status: plan.ReadComplete}, nil
}

// noPIM reports whether Graph said that the tenant has no Privileged Identity
// Management.
func noPIM(e *Error) bool {
	return e.Code == "AadPremiumLicenseRequired" || strings.Contains(strings.ToLower(e.Message), "has not onboarded to pim")
}

func (c *Client) assignments(ctx context.Context, l listing, eligible bool) ([]plan.RoleAssignment, error) {
	all, err := collect[wireAssignment](ctx, c, l)
	if err != nil {
		return nil, err
	}
	out := make([]plan.RoleAssignment, 0, len(all))
	for _, w := range all {
		if w.ID == "" || w.Role == "" || w.Principal == "" {
			return nil, fmt.Errorf("%s: an assignment without id, role or principal", l.op)
		}
		out = append(out, plan.RoleAssignment{
			ID: string(w.ID), Role: plan.RoleID(w.Role), Principal: string(w.Principal), Kind: principalKind(w.Expanded.Type),
			Scope: first(string(w.Scope), string(w.AppScope)), Eligible: eligible,
		})
	}
	return latest(out, func(a plan.RoleAssignment) string { return a.ID }), nil
}

// principalKind reads the type of an expanded principal; empty is not known.
func principalKind(t text) plan.PrincipalKind {
	switch strings.ToLower(strings.TrimPrefix(string(t), "#")) {
	case "microsoft.graph.user":
		return plan.PrincipalUser
	case "microsoft.graph.group":
		return plan.PrincipalGroup
	case "microsoft.graph.serviceprincipal":
		return plan.PrincipalService
	}
	return ""
}

// nameKinds fills in the kinds that Graph did not say.
func (c *Client) nameKinds(ctx context.Context, all []plan.RoleAssignment) error {
	kinds := map[string]plan.PrincipalKind{}
	for _, a := range all {
		if a.Kind != "" {
			kinds[a.Principal] = a.Kind
		}
	}
	var asked []string
	for _, a := range all {
		if kinds[a.Principal] == "" {
			asked = append(asked, a.Principal)
		}
	}
	found, err := c.kindsOf(ctx, "read what has a role", asked)
	if err != nil {
		return err
	}
	maps.Copy(kinds, found)
	for i := range all {
		all[i].Kind = kinds[all[i].Principal]
	}
	return nil
}

// kindsOf asks for each principal whether it is a user or a group; what is
// neither is a service principal, to read which takes a permission more.
func (c *Client) kindsOf(ctx context.Context, op string, ids []string) (map[string]plan.PrincipalKind, error) {
	var gets []get
	for _, id := range ids {
		gets = append(gets,
			get{id: id + "-user", url: "/users/" + id + "?$select=id"},
			get{id: id + "-group", url: "/groups/" + id + "?$select=id"})
	}
	var mu sync.Mutex
	kinds, failed := map[string]plan.PrincipalKind{}, map[string]error{}
	err := c.batchGet(ctx, reads, op, gets, func(id string, _ jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		principal, isUser := strings.CutSuffix(id, "-user")
		principal = strings.TrimSuffix(principal, "-group")
		switch {
		case err == nil && isUser:
			kinds[principal] = plan.PrincipalUser
		case err == nil:
			kinds[principal] = plan.PrincipalGroup
		case !notFound(err):
			failed[principal] = err
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if kinds[id] != "" {
			continue
		}
		if err := failed[id]; err != nil {
			return nil, err
		}
		kinds[id] = plan.PrincipalService
	}
	return kinds, nil
}
