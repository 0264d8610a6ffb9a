package state

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile puts data in place at path, mode 0600, whole or not at all: what
// was there before stays until everything is durable. The folder must exist. A
// path that is there and is no regular file is an error.
func WriteFile(path string, data []byte) error {
	return WriteFileBy(path, bytesOf(data))
}

// WriteFileBy is [WriteFile] of what write writes, which need not be in memory
// at once.
func WriteFileBy(path string, write func(io.Writer) error) error {
	if _, err := regular(path); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	tmp, err := temporaryBy(path, write)
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write %q: %w", path, errors.Join(err, os.Remove(tmp)))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	return nil
}

func bytesOf(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// temporary writes data durably to a new file beside path and returns its name.
func temporary(path string, data []byte) (name string, err error) {
	return temporaryBy(path, bytesOf(data))
}

func temporaryBy(path string, write func(io.Writer) error) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return "", err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

const (
	// mostSmall is how much is read of a file that says a few things: a lock, the
	// stop switch.
	mostSmall = 1 << 20
	// mostLarge is how much is read of one that grows with what was done: at under
	// 1 KB a change, that of half a million changes.
	mostLarge = 512 << 20
)

// readFile reads a regular file of any size that is ever written; the error is
// fs.ErrNotExist if there is none.
func readFile(path string) ([]byte, error) { return readUpTo(path, mostLarge) }

// readSmall is readFile of a file that says little.
func readSmall(path string) ([]byte, error) { return readUpTo(path, mostSmall) }

// readUpTo reads a regular file; a larger one is an error, before it is in memory.
func readUpTo(path string, most int64) (data []byte, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if info.Size() <= most {
		data = make([]byte, 0, info.Size()+bytes.MinRead)
		b := bytes.NewBuffer(data)
		_, err = b.ReadFrom(io.LimitReader(f, most+1))
		data = b.Bytes()
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("read file: %w", err)
	case info.Size() > most, int64(len(data)) > most:
		return nil, fmt.Errorf("read %q: it is damaged: it has more than %d bytes; put it back from a copy", path, most)
	}
	return data, nil
}

// openFile opens a regular file to be read; the error is fs.ErrNotExist if there
// is none.
func openFile(path string) (*os.File, error) {
	exists, err := regular(path)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if !exists {
		return nil, fmt.Errorf("read %q: %w", path, fs.ErrNotExist)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return f, nil
}

// regular reports whether path exists; if it does and is no regular file, that
// is an error.
func regular(path string) (exists bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%q is not a regular file", path)
	}
	return true, nil
}
