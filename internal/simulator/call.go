package simulator

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A call is one request, or one member of a batch.
type call struct {
	method   string
	path     string // escaped, as in "/v1.0/users"
	segments []string
	args     []string // what stood for the wildcards of the route
	rawQuery string
	query    url.Values
	header   http.Header
	body     []byte
	root     string // scheme and host that the caller used
	who      claims
	id       string // request-id
	clientID string
	now      time.Time
	mates    map[plan.UserID]bool // users whom members of the same batch wrote to; nil outside
	member   bool                 // of a batch
	batch    string               // the id of the batch that it is a member of
	outer    *call                // that batch
	ran      bool                 // a batch: its members were carried out
	members  []*Write             // a batch: those that write
	order    *order               // an assignLicense: what it asks for, once that was read
	entry    *entry               // an assignLicense: what it came to, once it did
}

// An answer is what a call comes to. A dropped one is never sent.
type answer struct {
	status  int
	header  map[string]string
	body    []byte
	plain   bool // text, not JSON
	cost    int
	dropped bool
	cut     bool // half of the body is sent
	foreign bool // the body is not of our making, or not whole: it may be no JSON
}

const maxBody = 4 << 20

func (t *Tenant) callOf(r *http.Request) (*call, error) {
	c := &call{
		method: r.Method, path: versioned(r.URL.EscapedPath()), rawQuery: r.URL.RawQuery, header: r.Header,
		root: origin(r), id: t.requestID(), now: t.o.Now().UTC(),
	}
	if c.clientID = r.Header.Get("client-request-id"); c.clientID == "" {
		c.clientID = c.id
	}
	if r.Body == nil {
		return c, nil
	}
	body, err := inflated(r)
	if err != nil {
		return c, err
	}
	b, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	if err != nil {
		return c, badQuery("Unable to read the request's body.")
	}
	if len(b) > maxBody {
		return c, refuse(http.StatusRequestEntityTooLarge, "BadRequest", "The request's body is longer than %d bytes.", maxBody)
	}
	c.body = b
	return c, nil
}

// versioned spells the version in a path as links do; Graph takes it in capitals too.
func versioned(path string) string {
	const v = "/v1.0"
	if len(path) >= len(v) && strings.EqualFold(path[:len(v)], v) {
		return v + path[len(v):]
	}
	return path
}

// origin is how the caller reached the tenant, for the links of answers. In
// process the URL says it; over a listener the connection and its Host do.
func origin(r *http.Request) string {
	scheme, host := r.URL.Scheme, r.Host
	if host == "" {
		host = r.URL.Host
	}
	if scheme == "" {
		scheme = "http"
		if r.TLS != nil {
			scheme = "https"
		}
	}
	return scheme + "://" + host
}

// parse takes path and query apart.
func (c *call) parse() error {
	var err error
	if c.query, err = url.ParseQuery(c.rawQuery); err != nil {
		return badQuery("The query string is malformed.")
	}
	for name, values := range c.query {
		if len(values) > 1 {
			return badQuery("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		}
	}
	rest, ok := strings.CutPrefix(c.path+"/", "/v1.0/")
	if !ok {
		return badQuery("Invalid version: only v1.0 is simulated.")
	}
	for s := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSuffix(rest, "/"), "/"), "/") {
		parts, err := segmentsOf(s)
		if err != nil {
			return err
		}
		c.segments = append(c.segments, parts...)
	}
	if len(c.segments) > 0 && (strings.EqualFold(c.segments[0], "roleManagement") || strings.EqualFold(c.segments[0], "identityGovernance")) {
		c.dollars()
	}
	return nil
}

// dollars gives query options the $ that the role and governance calls of
// v1.0 do without, as their documentation's own examples do.
func (c *call) dollars() {
	for _, name := range []string{"select", "filter", "expand", "top"} {
		if v, ok := c.query[name]; ok && !c.query.Has("$"+name) {
			c.query["$"+name] = v
			delete(c.query, name)
		}
	}
}

func (c *call) option(name string) string { return c.query.Get(name) }

// eventual reports whether the caller accepts answers from the indexed copy
// of the directory, which advanced queries need.
func (c *call) eventual() bool {
	return strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")
}

// counting reports whether $count=true is asked for and will be answered.
func (c *call) counting() (bool, error) {
	switch c.option("$count") {
	case "", "false":
		return false, nil
	case "true":
		return c.eventual(), nil
	}
	return false, badQuery("Invalid value '%s' for $count query option found. Valid values are 'false', 'true'.", c.option("$count"))
}

// about reports whether the path names the signed-in person.
func (c *call) about() bool {
	if c.who.application() || len(c.segments) == 0 {
		return false
	}
	return c.segments[0] == "me" || len(c.args) > 0 && c.segments[0] == "users" &&
		(strings.EqualFold(c.args[0], c.who.Oid) || c.who.Upn != "" && strings.EqualFold(c.args[0], c.who.Upn))
}

// decode reads a JSON body into v, which takes any well-formed value.
func (c *call) decode(v any) error {
	kind, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil || kind != "application/json" || json.Unmarshal(c.body, v) != nil {
		return badQuery("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}

// context is the metadata annotation of an answer.
func (c *call) context(fragment string) string {
	b := appendString([]byte(`"@odata.context":`), c.root+"/v1.0/$metadata#"+fragment)
	return string(b)
}

// price is what the call costs in resource units.
func (c *call) price(base int) int {
	if c.query.Has("$select") {
		base--
	}
	if c.query.Has("$expand") {
		base++
	}
	if n, err := strconv.Atoi(c.option("$top")); err == nil && n < 20 {
		base--
	}
	return max(base, 1)
}

func (t *Tenant) requestID() string {
	t.luck.Lock()
	defer t.luck.Unlock()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], t.rand.Uint64())
	binary.BigEndian.PutUint64(b[8:], t.rand.Uint64())
	return guid(b)
}

func guid(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := make([]byte, 0, 36)
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			s = append(s, '-')
		}
		s = hex.AppendEncode(s, part)
	}
	return string(s)
}

// choose returns the columns that $select names, in the type's order, or the
// default ones (all if defaults is empty).
func choose[T any](c *call, kind string, all []column[T], defaults string) ([]column[T], error) {
	names := defaults
	if c.query.Has("$select") {
		names = c.option("$select")
		if strings.TrimSpace(names) == "" {
			return nil, badQuery("Parsing OData Select and Expand failed: the value of $select is empty.")
		}
	} else if defaults == "" {
		return all, nil
	}
	want, n := make([]bool, len(all)), 0
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(all, func(k column[T]) bool { return len(k.name) == len(name) && strings.EqualFold(k.name, name) })
		if i < 0 {
			return nil, badQuery("Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
		}
		want[i] = true
		n++
	}
	some := make([]column[T], 0, n)
	for i, k := range all {
		if want[i] {
			some = append(some, k)
		}
	}
	return some, nil
}

// fragment is the part of a context URL that tells what was selected.
func fragment(c *call, set string) string {
	if !c.query.Has("$select") {
		return set
	}
	return set + "(" + strings.ReplaceAll(c.option("$select"), " ", "") + ")"
}
