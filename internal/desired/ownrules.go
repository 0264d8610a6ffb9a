package desired

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// What rules of one's own may be at most.
const (
	maxRule  = 1 << 20 // bytes of a file
	maxRules = 1000    // files of one folder
)

// RulesFolder is where a tenant's folder has the rules of one's own.
const RulesFolder = "policies"

// OwnRules reads the rules of one's own that stand in policies/ of the folder at
// root, with their tests: Rego texts by path, as "policies/seasons.rego". There
// are none if there is no such folder, or nothing is in it.
//
// With faults, sorted by place, there are no texts. Whether the texts are rules
// the engine knows.
func OwnRules(root fs.FS) (map[string]string, []plan.Fault) {
	info, err := fs.Lstat(root, RulesFolder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && !info.IsDir():
		return nil, []plan.Fault{fileFault(RulesFolder, "this is no folder", "put rules of your own into a folder of that name, or rename it")}
	}
	return ownRules(root, RulesFolder, RulesFolder, false)
}

// OwnRulesOf is OwnRules for another folder than a tenant's: the files at root
// itself, named below dir in texts and faults. That it has no rule is a fault:
// who names a folder wants what is in it.
func OwnRulesOf(root fs.FS, dir string) (map[string]string, []plan.Fault) {
	return ownRules(root, ".", dir, true)
}

// ownRules reads the rules of the folder at in root, called dir.
func ownRules(root fs.FS, at, dir string, needed bool) (map[string]string, []plan.Fault) {
	r := &rules{root: root, at: at, dir: dir, texts: map[string]string{}}
	if err := fs.WalkDir(root, at, r.entry); err != nil && !errors.Is(err, errLarge) {
		r.fault(at, "the folder cannot be read ("+plain(err)+")", "make it readable, or move it away")
	}
	if !r.any && (needed || r.other || len(r.texts) > 0) && len(r.faults) == 0 {
		r.fault(at, "there is no rule in the folder", "put a rule there, in a file that ends in `.rego`, or remove the folder")
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b plan.Fault) int {
			return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Cause, b.Cause))
		})
		return nil, r.faults
	}
	return r.texts, nil
}

// rules is one reading of a folder of rules.
type rules struct {
	root   fs.FS
	at     string // the folder in root
	dir    string // what it is called
	texts  map[string]string
	faults []plan.Fault
	files  int
	any    bool // there is a rule, not only tests
	other  bool // there is something else
}

// name is what a path of root is called.
func (r *rules) name(at string) string {
	if at == r.at {
		return r.dir
	}
	file := strings.TrimPrefix(at, r.at+"/")
	if r.dir == "." {
		return file
	}
	return strings.TrimSuffix(r.dir, "/") + "/" + file // "./policies" keeps its dot
}

func (r *rules) fault(at, cause, remedy string) {
	r.faults = append(r.faults, fileFault(r.name(at), cause, remedy))
}

// entry looks at one file or folder. Whatever somebody may take for a part of
// the rules and is none is a fault.
func (r *rules) entry(at string, d fs.DirEntry, err error) error {
	switch {
	case err != nil && at == r.at:
		return err
	case err != nil:
		r.fault(at, "the folder cannot be read ("+plain(err)+")", "make it readable, or move it away")
		return fs.SkipDir
	case at == r.at:
		return nil
	}
	if r.files++; r.files > maxRules || len(r.faults) >= MaxFaults {
		r.fault(r.at, fmt.Sprintf("there are more than %d files in the folder", maxRules), "keep rules of your own there, and nothing else")
		return errLarge
	}
	ext, below := strings.ToLower(path.Ext(at)), path.Dir(at) != r.at
	means := ext == ".rego" || ext == ".json" || ext == ".yaml" || ext == ".yml"
	switch {
	case d.Type()&fs.ModeSymlink != 0:
		r.link(at, means)
	case strings.HasPrefix(d.Name(), ".") && (d.IsDir() || !means):
		return skip(d)
	case d.IsDir() && ext == ".rego":
		r.fault(at, "this is a folder, and no rule", "put the rule itself into a file of that name, or rename the folder")
		return fs.SkipDir
	case d.IsDir():
	case !means:
		r.other = r.other || !below
	case !printable(at) || !utf8.ValidString(at):
		r.fault(at, "the file's name has characters that cannot be shown", "rename it")
	case ext != ".rego":
		r.fault(at, "rules of one's own have no data files", "put what they need under `policy` in reseat.yaml, by the rule's name, and remove the file")
	case below:
		r.fault(at, "a rule stands in "+r.dir+"/ itself, not in a folder below it", "move the file there")
	case path.Ext(at) != ".rego" || strings.HasPrefix(d.Name(), "."):
		r.fault(at, "a file of this name is not read", "rename it so that it ends in `.rego` and does not begin with a dot")
	default:
		r.read(at, d)
	}
	return nil
}

// link reports a link that could be meant as a part of the rules.
func (r *rules) link(at string, means bool) {
	if info, err := fs.Stat(r.root, at); !means && err == nil && info.Mode().IsRegular() {
		r.other = true
		return
	}
	r.fault(at, "this is a link, and links are not followed", "put the files themselves here, or remove the link")
}

// read takes the text of one file.
func (r *rules) read(at string, d fs.DirEntry) {
	if !d.Type().IsRegular() {
		r.fault(at, "this is no regular file", "put a file in its place, or rename it")
		return
	}
	data, err := read(r.root, at, maxRule)
	switch {
	case errors.Is(err, errLarge):
		r.fault(at, "the file has more than 1 MiB", "split it into several rules")
	case err != nil:
		r.fault(at, "the file cannot be read ("+plain(err)+")", "make it readable, or move it away")
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		r.fault(at, "the file is no text in UTF-8", "save it as UTF-8")
	default:
		r.texts[r.name(at)] = string(data)
		r.any = r.any || !strings.HasSuffix(at, "_test.rego")
	}
}

// passedOver reports files that look like rules of one's own and stand where no
// rule is read.
func (r *reader) passedOver(name string) {
	if r.strays || !strings.EqualFold(path.Ext(name), ".rego") {
		return
	}
	if at := path.Dir(name); at == "." || strings.EqualFold(path.Base(at), RulesFolder) || strings.EqualFold(at, "policy") {
		r.strays = true // one says enough
		r.reportFile(name, "a rule of one's own is read in policies/ beside reseat.yaml, not here", "move it there")
	}
}
