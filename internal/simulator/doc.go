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
//	refusal   an answer with a status of 400 or more and Graph's error body
//	entry     one accepted write, as it is handed to [Options.Append]
//
// A tenant in process, without a listener:
//
//	t, err := simulator.New(snapshot, simulator.Options{})
//	token := t.Token(actor, time.Hour)
//	client := &http.Client{Transport: t} // sends nothing to the network
//
// The tenant is safe for concurrent use. It opens no file and no socket:
// [Options.Append] makes writes durable and [Tenant.Replay] brings them back.
package simulator
