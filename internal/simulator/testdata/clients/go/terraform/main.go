// Command terraform tells the story with github.com/hashicorp/go-azure-sdk/sdk,
// the client and the sign-in of Terraform's providers for Azure and Entra ID.
// It has no batches.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/msgraph"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
	"github.com/hashicorp/go-azure-sdk/sdk/odata"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the library asks for an end
	defer cancel()
	if err := tell(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type (
	list[T any] struct {
		Value []T `json:"value"`
		Count int `json:"@odata.count"`
	}
	licence struct {
		SKU string `json:"skuId"`
	}
	user struct {
		ID       string    `json:"id"`
		Name     string    `json:"userPrincipalName"`
		Licences []licence `json:"assignedLicenses"`
	}
	product struct {
		SKU   string `json:"skuId"`
		Part  string `json:"skuPartNumber"`
		Units struct {
			Enabled int `json:"enabled"`
		} `json:"prepaidUnits"`
		Consumed int        `json:"consumedUnits"`
		Plans    []struct{} `json:"servicePlans"`
	}
	change struct {
		Add    []map[string]any `json:"addLicenses"`
		Remove []string         `json:"removeLicenses"`
	}
)

// A query is what the library wants of query options.
type query odata.Query

func (q query) ToHeaders() *client.Headers   { return nil }
func (q query) ToQuery() *client.QueryParams { return nil }
func (q query) ToOData() *odata.Query        { o := odata.Query(q); return &o }

type story struct {
	graph    *msgraph.Client
	products []product
	product  string
	user     string
}

func tell(ctx context.Context) error {
	root := os.Getenv("SIM_URL")
	env := environments.AzurePublic()
	env.Authorization.LoginEndpoint = root
	env.MicrosoftGraph = environments.MicrosoftGraphAPI(root).WithResourceIdentifier("https://graph.microsoft.com")
	signed, err := auth.NewClientSecretAuthorizer(ctx, auth.ClientSecretAuthorizerOptions{Environment: *env, Api: env.MicrosoftGraph,
		TenantId: os.Getenv("SIM_TENANT"), ClientId: "11111111-2222-4333-8444-555555555555", ClientSecret: "not-a-secret"})
	if err != nil {
		return err
	}
	s := &story{}
	if s.graph, err = msgraph.NewClient(env.MicrosoftGraph, "Story", msgraph.VersionOnePointZero); err != nil {
		return err
	}
	s.graph.SetAuthorizer(signed)
	for _, chapter := range []func(context.Context) error{s.list, s.find, s.change} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	return nil
}

// get reads path, all pages of it if it has several.
func (s *story) get(ctx context.Context, path string, q odata.Query, into any) error {
	req, err := s.graph.NewRequest(ctx, client.RequestOptions{ContentType: "application/json; charset=utf-8", HttpMethod: http.MethodGet,
		ExpectedStatusCodes: []int{http.StatusOK}, Path: path, OptionsObject: query(q)})
	if err != nil {
		return err
	}
	res, err := req.ExecutePaged(ctx)
	if err != nil {
		return err
	}
	return res.Unmarshal(into)
}

func (s *story) list(ctx context.Context) error {
	var skus list[product]
	if err := s.get(ctx, "/subscribedSkus", odata.Query{Select: []string{"skuId", "skuPartNumber", "prepaidUnits", "consumedUnits"}}, &skus); err != nil {
		return err
	}
	s.products = skus.Value
	seats, taken := 0, 0
	for _, p := range s.products {
		seats, taken = seats+p.Units.Enabled, taken+p.Consumed
		if p.Part == os.Getenv("SIM_PRODUCT") {
			s.product = p.SKU
		}
	}
	var people list[user]
	if err := s.get(ctx, "/users", odata.Query{Select: []string{"id", "userPrincipalName", "assignedLicenses"}}, &people); err != nil {
		return err
	}
	licences := 0
	for _, u := range people.Value {
		licences += len(u.Licences)
		if u.Name == os.Getenv("SIM_USER") {
			s.user = u.ID
		}
	}
	fmt.Printf("users: %d hold %d licences\n", len(people.Value), licences)
	fmt.Printf("products: %d with %d seats, %d taken\n", len(s.products), seats, taken)
	return nil
}

func (s *story) find(ctx context.Context) error {
	var holders, counted list[user]
	if err := s.get(ctx, "/users", odata.Query{Filter: "assignedLicenses/any(s:s/skuId eq " + s.product + ")", Select: []string{"id"}, Top: 999}, &holders); err != nil {
		return err
	}
	fmt.Printf("holders of %s: %d\n", os.Getenv("SIM_PRODUCT"), len(holders.Value))
	q := odata.Query{ConsistencyLevel: odata.ConsistencyLevelEventual, Count: true, Filter: "assignedLicenses/$count ne 0", Top: 999}
	if err := s.get(ctx, "/users", q, &counted); err != nil {
		return err
	}
	fmt.Printf("people with licences: %d\n", counted.Count)
	var details list[product]
	if err := s.get(ctx, "/users/"+s.user+"/licenseDetails", odata.Query{}, &details); err != nil {
		return err
	}
	for _, d := range details.Value {
		fmt.Printf("details: %s, %d service plans\n", d.Part, len(d.Plans))
	}
	return nil
}

func (s *story) change(ctx context.Context) error {
	give := change{Add: []map[string]any{{"skuId": s.product, "disabledPlans": []string{}}}, Remove: []string{}}
	take := change{Add: []map[string]any{}, Remove: []string{s.product}}
	if err := s.held(ctx, "before"); err != nil {
		return err
	}
	given, _, err := s.assign(ctx, give)
	if err != nil {
		return err
	}
	fmt.Printf("assigned: %s\n", given.Name)
	if err := s.held(ctx, "after"); err != nil {
		return err
	}
	taken, _, err := s.assign(ctx, take)
	if err != nil {
		return err
	}
	fmt.Printf("unassigned: %s\n", taken.Name)
	if err := s.held(ctx, "after"); err != nil {
		return err
	}
	if _, res, err := s.assign(ctx, take); err == nil || res == nil || res.OData == nil || res.OData.Error == nil {
		fmt.Printf("refused: %v\n", err)
	} else {
		fmt.Printf("refused: %d %s: %s\n", res.StatusCode, *res.OData.Error.Code, *res.OData.Error.Message)
	}
	return nil
}

func (s *story) assign(ctx context.Context, c change) (user, *client.Response, error) {
	var u user
	req, err := s.graph.NewRequest(ctx, client.RequestOptions{ContentType: "application/json; charset=utf-8", HttpMethod: http.MethodPost,
		ExpectedStatusCodes: []int{http.StatusOK}, Path: "/users/" + s.user + "/assignLicense"})
	if err != nil {
		return u, nil, err
	}
	if err := req.Marshal(c); err != nil {
		return u, nil, err
	}
	res, err := req.Execute(ctx)
	if err != nil {
		return u, res, err
	}
	return u, res, res.Unmarshal(&u)
}

// held reads the licences back.
func (s *story) held(ctx context.Context, when string) error {
	var u user
	if err := s.get(ctx, "/users/"+s.user, odata.Query{Select: []string{"assignedLicenses"}}, &u); err != nil {
		return err
	}
	var names []string
	for _, l := range u.Licences {
		for _, p := range s.products {
			if p.SKU == l.SKU {
				names = append(names, p.Part)
			}
		}
	}
	slices.Sort(names)
	fmt.Printf("%s: %s\n", when, strings.Join(names, ", "))
	return nil
}
