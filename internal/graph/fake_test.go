package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/graph"
)

const (
	root  = "https://graph.microsoft.com"
	token = "HEADERheaderHEADER.PAYLOADpayloadPAYLOAD.SIGNATUREsignature"

	e3    = "05e9a617-0261-4cee-bb44-138d3ef5d965"
	e5    = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
	visio = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
	yam   = "7547a3fe-08ee-4ccb-b430-5077c5041653"
)

var now = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// id returns the nth GUID.
func id(n int) string { return fmt.Sprintf("0000abcd-0000-4000-8000-%012d", n) }

// An answer is one canned answer of Graph.
type answer struct {
	status int
	header map[string]string
	body   string
}

func ok(body string) answer { return answer{status: 200, body: body} }

func list(items ...string) answer { return ok(`{"value":[` + strings.Join(items, ",") + `]}`) }

func refuse(status int, code, message string) answer {
	return answer{status: status, header: map[string]string{"request-id": "req-1"},
		body: `{"error":{"code":` + quote(code) + `,"message":` + quote(message) + `,"innerError":{"date":"2026-11-20T08:00:00","request-id":"inner-1","client-request-id":"c"}}}`}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (a answer) with(name, value string) answer {
	h := map[string]string{name: value}
	for k, v := range a.header {
		h[k] = v
	}
	a.header = h
	return a
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
}

// A seen is one request that a fake received.
type seen struct {
	method, path, query string
	header              http.Header
	body                []byte
}

// A fake is Graph as a table: for each path the answers in turn, the last one
// again and again; and for a path of a batch's member likewise.
type fake struct {
	t  *testing.T
	mu sync.Mutex
	// answers by path within v1.0, with its query or without.
	answers map[string][]answer
	special map[string]http.HandlerFunc
	asked   []seen
}

func newFake(t *testing.T) *fake {
	return &fake{t: t, answers: map[string][]answer{}, special: map[string]http.HandlerFunc{}}
}

func (f *fake) on(path string, all ...answer) *fake {
	f.answers[path] = all
	return f
}

func (f *fake) next(path, query string) (answer, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range []string{path + "?" + query, path} {
		if all, ok := f.answers[key]; ok {
			if len(all) > 1 {
				f.answers[key] = all[1:]
			}
			return all[0], true
		}
	}
	return answer{}, false
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Errorf("read the request: %v", err)
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1.0")
	query, _ := url.QueryUnescape(r.URL.RawQuery)
	f.mu.Lock()
	f.asked = append(f.asked, seen{r.Method, path, query, r.Header.Clone(), body})
	special := f.special[path]
	f.mu.Unlock()
	if special != nil {
		special(w, r)
		return
	}
	if a, ok := f.next(path, query); ok {
		a.write(w)
		return
	}
	if path == "/$batch" {
		f.batch(w, body)
		return
	}
	refuse(404, "Request_ResourceNotFound", "Resource '"+path+"' does not exist or one of its queried reference-property objects are not present.").write(w)
}

type batchRequest struct {
	Requests []struct {
		ID, Method, URL string
		Headers         map[string]string
		Body            json.RawMessage
	}
}

// batch answers each member from the table, in the other order than asked.
func (f *fake) batch(w http.ResponseWriter, body []byte) {
	var in batchRequest
	if err := json.Unmarshal(body, &in); err != nil || len(in.Requests) == 0 || len(in.Requests) > 20 {
		refuse(400, "BadRequest", "bad batch").write(w)
		return
	}
	var out []string
	for i := len(in.Requests) - 1; i >= 0; i-- {
		m := in.Requests[i]
		path, query, _ := strings.Cut(m.URL, "?")
		a, ok := f.next(path, query)
		if !ok {
			a = refuse(404, "Request_ResourceNotFound", "Resource does not exist")
		}
		out = append(out, memberOf(m.ID, a))
	}
	ok(`{"responses":[` + strings.Join(out, ",") + `]}`).write(w)
}

// memberOf is an answer as a member of a batch.
func memberOf(id string, a answer) string {
	h, _ := json.Marshal(a.header)
	if a.header == nil {
		h = []byte(`{"Content-Type":"application/json"}`)
	}
	body := ""
	if a.body != "" {
		body = `,"body":` + a.body
	}
	return fmt.Sprintf(`{"id":%q,"status":%d,"headers":%s%s}`, id, a.status, h, body)
}

// times counts the requests for a path.
func (f *fake) times(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.asked {
		if s.path == path {
			n++
		}
	}
	return n
}

// A bench is a client with everything around it that a test looks at.
type bench struct {
	graph.Config
	mu    sync.Mutex
	waits []time.Duration
	given int // tokens
	log   bytes.Buffer
}

// on returns a bench for a handler: waits are noted, not waited.
func on(h http.Handler) *bench {
	b := &bench{}
	b.Config = graph.Config{
		Root: root, Transport: graph.InProcess(h), UserAgent: "reseat/test",
		Token: func(context.Context) (string, time.Time, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.given++
			return token, now.Add(time.Hour), nil
		},
		Now:    func() time.Time { return now },
		Jitter: func() float64 { return 0 },
		Wait: func(ctx context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.waits = append(b.waits, d)
			return ctx.Err()
		},
	}
	b.Log = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &locked{b: b}})
	return b
}

// locked writes the log under the bench's lock.
type locked struct{ b *bench }

func (l *locked) Write(p []byte) (int, error) {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	return l.b.log.Write(p)
}

func (b *bench) client(t testing.TB) *graph.Client {
	t.Helper()
	c, err := graph.New(b.Config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) writer(t testing.TB) *graph.Writer {
	t.Helper()
	w, err := graph.NewWriter(b.Config)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// user is a user as Graph lists one; more are further members of the object.
func user(n int, more ...string) string {
	members := append([]string{
		fmt.Sprintf(`"id":%q,"userPrincipalName":"u%d@contoso.com","accountEnabled":true`, id(n), n),
	}, more...)
	if len(more) == 0 {
		members = append(members, `"assignedLicenses":[],"licenseAssignmentStates":[]`)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// contoso is a small tenant that answers all reads of a snapshot.
func contoso(t *testing.T) *fake {
	f := newFake(t)
	f.on("/organization", list(`{"id":"`+strings.ToUpper(id(1))+`","displayName":" Contoso ","verifiedDomains":[`+
		`{"name":"contoso.com","isInitial":false},{"name":"Contoso.onmicrosoft.com","isInitial":true},{"name":"a.example","isInitial":false}]}`))
	f.on("/users/$count", answer{status: 200, body: "\ufeff3"})
	f.on("/users", list(user(12), user(11), user(10)))
	f.on("/subscribedSkus", list(product(e3, 25, 14), product(visio, 5, 5)))
	f.on("/directory/subscriptions", list(`{"id":"`+strings.ToUpper(id(71))+`","skuId":"`+strings.ToUpper(e3)+`","isTrial":false,"totalLicenses":25,
		"status":"Enabled","createdDateTime":"2023-01-01T00:00:00Z","nextLifecycleDateTime":null,"ownerId":null,"ownerTenantId":null,"ownerType":"User"}`))
	f.on("/roleManagement/directory/roleDefinitions", list(`{"id":"62e90394-69f5-4237-9190-012177145e10","templateId":"62e90394-69f5-4237-9190-012177145e10",
		"displayName":"Global Administrator","isBuiltIn":true,"rolePermissions":[{"allowedResourceActions":["microsoft.directory/users/assignLicense","microsoft.directory/a"],"condition":null},
		{"allowedResourceActions":["microsoft.directory/self"],"condition":"$SubjectIsOwner"}]}`))
	f.on("/roleManagement/directory/roleAssignments", list(
		assignment("a1", id(10), "#microsoft.graph.user"),
		assignment("a2", id(50), "#microsoft.graph.group"),
		assignment("a3", id(90), "#microsoft.graph.servicePrincipal")))
	f.on("/roleManagement/directory/roleEligibilityScheduleInstances", list(
		assignment("e1", id(11), ""), assignment("e2", id(51), ""), assignment("e3", id(91), "")))
	f.on("/directory/deletedItems/microsoft.graph.user", list(
		`{"id":"`+strings.ToUpper(id(20))+`","userPrincipalName":"0000ABCD000040008000000000000020gone@contoso.com","displayName":"Gone","deletedDateTime":"2026-11-01T00:00:00Z"}`))
	f.on("/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", list(
		`{"id":"x","accessId":"member","principalId":"`+strings.ToUpper(id(10))+`","groupId":"`+id(50)+`","memberType":"direct"}`))
	f.on("/users/"+id(10), ok(`{"id":"`+id(10)+`"}`)).on("/users/"+id(11), ok(`{"id":"`+id(11)+`"}`))
	for _, n := range []int{50, 51} {
		f.on("/groups/"+id(n), ok(group(n)))
		f.on("/groups/"+id(n)+"/transitiveMembers/microsoft.graph.user", list(`{"id":"`+id(12)+`"}`, `{"id":"`+strings.ToUpper(id(11))+`"}`))
	}
	return f
}

func group(n int) string {
	return fmt.Sprintf(`{"id":%q,"displayName":"group %d","securityEnabled":true,"isAssignableToRole":null,"membershipRule":null,"onPremisesSyncEnabled":null,
		"assignedLicenses":[{"skuId":%q,"disabledPlans":[%q]}]}`, strings.ToUpper(id(n)), n, strings.ToUpper(e3), strings.ToUpper(yam))
}

func product(sku string, enabled, consumed int) string {
	return fmt.Sprintf(`{"skuId":%q,"skuPartNumber":"PART","appliesTo":"User","capabilityStatus":"Enabled","consumedUnits":%d,"prepaidUnits":{"enabled":%d,"suspended":0,"warning":null},
		"servicePlans":[{"servicePlanId":%q,"servicePlanName":"YAMMER","appliesTo":"User","provisioningStatus":"Success"}],"subscriptionIds":null}`,
		strings.ToUpper(sku), consumed, enabled, yam)
}

func assignment(name, principal, kind string) string {
	expanded := ""
	if kind != "" {
		expanded = fmt.Sprintf(`,"principal":{"@odata.type":%q,"id":%q}`, kind, principal)
	}
	return fmt.Sprintf(`{"id":%q,"principalId":%q,"roleDefinitionId":"62E90394-69F5-4237-9190-012177145E10","directoryScopeId":"/"%s}`, name, principal, expanded)
}
