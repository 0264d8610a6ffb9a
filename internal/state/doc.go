// Package state is what runs leave on disk: the folder .reseat/.
//
//	.gitignore              *
//	ledger.jsonl            used plan ids, removals, removals undone
//	lock                    who works on the tenant now
//	baseline.json           the tenant as the last apply left it
//	simulator.jsonl         the writes of a simulated tenant
//	runs/RUN/plan.json      the plan that was carried out
//	         journal.jsonl  every step of it, before and after it was sent
//	         undo.json      how things were before
//	         report.json    what became of it; missing if the run was cut off
//
// The folder is made when something is first written to it; looking leaves
// nothing behind. What is written is durable when the call returns: files come
// into place whole ([WriteFile]), logs grow by whole lines ([Appender]).
// Symlinks and other strange files inside are refused, since the folder may lie
// in a checkout of strangers.
//
//	store, err := state.Open(".reseat", nil)
//	lock, err := store.Lock(state.LockRecord{Operation: "apply", Who: "ci"}, now)
//	run, err := store.NewRun(p.Digests.Changes, now)
//	journal, err := run.Journal()
package state
