package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// saveBaseline reads the touched people back, looks whether the folder still
// asks something of them, and writes the tenant down as this apply leaves it.
func (s *session) saveBaseline(ctx context.Context, j *job, report *plan.Report) error {
	snap, err := s.readBack(ctx, j)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	in, err := s.input(snap)
	if err != nil {
		return err
	}
	in.Apply = true
	after, err := plan.New(ctx, in)
	if errors.Is(err, plan.ErrNeedsEveryone) {
		s.everyone = true
		if in, err = s.facts(ctx, nil); err == nil {
			in.Apply = true
			after, err = plan.New(ctx, in)
		}
	}
	if err != nil {
		return fmt.Errorf("compare again: %w", err)
	}
	if j.plan.Mode == plan.ModeNormal {
		s.compareAgain(after.Plan, report)
	}
	return s.store.SaveBaseline(after.Baseline(j.plan.Digests.Changes))
}

// compareAgain tells of people who were done and of whom the folder asks more.
func (s *session) compareAgain(after *plan.Plan, report *plan.Report) {
	done := map[plan.UserID]bool{}
	for _, o := range report.Outcomes {
		if o.Status == plan.Done {
			done[o.User] = true
		}
	}
	n := 0
	for _, c := range after.Executable() {
		if done[c.Request] {
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(s.app.err, "note: the folder asks %d more of people who were just done; see `reseat plan%s`\n", n, s.app.place)
	}
}

// readBack is the snapshot with everybody whom the plan touches read anew.
func (s *session) readBack(ctx context.Context, j *job) (*plan.Snapshot, error) {
	ids := []plan.UserID{}
	for _, c := range j.plan.Executable() {
		ids = append(ids, c.Request)
	}
	ids = slices.Compact(ids)
	snap := *j.snap
	if len(ids) == 0 {
		return &snap, nil
	}
	fresh, err := s.freshOf(ctx, j.snap.Users, ids)
	if err != nil {
		return nil, err
	}
	if snap.Products, err = s.tenant.reader.Products(ctx); err != nil {
		return nil, err
	}
	snap.ReadAt = s.app.now().UTC()
	snap.Users, j.snap.Users = fresh, nil // of a large tenant, two are too much, and nobody asks the old one
	snap.Count = plan.UserCount{Before: len(snap.Users), After: len(snap.Users)}
	return &snap, nil
}

// readAgain is how many people are read again at a time.
const readAgain = 5_000

// freshOf reads some of users anew, in place, and leaves out those who are gone.
// Where it fails, users are partly as they were, and partly as they are.
func (s *session) freshOf(ctx context.Context, users []plan.User, ids []plan.UserID) ([]plan.User, error) {
	at := make(map[plan.UserID]int, len(users))
	for i := range users {
		at[users[i].ID] = i
	}
	gone := map[plan.UserID]bool{}
	for some := range slices.Chunk(ids, readAgain) {
		read, err := s.tenant.reader.Users(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			i, known := at[id]
			if !known {
				continue
			}
			fresh, there := read[id]
			if !there {
				gone[id] = true
				continue
			}
			fresh.Mailbox, fresh.SignIn = users[i].Mailbox, users[i].SignIn // read one by one, and no apply changes them
			users[i] = fresh
		}
	}
	if len(gone) > 0 {
		users = slices.DeleteFunc(users, func(u plan.User) bool { return gone[u.ID] })
	}
	return users, nil
}
