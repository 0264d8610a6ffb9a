package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/reseat-cli/reseat/plan"
)

// sourceOf returns the source for a method, or a SignInError that says what
// it lacks.
func (k *Credential) sourceOf(m plan.AuthMethod) (source, error) {
	switch m {
	case plan.AuthDefault:
		return k.search()
	case plan.AuthEnvironment:
		return k.environment()
	case plan.AuthCLI:
		return k.cli(), nil
	case plan.AuthManagedIdentity:
		return k.managedIdentity()
	case plan.AuthWorkload:
		return k.workload()
	case plan.AuthGitHub:
		return k.github()
	case plan.AuthCertificate:
		return k.certificate()
	case plan.AuthDeviceCode:
		return k.deviceCode()
	}
	return nil, &SignInError{Message: "there is no such method"}
}

// lacks is a SignInError about the environment.
func lacks(format string, args ...any) error {
	return &SignInError{Message: fmt.Sprintf(format, args...), passing: true}
}

// env reads a variable; blanks around it are mistakes of copying.
func (k *Credential) env(name string) string { return strings.TrimSpace(k.c.Env(name)) }

// needClient reports that no application is named.
func (k *Credential) needClient() error {
	if k.c.ClientID == "" {
		return lacks("no application is named: neither clientId nor AZURE_CLIENT_ID is set")
	}
	return nil
}

// options are those of every credential that asks the authority. Its address
// is from our own table, so the library need not ask another host about it.
func (k *Credential) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: k.at.Authority},
		Transport: &door{rt: k.transport(), admits: k.at.admits},
		Retry:     policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Second, MaxRetryDelay: 20 * time.Second, TryTimeout: signInTry},
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}
}

func (k *Credential) transport() http.RoundTripper {
	if k.c.Transport != nil {
		return k.c.Transport
	}
	return newTransport(k.secrets.add)
}

// environment signs in with what AZURE_* say, in azidentity's order: secret,
// certificate, user name and password. The library's own credential of that
// name would take the tenant, too, from there.
func (k *Credential) environment() (source, error) {
	if err := k.needClient(); err != nil {
		return nil, err
	}
	secret, user := k.env("AZURE_CLIENT_SECRET"), k.env("AZURE_USERNAME")
	switch {
	case secret != "":
		return k.made(func() (azcore.TokenCredential, error) {
			return azidentity.NewClientSecretCredential(k.c.Tenant, k.c.ClientID, secret, &azidentity.ClientSecretCredentialOptions{
				ClientOptions: k.options(), DisableInstanceDiscovery: true})
		})
	case k.env("AZURE_CLIENT_CERTIFICATE_PATH") != "":
		return k.certificate()
	case user != "" && k.c.Env("AZURE_PASSWORD") == "":
		return nil, lacks("AZURE_USERNAME is set, but AZURE_PASSWORD is not")
	case user != "":
		return k.made(func() (azcore.TokenCredential, error) {
			//lint:ignore SA1019 Microsoft advises against it, but it is among the AZURE_* that users of its libraries may have set.
			o := &azidentity.UsernamePasswordCredentialOptions{ClientOptions: k.options(), DisableInstanceDiscovery: true}
			return azidentity.NewUsernamePasswordCredential(k.c.Tenant, k.c.ClientID, user, k.c.Env("AZURE_PASSWORD"), o)
		})
	}
	return nil, lacks("none of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH and AZURE_USERNAME is set")
}

// made is a source that is made anew for a fresh token. It is made once right
// away, so that what is wrong with it is said early.
func (k *Credential) made(make func() (azcore.TokenCredential, error)) (source, error) {
	cred, err := make()
	if err != nil {
		return nil, explain(context.Background(), &exchange{secrets: k.secrets}, err)
	}
	return &asked{k: k, make: make, cred: cred}, nil
}

// cli asks Azure CLI, for this tenant whichever it has chosen.
func (k *Credential) cli() source {
	login := "az login --tenant " + k.c.Tenant + " --claims-challenge"
	return &asked{k: k, own: true, login: login, limit: toolPatience, make: func() (azcore.TokenCredential, error) {
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: k.c.Tenant})
	}}
}

// managedIdentity asks the machine: for the identity of ClientID, or else its own.
func (k *Credential) managedIdentity() (source, error) {
	if k.env("IDENTITY_SERVER_THUMBPRINT") != "" {
		return nil, lacks("managed identities of Service Fabric are not supported")
	}
	make := func() (azcore.TokenCredential, error) {
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: k.options()}
		// How long to wait for such an endpoint the library knows best.
		o.Retry = policy.RetryOptions{}
		o.Transport = k.localDoor()
		if k.c.ClientID != "" {
			o.ID = azidentity.ClientID(k.c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	}
	cred, err := make()
	if err != nil {
		return nil, explain(context.Background(), &exchange{secrets: k.secrets}, err)
	}
	return &asked{k: k, make: make, cred: cred, claims: true, absent: k.noIdentity}, nil
}

// noIdentity reports whether the answer says that the machine has no identity
// of its own, or comes from something else at that address.
func (k *Credential) noIdentity(x *exchange) bool {
	return x.status == http.StatusBadRequest && k.c.ClientID == "" || x.status == http.StatusOK ||
		x.status == http.StatusForbidden && strings.Contains(string(x.body), "unreachable")
}

// localDoor leads to the endpoints that a machine has for its identity. The
// platform says where they are; no proxy stands before them.
func (k *Credential) localDoor() *door {
	rt := k.c.Transport
	if rt == nil {
		t := newTransport(k.secrets.add)
		t.Proxy = nil
		rt = t
	}
	return &door{rt: rt, admits: func(u *url.URL) bool { return u.Host != "" && u.User == nil }}
}

// workload exchanges a token that the platform keeps fresh in a file. It is
// read for each exchange, since the platform may renew it at any time.
func (k *Credential) workload() (source, error) {
	file := k.env("AZURE_FEDERATED_TOKEN_FILE")
	if err := k.needClient(); err != nil {
		return nil, err
	}
	if file == "" {
		return nil, lacks("AZURE_FEDERATED_TOKEN_FILE is not set")
	}
	return k.asserted(func(ctx context.Context) (string, error) {
		data, err := k.c.ReadFile(file)
		if err != nil {
			return "", &SignInError{Message: k.secrets.hush("read AZURE_FEDERATED_TOKEN_FILE: "+err.Error(), maxSaid)}
		}
		token := strings.TrimSpace(string(data))
		if token == "" {
			return "", &SignInError{Message: "the file of AZURE_FEDERATED_TOKEN_FILE is empty"}
		}
		return token, nil
	})
}

// asserted is a source that proves itself by the tokens of others.
func (k *Credential) asserted(assertion func(context.Context) (string, error)) (source, error) {
	return k.made(func() (azcore.TokenCredential, error) {
		return azidentity.NewClientAssertionCredential(k.c.Tenant, k.c.ClientID, func(ctx context.Context) (string, error) {
			token, err := assertion(ctx)
			k.secrets.add(token)
			var own *SignInError
			if errors.As(err, &own) {
				exchangeOf(ctx).own = own // the library keeps the text of it alone
			}
			return token, err
		}, &azidentity.ClientAssertionCredentialOptions{ClientOptions: k.options(), DisableInstanceDiscovery: true})
	})
}

// deviceCode asks a person, who opens the page on any device; nothing is
// opened here.
func (k *Credential) deviceCode() (source, error) {
	if err := k.needClient(); err != nil {
		return nil, err
	}
	if k.c.Prompt == nil {
		return nil, lacks("nobody is there to be asked")
	}
	make := func() (azcore.TokenCredential, error) {
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: k.options(), DisableInstanceDiscovery: true, TenantID: k.c.Tenant, ClientID: k.c.ClientID,
			UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
				k.c.Prompt(fmt.Sprintf("to sign in, open %s and enter the code %s", clip(tidy(m.VerificationURL), 200), clip(tidy(m.UserCode), 60)))
				return nil
			},
		})
	}
	cred, err := make()
	if err != nil {
		return nil, explain(context.Background(), &exchange{secrets: k.secrets}, err)
	}
	return &asked{k: k, make: make, cred: cred, claims: true}, nil
}
