// Command msgraph tells the story with github.com/microsoftgraph/msgraph-sdk-go
// and azidentity. Of the SDK it takes the packages of users and products alone:
// all of Graph takes very long to compile.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/uuid"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	auth "github.com/microsoft/kiota-authentication-azure-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/subscribedskus"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

func main() {
	if err := tell(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// connect signs in at the simulated tenant and returns what carries requests.
func connect() (abstractions.RequestAdapter, error) {
	root := os.Getenv("SIM_URL")
	u, err := url.Parse(root)
	if err != nil {
		return nil, err
	}
	credential, err := azidentity.NewClientSecretCredential(os.Getenv("SIM_TENANT"), "11111111-2222-4333-8444-555555555555", "not-a-secret",
		&azidentity.ClientSecretCredentialOptions{
			ClientOptions:            azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: root}},
			DisableInstanceDiscovery: true,
		})
	if err != nil {
		return nil, err
	}
	provider, err := auth.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(credential,
		[]string{"https://graph.microsoft.com/.default"}, []string{u.Hostname()})
	if err != nil {
		return nil, err
	}
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kjson.NewJsonSerializationWriterFactory() })
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kjson.NewJsonParseNodeFactory() })
	adapter, err := core.NewGraphRequestAdapterBase(provider, core.GraphClientOptions{})
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(root + "/v1.0")
	return adapter, nil
}

// A story is what its chapters share.
type story struct {
	adapter  abstractions.RequestAdapter
	users    *users.UsersRequestBuilder
	skus     *subscribedskus.SubscribedSkusRequestBuilder
	products []models.SubscribedSkuable
	product  uuid.UUID
	user     string // id
}

func tell(ctx context.Context) error {
	adapter, err := connect()
	if err != nil {
		return err
	}
	base := map[string]string{"baseurl": adapter.GetBaseUrl()}
	s := &story{adapter: adapter, users: users.NewUsersRequestBuilderInternal(base, adapter), skus: subscribedskus.NewSubscribedSkusRequestBuilderInternal(base, adapter)}
	for _, chapter := range []func(context.Context) error{s.list, s.find, s.change, s.batch} {
		if err := chapter(ctx); err != nil {
			return said(err)
		}
	}
	return nil
}

func (s *story) list(ctx context.Context) error {
	skus, err := s.skus.Get(ctx, &subscribedskus.SubscribedSkusRequestBuilderGetRequestConfiguration{
		QueryParameters: &subscribedskus.SubscribedSkusRequestBuilderGetQueryParameters{Select: []string{"skuId", "skuPartNumber", "prepaidUnits", "consumedUnits"}}})
	if err != nil {
		return err
	}
	s.products = skus.GetValue()
	var seats, taken int32
	for _, p := range s.products {
		seats += *p.GetPrepaidUnits().GetEnabled()
		taken += *p.GetConsumedUnits()
		if *p.GetSkuPartNumber() == os.Getenv("SIM_PRODUCT") {
			s.product = *p.GetSkuId()
		}
	}
	first, err := s.users.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: []string{"id", "userPrincipalName", "assignedLicenses"}}})
	if err != nil {
		return err
	}
	pages, err := core.NewPageIterator[models.Userable](first, s.adapter, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return err
	}
	people, licences := 0, 0
	if err := pages.Iterate(ctx, func(u models.Userable) bool {
		people++
		licences += len(u.GetAssignedLicenses())
		if *u.GetUserPrincipalName() == os.Getenv("SIM_USER") {
			s.user = *u.GetId()
		}
		return true
	}); err != nil {
		return err
	}
	fmt.Printf("users: %d hold %d licences\nfirst page: %d\n", people, licences, len(first.GetValue()))
	fmt.Printf("products: %d with %d seats, %d taken\n", len(s.products), seats, taken)
	return nil
}

func (s *story) find(ctx context.Context) error {
	filter, top := "assignedLicenses/any(s:s/skuId eq "+s.product.String()+")", int32(999)
	holders, err := s.users.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Filter: &filter, Select: []string{"id"}, Top: &top}})
	if err != nil {
		return err
	}
	fmt.Printf("holders of %s: %d\n", os.Getenv("SIM_PRODUCT"), len(holders.GetValue()))
	eventual := abstractions.NewRequestHeaders()
	eventual.Add("ConsistencyLevel", "eventual")
	count, filter, top := true, "assignedLicenses/$count ne 0", int32(1)
	some, err := s.users.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{Headers: eventual,
		QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Count: &count, Filter: &filter, Top: &top}})
	if err != nil {
		return err
	}
	fmt.Printf("people with licences: %d\n", *some.GetOdataCount())
	details, err := s.users.ByUserId(s.user).LicenseDetails().Get(ctx, nil)
	if err != nil {
		return err
	}
	for _, d := range details.GetValue() {
		fmt.Printf("details: %s, %d service plans\n", *d.GetSkuPartNumber(), len(d.GetServicePlans()))
	}
	return nil
}

func (s *story) change(ctx context.Context) error {
	if err := s.held(ctx, "before"); err != nil {
		return err
	}
	add := models.NewAssignedLicense()
	add.SetSkuId(&s.product)
	add.SetDisabledPlans([]uuid.UUID{})
	given, err := s.assign(ctx, []models.AssignedLicenseable{add}, []uuid.UUID{})
	if err != nil {
		return err
	}
	fmt.Printf("assigned: %s\n", *given.GetUserPrincipalName())
	if err := s.held(ctx, "after"); err != nil {
		return err
	}
	taken, err := s.assign(ctx, []models.AssignedLicenseable{}, []uuid.UUID{s.product})
	if err != nil {
		return err
	}
	fmt.Printf("unassigned: %s\n", *taken.GetUserPrincipalName())
	if err := s.held(ctx, "after"); err != nil {
		return err
	}
	_, err = s.assign(ctx, []models.AssignedLicenseable{}, []uuid.UUID{s.product})
	fmt.Printf("refused: %v\n", said(err))
	return nil
}

func (s *story) assign(ctx context.Context, add []models.AssignedLicenseable, remove []uuid.UUID) (models.Userable, error) {
	body := users.NewItemAssignLicensePostRequestBody()
	body.SetAddLicenses(add)
	body.SetRemoveLicenses(remove)
	return s.users.ByUserId(s.user).AssignLicense().Post(ctx, body, nil)
}

// held reads the licences back.
func (s *story) held(ctx context.Context, when string) error {
	u, err := s.users.ByUserId(s.user).Get(ctx, &users.UserItemRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: []string{"assignedLicenses"}}})
	if err != nil {
		return err
	}
	var names []string
	for _, l := range u.GetAssignedLicenses() {
		for _, p := range s.products {
			if *p.GetSkuId() == *l.GetSkuId() {
				names = append(names, *p.GetSkuPartNumber())
			}
		}
	}
	slices.Sort(names)
	fmt.Printf("%s: %s\n", when, strings.Join(names, ", "))
	return nil
}

func (s *story) batch(ctx context.Context) error {
	if err := core.RegisterError(core.BatchRequestErrorRegistryKey, abstractions.ErrorMappings{"4XX": odataerrors.CreateODataErrorFromDiscriminatorValue}); err != nil {
		return err
	}
	batch := core.NewBatchRequest(s.adapter)
	user, err := s.users.ByUserId(s.user).ToGetRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	skus, err := s.skus.ToGetRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	nobody, err := s.users.ByUserId("nobody@example.com").ToGetRequestInformation(ctx, nil)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range []*abstractions.RequestInformation{user, skus, nobody} {
		item, err := batch.AddBatchRequestStep(*r)
		if err != nil {
			return err
		}
		ids = append(ids, *item.GetId())
	}
	answer, err := batch.Send(ctx, s.adapter)
	if err != nil {
		return err
	}
	u, err := core.GetBatchResponseById[models.Userable](answer, ids[0], models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return err
	}
	p, err := core.GetBatchResponseById[models.SubscribedSkuCollectionResponseable](answer, ids[1], models.CreateSubscribedSkuCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return err
	}
	status := answer.GetStatusCodes()
	fmt.Printf("batch: %d %s\nbatch: %d %d\n", status[ids[0]], *u.GetUserPrincipalName(), status[ids[1]], len(p.GetValue()))
	_, err = core.GetBatchResponseById[models.Userable](answer, ids[2], models.CreateUserFromDiscriminatorValue)
	var refusal *odataerrors.ODataError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("batch: got %v, want a refusal", err)
	}
	fmt.Printf("batch: %d %s\n", status[ids[2]], *refusal.GetErrorEscaped().GetCode())
	return nil
}

// said is what Graph said of a refusal.
func said(err error) error {
	var e *odataerrors.ODataError
	if errors.As(err, &e) && e.GetErrorEscaped() != nil {
		return fmt.Errorf("%d %s: %s", e.ResponseStatusCode, *e.GetErrorEscaped().GetCode(), *e.GetErrorEscaped().GetMessage())
	}
	if err == nil {
		return errors.New("no")
	}
	return err
}
