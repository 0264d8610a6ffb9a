//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// maxResident is the most memory that a process, or its parent when it began,
// had resident, in bytes.
func maxResident(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) // in bytes there, in KiB elsewhere
	}
	return int64(u.Maxrss) << 10
}
