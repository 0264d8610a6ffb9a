package graph

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// Mailboxes reads what the mailboxes of people are for. Who has none is
// [plan.NoMailbox]; about whom Graph does not say it, or says something that
// we do not know, is absent from the map, and so is unknown. Where somebody's
// could not be read for another reason, the read is denied and says the first
// of the reasons; what others' mailboxes are for is still in the map. An error
// is one of ctx, or of the token.
func (c *Client) Mailboxes(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.Mailbox, plan.Read, error) {
	const op = "read mailbox settings"
	// The whole settings hold absence notes and working hours: not our business.
	gets, err := byID(op, ids, "/mailboxSettings?$select=userPurpose")
	if err != nil {
		return nil, plan.Read{}, err
	}
	var mu sync.Mutex
	found, why := map[plan.UserID]plan.Mailbox{}, failures{}
	err = c.batchGet(ctx, reads, op, gets, func(id string, body jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		kind, err := c.mailbox(op, body, err)
		switch {
		case fatal(ctx, err):
			return err
		case err != nil:
			why.add(err)
		case kind != "":
			found[plan.UserID(id)] = kind
		}
		return nil
	})
	if err != nil {
		return nil, plan.Read{}, err
	}
	return found, why.read(plan.ReadMailboxes, len(found)), nil
}

// mailbox says what a mailbox is for, given what became of the read.
func (c *Client) mailbox(op string, body jsontext.Value, err error) (plan.Mailbox, error) {
	if notFound(err) {
		return plan.NoMailbox, nil // MailboxNotEnabledForRESTAPI, ErrorItemNotFound, ResourceNotFound
	}
	if err != nil {
		return "", err
	}
	kind, err := purpose(body)
	if err != nil {
		return "", c.hushed(op, err)
	}
	return kind, nil
}

// purpose reads userPurpose of mailboxSettings: a word, in the samples of the
// docs within an object. One that is not known is empty.
func purpose(body jsontext.Value) (plan.Mailbox, error) {
	var w struct {
		Purpose jsontext.Value `json:"userPurpose"`
	}
	if err := decodeOne(body, func(d *jsontext.Decoder) error { return json.UnmarshalDecode(d, &w) }); err != nil {
		return "", err
	}
	word := str(w.Purpose)
	if w.Purpose.Kind() == '{' {
		var in struct {
			Value jsontext.Value `json:"value"`
		}
		if err := json.Unmarshal(w.Purpose, &in); err != nil {
			return "", errors.New("userPurpose is neither a word nor an object with one")
		}
		word = str(in.Value)
	}
	switch kind := plan.Mailbox(strings.ToLower(word)); kind {
	case plan.UserMailbox, plan.LinkedMailbox, plan.SharedMailbox, plan.RoomMailbox, plan.EquipmentMailbox, plan.OtherMailbox:
		return kind, nil
	}
	return "", nil
}

// failures are why some of many reads failed, of which a plan can do without
// each.
type failures struct {
	first string // the smallest of the reasons, which is the same each time
}

func (f *failures) add(err error) {
	if why := reason(err); f.first == "" || why < f.first {
		f.first = why
	}
}

// read returns what became of the whole.
func (f *failures) read(what string, items int) plan.Read {
	if f.first != "" {
		return plan.Read{What: what, Items: items, Status: plan.ReadDenied, Reason: f.first}
	}
	return plan.Read{What: what, Items: items, Status: plan.ReadComplete}
}
