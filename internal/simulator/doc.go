// Package simulator is a tenant that answers like Microsoft Graph: an
// [http.Handler] over memory, started from a [plan.Snapshot].
//
// It holds to the service's documented protocol and to bodies that were
// recorded from it, not to what one client happens to send: a request that it
// does not understand is refused, never half understood. What the service does
// in a case is sometimes not known (an assignLicense with two empty lists, the
// text for a service plan of another product); such a request is refused with a
// text that says so, so that a client cannot come to rely on a guess.
//
// Words:
//
//	account   a user with what he holds now and what lagging reads still show
//	holding   all sources of one user's seats, never changed once made
//	stock     a product with the units that are consumed
//	call      one request, or one member of a batch
//	query     what a call asks of a collection: $filter, $search, $orderby, $count
//	property  what a query may speak of, and with which operators
//	refusal   an answer with a status of 400 or more and Graph's error body
//	entry     one accepted write, as it is handed to [Options.Append]
//	job       the part of a write that comes later, by the tenant's clock
//	ledger    what was used of one limit of a [Quota]
//	ware      a product of a tenant that [Generate] makes up
//
// A tenant in process, without a listener:
//
//	t, err := simulator.New(snapshot, simulator.Options{})
//	token := t.Token(actor, time.Hour)
//	client := &http.Client{Transport: t} // sends nothing to the network
//
// # Time
//
// What groups give reaches people after [Options.GroupDelay] and
// [Options.MemberDelay], by the tenant's clock, which may be a [Clock] that
// tests move. An entry says when its job is due and in which order people are
// served, so that a replay needs neither the options nor the seed of the run
// that wrote it. Rules of dynamic groups are not evaluated.
//
// # Clients that ask for a token
//
// With [Options.Issuer] the tenant is also the authority that issues its
// tokens: /{tenant}/oauth2/v2.0/token takes client credentials with any secret.
// Clients reach it over TLS and with instance discovery switched off.
//
// # Trouble
//
// [Options.Fault] decides by a function, [FaultRule] by data what goes wrong.
// With [Options.Control] rules, the clock and tokens can be set over HTTP too:
//
//	GET    /simulator/state   the tenant as a snapshot's file
//	GET    /simulator/usage   what it has seen, as [Usage]
//	GET, POST, DELETE /simulator/faults   a list of [FaultRule]
//	GET, POST /simulator/clock   {"advance":"90s"} or {"set":"2027-01-01T00:00:00Z"}
//	GET    /simulator/writes  what was written or tried, as [Write]; ?after=NUMBER leaves out the first
//	DELETE /simulator/tokens  all that were issued so far expire
//	POST   /simulator/tokens  {"kind":"person","id":"…","permissions":["User.Read.All"],"life":"5m"}
//
// The tenant is safe for concurrent use. It opens no file and no socket:
// [Options.Append] makes writes durable and [Tenant.Replay] brings them back.
package simulator
