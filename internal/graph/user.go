package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// userSelect is what is asked of a user: what [plan.User] holds, without
// signInActivity, which needs a licence of the tenant and lowers the page limit.
const userSelect = "id,userPrincipalName,displayName,mail,accountEnabled,userType,department,jobTitle,companyName,country,city," +
	"officeLocation,usageLocation,employeeType,onPremisesSyncEnabled,isResourceAccount,createdDateTime," +
	"onPremisesExtensionAttributes,proxyAddresses,assignedLicenses,licenseAssignmentStates"

type wireLicense struct {
	SKU           shared       `json:"skuId"`
	DisabledPlans many[shared] `json:"disabledPlans"`
}

type wireState struct {
	SKU           shared       `json:"skuId"`
	Group         shared       `json:"assignedByGroup"`
	DisabledPlans many[shared] `json:"disabledPlans"`
	State         word         `json:"state"`
	Error         word         `json:"error"`
	UpdatedAt     time.Time    `json:"lastUpdatedDateTime"`
}

type wireExtensions struct {
	A1  word `json:"extensionAttribute1"`
	A2  word `json:"extensionAttribute2"`
	A3  word `json:"extensionAttribute3"`
	A4  word `json:"extensionAttribute4"`
	A5  word `json:"extensionAttribute5"`
	A6  word `json:"extensionAttribute6"`
	A7  word `json:"extensionAttribute7"`
	A8  word `json:"extensionAttribute8"`
	A9  word `json:"extensionAttribute9"`
	A10 word `json:"extensionAttribute10"`
	A11 word `json:"extensionAttribute11"`
	A12 word `json:"extensionAttribute12"`
	A13 word `json:"extensionAttribute13"`
	A14 word `json:"extensionAttribute14"`
	A15 word `json:"extensionAttribute15"`
}

type wireUser struct {
	ID                    guid                `json:"id"`
	UserPrincipalName     text                `json:"userPrincipalName"`
	DisplayName           text                `json:"displayName"`
	Mail                  text                `json:"mail"`
	AccountEnabled        plan.Truth          `json:"accountEnabled"`
	UserType              word                `json:"userType"`
	Department            word                `json:"department"`
	JobTitle              word                `json:"jobTitle"`
	CompanyName           word                `json:"companyName"`
	Country               word                `json:"country"`
	City                  word                `json:"city"`
	OfficeLocation        word                `json:"officeLocation"`
	UsageLocation         word                `json:"usageLocation"`
	EmployeeType          word                `json:"employeeType"`
	OnPremisesSyncEnabled bool                `json:"onPremisesSyncEnabled"`
	IsResourceAccount     bool                `json:"isResourceAccount"`
	Extensions            wireExtensions      `json:"onPremisesExtensionAttributes"`
	CreatedAt             time.Time           `json:"createdDateTime"`
	Addresses             []smtp              `json:"proxyAddresses"`
	Assigned              listed[wireLicense] `json:"assignedLicenses"`
	States                listed[wireState]   `json:"licenseAssignmentStates"`
}

// A userReader decodes users; it keeps what they share, and its own scratch
// space, between them.
type userReader struct {
	s *scribe
	w wireUser
}

func newUserReader() *userReader { return &userReader{s: newScribe()} }

// read reads one user. One without an id, or without all about licences (as a
// token that may read names only gets it), is an error.
func (r *userReader) read(d *jsontext.Decoder, u *plan.User) error {
	r.w = wireUser{
		Assigned: listed[wireLicense]{items: r.w.Assigned.items[:0]},
		States:   listed[wireState]{items: r.w.States.items[:0]},

		Addresses: r.w.Addresses[:0],
	}
	if err := r.s.decode(d, &r.w); err != nil {
		return fmt.Errorf("user %s: %w", cmp.Or(string(r.w.ID), "without an id so far"), err)
	}
	w := &r.w
	switch {
	case w.ID == "":
		return errors.New("a user without an id")
	case !w.Assigned.seen || !w.States.seen:
		return fmt.Errorf("user %s: assignedLicenses or licenseAssignmentStates are not in the answer: %w", w.ID, ErrIncomplete)
	}
	*u = plan.User{
		ID: plan.UserID(w.ID), UserPrincipalName: string(w.UserPrincipalName),
		DisplayName: string(w.DisplayName), Mail: string(w.Mail),
		AccountEnabled: w.AccountEnabled, UserType: cmp.Or(string(w.UserType), "Member"),
		Department: string(w.Department), JobTitle: string(w.JobTitle), CompanyName: string(w.CompanyName),
		Country: string(w.Country), City: string(w.City), OfficeLocation: string(w.OfficeLocation),
		UsageLocation: string(w.UsageLocation), EmployeeType: string(w.EmployeeType),
		OnPremisesSyncEnabled: w.OnPremisesSyncEnabled, IsResourceAccount: w.IsResourceAccount,
		Extensions: w.Extensions.list(), CreatedAt: w.CreatedAt,
		Sources: sources(w.States.items),
		Aliases: aliases(w.Addresses, string(w.UserPrincipalName), string(w.Mail)),
	}
	u.Unsourced = unsourced(w.Assigned.items, u.Sources)
	return nil
}

// list returns the fifteen, or nil if all are empty.
func (e *wireExtensions) list() *[15]string {
	if *e == (wireExtensions{}) {
		return nil
	}
	return &[15]string{
		string(e.A1), string(e.A2), string(e.A3), string(e.A4), string(e.A5),
		string(e.A6), string(e.A7), string(e.A8), string(e.A9), string(e.A10),
		string(e.A11), string(e.A12), string(e.A13), string(e.A14), string(e.A15),
	}
}

// sources turns licenseAssignmentStates into sources, sorted by product, direct
// first, then by group. An entry without a product says nothing and is left
// out: what it might have explained is then unsourced, which is the safe side.
func sources(states []wireState) []plan.Source {
	all := make([]plan.Source, 0, len(states))
	for _, w := range states {
		if w.SKU == "" {
			continue
		}
		s := plan.Source{
			SKU: plan.SKU(w.SKU), State: plan.SourceState(w.State), Error: string(w.Error),
			Group: plan.GroupID(w.Group), DisabledPlans: planIDs(w.DisabledPlans), UpdatedAt: w.UpdatedAt,
		}
		if s.Error == "None" {
			s.Error = ""
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b plan.Source) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Group, b.Group))
	})
	return slices.CompactFunc(all, func(a, b plan.Source) bool {
		return a.SKU == b.SKU && a.Group == b.Group && a.State == b.State && a.Error == b.Error &&
			a.UpdatedAt.Equal(b.UpdatedAt) && slices.Equal(a.DisabledPlans, b.DisabledPlans)
	})
}

// unsourced returns the assigned products that no source explains, or nil.
func unsourced(assigned []wireLicense, sources []plan.Source) []plan.SKU {
	var skus []plan.SKU
	for _, l := range assigned {
		sku := plan.SKU(l.SKU)
		if sku != "" && !slices.ContainsFunc(sources, func(s plan.Source) bool { return s.SKU == sku }) {
			skus = append(skus, sku)
		}
	}
	slices.Sort(skus)
	return slices.Compact(skus)
}

// planIDs returns the ids sorted, each once; never nil.
func planIDs(ids []shared) []plan.PlanID {
	out := make([]plan.PlanID, 0, len(ids))
	for _, id := range ids {
		if id != "" {
			out = append(out, plan.PlanID(id))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// aliases returns the SMTP addresses that neither name nor mail say already,
// sorted, each once; nil if there are none, as with most people.
func aliases(all []smtp, name, mail string) []string {
	known := func(a smtp) bool {
		return a == "" || strings.EqualFold(string(a), name) || strings.EqualFold(string(a), mail)
	}
	n := 0
	for _, a := range all {
		if !known(a) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]string, 0, n)
	for _, a := range all {
		if !known(a) {
			out = append(out, string(a))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// listUsers reads a listing of users. What it returns is neither sorted nor
// free of people who came twice; told, if not nil, hears how many there are.
func (c *Client) listUsers(ctx context.Context, l listing, expected int, told func(int)) ([]plan.User, error) {
	// What the other side says is no reason to take memory without end.
	users := make([]plan.User, 0, min(expected+expected/256+8, 1<<20))
	err := list(ctx, c, l, intake[plan.User]{
		reader: func() func(*jsontext.Decoder, *plan.User) error { return newUserReader().read },
		keep: func(page []plan.User) {
			users = append(users, page...)
			told(len(users))
		},
		drop: func() {
			clear(users)
			users = users[:0]
		},
	})
	return users, err
}

// Users reads people afresh, by id. Who Graph does not know (404) is absent
// from the map; any other failure is an error.
func (c *Client) Users(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.User, error) {
	return c.usersByID(ctx, looks, "read users again", ids)
}

// usersByID reads people by id. Who Graph does not know is left out.
func (c *Client) usersByID(ctx context.Context, l lane, op string, ids []plan.UserID) (map[plan.UserID]plan.User, error) {
	gets, err := byID(op, ids, "?$select="+userSelect)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	reader, users := newUserReader(), make(map[plan.UserID]plan.User, len(ids))
	err = c.batchGet(ctx, l, op, gets, func(id string, body jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if notFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		var u plan.User
		if err := decodeOne(body, func(d *jsontext.Decoder) error { return reader.read(d, &u) }); err != nil {
			return c.hushed(op, err)
		}
		if string(u.ID) != id {
			return fmt.Errorf("%s: asked for %s, the answer is about %s", op, id, u.ID)
		}
		users[u.ID] = u
		return nil
	})
	if err != nil {
		return nil, err
	}
	return users, nil
}

// byID returns reads of people by id, tail being what follows the id in the URL.
func byID(op string, ids []plan.UserID, tail string) ([]get, error) {
	gets := make([]get, 0, len(ids))
	for _, id := range ids {
		g, err := plan.ParseGUID(string(id))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		gets = append(gets, get{id: g, url: "/users/" + g + tail})
	}
	return gets, nil
}
