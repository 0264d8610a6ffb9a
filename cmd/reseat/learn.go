package main

import (
	"context"

	"github.com/reseat-cli/reseat/plan"
)

// rounds is how often a plan is made anew because more was learnt of people: an
// answer about a statement tells whether it matters what one above it asks. What
// is not known then stays so.
const rounds = 6

// A memory is what was learnt of people one by one, for when the tenant is
// listed again: nobody is asked twice.
type memory []func(*plan.Snapshot)

// remind tells a fresh snapshot what is known already.
func (m memory) remind(snap *plan.Snapshot) {
	for _, tell := range m {
		tell(snap)
	}
}

// learned makes a plan, reads what costs a request for each person, for those
// for whom it matters, and makes it again until nothing new is asked.
func (s *session) learned(ctx context.Context, in plan.Input, known *memory, ask func(*plan.Made) plan.Asks) (*plan.Made, error) {
	known.remind(in.Snapshot)
	return s.learnedBy(ctx, in.Snapshot, known, ask, func() (*plan.Made, error) { return plan.New(ctx, in) })
}

// learnedBy is learned for a plan that is made otherwise.
func (s *session) learnedBy(ctx context.Context, snap *plan.Snapshot, known *memory, ask func(*plan.Made) plan.Asks,
	newPlan func() (*plan.Made, error),
) (*plan.Made, error) {
	for round := 0; ; round++ {
		m, err := newPlan()
		if err != nil || round == rounds {
			return m, err
		}
		if learnt, err := s.learn(ctx, ask(m), snap, known); err != nil || !learnt {
			return m, err
		}
	}
}

// learn reads what is asked. What cannot be read is noted in the plan.
func (s *session) learn(ctx context.Context, asks plan.Asks, snap *plan.Snapshot, known *memory) (bool, error) {
	if s.saved != nil || asks.None() {
		return false, nil
	}
	p := s.app.progress("reading")
	defer p.done()
	var mailboxes map[plan.UserID]plan.Mailbox
	var signIns map[plan.UserID]plan.SignIn
	var reads []plan.Read
	if len(asks.Mailboxes) > 0 {
		p.doing(plan.ReadMailboxes + " of " + counted(len(asks.Mailboxes), "account"))
		found, read, err := s.tenant.reader.Mailboxes(ctx, asks.Mailboxes)
		if err != nil {
			return false, err
		}
		mailboxes, reads = found, append(reads, read)
	}
	if len(asks.SignIns) > 0 {
		p.doing(plan.ReadSignIns + " of " + counted(len(asks.SignIns), "account"))
		found, read, err := s.tenant.reader.SignIns(ctx, asks.SignIns)
		if err != nil {
			return false, err
		}
		signIns, reads = found, append(reads, read)
	}
	s.app.log.Debug("read people one by one", "mailboxes", len(asks.Mailboxes), "sign_ins", len(asks.SignIns))
	tell := func(snap *plan.Snapshot) { snap.Learn(asks, mailboxes, signIns, reads...) }
	*known = append(*known, tell)
	tell(snap)
	return true, nil
}
