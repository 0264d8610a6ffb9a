package state

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// An Appender writes whole lines to the end of a log, durably. It is safe for
// several goroutines.
type Appender struct {
	mu   sync.Mutex
	path string
	f    logFile
	// mayWrite is asked ahead of every write, if it is not nil.
	mayWrite func(path string) error
	err      error // of the first failed write; nothing is written after it
}

// A logFile is what an appender needs of a file.
type logFile interface {
	io.WriteCloser
	Sync() error
}

// Append writes lines, each with its line feed, in one write. When it returns
// nil they are durable. After an error the end of the log is not known: every
// further call fails, until the log is opened again and cut to what is whole.
func (a *Appender) Append(lines []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return fmt.Errorf("append to %q after a failed write: %w", a.path, a.err)
	}
	if len(lines) == 0 {
		return nil
	}
	if lines[len(lines)-1] != '\n' {
		return fmt.Errorf("append to %q: the last line has no end", a.path)
	}
	if a.mayWrite != nil {
		if err := a.mayWrite(a.path); err != nil {
			a.err = err
			return err
		}
	}
	n, err := a.f.Write(lines)
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = a.f.Sync()
	}
	if err != nil {
		a.err = err
		return fmt.Errorf("append to %q: %w", a.path, err)
	}
	return nil
}

// Close closes the log. Everything appended is durable already.
func (a *Appender) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.f == nil {
		return nil
	}
	err := a.f.Close()
	a.f, a.err = nil, errors.Join(a.err, os.ErrClosed)
	if err != nil {
		return fmt.Errorf("close %q: %w", a.path, err)
	}
	return nil
}

// Log opens a log of the folder to append to, made if it is not there. keep is
// how many of its bytes are whole, as the reader of its lines found; what comes
// after is cut off. A log that is shorter than that is an error.
func (s *Store) Log(name string, keep int64) (*Appender, error) {
	if err := s.create(); err != nil {
		return nil, err
	}
	path := s.Path(name)
	if err := cut(path, keep); err != nil {
		return nil, err
	}
	return s.openLog(path)
}

// ReadLog returns the bytes of a log; the error is fs.ErrNotExist if there is none.
func (s *Store) ReadLog(name string) ([]byte, error) { return readFile(s.Path(name)) }

// openLog opens a log that ends with a whole line.
func (s *Store) openLog(path string) (*Appender, error) {
	exists, err := regular(path)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if exists {
		if err := endsWhole(path); err != nil {
			return nil, err
		}
	}
	f, err := openAlone(path)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if !exists {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("open log %q: %w", path, errors.Join(err, f.Close()))
		}
	}
	return &Appender{path: path, f: f, mayWrite: s.mayWrite}, nil
}

// endsWhole is an error if the last line of a log was torn.
func endsWhole(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, end-1); err != nil {
		return fmt.Errorf("open log %q: %w", path, err)
	}
	if last[0] != '\n' {
		return fmt.Errorf("open log %q: its last line is torn: cut it off first", path)
	}
	return nil
}

// cut shortens a log to keep bytes, durably. Only a torn line is cut off: whole
// ones that came since it was read are somebody else's, and an error.
func cut(path string, keep int64) (err error) {
	exists, err := regular(path)
	if err != nil {
		return fmt.Errorf("cut log: %w", err)
	}
	if !exists {
		if keep != 0 {
			return fmt.Errorf("cut log %q: it is gone, want %d bytes of it", path, keep)
		}
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cut log: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("cut log: %w", err)
	case keep < 0 || info.Size() < keep:
		return fmt.Errorf("cut log %q: it has %d bytes, want to keep %d", path, info.Size(), keep)
	case info.Size() == keep:
		return nil
	}
	if err := torn(f, keep); err != nil {
		return fmt.Errorf("cut log %q: %w", path, err)
	}
	if err := f.Truncate(keep); err != nil {
		return fmt.Errorf("cut log: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("cut log: %w", err)
	}
	return nil
}

// torn is an error if a line ends in a log after its first bytes.
func torn(f io.ReaderAt, from int64) error {
	rest := make([]byte, 64<<10)
	for {
		n, err := f.ReadAt(rest, from)
		if bytes.IndexByte(rest[:n], '\n') >= 0 {
			return errOther
		}
		if from += int64(n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
