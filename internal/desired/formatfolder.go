package desired

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Form is a file of a folder and its canonical form, or why it has none.
type Form struct {
	Path          string
	Before, After []byte
	Faults        []plan.Fault // the file does not read; After is nil then
	Err           error        // the form would not say the same; After is nil then
}

// Changed reports whether the file is not in canonical form yet.
func (f *Form) Changed() bool { return f.After != nil && !bytes.Equal(f.Before, f.After) }

// Format brings the files of the folder at root into canonical form, in memory;
// only those whose paths are named, or all if none is. It never changes what
// the folder says: what the files said before and say after is read and
// compared, and a file of which that differs, or that does not read at all, is
// left alone and says why. Facts files are not looked at.
//
// The error is for a folder that cannot be read at all, and for a name that is
// no file of it.
func Format(root fs.FS, only []string) ([]Form, error) {
	before := newReader(root, Options{})
	paths, err := before.list()
	if err != nil {
		return nil, fmt.Errorf("read folder: %w", err)
	}
	for _, p := range paths {
		before.file(p)
	}
	wanted := paths
	if before.locked {
		wanted = append(slices.Clone(paths), lockFile)
	}
	if len(only) > 0 {
		if i := slices.IndexFunc(only, func(name string) bool { return !slices.Contains(wanted, name) }); i >= 0 {
			return nil, fmt.Errorf("%s is no file of the folder that is read", only[i])
		}
		wanted = only
	}
	faults, said := before.faultsByFile(), before.saidByFile()
	var forms []Form
	after := &overlay{root: root, files: map[string][]byte{}}
	for _, p := range wanted {
		f := form(root, p, faults[p])
		if f.Changed() && p != lockFile {
			after.files[p] = f.After
		}
		forms = append(forms, f)
	}
	if len(after.files) > 0 {
		check(after, paths, faults, said, forms)
	}
	return forms, nil
}

// faultsByFile parts the faults by file, sorted by place.
func (r *reader) faultsByFile() map[string][]plan.Fault {
	slices.SortStableFunc(r.faults, func(a, b plan.Fault) int {
		return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Cause, b.Cause))
	})
	out := map[string][]plan.Fault{}
	for _, f := range slices.Compact(r.faults) {
		out[f.Place.File] = append(out[f.Place.File], f)
	}
	return out
}

// form formats one file.
func form(root fs.FS, name string, faults []plan.Fault) Form {
	f := Form{Path: name, Faults: faults}
	if len(faults) > 0 {
		return f
	}
	switch f.Before, f.Err = read(root, name, maxFile); {
	case f.Err != nil:
	case name == lockFile:
		f.After, f.Faults = formattedLock(f.Before)
	default:
		f.After, f.Err = formatted(f.Before)
	}
	return f
}

// check reads the forms as the folder that they would make, and takes back
// those that say something else.
func check(root fs.FS, paths []string, faults map[string][]plan.Fault, said map[string]string, forms []Form) {
	r := newReader(root, Options{})
	for _, p := range paths {
		r.file(p)
	}
	worse, says := r.faultsByFile(), r.saidByFile()
	for i := range forms {
		f := &forms[i]
		if f.Path == lockFile || !f.Changed() {
			continue
		}
		if len(worse[f.Path]) > len(faults[f.Path]) || says[f.Path] != said[f.Path] {
			f.After, f.Err = nil, errors.New("its canonical form would say something else")
		}
	}
}

// saidByFile is a digest of what each file says, places apart.
func (r *reader) saidByFile() map[string]string {
	out := map[string]string{}
	sum := sha256.New()
	add := func(file string, v any) {
		sum.Reset()
		sum.Write([]byte(out[file]))
		digest(func(format string, args ...any) { fmt.Fprintf(sum, format, args...) }, reflect.ValueOf(v))
		out[file] = hex.EncodeToString(sum.Sum(nil))
	}
	d := &r.desired
	add(settingsFile, d.Settings)
	add(settingsFile, d.RulesGiven)
	for i := range d.Keep {
		add(d.Keep[i].File, &d.Keep[i])
	}
	for i := range d.Remove {
		add(d.Remove[i].File, &d.Remove[i])
	}
	for i := range d.Users {
		add(d.Users[i].File, &d.Users[i])
	}
	for i := range d.Products {
		add(d.Products[i].File, &d.Products[i])
	}
	for i := range d.Rules {
		add(d.Rules[i].File, &d.Rules[i])
	}
	return out
}

// digest prints a value without the places in it.
func digest(print func(string, ...any), v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			print("nil;")
			return
		}
		digest(print, v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			print("%d;", t.UnixNano())
			return
		}
		for i := range v.NumField() {
			if v.Field(i).Type() != reflect.TypeFor[plan.Place]() {
				digest(print, v.Field(i))
			}
		}
		print(";")
	case reflect.Slice:
		print("%d:", v.Len())
		for i := range v.Len() {
			digest(print, v.Index(i))
		}
	default:
		print("%q;", fmt.Sprint(v))
	}
}
