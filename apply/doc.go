// Package apply carries a reviewed plan out, so that nothing is lost and
// nothing is done twice, wherever the run is cut.
//
// [Sift] decides: it compares each change of the plan with fresh facts and with
// what the folder asks for now. [Executor.Run] does: batch after batch it reads
// the people again, compares again, writes down what it intends, sends, writes
// down what Graph said, and reads back. It knows neither Graph nor files: a
// [Tenant] and a durable Append are handed in.
//
// Words:
//
//	item     a change of the plan with its class at apply ([Item])
//	journal  the record of a run, one line per step of a request ([Entry])
//	history  the journal of the same run so far, when it is resumed
//	look     the comparison of a change with the tenant just before it is sent
//	deed     a change that a run really made ([Deed])
//
// A run of three lines:
//
//	items := apply.Sift(p, now, snapshot.User)
//	x := apply.Executor{Tenant: writer, Append: journal.Append}
//	report, err := x.Run(ctx, p, "20261120T080000Z-3fa9c2e1", items, nil)
package apply
