package state

import (
	"errors"
	"os"
	"syscall"
)

// syncDir does nothing: Windows has no such call, and renames there are durable
// with the file system's own log.
func syncDir(string) error { return nil }

// alive reports whether a process of this host may still run. Who cannot be
// asked is alive.
func alive(pid int) bool {
	const invalidParameter = syscall.Errno(87) // there is no such process
	p, err := os.FindProcess(pid)
	if err != nil {
		return !errors.Is(err, invalidParameter)
	}
	// Releasing a handle cannot change the answer.
	_ = p.Release()
	return true
}
