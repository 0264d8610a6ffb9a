package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A kind is what a write is about, as its entry says it.
type kind string

const (
	assignUser   kind = "" // licences of a user
	assignGroup  kind = "group-licences"
	joinGroup    kind = "join"
	leaveGroup   kind = "leave"
	patchGroup   kind = "patch-group"
	patchUser    kind = "patch"
	deleteUser   kind = "delete"
	restoreUser  kind = "restore"
	reprocessing kind = "reprocess"
)

// prepare judges a write and returns its effect, or why it is refused; nothing
// of a refused write is done. Its caller holds writes.
func (t *Tenant) prepare(e *entry) (func(mark), error) {
	switch e.Kind {
	case assignUser:
		return t.prepareAssign(e)
	case assignGroup:
		return t.prepareGroup(e)
	case joinGroup, leaveGroup:
		return t.prepareMembers(e)
	case patchGroup:
		return t.prepareGroupPatch(e)
	case patchUser:
		return t.preparePatch(e)
	case deleteUser:
		return t.prepareDelete(e)
	case restoreUser:
		return t.prepareRestore(e)
	case reprocessing:
		return t.prepareReprocess(e)
	}
	return nil, fmt.Errorf("a write of kind %q is not known", e.Kind)
}

// commit carries a write out: judged, kept by Append, and only then in effect.
// It never comes before a job that somebody may have seen, so that a replay
// meets both in the same order.
func (t *Tenant) commit(now time.Time, e *entry) error {
	t.writes.Lock()
	defer t.writes.Unlock()
	if t.broken != nil {
		return internal("an earlier write could not be kept")
	}
	e.Seq, e.At = t.seq+1, now.UTC().Truncate(time.Second)
	if e.At.Before(t.at) {
		e.At = t.at
	}
	t.carry(e.At)
	t.schedule(e)
	effect, err := t.prepare(e)
	if err != nil {
		return err
	}
	if err := t.keep(e); err != nil {
		return err
	}
	effect(t.mark(e.Seq, now))
	t.carry(e.At)
	t.log.Debug("written", "kind", string(e.Kind), "user", e.User, "group", e.Group, "seq", e.Seq, "add", len(e.Add), "remove", len(e.Remove), "members", len(e.Members))
	return nil
}

// keep makes a write durable. Its caller holds writes.
func (t *Tenant) keep(e *entry) error {
	if t.o.Append == nil {
		return nil
	}
	line, err := t.encode(e)
	if err != nil {
		return err
	}
	if err := t.o.Append(line); err != nil {
		t.broken = err
		t.log.Error("write could not be kept", "kind", string(e.Kind), "user", e.User, "group", e.Group, "seq", e.Seq, "error", err)
		return internal("the write could not be kept")
	}
	t.sum = e.Sum
	return nil
}

func internal(why string) error {
	return refuse(http.StatusInternalServerError, "InternalServerError", "The simulated tenant accepts no write: %s.", why)
}

// schedule says when a write that takes its time comes into effect.
func (t *Tenant) schedule(e *entry) {
	switch e.Kind {
	case assignGroup:
		e.Due, e.Draw = e.At.Add(t.o.GroupDelay), t.nonce()
	case joinGroup, leaveGroup, restoreUser, reprocessing:
		e.Due = e.At.Add(t.o.MemberDelay)
	}
	if e.Kind == restoreUser {
		e.Kept = t.o.RestoreSeats
	}
}

// living returns a user who is there and not deleted.
func (t *Tenant) living(id plan.UserID) (*account, error) {
	if a := t.byID[id]; a != nil {
		return a, nil
	}
	return nil, notFound(string(id))
}

// alter changes what readers may be looking at. Its caller holds writes.
func (t *Tenant) alter(seq int, do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	do()
	t.seq = seq
}

// A job is the part of a write that comes later: what a group gives reaches
// its members, or one user is held against one group.
type job struct {
	at, due time.Time // of the write, and when it comes
	seq     int
	group   plan.GroupID
	user    plan.UserID  // empty: all members
	gives   []plan.Given // what the group gives from then on
	draw    uint64
}

// later puts jobs in their place. Its caller holds mu.
func (t *Tenant) later(jobs ...job) {
	t.jobs = append(t.jobs, jobs...)
	slices.SortStableFunc(t.jobs, func(a, b job) int { return a.due.Compare(b.due) })
}

// advance lets come what is due by now. Its caller holds no lock.
func (t *Tenant) advance(now time.Time) {
	now = now.UTC().Truncate(time.Second)
	t.mu.RLock()
	idle := len(t.jobs) == 0 || t.jobs[0].due.After(now)
	t.mu.RUnlock()
	if idle {
		return
	}
	t.writes.Lock()
	defer t.writes.Unlock()
	t.carry(now)
}

// carry carries jobs out up to a time. Its caller holds writes.
func (t *Tenant) carry(now time.Time) {
	if now.After(t.at) {
		t.at = now
	}
	for len(t.jobs) > 0 && !t.jobs[0].due.After(now) {
		j := t.jobs[0]
		t.mu.Lock()
		t.jobs = t.jobs[1:]
		t.mu.Unlock()
		if j.user != "" {
			if a := t.byID[j.user]; a != nil {
				t.reconcile(a, t.groups[j.group], j.due)
			}
			continue
		}
		t.given[j.group] = j.gives
		for _, a := range t.inDraw(t.groups[j.group], j.draw) {
			t.reconcile(a, t.groups[j.group], j.due)
		}
	}
}
