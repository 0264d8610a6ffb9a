package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// ErrNotLocked says that nobody holds the tenant.
var ErrNotLocked = errors.New("the tenant is not locked")

// A WrongLockError says that the lock is another than the one that was named.
type WrongLockError struct {
	ID     string // that was named
	Locked *LockedError
}

func (e *WrongLockError) Error() string {
	return fmt.Sprintf("there is no lock %q: %s", e.ID, e.Locked)
}

// Unlock takes the lock away that is called id, as a [LockedError] says, with
// what a process that wanted to take it over left behind. It returns whose lock
// it was. With no lock there the error is [ErrNotLocked], with another one a
// *[WrongLockError]; a holder that is at work on this host keeps it, with a
// *[LockedError]. Of holders elsewhere nothing is known: the caller's word that
// they ended is taken.
func (s *Store) Unlock(id string) (*LockedError, error) {
	locked, err := s.Locked()
	switch {
	case err != nil:
		return nil, err
	case locked == nil:
		return nil, errors.Join(ErrNotLocked, s.sweep(""))
	case locked.ID() != id:
		return nil, &WrongLockError{ID: id, Locked: locked}
	case locked.Alive:
		return nil, locked
	}
	me, err := here()
	if err != nil {
		return nil, err
	}
	if err := s.sweep(id); err != nil {
		return nil, err
	}
	me.ID, me.Operation = id, "unlock"
	data, err := json.Marshal(me)
	if err != nil {
		return nil, fmt.Errorf("unlock: %w", err)
	}
	if locked.Record.ID == "" {
		return locked, s.unlockUnread(locked, data)
	}
	claim, err := s.claim(locked.Record, me, data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotLocked
	}
	if err != nil {
		return nil, err
	}
	err = os.Remove(s.Path(lockName))
	if err = errors.Join(err, os.Remove(claim), syncDir(s.dir)); err != nil {
		return nil, fmt.Errorf("unlock: %w", err)
	}
	s.log.Info("removed a lock", "lock", id, "run", locked.Record.Run, "host", locked.Record.Host, "pid", locked.Record.PID)
	return locked, nil
}

// unlockUnread takes a lock away that makes no sense, if it is still the same. Of
// several that try, one does: who comes later could meet another's new lock.
func (s *Store) unlockUnread(locked *LockedError, claimed []byte) (err error) {
	claim := claimOf(s.Path(lockName), locked.Mark)
	if err := link(claim, claimed); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; another process is removing it", locked)
	} else if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(claim), s.sweep("")) }()
	now, err := s.Locked()
	switch {
	case err != nil:
		return err
	case now == nil:
		return ErrNotLocked
	case now.ID() != locked.ID():
		return &WrongLockError{ID: locked.ID(), Locked: now}
	}
	if err := errors.Join(os.Remove(s.Path(lockName)), syncDir(s.dir)); err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// sweep removes claims on a lock, or with no id on any. Those of processes that
// are known to be at work stay, and are a *[LockedError] if they are on that lock.
func (s *Store) sweep(id string) error {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	me, hereErr := here()
	if err = errors.Join(err, hereErr); err != nil {
		return fmt.Errorf("look for claims on the lock: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), lockName+"."+id) || !strings.HasSuffix(e.Name(), ".claim") {
			continue
		}
		claim := s.Path(e.Name())
		by, err := readLock(claim)
		if _, lives := by.fate(me.Host); err == nil && lives {
			if id == "" {
				continue
			}
			return fmt.Errorf("%w; it is taking over a lock", by.locked(claim, me.Host))
		}
		if err := os.Remove(claim); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a claim on the lock: %w", err)
		}
	}
	return nil
}
