package graph

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// An Endpoint is where one of Microsoft's clouds is reached. Nothing but
// [EndpointOf] makes one, so that Graph and the authority always belong together.
type Endpoint struct {
	Root      string // of Graph, for [Config]
	Authority string // of Microsoft Entra

	aliases  []string // other hosts of the same authority
	exchange string   // the audience of foreign tokens that it takes for its own
}

// EndpointOf returns where c is reached; "" is [plan.Global]. An error means
// that there is no such cloud.
//
// Sources: Graph docs, deployments (roots, authorities); Entra docs, workload
// identity federation (audiences); the authority's instance metadata (aliases).
func EndpointOf(c plan.Cloud) (Endpoint, error) {
	us := Endpoint{Authority: "https://login.microsoftonline.us", exchange: "api://AzureADTokenExchangeUSGov",
		aliases: []string{"login.usgovcloudapi.net"}}
	switch c {
	case plan.Global, "":
		return Endpoint{
			Root: "https://graph.microsoft.com", Authority: "https://login.microsoftonline.com", exchange: "api://AzureADTokenExchange",
			// Those of a region are below login.microsoft.com.
			aliases: []string{"login.microsoft.com", "login.windows.net", "sts.windows.net"},
		}, nil
	case plan.USGov:
		us.Root = "https://graph.microsoft.us"
		return us, nil
	case plan.USGovDoD:
		us.Root = "https://dod-graph.microsoft.us"
		return us, nil
	case plan.China:
		return Endpoint{
			Root: "https://microsoftgraph.chinacloudapi.cn", Authority: "https://login.chinacloudapi.cn",
			exchange: "api://AzureADTokenExchangeChina", aliases: []string{"login.partner.microsoftonline.cn"},
		}, nil
	}
	return Endpoint{}, fmt.Errorf("no cloud is called %q", clip(string(c), 60))
}

// scope asks for all that was granted to the application for Graph.
func (e Endpoint) scope() string { return e.Root + "/.default" }

// host is that of the authority.
func (e Endpoint) host() string { return strings.TrimPrefix(e.Authority, "https://") }

// admits reports whether what proves who we are may be sent to u: to the
// authority, under one of its names or that of a region of it, over TLS.
func (e Endpoint) admits(u *url.URL) bool {
	return u.Scheme == "https" && u.User == nil && slices.ContainsFunc(append([]string{e.host()}, e.aliases...), func(name string) bool {
		host := strings.ToLower(u.Host)
		return host == name || strings.HasSuffix(host, "."+name)
	})
}
