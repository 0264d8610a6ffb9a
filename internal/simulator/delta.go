package simulator

import (
	"cmp"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// deltaLife is how long a delta token of a directory object can be used.
const deltaLife = 7 * 24 * time.Hour

// The most objects that one delta query can follow by $filter.
const maxFollowed = 50

// A delta is the state of a delta query, which its token carries.
type delta struct {
	Select string    `json:"s,omitempty"`
	IDs    []string  `json:"i,omitempty"` // the only users followed
	Since  int       `json:"q"`           // the last change that the client knows; -1 is none
	From   time.Time `json:"f"`           // when the client knew it
	Next   int       `json:"n"`           // Since and From of the round after this one
	At     time.Time `json:"t"`
	After  string    `json:"a,omitempty"` // the last user of the page before
	More   bool      `json:"m,omitempty"` // a round is under way
}

// visible is the last change that reads show, with all before it.
func (t *Tenant) visible() int {
	for _, c := range t.recent {
		if !t.settled(c.mark, 1) {
			return c.tick - 1
		}
	}
	return t.tick
}

func (t *Tenant) usersDelta(c *call) (*answer, error) {
	d, first, err := t.deltaOf(c)
	if err != nil {
		return nil, err
	}
	cols, err := t.deltaColumns(c, d)
	if err != nil {
		return nil, err
	}
	if first && c.option("$deltatoken") == "latest" {
		return t.deltaPage(c, d, nil, false), nil
	}
	top := usualTop
	if t.o.ShortPages {
		top = t.chance(top + 1)
	}
	minimal := strings.Contains(strings.ReplaceAll(c.header.Get("Prefer"), " ", ""), "return=minimal")
	items, last, more := t.changes(d, cols, top, minimal)
	if more {
		d.More, d.After = true, cmp.Or(last, d.After)
	}
	return t.deltaPage(c, d, items, more), nil
}

// deltaOf reads the state that a call goes on from, or begins one.
func (t *Tenant) deltaOf(c *call) (d delta, first bool, err error) {
	name := "$skiptoken"
	if c.query.Has("$deltatoken") {
		name = "$deltatoken"
	}
	if token := c.option(name); token != "" && token != "latest" {
		if len(c.query) > 1 {
			return d, false, badQuery("A delta token holds its query: no other query option can stand beside '%s'.", name)
		}
		d, err = t.openDelta(token)
		if err == nil && c.now.Sub(d.At) >= deltaLife {
			err = t.deltaExpired(c, d)
		}
		if err == nil && !d.More {
			d.Since, d.From, d.Next, d.At = d.Next, d.At, t.visible(), c.now
		}
		return d, false, err
	}
	if name == "$skiptoken" && c.query.Has(name) {
		return d, false, noDelta()
	}
	d = delta{Select: c.option("$select"), Since: -1, Next: t.visible(), At: c.now}
	if c.query.Has("$select") && d.Select == "" {
		return d, true, badQuery("Parsing OData Select and Expand failed: the value of $select is empty.")
	}
	d.IDs, err = followed(c)
	return d, true, err
}

// followed are the users that $filter=id eq '…' or id eq '…' names.
func followed(c *call) ([]string, error) {
	if !c.query.Has("$filter") {
		return nil, nil
	}
	e, err := parseFilter(c.option("$filter"))
	if err != nil {
		return nil, err
	}
	parts := []*term{e}
	if e.op == "or" {
		parts = e.kids
	}
	var ids []string
	for _, k := range parts {
		if k.op != "eq" || !strings.EqualFold(k.path, "id") || k.values[0].kind != stringLiteral {
			return nil, unsupportedQuery("Delta queries on users support $filter on id alone, as in id eq '…' or id eq '…'.")
		}
		id, err := plan.ParseGUID(k.values[0].text)
		if err != nil {
			return nil, badRequest("Invalid object identifier '%s'.", k.values[0].text)
		}
		ids = append(ids, id)
	}
	if len(ids) > maxFollowed {
		return nil, unsupportedQuery("Too many objects in the $filter of a delta query: %d. Max allowed: %d.", len(ids), maxFollowed)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (t *Tenant) deltaColumns(c *call, d delta) ([]column[person], error) {
	names := defaultUser
	if d.Select != "" {
		names = "id," + d.Select
	}
	plain := &call{query: url.Values{"$select": {names}}, who: c.who}
	if plain.selects("signInActivity") {
		return nil, unsupportedQuery("The property signInActivity is not supported by delta queries.")
	}
	return t.userSelect(plain)
}

// deltaExpired is what the service says to a token that is too old: one of two
// answers, and the client must begin again after either.
func (t *Tenant) deltaExpired(c *call, d delta) error {
	if !t.o.DeltaGone {
		return refuse(http.StatusBadRequest, "syncStateNotFound", "The sync state generation is not found. The delta token is expired and data must be synchronized again.")
	}
	r := refuse(http.StatusGone, "resyncRequired", "Resync is required: begin again with the address in the Location header.")
	q := ""
	if d.Select != "" {
		q = "$select=" + url.QueryEscape(d.Select) + "&"
	}
	if len(d.IDs) > 0 {
		q += "$filter=" + url.QueryEscape("id eq '"+strings.Join(d.IDs, "' or id eq '")+"'") + "&"
	}
	r.header = map[string]string{"Location": c.root + "/v1.0/users/delta?" + q + "$deltatoken="}
	return r
}

func noDelta() error {
	return refuse(http.StatusBadRequest, "syncStateNotFound", "The sync state generation is not found. The delta token is expired and data must be synchronized again.")
}

func (t *Tenant) openDelta(token string) (d delta, err error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < macLen || !hmac.Equal(b[:macLen], t.sign("delta", string(b[macLen:]))[:macLen]) || json.Unmarshal(b[macLen:], &d) != nil {
		return d, noDelta()
	}
	return d, nil
}

// deltaPage writes an answer with the link that goes on from it.
func (t *Tenant) deltaPage(c *call, d delta, items [][]byte, more bool) *answer {
	name, annotation := "$skiptoken", "@odata.nextLink"
	if !more {
		name, annotation = "$deltatoken", "@odata.deltaLink"
		d.More, d.After = false, ""
	}
	state, err := json.Marshal(d)
	if err != nil {
		panic(err) // strings, numbers and times always encode
	}
	token := base64.RawURLEncoding.EncodeToString(append(t.sign("delta", string(state))[:macLen:macLen], state...))
	set := "users"
	if d.Select != "" {
		set += "(" + strings.ReplaceAll(d.Select, " ", "") + ")"
	}
	l := newListing(c, set)
	l.b = appendString(append(append(append(l.b, `,"`...), annotation...), `":`...), c.root+"/v1.0/users/delta?"+name+"="+token)
	return value(l, items, appendRaw)
}
