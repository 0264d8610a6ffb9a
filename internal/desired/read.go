package desired

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// What a file may be at most.
const (
	maxFile  = 128 << 20 // bytes
	maxLine  = 64 << 10  // bytes, without the line break
	maxDepth = 64        // mappings and lists within each other
	maxParts = 8 << 20   // entries, about; a node of the parser takes 160 bytes
)

// settingsFile is the one file that holds kind Tenant.
const settingsFile = "reseat.yaml"

// Read reads the folder at root.
//
// With faults, sorted by place, the desired state is nil: half a folder is no
// desired state. The error is for a folder that cannot be read at all.
// Revision is left empty; the caller knows it.
func Read(root fs.FS) (*plan.Desired, []plan.Fault, error) {
	r := &reader{root: root, people: map[string]plan.Name{}}
	r.desired.Settings = defaults()
	paths, err := r.list()
	if err != nil {
		return nil, nil, fmt.Errorf("read folder: %w", err)
	}
	if _, err := fs.Lstat(root, settingsFile); errors.Is(err, fs.ErrNotExist) {
		return nil, []plan.Fault{r.noTenant()}, nil // anything else said of it would be of the wrong folder
	}
	for _, path := range paths {
		r.file(path)
	}
	r.needTenant()
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b plan.Fault) int {
			return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Cause, b.Cause))
		})
		return nil, slices.Compact(r.faults), nil
	}
	return &r.desired, nil, nil
}

// A reader is one reading of a folder.
type reader struct {
	root    fs.FS
	faults  []plan.Fault
	desired plan.Desired

	tenant *plan.Place          // the first Tenant document
	rules  *plan.Place          // the first `rules` key
	people map[string]plan.Name // of `users`, by folded name

	tenants []string // folders below that have a reseat.yaml of their own
}

func (r *reader) report(f plan.Fault) { r.faults = append(r.faults, f) }

// noTenant is the fault of a folder that is no tenant's; tenants' folders below
// it are named.
func (r *reader) noTenant() plan.Fault {
	f := plan.Fault{
		Place:  plan.Place{File: settingsFile, Line: 1, Column: 1},
		Cause:  "there is no reseat.yaml in the folder",
		Remedy: "name the tenant's folder, or write one with `apiVersion: reseat/v1`, `kind: Tenant`, `name` and `tenant`",
	}
	if len(r.tenants) > 0 {
		f.Remedy = "name the tenant's folder: " + strings.Join(r.tenants[:min(len(r.tenants), 5)], ", ")
	}
	return f
}

// needTenant reports that there are no settings, unless reseat.yaml has a fault already.
func (r *reader) needTenant() {
	f := plan.Fault{
		Place:  plan.Place{File: settingsFile, Line: 1, Column: 1},
		Cause:  "reseat.yaml has no document of kind Tenant",
		Remedy: "add one with `apiVersion: reseat/v1`, `kind: Tenant`, `name` and `tenant`",
	}
	known := slices.ContainsFunc(r.faults, func(f plan.Fault) bool { return f.Place.File == settingsFile })
	if r.tenant == nil && !known {
		r.report(f)
	}
}

// file reads one file.
func (r *reader) file(path string) {
	s := &source{reader: r, file: path, unnamed: map[plan.StatementKind]int{}}
	data, err := r.bytes(path)
	switch {
	case errors.Is(err, errLarge) || len(data) > maxFile:
		s.reportAt(1, 1, "the file has more than 128 MiB", "split it into several files")
		return
	case err != nil:
		s.reportAt(1, 1, "the file cannot be read ("+plain(err)+")", "make it readable, or move it out of the folder")
		return
	}
	sum := sha256.Sum256(data)
	r.desired.Files = append(r.desired.Files, plan.File{Path: path, SHA256: hex.EncodeToString(sum[:])})
	if data, ok := s.precheck(data); ok {
		s.documents(data)
	}
}

// errLarge is a file of more than maxFile bytes.
var errLarge = errors.New("too large")

// bytes returns at most one byte more than a file may have.
func (r *reader) bytes(path string) (data []byte, err error) {
	f, err := r.root.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("no regular file")
	}
	if info.Size() > maxFile {
		return nil, errLarge
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// A source is one file while it is read.
type source struct {
	*reader
	file    string
	unnamed map[plan.StatementKind]int // entries of each list so far
	data    []byte                     // as the parser sees it
	lines   []int                      // where each line begins; nil unless there is a tag to find
}

func (s *source) reportAt(line, column int, cause, remedy string) {
	s.report(plan.Fault{Place: plan.Place{File: s.file, Line: line, Column: column}, Cause: cause, Remedy: remedy})
}
