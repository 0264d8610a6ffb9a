package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
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

// boot is this start of the system; empty if it does not say (random(4)).
func boot() string { return idIn("/proc/sys/kernel/random/boot_id") }

// firstSpace is the namespace of process ids that the system starts with
// (PROC_PID_INIT_INO of the kernel); one of a container has another number.
const firstSpace = "pid:[4026531836]"

// space is the namespace in which our process ids count; empty if the system
// does not say (pid_namespaces(7)).
func space() string {
	to, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return to
}

// machine tells this installation from others (machine-id(5)). The id itself is
// not to be handed round; a container's is often its image's, and says nothing.
func machine() string {
	id := idIn("/etc/machine-id")
	if id == "" || space() != firstSpace {
		return ""
	}
	sum := sha256.Sum256([]byte("reseat lock " + id))
	return hex.EncodeToString(sum[:8])
}

// idIn is the id that a small file of the system holds; empty if it is none.
func idIn(path string) string {
	data, err := os.ReadFile(path)
	id := strings.TrimSpace(string(data))
	if err != nil || len(id) < 32 || len(id) > 64 || strings.Trim(id, "0123456789abcdefABCDEF-") != "" {
		return ""
	}
	return id
}
