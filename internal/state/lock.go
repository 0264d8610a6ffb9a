package state

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// lockName is the file of the lock.
const lockName = "lock"

// A LockRecord says who works on a tenant. The caller of [Store.Lock] gives
// Operation, Who and Version, and Run if it takes up a run; the rest is filled in.
type LockRecord struct {
	ID        string    `json:"id"`
	Operation string    `json:"operation"` // apply
	Run       string    `json:"run"`       // empty until it has one
	Who       string    `json:"who"`
	Host      string    `json:"host"`
	PID       int       `json:"pid"`
	Version   string    `json:"version"`
	Created   time.Time `json:"created"`
	// Started tells the process apart from others that get its id: when it
	// began, in the system's own words. Empty where the system does not say.
	Started string `json:"started,omitempty"`
	// Machine, Boot and Space tell apart hosts of one name, a machine from itself
	// before it was started anew, and containers that number their processes
	// alike. Each is empty where the system does not say.
	Machine string `json:"machine,omitempty"`
	Boot    string `json:"boot,omitempty"`
	Space   string `json:"space,omitempty"`
}

// A Lock is held by this process until it is released.
type Lock struct {
	store  *Store
	record LockRecord
}

// Lock takes the tenant for this process, or returns a *[LockedError]. A lock
// of a process of this host that has ended is taken over if it is of the run
// that want.Run takes up, or if its run wrote nothing to a journal.
func (s *Store) Lock(want LockRecord, now time.Time) (*Lock, error) {
	if err := s.create(); err != nil {
		return nil, err
	}
	me, err := here()
	if err != nil {
		return nil, fmt.Errorf("lock the tenant: %w", err)
	}
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("lock the tenant: %w", err)
	}
	want.ID, want.Host, want.PID, want.Created = hex.EncodeToString(id), me.Host, me.PID, now.UTC().Truncate(time.Second)
	want.Started, want.Machine, want.Boot, want.Space = me.Started, me.Machine, me.Boot, me.Space
	data, err := json.Marshal(want)
	if err != nil {
		return nil, fmt.Errorf("lock the tenant: %w", err)
	}
	// Further tries are for a lock that is released or taken over meanwhile.
	for range 5 {
		err = s.tryLock(want, data)
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return &Lock{store: s, record: want}, nil
}

// tryLock takes the lock; fs.ErrNotExist says that it was released just now.
func (s *Store) tryLock(want LockRecord, data []byte) error {
	path := s.Path(lockName)
	err := s.exclusive(path, data)
	if err == nil || !errors.Is(err, fs.ErrExist) {
		return err
	}
	held, err := readLock(path)
	if err != nil {
		return err
	}
	locked := held.locked(path, want.Host)
	if !locked.Dead {
		return locked
	}
	if held.Run != "" && held.Run != want.Run {
		wrote, err := s.wroteJournal(held.Run)
		if err != nil {
			return errors.Join(locked, err)
		}
		if wrote {
			return locked
		}
	}
	claim, err := s.claim(held, want, data)
	if err != nil {
		return err
	}
	err = s.writeFile(path, data)
	if err == nil {
		s.log.Info("took over the lock of a dead process", "lock", held.ID, "run", held.Run, "pid", held.PID)
	}
	return errors.Join(err, os.Remove(claim))
}

// claim makes this process the only one that may replace the lock of held, until
// it removes the file whose name it returns. Of several that try, one makes that
// file; it then looks again, since an earlier one may be done already.
func (s *Store) claim(held, want LockRecord, data []byte) (claim string, err error) {
	path := s.Path(lockName)
	claim = claimOf(path, held.ID)
	err = link(claim, data)
	if errors.Is(err, fs.ErrExist) {
		err = s.claimAgain(claim, held, want, data)
	}
	if err != nil {
		return "", err
	}
	now, err := readLock(path)
	if err == nil && now.ID != held.ID {
		err = now.locked(path, want.Host)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(claim))
	}
	return claim, nil
}

func claimOf(path, id string) string { return path + "." + id + ".claim" }

// claimAgain replaces the claim of a process that ended before it was done with
// it, by a claim on the claim. Nobody replaces that one: who ends even then
// leaves the lock to `unlock`.
func (s *Store) claimAgain(claim string, held, want LockRecord, data []byte) (err error) {
	other, err := readLock(claim)
	var unreadable *LockedError
	switch {
	case errors.As(err, &unreadable):
		return held.locked(s.Path(lockName), want.Host)
	case err != nil:
		return err
	}
	if dead, _ := other.fate(want.Host); !dead {
		return fmt.Errorf("%w; %s is taking it over", held.locked(s.Path(lockName), want.Host), other.holder())
	}
	inner := claimOf(claim, other.ID)
	if err := link(inner, data); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; another process is taking it over", held.locked(s.Path(lockName), want.Host))
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(inner)) }()
	now, err := readLock(claim)
	switch {
	case err != nil:
		return err
	case now.ID != other.ID:
		return fmt.Errorf("%w; another process is taking it over", held.locked(s.Path(lockName), want.Host))
	}
	return s.writeFile(claim, data)
}

// Record is what the lock says of its holder.
func (l *Lock) Record() LockRecord { return l.record }

// For notes in the lock which run it is for.
func (l *Lock) For(run string) error {
	record := l.record
	record.Run = run
	data, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("note run %s in the lock: %w", run, err)
	}
	if err := l.alone(func() error { return l.store.writeFile(l.store.Path(lockName), data) }); err != nil {
		return fmt.Errorf("note run %s in the lock: %w", run, err)
	}
	l.record = record
	return nil
}

// ErrLost is wrapped by errors about a lock that is no longer this process's.
var ErrLost = errors.New("the lock was lost")

// Held is nil as long as the lock is ours. An error says that it was lost, to
// whom if somebody has it now, or that nobody can tell; nothing more may be
// done under it then.
func (l *Lock) Held() error {
	err := l.owned()
	var locked *LockedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &locked):
		return lostTo(err)
	case errors.Is(err, fs.ErrNotExist):
		return l.gone()
	}
	return fmt.Errorf("nobody can tell whether the lock is still held: %w", err)
}

func lostTo(err error) error { return fmt.Errorf("%w: %w", ErrLost, err) }

func (l *Lock) gone() error {
	return fmt.Errorf("%w: somebody removed %q", ErrLost, l.store.Path(lockName))
}

// Release gives the tenant free. A lock that is no longer ours is left alone,
// and is an error as of [Lock.Held].
func (l *Lock) Release() error {
	if err := l.Held(); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	err := l.alone(func() error { return os.Remove(l.store.Path(lockName)) })
	var locked *LockedError
	switch {
	case errors.As(err, &locked):
		return fmt.Errorf("release the lock: %w", lostTo(err))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("release the lock: %w", l.gone())
	case err != nil:
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}

// alone changes the lock while it is ours and nobody else may: between a look and
// the change, somebody could have removed it, and a third taken the tenant.
func (l *Lock) alone(change func() error) error {
	data, err := json.Marshal(l.record)
	if err != nil {
		return err
	}
	claim, err := l.store.claim(l.record, l.record, data)
	if errors.Is(err, errNoRoom) {
		// A full disk must not keep the lock for good: then a look has to do.
		if err = l.owned(); err == nil {
			err = change()
		}
		return errors.Join(err, syncDir(l.store.dir))
	}
	if err != nil {
		return err
	}
	return errors.Join(change(), os.Remove(claim), syncDir(l.store.dir))
}

// owned is an error if the lock is not this one's.
func (l *Lock) owned() error {
	held, err := readLock(l.store.Path(lockName))
	if err != nil {
		return err
	}
	if held.ID != l.record.ID {
		return held.locked(l.store.Path(lockName), l.record.Host)
	}
	return nil
}

// Holder returns the record of the lock, and false if nobody holds it. A lock
// that cannot be read is a *[LockedError].
func (s *Store) Holder() (record LockRecord, held bool, err error) {
	record, err = readLock(s.Path(lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return LockRecord{}, false, nil
	}
	return record, err == nil, err
}

// Locked is who holds the tenant, as far as can be told from this process; nil
// if nobody does.
func (s *Store) Locked() (*LockedError, error) {
	held, err := readLock(s.Path(lockName))
	var unreadable *LockedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &unreadable):
		return unreadable, nil
	case err != nil:
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("look at the lock: %w", err)
	}
	return held.locked(s.Path(lockName), host), nil
}

// readLock reads a lock; one that makes no sense still locks.
func readLock(path string) (LockRecord, error) {
	data, err := readSmall(path)
	if err != nil {
		return LockRecord{}, err
	}
	var r LockRecord
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || !plainID(r.ID) {
		return LockRecord{}, &LockedError{Path: path, Mark: mark(data)}
	}
	return r, nil
}

// plainID reports whether an id can stand in a file name.
func plainID(id string) bool {
	b, err := hex.DecodeString(id)
	return err == nil && len(b) == 8
}

// mark is what a lock is called that does not say its id: what stands in it
// cannot change under somebody who names it.
func mark(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// exclusive makes a file that must not exist.
func (s *Store) exclusive(path string, data []byte) error {
	if err := s.mayWrite(path); err != nil {
		return err
	}
	return link(path, data)
}

// errNoRoom says that a file could not be written at all.
var errNoRoom = errors.New("no room for it")

// link makes a file that must not exist, with all of its content at once, so that
// nobody ever reads half of it.
func link(path string, data []byte) (err error) {
	tmp, err := temporary(path, data)
	if err != nil {
		return fmt.Errorf("write %q: %w: %w", path, errNoRoom, err)
	}
	defer func() { err = errors.Join(err, os.Remove(tmp)) }()
	if err := os.Link(tmp, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("write %q: %w", path, fs.ErrExist)
		}
		return fmt.Errorf("write %q: %w (the state folder must be on a file system with hard links)", path, err)
	}
	return syncDir(filepath.Dir(path))
}
