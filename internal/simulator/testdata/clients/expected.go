//go:build ignore

// This program reads a tenant's file and prints what the story of the clients
// must say of it, and with -env the names that they are told.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

const product = "POWER_BI_PRO"

type tenant struct {
	Organization struct{ ID string }
	Products     []struct {
		SKU      string     `json:"skuId"`
		Part     string     `json:"skuPartNumber"`
		Enabled  int        `json:"enabled"`
		Consumed int        `json:"consumedUnits"`
		Plans    []struct{} `json:"servicePlans"`
	}
	Users []user
}

type user struct {
	Name      string `json:"userPrincipalName"`
	Location  string `json:"usageLocation"`
	Enabled   bool   `json:"accountEnabled"`
	Unsourced []string
	Sources   []struct {
		SKU   string `json:"skuId"`
		Group string `json:"assignedByGroup"`
		State string
	}
}

// holds are the products that Graph shows a person with: all that are given to
// him himself, and what a group really gives.
func (u user) holds() []string {
	all := slices.Clone(u.Unsourced)
	for _, s := range u.Sources {
		if s.Group == "" || s.State == "Active" || s.State == "ActiveWithError" {
			all = append(all, s.SKU)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	env := len(args) == 2 && args[0] == "-env"
	data, err := os.ReadFile(args[len(args)-1])
	if err != nil {
		return err
	}
	var t tenant
	if err := json.Unmarshal(data, &t); err != nil {
		return err
	}
	sku, free := "", 0
	for _, p := range t.Products {
		if p.Part == product {
			sku, free = p.SKU, p.Enabled-p.Consumed
		}
	}
	i := slices.IndexFunc(t.Users, func(u user) bool {
		return u.Enabled && u.Location != "" && len(u.holds()) > 0 && !slices.Contains(u.holds(), sku)
	})
	if i < 0 || free < 1 {
		return fmt.Errorf("%s: nobody can be given %s", args[len(args)-1], product)
	}
	if env {
		fmt.Printf("SIM_TENANT=%s\nSIM_USER=%s\nSIM_PRODUCT=%s\n", t.Organization.ID, t.Users[i].Name, product)
		return nil
	}
	t.say(sku, t.Users[i])
	return nil
}

func (t tenant) say(sku string, who user) {
	licences, holders, licensed := 0, 0, 0
	for _, u := range t.Users {
		licences += len(u.holds())
		if len(u.holds()) > 0 {
			licensed++
		}
		if slices.Contains(u.holds(), sku) {
			holders++
		}
	}
	var seats, taken int
	var before, after []string
	for _, p := range t.Products {
		seats, taken = seats+p.Enabled, taken+p.Consumed
		if slices.Contains(who.holds(), p.SKU) {
			before = append(before, p.Part)
		}
	}
	after = append(slices.Clone(before), product)
	slices.Sort(before)
	slices.Sort(after)
	fmt.Printf("users: %d hold %d licences\nfirst page: %d\n", len(t.Users), licences, min(len(t.Users), 100))
	fmt.Printf("products: %d with %d seats, %d taken\n", len(t.Products), seats, taken)
	fmt.Printf("holders of %s: %d\npeople with licences: %d\n", product, holders, licensed)
	for _, s := range who.holds() {
		for _, p := range t.Products {
			if p.SKU == s {
				fmt.Printf("details: %s, %d service plans\n", p.Part, len(p.Plans))
			}
		}
	}
	fmt.Printf("before: %s\nassigned: %s\nafter: %s\n", strings.Join(before, ", "), who.Name, strings.Join(after, ", "))
	fmt.Printf("unassigned: %s\nafter: %s\n", who.Name, strings.Join(before, ", "))
	fmt.Println("refused: 400 Request_BadRequest: User does not have a corresponding license.")
	fmt.Printf("batch: 200 %s\nbatch: 200 %d\nbatch: 404 Request_ResourceNotFound\n", who.Name, len(t.Products))
}
