package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A trick is one way to misbehave.
type trick struct {
	name string
	// harmless tricks, alone and few times, end in the right plan.
	harmless bool
	kinds    []string // of requests; nil is all that are answered
	play     func(x *exchange, r *rand.Rand)
}

// A prank is a trick in its place: from the nth request of a kind on.
type prank struct {
	trick
	kind       string
	nth, times int
	rand       *rand.Rand
}

// A mischief is what goes wrong in one run.
type mischief struct {
	servers *proxyServers
	rand    *rand.Rand
	top     int // people on a page
	pranks  []*prank
	trusts  bool

	mu      sync.Mutex
	count   map[string]int
	played  []string
	secrets []string
	queries []string          // behind links that the proxy made up
	people  []json.RawMessage // seen so far
}

// The kinds of requests, and how many of each there are at least.
func proxyKinds() map[string]int {
	return map[string]int{
		"organization": 1, "count": 2, "users": 7, "subscribedSkus": 1, "directory/subscriptions": 1,
		"roleManagement/directory/roleDefinitions": 1, "roleManagement/directory/roleAssignments": 1,
		"roleManagement/directory/roleEligibilityScheduleInstances": 1, "batch": 1, "groups": 3, "members": 4,
	}
}

// newMischief draws one thing to go wrong, or up to five.
func newMischief(r *rand.Rand, mode int) *mischief {
	m := &mischief{rand: rand.New(rand.NewPCG(r.Uint64(), 2)), top: 40 + r.IntN(60), trusts: true, count: map[string]int{}}
	many := 1
	if r.IntN(2) == 0 {
		many += r.IntN(5)
	}
	all := tricks()
	if !proxyModes[mode].seesAnswers {
		all = connectTricks()
		m.trusts = r.IntN(12) > 0
	}
	kinds := proxyKinds()
	for range many {
		t := all[r.IntN(len(all))]
		of := t.kinds
		if of == nil {
			of = listings(true)
		}
		p := &prank{trick: t, kind: of[r.IntN(len(of))], times: 1 + r.IntN(2), rand: rand.New(rand.NewPCG(r.Uint64(), 3))}
		p.nth = 1 + r.IntN(max(1, kinds[p.kind]))
		if p.kind == "CONNECT" {
			p.nth = 1 + r.IntN(3)
		}
		if many > 1 && r.IntN(4) == 0 {
			p.times = 1000
		}
		m.pranks = append(m.pranks, p)
	}
	return m
}

// listings are the kinds that are answered in JSON, and that of numbers.
func listings(count bool) []string {
	var all []string
	for k := range proxyKinds() {
		if k != "batch" && (count || k != "count") {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return append(all, "batch")
}

func pages() []string {
	return slices.DeleteFunc(listings(false), func(k string) bool { return k == "batch" })
}

func (m *mischief) String() string {
	var all []string
	for _, p := range m.pranks {
		all = append(all, fmt.Sprintf("%s at %s %d, %d times", p.name, p.kind, p.nth, p.times))
	}
	if !m.trusts {
		all = append(all, "a certificate that is not trusted")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(all, "; ") + fmt.Sprintf(" (played: %s)", strings.Join(m.played, ", "))
}

// harmless reports whether the run must end in the right plan.
func (m *mischief) harmless() bool {
	return m.trusts && len(m.pranks) <= 1 && !slices.ContainsFunc(m.pranks, func(p *prank) bool { return !p.harmless })
}

func (m *mischief) distrusts() bool { return !m.trusts && len(m.pranks) > 0 }

// next are the tricks for the next request of a kind.
func (m *mischief) next(kind string) []bound {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.count == nil {
		m.count = map[string]int{}
	}
	m.count[kind]++
	n := m.count[kind]
	var due []bound
	for _, p := range m.pranks {
		if p.kind == kind && n >= p.nth && n < p.nth+p.times {
			due = append(due, bound{p})
			if len(m.played) < 20 {
				m.played = append(m.played, p.name)
			}
		}
	}
	return due
}

type bound struct{ *prank }

func (b bound) play(x *exchange) {
	x.mischief.mu.Lock()
	r := rand.New(rand.NewPCG(b.rand.Uint64(), 4))
	x.mischief.mu.Unlock()
	b.prank.play(x, r)
}

func (m *mischief) jitter() float64 { return m.rand.Float64() }

func (m *mischief) handedOut(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets = append(m.secrets, token)
	m.secrets = append(m.secrets, strings.Split(token, ".")...)
}

const (
	proxyCookie   = "cookie-never-seen"
	proxyPassword = "proxy-password-never-seen"
)

// disclosed says which secret a text holds, or "".
func (m *mischief) disclosed(text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range append(slices.Clone(m.secrets), proxyCookie, proxyPassword) {
		if i := strings.Index(text, s); i >= 0 {
			return fmt.Sprintf("%q is in …%s…", s, text[max(0, i-80):i])
		}
	}
	return ""
}

// hide keeps a query and returns one that stands for it.
func (m *mischief) hide(query string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queries = append(m.queries, query)
	return fmt.Sprintf("proxied=%d", len(m.queries)-1)
}

func (m *mischief) queryOf(query string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, q := range m.queries {
		if query == fmt.Sprintf("proxied=%d", i) {
			return q
		}
	}
	return query
}

// says is a trick that answers in the tenant's place.
func says(name string, harmless bool, status int, body string, header ...string) trick {
	return trick{name: name, harmless: harmless, play: func(x *exchange, _ *rand.Rand) { x.answer(status, body, header...) }}
}

func refusal(code string) string { return `{"error":{"code":"` + code + `","message":"no"}}` }

const htmlPage = "<html><body><h1>Sign in to the network</h1></body></html>"

// tricks are all that a proxy does which sees requests and answers.
func tricks() []trick {
	return slices.Concat(busyTricks(), refusalTricks(), bodyTricks(), pageTricks(), wordTricks(), batchTricks(), tellingTricks())
}

func busyTricks() []trick {
	date := func(d time.Duration) string { return proxyNow().Add(d).Format(http.TimeFormat) }
	all := []trick{
		says("429", true, 429, refusal("TooManyRequests"), "Retry-After", "2.128"),
		says("429 with a date", true, 429, refusal("TooManyRequests"), "Date", date(-time.Hour), "Retry-After", date(-time.Hour+time.Minute)),
		says("429 with two headers", true, 429, refusal("TooManyRequests"), "Retry-After", "1", "Retry-After", "17"),
		says("429 bare", true, 429, ""),
		says("503 with Retry-After", true, 503, refusal("ServiceUnavailable"), "Retry-After", "30"),
		says("502 in HTML", true, 502, htmlPage, "Content-Type", "text/html"),
		says("409 of other writers", true, 409, refusal("Directory_ConcurrencyViolation")),
		says("401 once", true, 401, refusal("InvalidAuthenticationToken"), "WWW-Authenticate", "Bearer"),
		says("401 with claims", true, 401, refusal("InvalidAuthenticationToken"), "WWW-Authenticate",
			`Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(`{"access_token":{}}`))+`"`),
	}
	for i := range all {
		if strings.HasPrefix(all[i].name, "401") {
			all[i].harmless = false // twice in a row, it is refused
		}
	}
	for _, odd := range []string{"NaN", "-1", "1e300", "", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"} {
		all = append(all, says("429 after "+odd, true, 429, refusal("TooManyRequests"), "Retry-After", odd))
	}
	for _, status := range []int{408, 500, 502, 503, 504, 509} {
		all = append(all, says(fmt.Sprint(status), true, status, ""))
	}
	return all
}

func refusalTricks() []trick {
	var all []trick
	for _, status := range []int{400, 403, 404, 405, 407, 409, 410, 412, 413, 423, 501, 507} {
		all = append(all, says(fmt.Sprint(status), false, status, refusal("No")))
	}
	all = append(all, says("204", false, 204, ""), says("202", false, 202, "{}"), says("206", false, 206, `{"value":[]}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		all = append(all, trick{name: fmt.Sprint(status), play: func(x *exchange, _ *rand.Rand) {
			x.answer(status, "", "Location", x.servers.strange.URL+x.r.URL.RequestURI())
		}})
	}
	return all
}

func packed(parts ...[]byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, p := range parts {
		z.Write(p)
	}
	z.Close()
	return b.Bytes()
}

// bomb is a small body of ninety mebibytes.
func bomb() []byte { return bytes.Repeat(packed(make([]byte, 1<<20), nil), 90) }

// bodyTricks change how a good answer comes.
func bodyTricks() []trick {
	whole := func(name string, harmless bool, kinds []string, change func(x *exchange, r *rand.Rand)) trick {
		return trick{name, harmless, kinds, func(x *exchange, r *rand.Rand) {
			if x.good() {
				change(x, r)
			}
		}}
	}
	json := listings(false)
	return []trick{
		{"reset before", true, nil, func(x *exchange, _ *rand.Rand) { x.reset() }},
		{"no HTTP", true, nil, func(x *exchange, _ *rand.Rand) { x.raw("\x16\x03\x01 " + x.r.Header.Get("Authorization") + "\r\n\r\n") }},
		whole("reset after", true, nil, func(x *exchange, _ *rand.Rand) { x.reset() }),
		whole("cut short of its length", true, nil, func(x *exchange, r *rand.Rand) {
			x.header.Set("Content-Length", fmt.Sprint(len(x.body)))
			x.body = x.body[:r.IntN(len(x.body))]
			x.send()
			panic(http.ErrAbortHandler)
		}),
		whole("cut within chunks", true, nil, func(x *exchange, r *rand.Rand) {
			x.body = x.body[:r.IntN(len(x.body))]
			x.send()
			x.w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}),
		whole("JSON cut", true, json, func(x *exchange, r *rand.Rand) {
			x.body = bytes.TrimSpace(x.body)
			x.body = x.body[:r.IntN(len(x.body))]
		}),
		whole("empty", true, json, func(x *exchange, _ *rand.Rand) { x.body = nil }),
		whole("slow", true, nil, func(x *exchange, _ *rand.Rand) {
			rest := x.body
			x.body = nil
			x.send()
			for len(rest) > 0 {
				n := min(len(rest), 700)
				x.w.Write(rest[:n])
				x.w.(http.Flusher).Flush()
				rest = rest[n:]
			}
		}),
		whole("gzip", true, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("Content-Encoding", "gzip"); x.body = packed(x.body) }),
		whole("gzip cut", true, nil, func(x *exchange, r *rand.Rand) {
			x.header.Set("Content-Encoding", "gzip")
			x.body = packed(x.body)
			x.body = x.body[:r.IntN(len(x.body))]
		}),
		whole("gzip damaged", true, json, func(x *exchange, _ *rand.Rand) {
			x.header.Set("Content-Encoding", "gzip")
			x.body = packed(x.body)
			x.body[len(x.body)-6] ^= 0x55 // of the checksum
		}),
		whole("gzip bomb", false, json, func(x *exchange, _ *rand.Rand) { x.header.Set("Content-Encoding", "gzip"); x.body = bomb() }),
		whole("deflate", false, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("Content-Encoding", "deflate") }),
		whole("br", false, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("Content-Encoding", "br") }),
		whole("called HTML", true, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("Content-Type", "text/html") }),
		whole("byte order mark", true, nil, func(x *exchange, _ *rand.Rand) {
			x.body = append([]byte("\ufeff"), bytes.TrimPrefix(x.body, []byte("\ufeff"))...)
		}),
		whole("HTML with 200", false, nil, func(x *exchange, _ *rand.Rand) { x.body = []byte(htmlPage) }),
		whole("garbage", false, nil, func(x *exchange, r *rand.Rand) { x.body = []byte{'{', '"', byte(r.IntN(256)), 0, 0xff, '}'} }),
		whole("rubbish after", false, nil, func(x *exchange, _ *rand.Rand) { x.body = append(x.body, "{}"...) }),
		whole("too deep", false, json, func(x *exchange, _ *rand.Rand) { x.into(`"deep":` + strings.Repeat("[", 80) + strings.Repeat("]", 80)) }),
		whole("doubled key", false, json, func(x *exchange, _ *rand.Rand) { x.into(`"value":[],"responses":[],"value":[],"responses":[]`) }),
		whole("no UTF-8", false, json, func(x *exchange, r *rand.Rand) {
			x.last = func() { // another trick would mend it by writing the JSON anew
				if at := nth(regexp.MustCompile(`"[A-Za-z]+":"[^"]`).FindAllIndex(x.body, -1), r); at != nil {
					x.body = slices.Insert(x.body, at[1], 0xff)
				}
			}
		}),
		whole("cookies", true, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("Set-Cookie", "session="+proxyCookie) }),
		whole("near a limit", true, nil, func(x *exchange, _ *rand.Rand) { x.header.Set("x-ms-throttle-limit-percentage", "1.4") }),
		whole("another clock", true, nil, func(x *exchange, _ *rand.Rand) {
			x.header.Set("Date", proxyNow().Add(-3*time.Hour).Format(http.TimeFormat))
		}),
		whole("upper case", true, json, func(x *exchange, _ *rand.Rand) {
			parts := regexp.MustCompile(`"@odata.[a-zA-Z]+":"[^"]*"`).FindAllIndex(x.body, -1)
			ids := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
			var out []byte
			at := 0
			for _, p := range append(parts, []int{len(x.body), len(x.body)}) {
				out = append(out, ids.ReplaceAllFunc(x.body[at:p[0]], bytes.ToUpper)...)
				out = append(out, x.body[p[0]:p[1]]...)
				at = p[1]
			}
			x.body = out
		}),
	}
}

// into puts members at the beginning of the answer's object.
func (x *exchange) into(members string) {
	x.body = bytes.Replace(x.body, []byte("{"), []byte("{"+members+","), 1)
}

func nth[T any](all []T, r *rand.Rand) (one T) {
	if len(all) == 0 {
		return one
	}
	return all[r.IntN(len(all))]
}

// link sets the link to the next page, whether there was one or not.
func (x *exchange) link(to string) {
	old := regexp.MustCompile(`"@odata.nextLink":"[^"]*",?`)
	x.body = old.ReplaceAll(x.body, nil)
	x.body = bytes.Replace(x.body, []byte(",}"), []byte("}"), 1)
	x.into(fmt.Sprintf(`"@odata.nextLink":%q`, to))
}

// root is how the client reaches the proxy.
func (x *exchange) root() string {
	if x.r.TLS != nil {
		return "https://" + x.r.Host
	}
	return "http://" + x.r.Host
}

func pageTricks() []trick {
	link := func(name string, to func(x *exchange) string) trick {
		return trick{name, false, pages(), func(x *exchange, _ *rand.Rand) {
			if x.good() {
				x.link(to(x))
			}
		}}
	}
	return []trick{
		link("link to another host", func(x *exchange) string { return x.servers.strange.URL + x.r.URL.RequestURI() }),
		link("link with a user", func(x *exchange) string { return "http://graph@" + host(x.servers.strange.URL) + "/v1.0/users" }),
		link("link in a loop", func(x *exchange) string { return x.root() + x.r.URL.RequestURI() }),
		link("relative link", func(x *exchange) string { return x.r.URL.RequestURI() }),
		link("link without TLS", func(x *exchange) string { return "http://" + host(x.servers.strange.URL) + "/v1.0/users" }),
		link("link to beta", func(x *exchange) string { return x.root() + "/v1.0/../beta/users" }),
		{"link the other way of writing", false, pages(), func(x *exchange, _ *rand.Rand) {
			if x.good() {
				x.link("//" + host(x.servers.strange.URL) + "/v1.0/users")
			}
		}},
		{"empty page", true, pages(), func(x *exchange, _ *rand.Rand) {
			to := x.root() + x.r.URL.EscapedPath() + "?" + x.mischief.hide(x.mischief.queryOf(x.r.URL.RawQuery))
			x.answer(200, fmt.Sprintf(`{"value":[],"@odata.nextLink":%q}`, to))
		}},
		{"people twice", true, []string{"users"}, func(x *exchange, _ *rand.Rand) { x.again(func(p json.RawMessage) json.RawMessage { return p }) }},
		{"people twice, and stale", true, []string{"users"}, func(x *exchange, _ *rand.Rand) {
			x.again(func(p json.RawMessage) json.RawMessage {
				var u map[string]json.RawMessage
				if err := json.Unmarshal(p, &u); err != nil {
					panic(err)
				}
				u["licenseAssignmentStates"], u["assignedLicenses"], u["department"] = []byte("[]"), []byte("[]"), []byte(`"Stale"`)
				b, err := json.Marshal(u)
				if err != nil {
					panic(err)
				}
				return b
			})
		}},
		{"another tenant's organisation", false, []string{"organization"}, func(x *exchange, _ *rand.Rand) {
			if x.good() {
				x.body = regexp.MustCompile(`"id":"[^"]*"`).ReplaceAll(x.body, []byte(`"id":"11111111-2222-4333-8444-555555555555"`))
			}
		}},
		{"another tenant's products", false, []string{"subscribedSkus"}, func(x *exchange, _ *rand.Rand) {
			if x.good() {
				x.body = regexp.MustCompile(`"id":"[^"_]*_`).ReplaceAll(x.body, []byte(`"id":"11111111-2222-4333-8444-555555555555_`))
			}
		}},
		{"number of people", false, []string{"count"}, func(x *exchange, r *rand.Rand) {
			x.answer(200, nth([]string{"many", "", "-5", "99999", "4e2", "1", "null", "412 "}, r), "Content-Type", "text/plain")
		}},
	}
}

// wordTricks put null for lists, and words that nobody knows for those of a
// closed set. A word of an open set (userType, ownerType) is as good as any
// other text: nobody can tell that it was changed.
func wordTricks() []trick {
	all := []trick{
		{"null for a list", false, listings(false), func(x *exchange, r *rand.Rand) {
			x.change(r, "", func(v any) (any, bool) { _, list := v.([]any); return nil, list })
		}},
		{"unknown type", true, listings(false), func(x *exchange, r *rand.Rand) {
			x.change(r, "@odata.type", func(any) (any, bool) { return "#microsoft.graph.curious", true })
		}},
	}
	for key, kind := range map[string]string{
		"assignedLicenses": "users", "licenseAssignmentStates": "users", "disabledPlans": "users", "servicePlans": "subscribedSkus",
		"verifiedDomains": "organization", "rolePermissions": "roleManagement/directory/roleDefinitions",
		"allowedResourceActions": "roleManagement/directory/roleDefinitions", "value": "members", "responses": "batch",
	} {
		all = append(all, trick{"null for " + key, false, []string{kind}, func(x *exchange, r *rand.Rand) {
			x.change(r, key, func(v any) (any, bool) { list, ok := v.([]any); return nil, ok && len(list) > 0 })
		}})
	}
	for key, kind := range map[string]string{
		"state": "users", "capabilityStatus": "subscribedSkus", "appliesTo": "subscribedSkus", "provisioningStatus": "subscribedSkus",
		"memberType": "roleManagement/directory/roleEligibilityScheduleInstances",
	} {
		all = append(all, trick{"unknown " + key, false, []string{kind}, func(x *exchange, r *rand.Rand) {
			x.change(r, key, func(v any) (any, bool) { _, text := v.(string); return "curious", text })
		}})
	}
	slices.SortFunc(all, func(a, b trick) int { return strings.Compare(a.name, b.name) })
	return all
}

// again puts some of the people of earlier pages into this one.
func (x *exchange) again(change func(json.RawMessage) json.RawMessage) {
	if !x.good() {
		return
	}
	var page map[string]json.RawMessage
	var people []json.RawMessage
	if err := json.Unmarshal(x.body, &page); err != nil || json.Unmarshal(page["value"], &people) != nil {
		return
	}
	m := x.mischief
	m.mu.Lock()
	earlier := slices.Clone(m.people)
	m.people = append(m.people, people...)
	m.mu.Unlock()
	if len(earlier) == 0 {
		earlier = people // on the first page, of the same
	}
	for i := 0; i < len(earlier); i += 3 {
		people = append(people, change(earlier[i]))
	}
	page["value"], _ = json.Marshal(people)
	x.body, _ = json.Marshal(page)
}

// change changes the values of a key, or of any, for which pick says yes: one of
// them or all.
func (x *exchange) change(r *rand.Rand, key string, pick func(v any) (any, bool)) {
	var doc any
	if !x.good() || json.Unmarshal(x.body, &doc) != nil {
		return
	}
	var spots []func()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range sortedNames(v) {
				if to, ok := pick(v[k]); ok && (key == "" || k == key) {
					spots = append(spots, func() { v[k] = to })
				}
				walk(v[k])
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	if len(spots) == 0 {
		return
	}
	if key == "" || r.IntN(2) == 0 {
		spots = []func(){nth(spots, r)}
	}
	for _, f := range spots {
		f()
	}
	x.body, _ = json.Marshal(doc)
}

func sortedNames(m map[string]any) []string {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// batchTricks change the members of a batch.
func batchTricks() []trick {
	members := func(name string, harmless bool, change func(r *rand.Rand, all []map[string]any) []map[string]any) trick {
		return trick{name, harmless, []string{"batch"}, func(x *exchange, r *rand.Rand) {
			var doc struct {
				Responses []map[string]any `json:"responses"`
				Link      string           `json:"@odata.nextLink,omitempty"`
			}
			if !x.good() || json.Unmarshal(x.body, &doc) != nil || len(doc.Responses) == 0 {
				return
			}
			doc.Responses = change(r, doc.Responses)
			if name == "members with a link" {
				doc.Link = x.servers.strange.URL + "/v1.0/$batch"
			}
			x.body, _ = json.Marshal(doc)
		}}
	}
	each := func(change func(m map[string]any)) func(*rand.Rand, []map[string]any) []map[string]any {
		return func(_ *rand.Rand, all []map[string]any) []map[string]any {
			for _, m := range all {
				change(m)
			}
			return all
		}
	}
	status := func(status int, header ...any) func(*rand.Rand, []map[string]any) []map[string]any {
		return func(r *rand.Rand, all []map[string]any) []map[string]any {
			m := all[r.IntN(len(all))]
			m["status"], m["body"] = status, map[string]any{"error": map[string]any{"code": "No", "message": "no"}}
			h := map[string]any{}
			for i := 0; i+1 < len(header); i += 2 {
				h[header[i].(string)] = header[i+1]
			}
			m["headers"] = h
			return all
		}
	}
	return []trick{
		members("member dropped", true, func(r *rand.Rand, all []map[string]any) []map[string]any {
			i := r.IntN(len(all))
			return slices.Delete(all, i, i+1)
		}),
		members("members with a link", true, func(_ *rand.Rand, all []map[string]any) []map[string]any { return all[:len(all)/2] }),
		members("member twice", true, func(r *rand.Rand, all []map[string]any) []map[string]any { return append(all, nth(all, r)) }),
		members("member twice, not alike", true, func(r *rand.Rand, all []map[string]any) []map[string]any {
			m := nth(all, r)
			return append(all, map[string]any{"id": m["id"], "status": 404, "body": map[string]any{}})
		}),
		members("foreign member", true, func(_ *rand.Rand, all []map[string]any) []map[string]any {
			return append(all, map[string]any{"id": "99999999-9999-4999-8999-999999999999", "status": 200, "body": map[string]any{}})
		}),
		members("shuffled", true, func(r *rand.Rand, all []map[string]any) []map[string]any {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			return all
		}),
		members("ids in upper case", true, each(func(m map[string]any) { m["id"] = strings.ToUpper(m["id"].(string)) })),
		members("members without headers", true, each(func(m map[string]any) { delete(m, "headers") })),
		members("status as text", true, each(func(m map[string]any) { m["status"] = fmt.Sprint(m["status"]) })),
		members("bodies in base64", false, each(func(m map[string]any) { m["body"] = base64.StdEncoding.EncodeToString([]byte(htmlPage)) })),
		members("bodies exchanged", false, func(_ *rand.Rand, all []map[string]any) []map[string]any {
			all[0]["body"], all[len(all)-1]["body"] = all[len(all)-1]["body"], all[0]["body"]
			return all
		}),
		members("member 429", true, status(429, "Retry-After", "2.5")),
		members("member 429, number", true, status(429, "retry-after", 3)),
		members("member 429 bare", true, status(429)),
		members("member 424", true, status(424)),
		members("member 503", true, status(503, "Retry-After", "20")),
		members("member 500", true, status(500)),
		members("member 403", false, status(403)),
		members("member 501", false, status(501)),
	}
}

// tellingTricks repeat the token that they were shown.
func tellingTricks() []trick {
	return []trick{
		{"tells the token", false, nil, func(x *exchange, r *rand.Rand) {
			token := x.r.Header.Get("Authorization")
			x.answer(nth([]int{400, 401, 403, 500, 503}, r), `{"error":{"code":`+quoted(token)+`,"message":`+quoted("bad token "+token+" / "+strings.ReplaceAll(token, ".", " . "))+`,"innerError":{"request-id":`+quoted(token)+`}}}`,
				"request-id", token, "x-ms-ags-diagnostic", token)
		}},
		{"tells the token in a page", false, listings(false), func(x *exchange, _ *rand.Rand) {
			token := x.r.Header.Get("Authorization")
			x.answer(200, `{"value":[{"id":`+quoted(token)+`}],"responses":[{"id":`+quoted(token)+`,"status":200}],"@odata.nextLink":`+quoted("https://"+strings.TrimPrefix(token, "Bearer ")+".example/")+`}`)
		}},
		{"tells the token in HTML", false, nil, func(x *exchange, _ *rand.Rand) {
			x.answer(200, "<html>"+x.r.Header.Get("Authorization"), "Content-Type", "text/"+strings.TrimPrefix(x.r.Header.Get("Authorization"), "Bearer "))
		}},
	}
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// connectTricks are what a proxy can do that sees only where TLS goes.
func connectTricks() []trick {
	at := []string{"CONNECT"}
	refuse := func(name string, harmless bool, status int) trick {
		return trick{name, harmless, at, func(x *exchange, _ *rand.Rand) {
			x.answer(status, htmlPage+x.r.Header.Get("Proxy-Authorization"))
			x.send()
		}}
	}
	return []trick{
		refuse("CONNECT 407", false, 407), refuse("CONNECT 403", false, 403),
		refuse("CONNECT 502", true, 502), refuse("CONNECT 503", true, 503),
		{"CONNECT reset", true, at, func(x *exchange, _ *rand.Rand) { x.reset() }},
		{"CONNECT no HTTP", true, at, func(x *exchange, _ *rand.Rand) { x.raw("what?\r\n\r\n" + x.r.Header.Get("Proxy-Authorization")) }},
		{"cut off", true, at, func(x *exchange, r *rand.Rand) { x.connect(x.r.Host, 3000+int64(r.IntN(60000))) }},
		{"cut off early", true, at, func(x *exchange, r *rand.Rand) { x.connect(x.r.Host, int64(r.IntN(1500))) }},
		{"TLS with somebody else", false, at, func(x *exchange, _ *rand.Rand) { x.connect(host(x.servers.strange.URL), -1) }},
	}
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
