package state

import (
	"bytes"
	"fmt"
	"os"
)

// started is when a process of this host began, in ticks since the system did;
// empty if the system does not say.
func started(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in parentheses, which may hold
	// anything; the start is field 22 (proc_pid_stat(5)).
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const start = 22 - 3
	if len(fields) <= start {
		return ""
	}
	// A process that ended and that nobody waited for does no work any more.
	if fate := string(fields[0]); fate == "Z" || fate == "X" {
		return "ended"
	}
	return string(fields[start])
}
