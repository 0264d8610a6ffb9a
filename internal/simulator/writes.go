package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Write is one assignLicense of a user that reached the tenant, alone or in a
// batch, whatever became of it.
type Write struct {
	Number int       `json:"number"` // from 1, as they came
	At     time.Time `json:"at"`
	App    string    `json:"app"`  // the caller's application; empty where his token was not looked at
	User   string    `json:"user"` // an id, or what stood in its place
	Add    []Added   `json:"add"`  // both are nil if the body could not be read
	Remove []string  `json:"remove"`

	ClientRequestID string `json:"clientRequestId"`
	RequestID       string `json:"requestId"`
	Batch           string `json:"batch,omitempty"` // the request-id of the batch

	// Status is what was answered: to the member, or to the batch as a whole
	// where that was refused; 0 if nothing was.
	Status int `json:"status"`
	// Lost says how an answer went astray: dropped (with the connection),
	// omitted (from the answer to the batch), cut, or not yet: pending.
	Lost string `json:"lost,omitempty"`
	// Carried says that it was carried out, Changed that somebody holds other
	// seats since, and Seq which write of the tenant it then was.
	Carried bool `json:"carried"`
	Changed bool `json:"changed"`
	Seq     int  `json:"seq,omitempty"`
}

// An Added is a product that a [Write] gives; no DisabledPlans leave those that are.
type Added struct {
	SKU           string   `json:"sku"`
	DisabledPlans []string `json:"disabledPlans"`
}

// How an answer to a [Write] went astray.
const (
	LostDropped = "dropped"
	LostOmitted = "omitted"
	LostCut     = "cut"
	LostPending = "pending"
)

// maxWritten is how many writes are kept.
const maxWritten = 200_000

// written keeps the last writes.
type written struct {
	mu    sync.Mutex
	all   []*Write
	first int // how many went before all
}

// Writes returns the writes after the one of that number, as they came, and how
// many before them are not kept any more. Nothing is kept unless
// [Options.Record] or [Options.Control] asks for it.
func (t *Tenant) Writes(after int) (writes []Write, forgotten int) {
	w := &t.written
	w.mu.Lock()
	defer w.mu.Unlock()
	from := min(max(after-w.first, 0), len(w.all))
	writes = make([]Write, 0, len(w.all)-from)
	for _, one := range w.all[from:] {
		writes = append(writes, *one)
	}
	return writes, w.first
}

func (w *written) add(one *Write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.all) == maxWritten {
		w.all[0] = nil
		w.all, w.first = w.all[1:], w.first+1
	}
	w.all = append(w.all, one)
	one.Number = w.first + len(w.all)
}

// meet notes a call that is a write, or returns nil.
func (t *Tenant) meet(c *call) *Write {
	if !t.o.Record && !t.o.Control {
		return nil
	}
	user, ok := assignee(c.method, c.path)
	if !ok {
		return nil
	}
	w := &Write{At: c.now, User: user, ClientRequestID: c.clientID, RequestID: c.id, Batch: c.batch, Lost: LostPending}
	t.written.add(w)
	return w
}

// assignee is whom a call writes to, if it is an assignLicense of a user.
func assignee(method, path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/v1.0/")
	parts := strings.Split(rest, "/")
	if !ok || method != http.MethodPost || len(parts) != 3 || !strings.EqualFold(parts[0], "users") || !strings.EqualFold(parts[2], "assignLicense") {
		return "", false
	}
	name, err := url.PathUnescape(parts[1])
	if err != nil {
		return parts[1], true
	}
	if id, err := plan.ParseGUID(name); err == nil {
		return id, true
	}
	return name, true
}

// part notes what became of a write that meet noted.
func (t *Tenant) part(w *Write, c *call, a *answer) {
	if w == nil {
		return
	}
	o := c.order
	if o == nil { // it did not come so far
		if read, err := readOrder(c); err == nil {
			o = &read
		}
	}
	t.written.mu.Lock()
	defer t.written.mu.Unlock()
	w.App, w.Status, w.Lost = c.who.AppID, a.status, ""
	switch {
	case a.dropped && c.member:
		w.Status, w.Lost = 0, LostOmitted
	case a.dropped:
		w.Status, w.Lost = 0, LostDropped
	case a.cut:
		w.Lost = LostCut
	}
	if o != nil {
		w.Add, w.Remove = o.said()
	}
	if e := c.entry; e != nil {
		w.User, w.Carried, w.Changed, w.Seq = string(e.User), true, e.changed, e.Seq
	}
}

// said is an order in texts.
func (o *order) said() (add []Added, remove []string) {
	add, remove = make([]Added, len(o.add)), make([]string, len(o.remove))
	for i, a := range o.add {
		add[i].SKU = string(a.SKU)
		if a.DisabledPlans != nil {
			add[i].DisabledPlans = make([]string, len(a.DisabledPlans))
		}
		for j, p := range a.DisabledPlans {
			add[i].DisabledPlans[j] = string(p)
		}
	}
	for i, sku := range o.remove {
		remove[i] = string(sku)
	}
	return add, remove
}

// partBatch notes what became of a batch as a whole: its members are answered as
// it is, and where it was refused before they came to it they are noted now.
func (t *Tenant) partBatch(c *call, a *answer) {
	if !t.o.Record && !t.o.Control || a.status == http.StatusOK && !a.dropped && !a.cut {
		return
	}
	if !c.ran {
		t.meetAll(c)
	}
	t.written.mu.Lock()
	defer t.written.mu.Unlock()
	for _, w := range c.members {
		switch w.Status, w.Lost = a.status, ""; {
		case a.dropped:
			w.Status, w.Lost = 0, LostDropped
		case a.cut:
			w.Lost = LostCut
		}
	}
}

// meetAll notes the writes of a batch that was not carried out.
func (t *Tenant) meetAll(c *call) {
	var q struct {
		Requests []request `json:"requests"`
	}
	if json.Unmarshal(c.body, &q) != nil {
		return
	}
	for i := range q.Requests {
		m := t.memberCall(c, &q.Requests[i])
		if w := t.meet(m); w != nil {
			c.members = append(c.members, w)
			t.part(w, m, &answer{})
		}
	}
}

// listWrites answers /simulator/writes.
func (t *Tenant) listWrites(c *call) (any, error) {
	after := 0
	if q, err := url.ParseQuery(c.rawQuery); err != nil {
		return nil, err
	} else if s := q.Get("after"); s != "" {
		if after, err = strconv.Atoi(s); err != nil || after < 0 {
			return nil, fmt.Errorf("after %q is no number of a write", s)
		}
	}
	type body struct {
		Writes    []Write `json:"writes"`
		Forgotten int     `json:"forgotten"`
	}
	writes, forgotten := t.Writes(after)
	return body{writes, forgotten}, nil
}
