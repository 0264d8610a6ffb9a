package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
)

// A Store is the state folder of a tenant.
type Store struct {
	dir string
	log hclog.Logger
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

// Path is where a file of the folder is, for messages.
func (s *Store) Path(name string) string { return filepath.Join(s.dir, name) }

// create makes the folder, if it is not there.
func (s *Store) create() error {
	exists, err := realDir(s.dir)
	if err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if !exists {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
		if err := syncDir(filepath.Dir(s.dir)); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
	}
	if _, err := os.Lstat(s.Path(".gitignore")); errors.Is(err, fs.ErrNotExist) {
		return WriteFile(s.Path(".gitignore"), []byte("*\n"))
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
