package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

type wireDeleted struct {
	ID                guid      `json:"id"`
	UserPrincipalName text      `json:"userPrincipalName"`
	DisplayName       text      `json:"displayName"`
	DeletedAt         time.Time `json:"deletedDateTime"`
}

// deleted reads the users in the recycle bin. What fails is a denied read, not
// an error: a name that nobody has is then nobody's.
func (c *Client) deleted(ctx context.Context) ([]plan.DeletedUser, plan.Read, error) {
	const path = "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,displayName,deletedDateTime"
	l := listing{op: "read deleted users", path: path + "&$top=999"}
	all, err := collect[wireDeleted](ctx, c, l)
	if e, ok := refusedWith(err); ok && e.Status == http.StatusBadRequest && !noSegment(e) {
		// The docs name no page size for this listing.
		l.path = path
		all, err = collect[wireDeleted](ctx, c, l)
	}
	users := make([]plan.DeletedUser, 0, len(all))
	for _, w := range all {
		if err == nil && w.ID == "" {
			err = fmt.Errorf("%s: a user without an id", l.op)
		}
		users = append(users, plan.DeletedUser{
			ID: plan.UserID(w.ID), UserPrincipalName: undeleted(string(w.UserPrincipalName), string(w.ID)),
			DisplayName: string(w.DisplayName), DeletedAt: w.DeletedAt,
		})
	}
	if err != nil {
		read, err := without(ctx, plan.ReadDeleted, err)
		return nil, read, err
	}
	users = latest(users, func(u plan.DeletedUser) string { return string(u.ID) })
	return users, plan.Read{What: plan.ReadDeleted, Items: len(users), Status: plan.ReadComplete}, nil
}

// undeleted returns a name as it was before the deletion, which puts the
// object id before it so that somebody else can have the name. The id has no
// hyphens then; the docs show one with.
func undeleted(name, id string) string {
	for _, prefix := range []string{strings.ReplaceAll(id, "-", ""), id} {
		if n := len(prefix); n > 0 && len(name) > n && strings.EqualFold(name[:n], prefix) && name[n] != '@' {
			return name[n:]
		}
	}
	return name
}

// noSegment reports whether Graph said that it has no such address at all.
func noSegment(e *Error) bool {
	return (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound) &&
		strings.Contains(strings.ToLower(e.Message), "not found for the segment")
}
