package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// maxBind is how many members one PATCH may add.
const maxBind = 20

func (t *Tenant) addMember(c *call) (*answer, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	var link string
	if len(body) != 1 || json.Unmarshal(body["@odata.id"], &link) != nil {
		return nil, badRequest("The request body must hold '@odata.id', the link of one object, and nothing else.")
	}
	id, err := reference(c, link)
	if err != nil {
		return nil, err
	}
	return t.join(c, joinGroup, []string{id})
}

func (t *Tenant) removeMember(c *call) (*answer, error) {
	id, err := plan.ParseGUID(c.args[1])
	if err != nil {
		return nil, badRequest("Invalid object identifier '%s'.", c.args[1])
	}
	return t.join(c, leaveGroup, []string{id})
}

func (t *Tenant) join(c *call, k kind, ids []string) (*answer, error) {
	g, err := t.manageable(c)
	if err != nil {
		return nil, err
	}
	if err := t.commit(c.now, &entry{Kind: k, Group: g, Members: ids}); err != nil {
		return nil, err
	}
	return done(), nil
}

// manageable returns a group whose members the caller may change. Groups that
// can hold a role need a permission of their own.
func (t *Tenant) manageable(c *call) (plan.GroupID, error) {
	id, err := t.groupID(c, memberRoles())
	if err != nil {
		return "", err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.groups[id].RoleAssignable && !slices.Contains(c.who.permissions(), "RoleManagement.ReadWrite.Directory") {
		return "", denied()
	}
	return id, nil
}

// reference returns the id of the object that a link names, as
// "https://graph.microsoft.com/v1.0/directoryObjects/{id}" does.
func reference(c *call, link string) (string, error) {
	wrong := badRequest("The reference '%s' is not the link of a user or group of this service.", link)
	u, err := url.Parse(link)
	if err != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", wrong
	}
	if root := u.Scheme + "://" + u.Host; root != c.root && root != "https://graph.microsoft.com" {
		return "", wrong
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	if len(parts) != 3 || parts[0] != "v1.0" || !slices.Contains([]string{"directoryObjects", "users", "groups"}, parts[1]) {
		return "", wrong
	}
	id, err := plan.ParseGUID(parts[2])
	if err != nil {
		return "", wrong
	}
	return id, nil
}

// patchGroup adds members, or gives the group another name.
func (t *Tenant) patchGroup(c *call) (*answer, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if links, ok := body["members@odata.bind"]; ok {
		if len(body) > 1 {
			return nil, badRequest("The simulated tenant adds members in a request of their own.")
		}
		ids, err := references(c, links)
		if err != nil {
			return nil, err
		}
		return t.join(c, joinGroup, ids)
	}
	if !slices.ContainsFunc([]string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}, func(p string) bool { return slices.Contains(c.who.permissions(), p) }) {
		return nil, denied()
	}
	set := patch{}
	for name, raw := range body {
		var v string
		if name != "displayName" || json.Unmarshal(raw, &v) != nil || v == "" {
			return nil, badRequest("Invalid value specified for property '%s' of resource 'Group'.", name)
		}
		set[name] = v
	}
	id, err := t.manageable(c)
	if err != nil {
		return nil, err
	}
	if err := t.commit(c.now, &entry{Kind: patchGroup, Group: id, Set: set}); err != nil {
		return nil, err
	}
	return done(), nil
}

func references(c *call, raw json.RawMessage) ([]string, error) {
	var links []string
	if json.Unmarshal(raw, &links) != nil || len(links) == 0 {
		return nil, badRequest("members@odata.bind must be a collection of links.")
	}
	if len(links) > maxBind {
		return nil, badRequest("The number of members to add is %d; it must be at most %d.", len(links), maxBind)
	}
	var ids []string
	for _, l := range links {
		id, err := reference(c, l)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ids, id) {
			return nil, badRequest("The member %s is named twice.", id)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// mastered is how the service refuses what the directory on premises decides.
func mastered() error {
	return badRequest("Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.")
}

// prepareMembers judges who comes into a group or leaves it.
func (t *Tenant) prepareMembers(e *entry) (func(mark), error) {
	g := t.groups[e.Group]
	switch {
	case g == nil:
		return nil, notFound(string(e.Group))
	case g.Dynamic(), !g.MembersRead: // nobody knows who is in it
		return nil, denied()
	case g.Synced:
		return nil, mastered()
	}
	users, groups := slices.Clone(g.Members), slices.Clone(g.Nested)
	var jobs []job
	for _, id := range e.Members {
		user, group := plan.UserID(id), plan.GroupID(id)
		in := slices.Contains(users, user) || slices.Contains(groups, group)
		known := t.byID[user] != nil || t.groups[group] != nil
		switch {
		case !known, e.Kind == leaveGroup && !in:
			return nil, notFound(id)
		case e.Kind == joinGroup && in:
			return nil, badRequest("One or more added object references already exist for the following modified properties: 'members'.")
		case e.Kind == joinGroup && t.byID[user] == nil && g.RoleAssignable:
			return nil, badRequest("A group cannot be a member of a group that can be assigned to a role.")
		}
		if t.byID[user] != nil {
			users = moved(users, user, e.Kind == joinGroup)
			jobs = append(jobs, job{at: e.At, due: e.Due, seq: e.Seq, group: g.ID, user: user})
		} else {
			groups = moved(groups, group, e.Kind == joinGroup)
		}
	}
	return func(m mark) {
		t.alter(m.seq, func() {
			g.Members, g.Nested = users, groups
			t.later(jobs...)
		})
	}, nil
}

// moved puts an id in a sorted list, or takes it out.
func moved[T ~string](list []T, id T, in bool) []T {
	i, found := slices.BinarySearch(list, id)
	switch {
	case in && !found:
		return slices.Insert(list, i, id)
	case !in && found:
		return slices.Delete(list, i, i+1)
	}
	return list
}

func (t *Tenant) prepareGroupPatch(e *entry) (func(mark), error) {
	g := t.groups[e.Group]
	if g == nil {
		return nil, notFound(string(e.Group))
	}
	if g.Synced {
		return nil, mastered()
	}
	for name, v := range e.Set {
		if s, ok := v.(string); name != "displayName" || !ok || s == "" {
			return nil, badRequest("Invalid value specified for property '%s' of resource 'Group'.", name)
		}
	}
	return func(m mark) {
		t.alter(m.seq, func() {
			if v, ok := e.Set["displayName"].(string); ok {
				g.DisplayName = v
			}
		})
	}, nil
}

// reprocess answers reprocessLicenseAssignment: all groups of a user are held
// against what he has through them.
func (t *Tenant) reprocess(c *call) (*answer, error) {
	if len(c.body) > 0 && strings.TrimSpace(string(c.body)) != "{}" {
		return nil, badRequest("The operation 'reprocessLicenseAssignment' takes no parameters.")
	}
	id, err := t.userID(c.args[0])
	if err != nil {
		return nil, err
	}
	leave, err := t.enter(c, id)
	if err != nil {
		return nil, err
	}
	defer leave()
	e := &entry{Kind: reprocessing, User: id}
	if err := t.commit(c.now, e); err != nil {
		return nil, err
	}
	return t.shown(c, e)
}

func (t *Tenant) prepareReprocess(e *entry) (func(mark), error) {
	a, err := t.living(e.User)
	if err != nil {
		return nil, err
	}
	e.user, e.next = a.user, a.now
	return func(m mark) { t.alter(m.seq, func() { t.later(t.jobsOf(a, e)...) }) }, nil
}

// jobsOf are the jobs that hold a user against each of his groups.
func (t *Tenant) jobsOf(a *account, e *entry) []job {
	var jobs []job
	for i := range t.base.Groups {
		g := &t.base.Groups[i]
		through := func(s plan.Source) bool { return s.Group == g.ID }
		if _, in := slices.BinarySearch(g.Members, a.user.ID); in || slices.ContainsFunc(a.now.sources, through) {
			jobs = append(jobs, job{at: e.At, due: e.Due, seq: e.Seq, group: g.ID, user: a.user.ID})
		}
	}
	return jobs
}

// enter begins a write to a user's licences and returns what ends it. Another
// one under way may make it a conflict, at the tenant's rate.
func (t *Tenant) enter(c *call, id plan.UserID) (func(), error) {
	if t.busy.enter(id) && t.chosen(t.o.ConflictRate) || c.crowded(id) && t.chosen(t.o.ConflictRate) {
		t.busy.leave(id)
		return nil, usual(http.StatusConflict)
	}
	return func() { t.busy.leave(id) }, nil
}
