// Package policies holds the rules and their gate.
//
// Each rule is one Rego file with its tests beside it. A rule sees facts that
// package plan computed and nothing else: it reaches no network, file, clock or
// environment, because the functions for that are not among those it may call.
// Rules named R1xx judge one change ([plan.Case] is their `input`), rules named
// R2xx and R101 the whole plan ([plan.PlanFacts]); R207 judges both. A rule
// answers with sets of findings, each {"code", "message"}:
//
//	deny     the change is forbidden
//	blocked  the change cannot be made as things are
//	guard    nothing of the plan may be applied
//	warn     it may, and somebody should know
//
// The gate fails closed. The rules that were found must be those of the
// manifest, or there is no [Engine]. A rule that fails, takes too long, or
// answers with anything but findings of its own code is a finding itself, which
// denies the change or guards the plan.
//
//	e, err := policies.New(ctx, policies.Config{})
//	findings, err := e.Changes(ctx, cases) // one list per case, in their order
package policies
