package simulator

import (
	"net/http"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

const (
	odataUser    = `"@odata.type":"#microsoft.graph.user"`
	odataGroup   = `"@odata.type":"#microsoft.graph.group"`
	odataService = `"@odata.type":"#microsoft.graph.servicePrincipal"`
)

// getByIDs answers directoryObjects/getByIds: what is known of up to 1,000
// ids; those that are not known are left out.
func (t *Tenant) getByIDs(c *call) (*answer, error) {
	var q struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&q); err != nil {
		return nil, err
	}
	if len(q.IDs) == 0 || len(q.IDs) > 1000 {
		return nil, badRequest("The number of ids must be between 1 and 1000.")
	}
	users, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	groups, err := choose(c, "group", t.views.groups, defaultGroup)
	if err != nil {
		return nil, err
	}
	wanted := func(kind string) bool {
		return len(q.Types) == 0 || slices.Contains(q.Types, kind) || slices.Contains(q.Types, "directoryObject")
	}
	var found [][]byte
	for _, raw := range q.IDs {
		id, err := plan.ParseGUID(raw)
		if err != nil {
			return nil, badRequest("Invalid object identifier '%s'.", raw)
		}
		if a := t.byID[plan.UserID(id)]; a != nil && wanted("user") {
			found = append(found, appendObject(nil, odataUser, users, t.person(a)))
		}
		if g := t.groups[plan.GroupID(id)]; g != nil && wanted("group") {
			found = append(found, appendObject(nil, odataGroup, groups, g))
		}
	}
	return value(newListing(c, "directoryObjects"), found, appendRaw), nil
}

// getObject answers for a user, a group or an activated role by id.
func (t *Tenant) getObject(c *call) (*answer, error) {
	id, err := plan.ParseGUID(c.args[0])
	if err != nil {
		return nil, badRequest("Invalid object identifier '%s'.", c.args[0])
	}
	context := c.context("directoryObjects/$entity") + ","
	if a := t.byID[plan.UserID(id)]; a != nil {
		cols, err := t.userSelect(c)
		if err != nil {
			return nil, err
		}
		return &answer{status: http.StatusOK, body: appendObject(nil, context+odataUser, cols, t.person(a))}, nil
	}
	if g := t.groups[plan.GroupID(id)]; g != nil {
		cols, err := choose(c, "group", t.views.groups, defaultGroup)
		if err != nil {
			return nil, err
		}
		return &answer{status: http.StatusOK, body: appendObject(nil, context+odataGroup, cols, g)}, nil
	}
	for _, r := range t.holding(func(string) bool { return true }) {
		if t.activatedID(r) == id {
			return &answer{status: http.StatusOK, body: appendObject(nil, context+odataRole, t.views.activated, r)}, nil
		}
	}
	return nil, notFound(c.args[0])
}

func appendRaw(b, raw []byte) []byte { return append(b, raw...) }
