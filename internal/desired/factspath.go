package desired

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// locate finds a facts file, which may lie outside the folder and inside the
// repository.
func (s *source) locate(n *yaml.Node, t *table) {
	name := s.text(n, "`file`")
	if name == "" {
		return
	}
	t.place = s.place(n)
	within, remedy := "repository", "put it into the repository, and name it by its path from this folder"
	if s.opts.Repository == nil {
		within, remedy = "folder", "put it into the folder; one outside is read only within the same git repository"
	}
	at := path.Join(s.opts.At, name)
	switch {
	case path.IsAbs(name), strings.ContainsAny(name, `\:`):
		s.fault(n, "`file` is "+quote(name)+", which is no path from this folder", "write it with forward slashes, as in `hr.csv`")
	case !fs.ValidPath(at):
		s.fault(n, "`file` is "+quote(name)+", which leads out of the "+within, remedy)
	default:
		cause, remedy := stands(s.around(), at)
		if cause != "" {
			s.fault(n, "`file` is "+quote(name)+", "+cause, remedy)
			return
		}
		t.at, t.File = at, relative(s.opts.At, at)
	}
}

// around is the repository, or the folder where there is none.
func (r *reader) around() fs.FS {
	if r.opts.Repository != nil {
		return r.opts.Repository
	}
	return r.root
}

// stands tells why nothing can be read at a path. It goes down name by name: a
// link would be as old as itself and not as what it leads to, and a name that
// only a careless file system takes for the file's is not what git knows.
func stands(root fs.FS, at string) (cause, remedy string) {
	names := strings.Split(at, "/")
	for i, name := range names {
		entries, err := fs.ReadDir(root, path.Join(".", path.Join(names[:i]...)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "which cannot be reached (" + plain(err) + ")", "make its folder readable"
		}
		j := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
		switch last := i == len(names)-1; {
		case j < 0 || !last && entries[j].Type().IsRegular():
			return "but there is no such file", "put it there, or correct the name; a path begins at this folder"
		case entries[j].Type()&fs.ModeSymlink != 0:
			return "which is a link or leads through one, and links are not followed", "put the file itself there"
		case last && !entries[j].Type().IsRegular():
			return "which is no regular file", "put a file in its place, or correct the name"
		}
	}
	return "", ""
}

// relative is the path from one folder to a file, both in one tree.
func relative(from, to string) string {
	up, down := strings.Split(path.Clean(from), "/"), strings.Split(to, "/")
	if up[0] == "." {
		return to
	}
	for len(up) > 0 && len(down) > 1 && up[0] == down[0] {
		up, down = up[1:], down[1:]
	}
	return strings.Repeat("../", len(up)) + strings.Join(down, "/")
}
