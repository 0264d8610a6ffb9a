// Package plan is the core of reseat: what a tenant is, what people shall
// hold, how the two differ, and the document that says so.
//
// It decides and never does. It imports the standard library only and touches
// no file, network or clock: a [Snapshot], a [Desired] state and the time go
// in, a [Plan] comes out, and the same inputs give the same bytes.
//
// Words, used alike in every package:
//
//	tenant     an organisation in Microsoft 365
//	user       a person or account, keyed by object id ([UserID])
//	product    a SKU, keyed by lower-cased skuId ([SKU]); part numbers are not unique
//	seat       one user on one product, held directly or through a group
//	source     where a held seat comes from ([Source])
//	statement  one thing that the folder says ([Ref])
//	desired    all statements and settings of a folder ([Desired])
//	snapshot   a tenant as it was read ([Snapshot])
//	fact       what a selector or a rule asks; it may be unknown ([Truth])
//	change     one seat to be taken, given or adjusted ([Change])
//	request    all changes of one user, sent as one ([Request])
//	decision   what a rule found about a change ([Decision])
//	guard      a limit over the whole plan ([Guard])
//	outcome    what became of a change ([Outcome])
//	baseline   the tenant as the last apply left it ([Baseline])
//	access     one thing that is read or written, and what it takes ([Access])
//	checkup    who signs in, and what works ([Checkup])
package plan
