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
	t.Parallel()
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

// TestOneHand: who reads and writes as one does so with one token and one
// patience. A token that the reads had to renew is not sent again by a write,
// which is never repeated and would end the run; and what a write is told of
// waiting holds for reads.
func TestOneHand(t *testing.T) {
	t.Parallel()
	const own, person = "aaaabbbb-cccc-4ddd-8eee-ffff00001111", "0000abcd-0000-4000-8000-000000000001"
	given, refused, throttled := 0, false, false
	var waits []time.Duration
	at := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		write := strings.Contains(string(body), "assignLicense")
		switch {
		case r.URL.Path == "/v1.0/organization":
			fmt.Fprintf(w, `{"value":[{"id":%q,"verifiedDomains":[]}]}`, own)
		case refused && who(r.Header.Get("Authorization")) == "one-1":
			w.WriteHeader(http.StatusUnauthorized)
		case write && throttled:
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			fmt.Fprintf(w, `{"responses":[{"id":%q,"status":200,"body":{"id":%q,"assignedLicenses":[],"licenseAssignmentStates":[]}}]}`, person, person)
		}
	}
	one := graph.Config{Root: "https://graph.simulated.invalid", Transport: graph.InProcess(http.HandlerFunc(at)), Tenant: own,
		Wait: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
		Token: func(context.Context) (string, time.Time, error) {
			given++
			claims, _ := json.Marshal(map[string]string{"tid": own, "oid": fmt.Sprintf("one-%d", given)})
			return "h." + base64.RawURLEncoding.EncodeToString(claims) + ".s", time.Time{}, nil
		}}
	tenant, err := opened(one, one, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	both, err := tenant.hands(own)
	if err != nil {
		t.Fatal(err)
	}
	read := func() {
		if users, err := both.Users(t.Context(), []plan.UserID{person}); err != nil || len(users) != 1 {
			t.Errorf("got %v, %v", users, err)
		}
	}
	write := func(want int) {
		answers, err := both.Assign(t.Context(), []plan.Request{{User: person, Remove: []plan.SKU{"05e9a617-0261-4cee-bb44-138d3ef5d965"}}})
		if err != nil || len(answers) != 1 || answers[0].Status != want {
			t.Errorf("got %+v, %v, want %d", answers, err, want)
		}
	}
	write(200)
	refused = true
	read()
	write(200)
	if given != 2 {
		t.Errorf("got %d tokens, want 2", given)
	}
	throttled = true
	write(429)
	if read(); len(waits) != 1 || waits[0] < 29*time.Second {
		t.Errorf("got waits %v before the read, want 30 s", waits)
	}
}
