package desired

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// list returns the paths of the files to read, sorted, and reports what in the
// folder would be passed over though its author may think it counts.
func (r *reader) list() ([]string, error) {
	var paths []string
	err := fs.WalkDir(r.root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			r.reportFile(name, "the folder cannot be read ("+plain(err)+")", "make it readable, or move it out")
			return fs.SkipDir
		case name == ".":
			return nil
		case strings.HasPrefix(d.Name(), "."):
			return skip(d)
		case d.IsDir():
			return r.folder(name)
		case r.wanted(name, d):
			paths = append(paths, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	return paths, nil
}

// skip passes over an entry, and over all below it if it is a folder.
func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// folder decides whether to go into a folder.
func (r *reader) folder(name string) error {
	if name == RulesFolder {
		return fs.SkipDir // OwnRules reads it
	}
	if strings.EqualFold(path.Base(name), lockFile) {
		r.reportFile(name, "this is no regular file", "put a file in its place, or rename it")
		return fs.SkipDir
	}
	if !printable(name) || !utf8.ValidString(name) {
		r.reportFile(name, "the folder's name has characters that cannot be shown", "rename it")
		return fs.SkipDir
	}
	info, err := fs.Lstat(r.root, path.Join(name, settingsFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return nil // walking into it meets the error again, and reports it
	case info.Mode().IsRegular():
		r.tenants = append(r.tenants, name)
		return fs.SkipDir // another tenant
	}
	return nil // its reseat.yaml is reported as what it is
}

// wanted reports whether the entry is a file to read.
func (r *reader) wanted(name string, d fs.DirEntry) bool {
	ext := path.Ext(name)
	isYAML := strings.EqualFold(ext, ".yaml") || strings.EqualFold(ext, ".yml")
	switch {
	case strings.EqualFold(d.Name(), lockFile):
		r.lock(name, d)
	case d.Type()&fs.ModeSymlink != 0:
		r.link(name, isYAML)
	case !isYAML:
		r.passedOver(name)
	case !d.Type().IsRegular():
		r.reportFile(name, "this is no regular file", "put a file in its place, or rename it")
	case !printable(name) || !utf8.ValidString(name):
		r.reportFile(name, "the file's name has characters that cannot be shown", "rename it")
	case ext != ".yaml":
		r.reportFile(name, "a file that ends in `"+ext+"` is not read", "rename it to `"+strings.TrimSuffix(path.Base(name), ext)+".yaml`, or move it out of the folder")
	default:
		return true
	}
	return false
}

// lock notes that there is a people.lock, or reports one that would be passed over.
func (r *reader) lock(name string, d fs.DirEntry) {
	switch {
	case d.Name() != lockFile:
		r.reportFile(name, "the file is called "+quote(d.Name()), "rename it to `people.lock`")
	case name != lockFile:
		r.reportFile(name, "people.lock stands beside reseat.yaml, not here", "move its lines there and run `reseat lock`")
	case d.Type()&fs.ModeSymlink != 0:
		r.link(name, true)
	case !d.Type().IsRegular():
		r.reportFile(name, "this is no regular file", "put a file in its place, or rename it")
	default:
		r.locked = true
	}
}

// link reports a symbolic link, unless it leads to a file within the folder
// that would not be read anyway.
func (r *reader) link(name string, isYAML bool) {
	info, err := fs.Stat(r.root, name)
	if !isYAML && err == nil && info.Mode().IsRegular() {
		return
	}
	r.reportFile(name, "this is a link, and links are not followed", "put the files themselves here, or remove the link")
}

// reportFile reports a file or folder as a whole; its name may be hostile.
func (r *reader) reportFile(name, cause, remedy string) {
	r.report(fileFault(name, cause, remedy))
}

// fileFault is the fault of a file or folder as a whole.
func fileFault(name, cause, remedy string) plan.Fault {
	shown := strings.Map(func(c rune) rune {
		if !shows(c) {
			return '?'
		}
		return c
	}, strings.ToValidUTF8(name, "?"))
	return plan.Fault{Place: plan.Place{File: shown, Line: 1, Column: 1}, Cause: cause, Remedy: remedy}
}

// plain is an error without the path, which the place gives already.
func plain(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
