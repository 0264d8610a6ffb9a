package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// adminID is somebody else who is at work in the tenant.
const adminID = "22222222-0000-4000-8000-000000000001"

// An administrator changes people at the same time, of the plan and others.
type administrator struct {
	s     *storm
	rand  *rand.Rand
	token string
	left  int // how many changes he still makes
	ids   []plan.UserID
	skus  []plan.SKU
}

func newAdministrator(s *storm, p *plan.Plan) *administrator {
	a := &administrator{s: s, rand: rand.New(rand.NewPCG(s.seed, 0x61646d696e)), left: s.rand.IntN(3) * s.rand.IntN(10)}
	var body struct {
		Token string `json:"token"`
	}
	s.control(http.MethodPost, "tokens", map[string]any{"kind": plan.ActorApplication, "id": adminID, "name": "somebody else",
		"permissions": []string{"LicenseAssignment.ReadWrite.All", "User.Read.All"}, "life": "24h"}, &body)
	a.token = body.Token
	a.ids = slices.Clone(p.Order)
	for i := range s.base.Users {
		if u := &s.base.Users[i]; u.UsageLocation != "" && i%3 == 0 {
			a.ids = append(a.ids, u.ID)
		}
	}
	for _, product := range s.base.Products {
		if standsBeside(product.PartNumber) {
			a.skus = append(a.skus, product.SKU)
		}
	}
	return a
}

// work changes somebody now and then, until ctx ends.
func (a *administrator) work(ctx context.Context) {
	for a.left > 0 {
		timer := time.NewTimer(time.Duration(5+a.rand.IntN(150)) * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		a.left--
		a.change(ctx)
	}
}

// change takes something from somebody, or gives it.
func (a *administrator) change(ctx context.Context) {
	id, sku := a.ids[a.rand.IntN(len(a.ids))], a.skus[a.rand.IntN(len(a.skus))]
	body := map[string]any{"addLicenses": []any{}, "removeLicenses": []plan.SKU{sku}}
	if a.rand.IntN(2) == 0 {
		body = map[string]any{"addLicenses": []any{map[string]any{"skuId": sku, "disabledPlans": []string{}}}, "removeLicenses": []plan.SKU{}}
	}
	data, _ := json.Marshal(body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.s.url+"/v1.0/users/"+string(id)+"/assignLicense", bytes.NewReader(data))
	if err != nil {
		return
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("client-request-id", fmt.Sprintf("%s%012d", adminID[:24], a.left))
	resp, err := http.DefaultClient.Do(r)
	if err == nil { // what goes wrong, goes wrong: the tenant keeps a record
		_ = resp.Body.Close()
	}
}

// skusOf are the products that a write is about.
func skusOf(w simulator.Write) []plan.SKU {
	var skus []plan.SKU
	for _, x := range w.Add {
		skus = append(skus, plan.SKU(x.SKU))
	}
	for _, x := range w.Remove {
		skus = append(skus, plan.SKU(x))
	}
	return skus
}

// others reports whether a write was somebody else's. Whose token it was the
// tenant does not know of what went wrong too early.
func others(w simulator.Write) bool { return strings.HasPrefix(w.ClientRequestID, adminID[:24]) }
