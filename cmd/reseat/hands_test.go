package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// TestHands: what reads does so with the identity for plans alone, what writes
// with that for applies alone, also where one of the tokens is refused in mid-run;
// and who writes must be of the tenant that was read.
func TestHands(t *testing.T) {
	const own, other, person = "aaaabbbb-cccc-4ddd-8eee-ffff00001111", "99998888-7777-4666-8555-444433332222", "0000abcd-0000-4000-8000-000000000001"
	for _, of := range []string{own, other} {
		var mu sync.Mutex
		wrote, spent := 0, map[string]bool{}
		at := func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			body, _ := io.ReadAll(r.Body)
			token := who(r.Header.Get("Authorization"))
			write, verify := strings.Contains(string(body), "assignLicense"), r.URL.Path == "/v1.0/organization"
			if writes := strings.HasPrefix(token, "writer"); write != writes && !verify {
				t.Errorf("%s sent %s %s", token, r.URL, body)
			}
			switch {
			case strings.HasSuffix(token, "-1") && (write || !verify): // refused once each
				spent[token] = true
				w.WriteHeader(http.StatusUnauthorized)
			case verify && strings.HasPrefix(token, "writer"):
				w.WriteHeader(http.StatusForbidden)
				io.WriteString(w, `{"error":{"code":"Authorization_RequestDenied"}}`)
			case write:
				wrote++
				fmt.Fprintf(w, `{"responses":[{"id":%q,"status":200,"body":{"id":%q}}]}`, person, person)
			default:
				fmt.Fprintf(w, `{"responses":[{"id":%q,"status":200,"body":{"id":%q,"assignedLicenses":[],"licenseAssignmentStates":[]}}]}`, person, person)
			}
		}
		identity := func(name, tenant string) graph.Config {
			given := 0
			return graph.Config{Root: "https://graph.simulated.invalid", Transport: graph.InProcess(http.HandlerFunc(at)), Tenant: own,
				Token: func(context.Context) (string, time.Time, error) {
					given++
					claims, _ := json.Marshal(map[string]string{"tid": tenant, "oid": fmt.Sprintf("%s-%d", name, given)})
					return "h." + base64.RawURLEncoding.EncodeToString(claims) + ".s", time.Time{}, nil
				}}
		}
		tenant, err := opened(identity("reader", own), identity("writer", of), true, nil)
		if err != nil {
			t.Fatal(err)
		}
		both, err := tenant.hands(own)
		if err != nil {
			t.Fatal(err)
		}
		request := []plan.Request{{User: person, Remove: []plan.SKU{"05e9a617-0261-4cee-bb44-138d3ef5d965"}}}
		for range 2 {
			if users, err := both.Users(t.Context(), []plan.UserID{person}); err != nil || len(users) != 1 {
				t.Errorf("got %v, %v", users, err)
			}
			answers, err := both.Assign(t.Context(), request)
			var wrong *graph.WrongTenantError
			if of == own && err != nil || of == other && !errors.As(err, &wrong) {
				t.Errorf("got %+v, %v", answers, err)
			}
		}
		if of == own && (wrote != 1 || len(spent) != 2) || of == other && (wrote != 0 || len(spent) != 1) {
			t.Errorf("writer of %s: wrote %d times, %v were refused", of, wrote, spent)
		}
	}
}

// who returns the name in a token of TestHands.
func who(authorization string) string {
	var claims struct{ OID string }
	if parts := strings.Split(authorization, "."); len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(raw, &claims)
	}
	return claims.OID
}
