package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// A way is one that the default method tries.
type way struct {
	name string // for errors
	// known is what AZURE_TOKEN_CREDENTIALS calls it, and the group it is in.
	known, group string
	make         func() (source, error)
	// tool is true for programs of developers: what they fail with, be it
	// "not signed in", never keeps the next from being tried.
	tool bool
	// probe, if not nil, tells whether it is there at all.
	probe func(ctx context.Context) error
}

// ways are those of azidentity's DefaultAzureCredential, in its order. That one
// takes tenant and application of its first way from the environment alone, so
// that a stray AZURE_TENANT_ID could sign us in elsewhere. And here what is set
// up but broken, such as a certificate that is not there, ends the search.
func (k *Credential) ways() []way {
	tool := func(make func() (azcore.TokenCredential, error)) func() (source, error) {
		return func() (source, error) { return &asked{k: k, make: make, own: true, limit: toolPatience}, nil }
	}
	return []way{
		{name: "environment", known: "EnvironmentCredential", group: "prod", make: k.environment},
		{name: "workload-identity", known: "WorkloadIdentityCredential", group: "prod", make: k.workload},
		{name: "managed-identity", known: "ManagedIdentityCredential", group: "prod", make: k.managedIdentity, probe: k.probe},
		{name: "cli", known: "AzureCLICredential", group: "dev", tool: true, make: func() (source, error) { return k.cli(), nil }},
		{name: "azd", known: "AzureDeveloperCLICredential", group: "dev", tool: true, make: tool(func() (azcore.TokenCredential, error) {
			return azidentity.NewAzureDeveloperCLICredential(&azidentity.AzureDeveloperCLICredentialOptions{TenantID: k.c.Tenant})
		})},
		{name: "powershell", known: "AzurePowerShellCredential", group: "dev", tool: true, make: tool(func() (azcore.TokenCredential, error) {
			return azidentity.NewAzurePowerShellCredential(&azidentity.AzurePowerShellCredentialOptions{TenantID: k.c.Tenant})
		})},
	}
}

// A search tries one way after the other, and stays with the first that works.
type search struct {
	k     *Credential
	ways  []way
	found source
}

// search returns the ways that AZURE_TOKEN_CREDENTIALS selects; all, if it is
// not set.
func (k *Credential) search() (source, error) {
	all, only := k.ways(), k.env("AZURE_TOKEN_CREDENTIALS")
	if only != "" {
		all = slices.DeleteFunc(all, func(w way) bool { return only != w.group && !strings.EqualFold(only, w.known) })
	}
	switch len(all) {
	case 0:
		return nil, &SignInError{Message: "AZURE_TOKEN_CREDENTIALS is " + k.secrets.hush(`"`+clip(only, 60)+`"`, 100) + ", which is none of its words",
			Remedy: "unset AZURE_TOKEN_CREDENTIALS, or set it to prod, dev or the name of a credential"}
	case 1:
		all[0].probe = nil // as it is what is wanted, it gets all the time it needs
	}
	return &search{k: k, ways: all}, nil
}

func (s *search) token(ctx context.Context, scope string, d demand) (azcore.AccessToken, error) {
	if s.found != nil {
		return s.found.token(ctx, scope, d)
	}
	var reasons []string
	for _, w := range s.ways {
		t, found, err := w.try(ctx, scope)
		if err == nil {
			s.found = found
			s.k.log.Debug("found a way to sign in", "way", w.name)
			return t, nil
		}
		var e *SignInError
		if !errors.As(err, &e) {
			e = &SignInError{Message: s.k.secrets.hush(err.Error(), maxSaid)}
		}
		if ctx.Err() != nil || !e.passing && !w.tool {
			stop := *e
			stop.Message = w.name + ": " + stop.Message
			return t, &stop
		}
		reasons = append(reasons, w.name+": "+e.short())
	}
	return azcore.AccessToken{}, &SignInError{Message: "no way worked: " + strings.Join(reasons, "; ")}
}

// try gets a token in one way.
func (w way) try(ctx context.Context, scope string) (azcore.AccessToken, source, error) {
	s, err := w.make()
	if err == nil && w.probe != nil {
		err = w.probe(ctx)
	}
	if err != nil {
		return azcore.AccessToken{}, nil, err
	}
	t, err := s.token(ctx, scope, demand{})
	return t, s, err
}

// probe asks whether this machine has managed identities: whether Azure answers
// at their address, whatever it is. Where the platform names an endpoint, it
// has them.
func (k *Credential) probe(ctx context.Context) error {
	if k.platformIdentity() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	// Without the header that a request for a token must have, none is given.
	req, err := runtime.NewRequest(ctx, http.MethodGet, "http://169.254.169.254/metadata/identity/oauth2/token")
	if err != nil {
		return err
	}
	pipe := runtime.NewPipeline("reseat", "v1", runtime.PipelineOptions{}, &policy.ClientOptions{
		Transport: k.localDoor(), Retry: policy.RetryOptions{MaxRetries: -1}, Telemetry: policy.TelemetryOptions{Disabled: true},
	})
	resp, err := pipe.Do(req)
	if err != nil {
		return lacks("this machine has none")
	}
	defer resp.Body.Close()
	// Other clouds have something else there, which refuses in words and not in JSON.
	head, err := io.ReadAll(io.LimitReader(resp.Body, 1))
	if resp.StatusCode >= 400 && (err != nil || string(head) != "{") {
		return lacks("what answers for this machine is not Azure")
	}
	return nil
}

// platformIdentity reports whether the platform names an endpoint for identities
// of its own.
func (k *Credential) platformIdentity() bool {
	return slices.ContainsFunc([]string{"IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT"}, func(name string) bool { return k.env(name) != "" })
}
