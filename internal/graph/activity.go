package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

const (
	// signInTries is how often a tenant must say that it has no licence for
	// sign-in dates: some that have one say so now and then.
	signInTries = 3
	// manySignIns is how many people are asked for by id without a thought
	// whether a listing is shorter.
	manySignIns = 400
	// signInPage is the page size that the docs allow with signInActivity.
	signInPage = 500
)

type wireSignIn struct {
	ID     guid `json:"id"`
	SignIn struct {
		Interactive    time.Time `json:"lastSignInDateTime"`
		NonInteractive time.Time `json:"lastNonInteractiveSignInDateTime"`
		Successful     time.Time `json:"lastSuccessfulSignInDateTime"`
	} `json:"signInActivity"`
}

// SignIns reads when people last signed in. About whom Graph has nothing is
// absent from the map, which is unknown and not "never". A tenant without
// Entra ID P1 has no such dates: the read is then absent. Any other failure is
// a denied read, beside which the map holds what could be read. An error is
// one of ctx, or of the token.
func (c *Client) SignIns(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.SignIn, plan.Read, error) {
	const op = "read sign-ins"
	wanted := make(map[plan.UserID]bool, len(ids))
	for _, id := range ids {
		g, err := plan.ParseGUID(string(id))
		if err != nil {
			return nil, plan.Read{}, fmt.Errorf("%s: %w", op, err)
		}
		wanted[plan.UserID(g)] = true
	}
	read, err := c.signInReader(ctx, len(wanted))
	if err != nil {
		return nil, plan.Read{}, err
	}
	found := make(map[plan.UserID]plan.SignIn, len(ids))
	for tries := 1; ; tries++ {
		err := read(ctx, op, wanted, found)
		e, refused := refusedWith(err)
		switch {
		case err == nil:
			return found, plan.Read{What: plan.ReadSignIns, Items: len(found), Status: plan.ReadComplete}, nil
		case fatal(ctx, err):
			return nil, plan.Read{}, err
		case refused && unlicensed(e) && tries < signInTries:
			if err := c.wait(ctx, time.Second); err != nil {
				return nil, plan.Read{}, fmt.Errorf("%s: %w", op, err)
			}
			continue
		case refused && unlicensed(e) && len(found) == 0: // who has the date of anybody has the licence
			return found, plan.Read{What: plan.ReadSignIns, Status: plan.ReadAbsent, Reason: e.Short() + ": this tenant has no Entra ID P1"}, nil
		}
		return found, plan.Read{What: plan.ReadSignIns, Items: len(found), Status: plan.ReadDenied, Reason: reason(err)}, nil
	}
}

// A signInReader reads the sign-ins of people into found.
type signInReader func(ctx context.Context, op string, wanted map[plan.UserID]bool, found map[plan.UserID]plan.SignIn) error

// signInReader returns the reader that takes fewer calls for so many people.
// The error is one that ends all reads.
func (c *Client) signInReader(ctx context.Context, people int) (signInReader, error) {
	if people <= manySignIns {
		return c.signInsByID, nil
	}
	total, err := c.count(ctx, "count users", "")
	if fatal(ctx, err) {
		return nil, err
	}
	if err == nil && total/signInPage < people/maxBatch {
		return c.signInsListed, nil
	}
	return c.signInsByID, nil
}

// unlicensed reports whether Graph said that the tenant lacks the licence for
// sign-in dates.
func unlicensed(e *Error) bool {
	return e.Status == http.StatusForbidden && e.Code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
}

// signInsByID reads people one by one, in batches: by object id, as Graph
// refuses it by name. It returns a refusal for want of a licence rather than
// another, and the smallest of these.
func (c *Client) signInsByID(ctx context.Context, op string, wanted map[plan.UserID]bool, found map[plan.UserID]plan.SignIn) error {
	gets := make([]get, 0, len(wanted))
	for id := range wanted {
		if _, ok := found[id]; !ok {
			gets = append(gets, get{id: string(id), url: "/users/" + string(id) + "?$select=id,signInActivity"})
		}
	}
	var mu sync.Mutex
	var lack *Error
	var worst error
	s := newScribe()
	err := c.batchGet(ctx, reads, op, gets, func(id string, body jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if fatal(ctx, err) {
			return err
		}
		w, err := c.signInOf(op, id, s, body, err)
		e, refused := refusedWith(err)
		switch {
		case err == nil:
			w.keep(found)
		case notFound(err): // gone meanwhile
		case refused && unlicensed(e):
			lack = e
		case worst == nil || err.Error() < worst.Error():
			worst = err
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case lack != nil:
		return lack
	}
	return worst
}

// signInOf decodes the answer about one person, given what became of the read.
func (c *Client) signInOf(op, id string, s *scribe, body jsontext.Value, err error) (w wireSignIn, _ error) {
	if err != nil {
		return w, err
	}
	err = decodeOne(body, func(d *jsontext.Decoder) error { return s.decode(d, &w) })
	if err == nil && string(w.ID) != id {
		err = fmt.Errorf("asked for %s, the answer is about %q", id, string(w.ID))
	}
	if err != nil {
		return w, c.hushed(op, err)
	}
	return w, nil
}

// signInsListed reads everyone with pages as large as Graph allows: 500 says
// the documentation, 120 says the service at times.
func (c *Client) signInsListed(ctx context.Context, op string, wanted map[plan.UserID]bool, found map[plan.UserID]plan.SignIn) error {
	in := intake[wireSignIn]{
		reader: func() func(*jsontext.Decoder, *wireSignIn) error { return newScribe().signIn },
		keep: func(page []wireSignIn) {
			for _, w := range page {
				if wanted[plan.UserID(w.ID)] {
					w.keep(found)
				}
			}
		},
		drop: func() { clear(found) },
	}
	var err error
	for _, top := range []string{"&$top=500", "&$top=120", ""} {
		clear(found)
		err = list(ctx, c, listing{op: op, path: "/users?$select=id,signInActivity" + top}, in)
		if e, ok := refusedWith(err); !ok || !pageTooLarge(e) {
			break
		}
	}
	return err
}

// signIn reads the sign-ins of one user.
func (s *scribe) signIn(d *jsontext.Decoder, w *wireSignIn) error {
	if err := s.decode(d, w); err != nil {
		return err
	}
	if w.ID == "" {
		return errors.New("a user without an id")
	}
	return nil
}

// pageTooLarge reports whether Graph refused the page size, as in "Cannot query
// data for more than 120 users at a time."
func pageTooLarge(e *Error) bool {
	said := strings.ToLower(e.Message)
	return e.Status == http.StatusBadRequest && (strings.Contains(said, "at a time") || strings.Contains(said, "page size") ||
		strings.Contains(said, "$top") || strings.Contains(said, "'top'"))
}

// keep puts the dates into found, if there are any.
func (w wireSignIn) keep(found map[plan.UserID]plan.SignIn) {
	s := plan.SignIn{Interactive: w.SignIn.Interactive, NonInteractive: w.SignIn.NonInteractive, Successful: w.SignIn.Successful}
	if cmp.Or(s.Interactive, s.NonInteractive, s.Successful) != (time.Time{}) {
		found[plan.UserID(w.ID)] = s
	}
}
