package simulator

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// copySnapshot returns a deep copy in canonical form: lists sorted and not
// nil, except those that the snapshot's file leaves out when they are empty.
func copySnapshot(from *plan.Snapshot) plan.Snapshot {
	s := *from
	s.Organization.VerifiedDomains = full(s.Organization.VerifiedDomains)
	s.Users = copied(s.Users, copyUser, func(a, b plan.User) int { return cmp.Compare(a.ID, b.ID) })
	s.Products = copied(s.Products, copyProduct, func(a, b plan.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	s.Subscriptions = copied(s.Subscriptions, nil, func(a, b plan.Subscription) int { return cmp.Compare(a.ID, b.ID) })
	s.Groups = copied(s.Groups, copyGroup, func(a, b plan.Group) int { return cmp.Compare(a.ID, b.ID) })
	s.Roles = copied(s.Roles, func(r *plan.Role) { r.Actions = scant(r.Actions) },
		func(a, b plan.Role) int { return cmp.Compare(a.ID, b.ID) })
	s.RoleAssignments = copied(s.RoleAssignments, nil, func(a, b plan.RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	s.Deleted = scant(s.Deleted)
	slices.SortStableFunc(s.Deleted, func(a, b plan.DeletedUser) int { return cmp.Compare(a.ID, b.ID) })
	s.Actor.Roles, s.Actor.Permissions = full(s.Actor.Roles), full(s.Actor.Permissions)
	s.Reads = full(s.Reads)
	return s
}

func copyUser(u *plan.User) {
	if u.Extensions != nil {
		e := *u.Extensions
		u.Extensions = &e
	}
	u.Sources = copied(u.Sources, func(s *plan.Source) {
		s.DisabledPlans = full(s.DisabledPlans)
		slices.Sort(s.DisabledPlans)
	}, compareSources)
	if u.SignIn != nil {
		at := *u.SignIn
		u.SignIn = &at
	}
	u.Aliases = scant(u.Aliases)
	u.Unsourced = scant(u.Unsourced)
	slices.Sort(u.Unsourced)
}

func copyProduct(p *plan.Product) {
	p.Plans, p.SubscriptionIDs = full(p.Plans), full(p.SubscriptionIDs)
}

func copyGroup(g *plan.Group) {
	g.Gives = scant(g.Gives)
	for i := range g.Gives {
		g.Gives[i].DisabledPlans = full(g.Gives[i].DisabledPlans)
	}
	g.Members, g.Nested = full(g.Members), scant(g.Nested)
	if g.Eligible != nil { // nil is unknown
		g.Eligible = full(g.Eligible)
		slices.Sort(g.Eligible)
	}
	slices.Sort(g.Members)
	slices.Sort(g.Nested)
}

func copied[T any](from []T, deepen func(*T), order func(a, b T) int) []T {
	to := full(from)
	if deepen != nil {
		for i := range to {
			deepen(&to[i])
		}
	}
	slices.SortStableFunc(to, order)
	return to
}

// full copies a list; no list is an empty one.
func full[T any](from []T) []T { return append(make([]T, 0, len(from)), from...) }

// scant copies a list; an empty one is none.
func scant[T any](from []T) []T { return append([]T(nil), from...) }

// digest is the SHA-256 of a snapshot's JSON. A tenant can be large, so its
// users are encoded one by one.
func digest(s plan.Snapshot) (string, error) {
	users := s.Users
	s.Users = []plan.User{}
	rest, err := json.Marshal(&s)
	if err != nil {
		return "", fmt.Errorf("encode snapshot: %w", err)
	}
	const place = `"users":[`
	at := bytes.Index(rest, []byte(place)) + len(place)
	h := sha256.New()
	h.Write(rest[:at])
	for i := range users {
		b, err := json.Marshal(&users[i])
		if err != nil {
			return "", fmt.Errorf("encode snapshot: %w", err)
		}
		if i > 0 {
			h.Write([]byte{','})
		}
		h.Write(b)
	}
	h.Write(rest[at:])
	h.Write([]byte{'\n'})
	return hex.EncodeToString(h.Sum(nil)), nil
}

// check refuses what a tenant could not have given.
func check(s *plan.Snapshot) error {
	c := checker{seen: map[string]bool{}}
	c.guid("organization", string(s.Organization.ID))
	for _, r := range s.Reads {
		if r.Status == plan.ReadDenied && (r.What == plan.ReadUsers || r.What == plan.ReadProducts) {
			c.fail("its %s were not read (%s); make the snapshot with an identity that may read them", r.What, r.Reason)
		}
	}
	for i := range s.Users {
		c.user(&s.Users[i])
	}
	for _, d := range s.Deleted {
		c.guid("deleted user", string(d.ID))
		c.once("user", string(d.ID))
	}
	for i := range s.Products {
		c.product(&s.Products[i])
	}
	for i := range s.Groups {
		c.group(&s.Groups[i])
	}
	for _, u := range s.Subscriptions {
		c.once("subscription", u.ID)
	}
	for _, r := range s.Roles {
		c.once("role", string(r.ID))
	}
	for _, a := range s.RoleAssignments {
		c.once("role assignment", a.ID)
	}
	return c.err
}

// A checker keeps the first fault.
type checker struct {
	err  error
	seen map[string]bool
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("simulate tenant: "+format, args...)
	}
}

func (c *checker) guid(what, id string) {
	if got, err := plan.ParseGUID(id); err != nil {
		c.fail("%s: %w", what, err)
	} else if got != id {
		c.fail("%s: %q is not in lower case", what, id)
	}
}

func (c *checker) once(what, id string) {
	if id == "" {
		c.fail("%s without an id", what)
	}
	if c.seen[what+" "+id] {
		c.fail("%s %q occurs twice", what, id)
	}
	c.seen[what+" "+id] = true
}

func (c *checker) user(u *plan.User) {
	c.guid("user", string(u.ID))
	c.once("user", string(u.ID))
	if u.UserPrincipalName == "" {
		c.fail("user %s has no userPrincipalName", u.ID)
	}
	c.once("userPrincipalName", strings.ToLower(u.UserPrincipalName))
	for i, s := range u.Sources {
		what := "user " + string(u.ID) + ": source"
		c.guid(what, string(s.SKU))
		if s.Group != "" {
			c.guid(what, string(s.Group))
		}
		if s.State == "" {
			c.fail("%s of %s has no state", what, s.SKU)
		}
		for _, p := range s.DisabledPlans {
			c.guid(what, string(p))
		}
		if i > 0 && compareSources(u.Sources[i-1], s) == 0 {
			c.fail("%s of %s occurs twice", what, s.SKU)
		}
	}
	for i, s := range u.Unsourced {
		c.guid("user "+string(u.ID)+": unsourced", string(s))
		if i > 0 && u.Unsourced[i-1] == s {
			c.fail("user %s: unsourced %s occurs twice", u.ID, s)
		}
	}
}

func (c *checker) product(p *plan.Product) {
	c.guid("product", string(p.SKU))
	c.once("product", string(p.SKU))
	if min(p.Enabled, p.Warning, p.Suspended, p.LockedOut, p.Consumed) < 0 {
		c.fail("product %s has a negative number of units", p.SKU)
	}
	for _, sp := range p.Plans {
		c.guid("product "+string(p.SKU)+": service plan", string(sp.ID))
	}
}

func (c *checker) group(g *plan.Group) {
	c.guid("group", string(g.ID))
	c.once("group", string(g.ID))
	for _, given := range g.Gives {
		c.guid("group "+string(g.ID)+": licence", string(given.SKU))
	}
	for _, m := range g.Members {
		c.guid("group "+string(g.ID)+": member", string(m))
	}
	for _, e := range g.Eligible {
		c.guid("group "+string(g.ID)+": eligible member", string(e))
	}
	for _, n := range g.Nested {
		c.guid("group "+string(g.ID)+": nested group", string(n))
	}
}
