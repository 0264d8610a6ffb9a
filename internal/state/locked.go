package state

import (
	"cmp"
	"fmt"
)

// A LockedError says that another process works on the tenant. Record is empty
// if the lock cannot be read.
type LockedError struct {
	Record LockRecord
	Path   string
	// Dead is true if the process is known to have ended, on this host; Alive
	// if it is known to be at work. With neither nobody can tell from here.
	Dead, Alive bool
}

func (e *LockedError) Error() string {
	r := e.Record
	if r.ID == "" {
		return fmt.Sprintf("the tenant is locked, and the lock %q cannot be read", e.Path)
	}
	text := "the tenant is locked: " + cmp.Or(r.Operation, "work")
	if r.Who != "" {
		text += " of " + r.Who
	}
	if r.Host != "" {
		text += " on host " + r.Host
	}
	if !r.Created.IsZero() {
		text += " since " + r.Created.UTC().Format("2006-01-02 15:04 UTC")
	}
	if r.Run != "" {
		text += ", run " + r.Run
	}
	switch {
	case e.Dead:
		text += ", was cut off"
	case e.Alive:
		text += ", is at work"
	default:
		text += fmt.Sprintf(", is at work, as far as can be told from here (see %q)", e.Path)
	}
	return text + "; lock " + r.ID
}

// fate tells on this host whether the holder of a lock has ended or is at work;
// neither is known of one elsewhere, or where the system says too little. A
// process that began at another time only got the holder's id.
func (r LockRecord) fate(host string) (dead, lives bool) {
	if r.Host != host {
		return false, false
	}
	if !alive(r.PID) {
		return true, false
	}
	now := started(r.PID)
	if r.Started == "" || now == "" {
		return false, false
	}
	return now != r.Started, now == r.Started
}

// locked is the error that a lock of this record at path gives on a host.
func (r LockRecord) locked(path, host string) *LockedError {
	dead, lives := r.fate(host)
	return &LockedError{Record: r, Path: path, Dead: dead, Alive: lives}
}
