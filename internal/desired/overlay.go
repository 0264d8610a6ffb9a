package desired

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// A Text is a file that [Init], [Start] or [People] writes: its path, slashed
// and relative to the folder, and its bytes.
type Text struct {
	Path string
	Data []byte
}

// Overlay is the folder at root as it will be when texts are written. What is to
// be written can so be read before it is.
func Overlay(root fs.FS, texts []Text) fs.FS {
	o := &overlay{root: root, files: make(map[string][]byte, len(texts))}
	for _, t := range texts {
		o.files[t.Path] = t.Data
	}
	return o
}

type overlay struct {
	root  fs.FS
	files map[string][]byte
}

// holds reports whether a file of ours lies somewhere below dir.
func (o *overlay) holds(dir string) bool {
	for name := range o.files {
		if dir == "." || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

func (o *overlay) Open(name string) (fs.File, error) {
	if data, ok := o.files[name]; ok {
		return &memory{Reader: bytes.NewReader(data), info: memoryInfo{path.Base(name), int64(len(data))}}, nil
	}
	return o.root.Open(name)
}

// Stat and Lstat differ for the folder's own files alone.
func (o *overlay) Stat(name string) (fs.FileInfo, error) { return o.info(name, fs.Stat) }

func (o *overlay) Lstat(name string) (fs.FileInfo, error) { return o.info(name, fs.Lstat) }

func (o *overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.root, name) }

func (o *overlay) info(name string, below func(fs.FS, string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	if data, ok := o.files[name]; ok {
		return memoryInfo{path.Base(name), int64(len(data))}, nil
	}
	info, err := below(o.root, name)
	if err != nil && o.holds(name) {
		return folderInfo{memoryInfo{name: path.Base(name)}}, nil
	}
	return info, err
}

// ReadDir lists the folder's own entries and ours, ours in place of theirs.
func (o *overlay) ReadDir(dir string) ([]fs.DirEntry, error) {
	found := map[string]fs.DirEntry{}
	entries, err := fs.ReadDir(o.root, dir)
	if err != nil && !o.holds(dir) {
		return nil, err
	}
	for _, e := range entries {
		found[e.Name()] = e
	}
	for name, data := range o.files {
		rest, below := name, true
		if dir != "." {
			rest, below = strings.CutPrefix(name, dir+"/")
		}
		first, _, deeper := strings.Cut(rest, "/")
		switch {
		case !below:
		case !deeper:
			found[first] = fs.FileInfoToDirEntry(memoryInfo{first, int64(len(data))})
		case found[first] == nil:
			found[first] = fs.FileInfoToDirEntry(folderInfo{memoryInfo{name: first}})
		}
	}
	out := make([]fs.DirEntry, 0, len(found))
	for _, e := range found {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// nothing is a folder without a file.
type nothing struct{}

func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// A memory is an open file that was not written yet.
type memory struct {
	io.Reader
	info memoryInfo
}

func (m *memory) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m *memory) Close() error               { return nil }

type memoryInfo struct {
	name string
	size int64
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return 0o644 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }

type folderInfo struct{ memoryInfo }

func (i folderInfo) Mode() fs.FileMode { return fs.ModeDir | 0o755 }
func (i folderInfo) IsDir() bool       { return true }
