// Package graph is the client for the licensing part of Microsoft Graph: it
// reads a tenant into a [plan.Snapshot] and sends requests of assignLicense.
//
// Reading and writing are parted by type. A [Client] has no method that
// changes anything; a [Writer] is a Client that can also [Writer.Assign].
//
//	at, err := graph.EndpointOf(plan.Global)
//	k, err := graph.NewCredential(graph.CredentialConfig{Method: plan.AuthDefault, Tenant: "contoso.com", Env: env})
//	c, err := graph.New(graph.Config{Root: at.Root, Token: k.Token, Renew: k.Renew, Tenant: "contoso.com"})
//	snapshot, err := c.Snapshot(ctx, graph.Wants{Groups: []string{"board"}})
//
// What fails is never an empty list. A read that the plan cannot do without
// ends in an error; one it can do without is noted as denied in
// [plan.Snapshot.Reads]. Reads are repeated when Graph is busy, writes never:
// a request whose answer was lost has the status 0 and is to be read back.
//
// Everything that Graph, or a proxy before it, answers is hostile until
// checked: links that leave the root, bodies without end, ids that are no
// GUIDs. Tokens appear in no error and no log, even when the other side
// repeats them.
//
// A [Credential] signs in to Microsoft Entra through azidentity. Its tenant is
// always said, never found; a [Client] makes sure of it before it reads.
//
// People take longest. Their pages are asked for as soon as the link to each is
// known, and all else is read meanwhile; where only holders of some products
// can matter ([Wants.Holders]), they alone are read.
//
// Words: a page is one answer of a listing, a chain is the pages of it, a
// member is one request within a $batch, an op says in an error what was
// being done ("read users").
package graph
