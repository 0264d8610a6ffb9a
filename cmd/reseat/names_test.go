package main

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// TestClientUsesPublishedNames: whatever the client asks for and sends is
// named as Microsoft publishes it: paths and methods, query options, properties
// in $select, $filter and $expand, and every name in a body. The simulated
// tenant alone could not tell: it may share a mistake.
func TestClientUsesPublishedNames(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	base := exampleTenant(t)
	sim, err := simulator.New(base, simulator.Options{Seed: 3, ShortPages: true})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{next: sim}
	cfg := graph.Config{Root: "https://graph.simulated.invalid", Transport: r,
		Token: func(context.Context) (string, time.Time, error) {
			return sim.Token(base.Actor, time.Hour), time.Time{}, nil
		}}
	everyCall(t, cfg, base)
	seen := map[string]bool{}
	for _, c := range r.calls {
		for _, w := range s.wrong(c) {
			t.Errorf("%s %s: %s", c.method, c.url, w)
		}
		u, _ := url.Parse(c.url)
		if p, _, ok := s.find(u.Path); ok {
			seen[p] = true
		}
	}
	for _, p := range []string{"users", "users/{}", "users/{}/assignLicense", "subscribedSkus", "organization", "groups", "groups/{}",
		"directory/subscriptions", "directory/deletedItems/microsoft.graph.user", "users/{}/mailboxSettings",
		"roleManagement/directory/roleDefinitions", "roleManagement/directory/roleAssignments", "roleManagement/directory/roleEligibilityScheduleInstances"} {
		if !seen[p] {
			t.Errorf("%s was never called: the test has become blind", p)
		}
	}
}

// everyCall makes the client do all that it can.
func everyCall(t *testing.T, cfg graph.Config, base *plan.Snapshot) {
	t.Helper()
	c, err := graph.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := c.Snapshot(t.Context(), graph.Wants{Groups: []string{"board", "legal-hold", string(base.Groups[0].ID)}})
	if err != nil {
		t.Fatal(err)
	}
	who := snap.Users[0]
	if _, err := c.Users(t.Context(), []plan.UserID{who.ID}); err != nil {
		t.Error(err)
	}
	wants := graph.HolderWants{Products: []plan.SKU{base.Products[0].SKU}, Names: []string{base.Users[1].UserPrincipalName}, IDs: []plan.UserID{base.Users[2].ID}}
	if _, err := c.Snapshot(t.Context(), graph.Wants{Holders: &wants}); err != nil {
		t.Error(err)
	}
	// What these come to is not looked at here: it is what they ask for.
	_, _, _ = c.Mailboxes(t.Context(), []plan.UserID{who.ID})
	_, _, _ = c.SignIns(t.Context(), []plan.UserID{who.ID})
	w, err := graph.NewWriter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var free plan.SKU
	for _, p := range snap.Products {
		held := slices.ContainsFunc(who.Sources, func(s plan.Source) bool { return s.SKU == p.SKU })
		if p.PartNumber == "POWER_BI_PRO" && !held {
			free = p.SKU
		}
	}
	for _, r := range []plan.Request{
		{User: who.ID, Add: []plan.License{{SKU: free, Grant: plan.Grant{DisabledPlans: []plan.PlanID{"113feb6c-3fe4-4440-bddc-54d774bf0318"}}}}},
		{User: who.ID, Remove: []plan.SKU{free}},
	} {
		a, err := w.Assign(t.Context(), []plan.Request{r})
		if err != nil || len(a) != 1 || a[0].Status != http.StatusOK {
			t.Errorf("assign %v: got %+v, %v", r, a, err)
		}
	}
}

// A recorder passes calls on and keeps them, members of batches as their own.
type recorder struct {
	next  http.RoundTripper
	mu    sync.Mutex
	calls []sentCall
}

type sentCall struct {
	method, url string // url from the version on, as in "users?$top=1"
	body        any
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	c := sentCall{method: req.Method, url: strings.TrimPrefix(req.URL.RequestURI(), "/v1.0/")}
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(b))
		if len(b) > 0 && json.Unmarshal(b, &c.body) != nil {
			c.body = string(b)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.url != "$batch" {
		r.calls = append(r.calls, c)
		return r.next.RoundTrip(req)
	}
	members, _ := c.body.(map[string]any)["requests"].([]any)
	for _, m := range members {
		o := m.(map[string]any)
		r.calls = append(r.calls, sentCall{o["method"].(string), strings.TrimPrefix(o["url"].(string), "/"), o["body"]})
	}
	return r.next.RoundTrip(req)
}

// wireWords are names in what the client reads and writes that are of the
// protocol, not of the schema.
var wireWords = map[string]string{
	"error": "errors", "code": "errors", "message": "errors", "innerError": "errors", "innererror": "errors, as older services spell it",
	"request-id": "errors", "client-request-id": "errors", "details": "errors",
	"requests": "batch", "responses": "batch", "method": "batch", "url": "batch", "headers": "batch", "body": "batch", "status": "batch",
	"Content-Type": "batch", "Retry-After": "batch", "value": "collections",
	"isPrivileged": "of roles, in beta alone",
}

// TestWireNamesArePublished: every JSON name in the client's types is one of a
// type that Microsoft publishes, of an action's parameters, or of the protocol.
func TestWireNamesArePublished(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	known := map[string]bool{}
	for _, properties := range s.properties {
		for n := range properties {
			known[n] = true
		}
	}
	for _, p := range s.paths {
		for n := range p.parameters {
			known[n] = true
		}
	}
	found := 0
	for name, at := range jsonNames(t, filepath.Join("..", "..", "internal", "graph")) {
		found++
		if _, word := wireWords[name]; !word && !known[name] && !strings.HasPrefix(name, "@odata.") {
			t.Errorf("%s: no type that Graph publishes has %s", at, name)
		}
	}
	if found < 60 {
		t.Errorf("got %d names, want them all", found)
	}
}

// jsonNames are the names in the JSON tags of a package, with a place of each.
func jsonNames(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names, fset := map[string]string{}, token.NewFileSet()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); name != "" && name != "-" {
				names[name] = fset.Position(field.Pos()).String()
			}
			return true
		})
	}
	return names
}
