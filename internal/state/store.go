package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
)

// A Store is the state folder of a tenant.
type Store struct {
	dir     string
	log     hclog.Logger
	onWrite func(path string) error // nil: nobody asks
}

// Open opens the state folder dir, which need not exist yet. A nil log logs
// nothing. A dir that is a symlink or no folder is an error.
func Open(dir string, log hclog.Logger) (*Store, error) {
	if log == nil {
		log = hclog.NewNullLogger()
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open state folder %q: %w", dir, err)
	}
	if _, err := realDir(abs); err != nil {
		return nil, fmt.Errorf("open state folder: %w", err)
	}
	return &Store{dir: abs, log: log.Named("state")}, nil
}

// OnWrite has f asked ahead of every durable write to the folder, by the path of
// what is written; an error of f is that of the write, of which nothing is done.
// It stands for a disk that is full, or a process that ends between two writes.
// It is called before anything is written.
func (s *Store) OnWrite(f func(path string) error) { s.onWrite = f }

// mayWrite asks whether a path can be written to.
func (s *Store) mayWrite(path string) error {
	if s == nil || s.onWrite == nil {
		return nil
	}
	if err := s.onWrite(path); err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	return nil
}

// writeFile is [WriteFile] within the folder.
func (s *Store) writeFile(path string, data []byte) error {
	if err := s.mayWrite(path); err != nil {
		return err
	}
	return WriteFile(path, data)
}

// writeFileBy is [WriteFileBy] within the folder.
func (s *Store) writeFileBy(path string, write func(io.Writer) error) error {
	if err := s.mayWrite(path); err != nil {
		return err
	}
	return WriteFileBy(path, write)
}

// Path is where a file of the folder is, for messages.
func (s *Store) Path(name string) string { return filepath.Join(s.dir, name) }

// create makes the folder, if it is not there.
func (s *Store) create() error {
	exists, err := realDir(s.dir)
	if err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if !exists {
		if err := s.mayWrite(s.dir); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
		if err := syncDir(filepath.Dir(s.dir)); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
	}
	if _, err := os.Lstat(s.Path(".gitignore")); errors.Is(err, fs.ErrNotExist) {
		return s.writeFile(s.Path(".gitignore"), []byte("*\n"))
	}
	return nil
}

// realDir reports whether dir exists; if it does and is no folder, or a link to
// one, that is an error.
func realDir(dir string) (exists bool, err error) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode()&fs.ModeSymlink != 0:
		return false, fmt.Errorf("%q is a symlink: name the folder itself", dir)
	case !info.IsDir():
		return false, fmt.Errorf("%q is not a folder", dir)
	}
	return true, nil
}

// makeDir makes one folder whose parent exists; it may be there already.
func makeDir(dir string) error {
	exists, err := realDir(dir)
	if err != nil || exists {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
