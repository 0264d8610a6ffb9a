package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// A link is one of the ways that the default method tries.
type link struct {
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

// links are the ways and the order of azidentity's DefaultAzureCredential.
// That one takes tenant and application of its first link from the environment
// alone, so that a stray AZURE_TENANT_ID could sign us in elsewhere.
func (k *Credential) links() []link {
	tool := func(make func() (azcore.TokenCredential, error)) func() (source, error) {
		return func() (source, error) { return &asked{k: k, make: make, own: true, limit: toolPatience}, nil }
	}
	return []link{
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

// A chain tries one way after the other, and stays with the first that works.
type chain struct {
	k     *Credential
	links []link
	found source
}

// chain returns the links that AZURE_TOKEN_CREDENTIALS selects; all, if it is
// not set.
func (k *Credential) chain() (source, error) {
	all, only := k.links(), k.env("AZURE_TOKEN_CREDENTIALS")
	if only != "" {
		all = slices.DeleteFunc(all, func(l link) bool { return only != l.group && !strings.EqualFold(only, l.known) })
	}
	switch len(all) {
	case 0:
		return nil, &SignInError{Message: "AZURE_TOKEN_CREDENTIALS is " + k.secrets.hush(`"`+clip(only, 60)+`"`, 100) + ", which is none of its words",
			Remedy: "unset AZURE_TOKEN_CREDENTIALS, or set it to prod, dev or the name of a credential"}
	case 1:
		all[0].probe = nil // as it is what is wanted, it gets all the time it needs
	}
	return &chain{k: k, links: all}, nil
}

func (c *chain) token(ctx context.Context, scope string, fresh bool) (azcore.AccessToken, error) {
	if c.found != nil {
		return c.found.token(ctx, scope, fresh)
	}
	var reasons []string
	for _, l := range c.links {
		t, s, err := l.try(ctx, scope)
		if err == nil {
			c.found = s
			c.k.log.Debug("found a way to sign in", "way", l.name)
			return t, nil
		}
		var e *SignInError
		if !errors.As(err, &e) {
			e = &SignInError{Message: c.k.secrets.hush(err.Error(), maxSaid)}
		}
		if ctx.Err() != nil || !e.passing && !l.tool {
			stop := *e
			stop.Message = l.name + ": " + stop.Message
			return t, &stop
		}
		reasons = append(reasons, l.name+": "+e.short())
	}
	return azcore.AccessToken{}, &SignInError{Message: "no way worked: " + strings.Join(reasons, "; ")}
}

// try gets a token in one way.
func (l link) try(ctx context.Context, scope string) (azcore.AccessToken, source, error) {
	s, err := l.make()
	if err == nil && l.probe != nil {
		err = l.probe(ctx)
	}
	if err != nil {
		return azcore.AccessToken{}, nil, err
	}
	t, err := s.token(ctx, scope, false)
	return t, s, err
}

// probe asks whether this machine has managed identities: whether anyone
// answers at their address, whatever it is. Where the platform names an
// endpoint, it has them.
func (k *Credential) probe(ctx context.Context) error {
	for _, name := range []string{"IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT"} {
		if k.env(name) != "" {
			return nil
		}
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
	if _, err := pipe.Do(req); err != nil {
		return lacks("this machine has none")
	}
	return nil
}
