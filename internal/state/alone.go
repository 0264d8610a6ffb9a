package state

import (
	"errors"
	"fmt"
	"os"
)

// errOther says that two processes append to one log. Who comes second stops: a
// chain of lines that two have written is none.
var errOther = errors.New("another process wrote to it as well; read it again before more is done")

// An aloneFile is a log that this process alone appends to. It notices when
// another one did, as after a lock was lost, before it writes anything itself.
type aloneFile struct {
	*os.File
	size int64
}

// openAlone opens a log to append to, made if it is not there.
func openAlone(path string) (*aloneFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &aloneFile{f, info.Size()}, nil
}

// Write appends p, unless the log is not as this process left it.
func (f *aloneFile) Write(p []byte) (int, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() != f.size {
		return 0, fmt.Errorf("it has %d bytes and not %d: %w", info.Size(), f.size, errOther)
	}
	n, err := f.File.Write(p)
	f.size += int64(n)
	return n, err
}
