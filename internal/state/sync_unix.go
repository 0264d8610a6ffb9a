//go:build !windows

package state

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes names in a folder durable. Filesystems that have no such call
// say so, and need none.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// alive reports whether a process of this host may still run. Who cannot be
// asked is alive.
func alive(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
