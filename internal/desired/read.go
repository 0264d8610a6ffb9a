package desired

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// What a file may be at most.
const (
	maxFile      = 128 << 20 // bytes
	maxLine      = 64 << 10  // bytes, without the line break
	maxLines     = 16_000_000
	maxDepth     = 64      // mappings and lists within each other
	maxParts     = 1 << 20 // entries that the parser reads at once; each takes it a microsecond and half a kilobyte
	maxDocuments = 10_000
)

// MaxFaults is how many faults Read gives at most; a folder with so many may
// have more.
const MaxFaults = 1000

// settingsFile is the one file that holds kind Tenant.
const settingsFile = "reseat.yaml"

// Options are what the folder's surroundings say; the zero value is a folder
// that stands alone.
type Options struct {
	// Repository is the repository around the folder, and At the folder's place in
	// it, slash-separated: as far as facts files may lie outside the folder. Nil is
	// none. Nothing may lead out of it, as with (*os.Root).FS.
	Repository fs.FS
	At         string
	// Dated says of which moment a facts file is, by its path in Repository (in the
	// folder, without one). A [plan.Fault] as error is told as it is, without its
	// place. Nil is the file's modification time.
	Dated func(path string) (time.Time, plan.AsOf, error)
	// Now is the present, by which a date lies in the future; zero is not known.
	Now time.Time
	// Relocking is for who is about to write people.lock anew: its lines may stand
	// in any order, as after a merge, and twice. Pins are sorted all the same.
	Relocking bool
	// CheckWindow says what is wrong with when a window opens or with its time zone,
	// or nothing: whether it is a time at all is for who knows calendars. Nil is no
	// more than a look at its shape.
	CheckWindow func(plan.Window) (cause string)
}

// Read reads the folder at root, which stands alone.
//
// With faults, sorted by place, the desired state is nil: half a folder is no
// desired state. There are at most [MaxFaults], mostly the first ones. The error is for a folder that cannot be read at all.
// Revision is left empty; the caller knows it.
func Read(root fs.FS) (*plan.Desired, []plan.Fault, error) { return ReadWith(root, Options{}) }

// ReadWith is Read for a folder with surroundings.
func ReadWith(root fs.FS, opts Options) (*plan.Desired, []plan.Fault, error) {
	return newReader(root, opts).all()
}

func newReader(root fs.FS, opts Options) *reader {
	r := &reader{root: root, opts: opts, entryOf: map[string]int32{}, least: leastRun, tables: map[string]*table{}}
	r.desired.Settings = defaults()
	return r
}

// all reads the folder.
func (r *reader) all() (*plan.Desired, []plan.Fault, error) {
	paths, err := r.list()
	if err != nil {
		return nil, nil, fmt.Errorf("read folder: %w", err)
	}
	if _, err := fs.Lstat(r.root, settingsFile); errors.Is(err, fs.ErrNotExist) {
		return nil, []plan.Fault{r.noTenant()}, nil // anything else said of it would be of the wrong folder
	}
	for _, path := range paths {
		if !r.full() {
			r.file(path)
		}
	}
	r.needTenant()
	r.readPins()
	r.readTables()
	r.answer()
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b plan.Fault) int {
			return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Cause, b.Cause))
		})
		return nil, slices.Compact(r.faults), nil
	}
	slices.SortFunc(r.desired.Files, func(a, b plan.File) int { return cmp.Compare(a.Path, b.Path) })
	return &r.desired, nil, nil
}

// A reader is one reading of a folder.
type reader struct {
	root    fs.FS
	opts    Options
	faults  []plan.Fault
	desired plan.Desired

	tenant  *plan.Place       // the first Tenant document
	rules   *plan.Place       // the first `rules` key
	entryOf map[string]int32  // where in desired.Users a person stands, by folded name
	least   int               // entries that make a run
	cuts    int               // runs read apart
	tables  map[string]*table // facts files, by folded name; settled says that these are all
	asks    []ask             // what selectors ask of them

	settled bool
	locked  bool // there is a people.lock
	strays  bool // a rule that stands elsewhere is reported

	tenants []string // folders below that have a reseat.yaml of their own
}

// report takes a fault, of which so many are enough.
func (r *reader) report(f plan.Fault) {
	if !r.full() {
		r.faults = append(r.faults, f)
	}
}

// full reports whether more faults would be of no use: a file that is no
// desired state at all may have one in each line.
func (r *reader) full() bool { return len(r.faults) >= MaxFaults }

// mark is what rewind goes back to.
func (r *reader) mark() reader {
	now := *r
	now.faults = slices.Clone(r.faults)
	now.tables = maps.Clone(r.tables)
	return now
}

// rewind forgets what was read since a mark.
func (r *reader) rewind(to reader) {
	for _, u := range r.desired.Users[len(to.desired.Users):] {
		delete(r.entryOf, fold(u.Person.Text))
	}
	*r = to
	r.tables = maps.Clone(to.tables)
}

// expect makes room for so many more people.
func (r *reader) expect(people int) {
	r.desired.Users = slices.Grow(r.desired.Users, people)
	if people > len(r.entryOf) {
		room := make(map[string]int32, len(r.entryOf)+people)
		maps.Copy(room, r.entryOf)
		r.entryOf = room
	}
}

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
	data, ok := r.input(r.root, path, path, "split it into several files", "make it readable, or move it out of the folder")
	if !ok {
		return
	}
	if data, ok := s.precheck(data); ok {
		s.documents(data)
	}
}

// input returns the bytes of a file of root and notes their digest under the
// name by which the folder calls it, or reports with the remedies given that it
// is too large or not to be read.
func (r *reader) input(root fs.FS, path, name, tooLarge, unreadable string) ([]byte, bool) {
	data, err := read(root, path, maxFile)
	switch {
	case errors.Is(err, errLarge):
		r.reportFile(name, "the file has more than 128 MiB", tooLarge)
		return nil, false
	case err != nil:
		r.reportFile(name, "the file cannot be read ("+plain(err)+")", unreadable)
		return nil, false
	}
	sum := sha256.Sum256(data)
	r.desired.Files = append(r.desired.Files, plan.File{Path: name, SHA256: hex.EncodeToString(sum[:])})
	return data, true
}

// errLarge is a file of more bytes than it may have.
var errLarge = errors.New("too large")

// read returns a file of at most so many bytes.
func read(root fs.FS, path string, most int64) (data []byte, err error) {
	f, err := root.Open(path)
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
	if info.Size() > most {
		return nil, errLarge
	}
	data, err = readAll(io.LimitReader(f, most+1), int(info.Size()))
	if err == nil && int64(len(data)) > most { // it has grown
		return nil, errLarge
	}
	return data, err
}

// readAll reads to the end; size is how much that was when somebody looked.
func readAll(r io.Reader, size int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// A source is one file while it is read.
type source struct {
	*reader
	file    string
	unnamed map[plan.StatementKind]int // entries of each list so far
	cut     cut
	data    []byte   // as the parser sees it
	lines   []int    // where each line of it begins; nil unless there is a tag to find
	section *section // `users` of the document, if it is read apart
}

func (s *source) reportAt(line, column int, cause, remedy string) {
	s.report(plan.Fault{Place: plan.Place{File: s.file, Line: line, Column: column}, Cause: cause, Remedy: remedy})
}
