package simulator

import (
	"iter"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

func (t *Tenant) person(a *account) person { return person{a.user, t.held(a), t} }

// seen is a person as the directory shows him, or its indexed copy.
func (t *Tenant) seen(a *account, index bool) person {
	if index {
		return person{a.user, t.indexed(a), t}
	}
	return t.person(a)
}

// userSelect returns the properties of users that a call asks for.
func (t *Tenant) userSelect(c *call) ([]column[person], error) {
	if c.selects("signInActivity") {
		if err := t.mayReadSignIns(c); err != nil {
			return nil, err
		}
	}
	if c.selects("employeeLeaveDateTime") && !slices.ContainsFunc(c.who.permissions(), func(p string) bool {
		return p == "User-LifeCycleInfo.Read.All" || p == "User-LifeCycleInfo.ReadWrite.All"
	}) {
		return nil, denied()
	}
	for n := range strings.SplitSeq(c.option("$select"), ",") {
		if elsewhere(strings.TrimSpace(n)) {
			return nil, notImplemented()
		}
	}
	return choose(c, "user", t.views.users, defaultUser)
}

// elsewhere reports whether a property of users is kept outside the directory,
// so that it comes in no listing.
func elsewhere(name string) bool {
	switch strings.ToLower(name) {
	case "aboutme", "birthday", "deviceenrollmentlimit", "hiredate", "interests", "mailboxsettings", "mysite", "pastprojects",
		"preferredname", "print", "responsibilities", "schools", "skills":
		return true
	}
	return false
}

func notImplemented() error {
	return refuse(http.StatusNotImplemented, "NotImplemented", "This operation target is not yet supported.")
}

func (t *Tenant) listUsers(c *call) (*answer, error) {
	cols, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	q, err := t.userQuery(c)
	if err != nil {
		return nil, err
	}
	if c.counts() {
		return t.countOf(c, t.countMatches(q))
	}
	var limit func(int) (int, error)
	if c.selects("signInActivity") || q.filter != nil && q.filter.signIns {
		limit = t.signInPage
	}
	p, err := t.page(c, usualTop, limit)
	if err != nil {
		return nil, err
	}
	if q.order != nil && p.after != "" && t.account(p.after) == nil {
		return nil, expiredPage() // nobody knows where the page before ended
	}
	l := newListing(c, fragment(c, "users"))
	if q.count && p.first {
		l.count(t.countMatches(q))
	}
	some, more := t.scan(q, p)
	if more {
		after := p.after
		if len(some) > 0 {
			after = string(some[len(some)-1].ID)
		}
		l.link(t.next(c, after))
	}
	return value(l, some, func(b []byte, v person) []byte { return appendObject(b, "", cols, v) }), nil
}

func (t *Tenant) userQuery(c *call) (*query[person], error) {
	if c.counts() && !c.eventual() {
		return nil, badRequest("$count is not currently supported.")
	}
	q, err := t.views.userSet.query(c, scope{segment: c.counts()})
	if err == nil && q.filter != nil && q.filter.signIns {
		err = t.mayReadSignIns(c)
	}
	return q, err
}

// scan returns the people of one page, and whether any come after them. It
// goes on where the page before ended, so that a chain of pages looks at
// everybody once.
func (t *Tenant) scan(q *query[person], p page) (some []person, more bool) {
	for a := range t.candidates(q, p.after) {
		v := t.seen(a, q.index)
		if !q.match(v) {
			continue
		}
		if len(some) == p.top {
			return some, true
		}
		some = append(some, v)
	}
	return some, false
}

// candidates are the accounts behind an id that a query may match, in its order.
func (t *Tenant) candidates(q *query[person], after string) iter.Seq[*account] {
	if q.filter != nil && q.filter.keys != nil && q.order == nil {
		return slices.Values(t.keyed(q.filter.keys, after))
	}
	if q.order != nil {
		return t.ordered(q.order, after)
	}
	return slices.Values(t.accounts[sort.Search(len(t.accounts), func(i int) bool { return string(t.accounts[i].user.ID) > after }):])
}

// keyed are the accounts behind an id that have one of the ids or names.
func (t *Tenant) keyed(keys []string, after string) []*account {
	var some []*account
	for _, k := range keys {
		if a := t.account(k); a != nil && string(a.user.ID) > after {
			some = append(some, a)
		}
	}
	slices.SortFunc(some, func(a, b *account) int { return strings.Compare(string(a.user.ID), string(b.user.ID)) })
	return slices.Compact(some)
}

func (t *Tenant) countMatches(q *query[person]) int {
	if q.all() {
		return len(t.accounts)
	}
	n := 0
	for a := range t.candidates(&query[person]{filter: q.filter}, "") {
		if q.match(t.seen(a, q.index)) {
			n++
		}
	}
	return n
}

// getUser answers for one person by id or name, and for /me.
func (t *Tenant) getUser(c *call) (*answer, error) {
	id, err := t.subject(c)
	if err != nil {
		return nil, err
	}
	if c.selects("mailboxSettings") {
		return t.userWithMailbox(c, id)
	}
	cols, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	if _, err := plan.ParseGUID(id); err != nil && c.selects("signInActivity") {
		return nil, badQuery("Get By Key only supports UserId and the key has to be a valid Guid")
	}
	a := t.account(id)
	if a == nil {
		return nil, notFound(id)
	}
	context := c.context(fragment(c, "users") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.person(a))}, nil
}

// subject is the id or name of the person whom a path is about.
func (t *Tenant) subject(c *call) (string, error) {
	if c.segments[0] != "me" {
		return strings.TrimPrefix(c.args[0], "userPrincipalName="), nil
	}
	if c.who.application() {
		return "", badQuery("/me request is only valid with delegated authentication flow.")
	}
	return c.who.Oid, nil
}

func (t *Tenant) subjectAccount(c *call) (*account, error) {
	id, err := t.subject(c)
	if err != nil {
		return nil, err
	}
	if a := t.account(id); a != nil {
		return a, nil
	}
	return nil, notFound(id)
}

func (t *Tenant) listDetails(c *call) (*answer, error) {
	cols, err := choose(c, "licenseDetails", t.views.details, "")
	if err != nil {
		return nil, err
	}
	a, err := t.subjectAccount(c)
	if err != nil {
		return nil, err
	}
	l := newListing(c, fragment(c, "users('"+string(a.user.ID)+"')/licenseDetails"))
	return value(l, t.held(a).licences(), func(b []byte, k licence) []byte {
		return appendObject(b, "", cols, detail{a.user.ID, k, t.bySKU[k.sku]})
	}), nil
}
