package state

import (
	"cmp"
	"fmt"
	"os"
)

// A LockedError says that another process works on the tenant. Record is empty
// if the lock cannot be read.
type LockedError struct {
	Record LockRecord
	Path   string
	// Mark is what a lock that cannot be read is called, for [Store.Unlock].
	Mark string
	// Dead is true if the process is known to have ended, on this host; Alive
	// if it is known to be at work. With neither nobody can tell from here.
	Dead, Alive bool
}

func (e *LockedError) Error() string {
	r := e.Record
	if r.ID == "" {
		text := fmt.Sprintf("the tenant is locked, and the lock %q cannot be read", e.Path)
		if e.Mark != "" {
			text += "; lock " + e.Mark
		}
		return text
	}
	text := "the tenant is locked: " + r.holder()
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

// ID is what the lock is called, for [Store.Unlock].
func (e *LockedError) ID() string { return cmp.Or(e.Record.ID, e.Mark) }

// holder is who holds a lock, for people.
func (r LockRecord) holder() string {
	text := cmp.Or(r.Operation, "work")
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
	return text
}

// here is what a lock of this process says of where it is.
func here() (LockRecord, error) {
	host, err := os.Hostname()
	if err != nil {
		return LockRecord{}, err
	}
	pid := os.Getpid()
	return LockRecord{Host: host, PID: pid, Started: started(pid), Machine: machine(), Boot: boot(), Space: space()}, nil
}

// fate tells on this host whether the holder of a lock has ended or is at work;
// neither is known of one elsewhere, or where the system says too little. A
// process that began at another time only got the holder's id.
func (r LockRecord) fate(host string) (dead, lives bool) {
	if r.Host != host || differ(r.Machine, machine()) {
		return false, false
	}
	if differ(r.Boot, boot()) {
		// This machine, started anew since: nothing of before goes on. Without a
		// name of its own it may as well be another.
		return r.Machine != "" && r.Machine == machine(), false
	}
	if differ(r.Space, space()) {
		return false, false // a container beside this one, whose processes cannot be seen
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

// differ reports whether two that are known are not the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }

// locked is the error that a lock of this record at path gives on a host.
func (r LockRecord) locked(path, host string) *LockedError {
	dead, lives := r.fate(host)
	return &LockedError{Record: r, Path: path, Dead: dead, Alive: lives}
}
