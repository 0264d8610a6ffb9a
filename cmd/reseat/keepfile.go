package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// keepNone is the word for no keep file.
const keepNone = "none"

// keepDays is how long a keep file speaks if nothing else is said.
const keepDays = 30

// until is the last day of the keep file.
func (f *undoFlags) until(now time.Time) (plan.Day, error) {
	today := plan.DayOf(now)
	if f.keepUntil == "" {
		return plan.DayOf(now.AddDate(0, 0, keepDays)), nil
	}
	day, err := time.Parse(time.DateOnly, f.keepUntil)
	switch {
	case f.keep == keepNone:
		return "", usage("--keep-until is of a keep file, and --keep none is without one")
	case err != nil || plan.DayOf(day) < today:
		return "", usage("--keep-until takes a day to come, as in 2027-01-31, not %q", f.keepUntil)
	}
	return plan.DayOf(day), nil
}

// A keeping is a keep file on its way.
type keeping struct {
	s      *session
	of     *undone
	file   string
	inDir  string // its name within DIR; "" if it is elsewhere
	data   []byte // nil: there is none
	there  bool   // as it is to be, already
	until  plan.Day
	people int
	drift  int
	again  int      // people who are given again what the undo takes
	unsaid []string // people whom no selector can mean
}

// keepFile makes the file that keeps what an undo plan gives back. It is checked
// to be good before anything is written.
func (s *session) keepFile(ctx context.Context, m *plan.Made, of *undone, f undoFlags, until plan.Day) (*keeping, error) {
	k := &keeping{s: s, of: of, until: until, again: m.GivenAgain(of.plan)}
	if f.keep == keepNone {
		return k, nil
	}
	kept, drift := m.KeepFor(of.plan)
	k.drift = drift
	var people []desired.KeptPeople
	for _, p := range kept {
		if !desired.Keepable(p.User.UserPrincipalName) {
			k.unsaid = append(k.unsaid, p.User.UserPrincipalName)
			continue
		}
		people = append(people, desired.KeptPeople{Names: []string{p.User.UserPrincipalName}, Products: m.ProductWords(p.Products)})
	}
	if k.people = len(people); k.people == 0 {
		return k, nil
	}
	today := plan.DayOf(s.app.now())
	name := "undo-" + string(today) + "-" + of.plan.Digests.Changes[:8] + ".yaml"
	if k.file = f.keep; k.file == "" {
		k.file, k.inDir = filepath.Join(s.folder.dir, name), name
	}
	if filepath.Ext(k.file) != ".yaml" {
		return nil, usage("--keep is a file that ends in .yaml, or none, not %q", k.file)
	}
	if samePath(k.file, f.out) {
		return nil, usage("--keep and --out are the same file: %q", f.out)
	}
	var err error
	k.data, err = desired.KeepFile(desired.Keeping{
		What: "undo of " + of.called(), On: today, Until: until, Kept: people,
		Head: []string{"What an undo gave back stays until the statements that took it are put right, or until the day below.",
			"Take this file away once they are."},
	})
	if err != nil {
		return nil, fmt.Errorf("make keep file: %w", err)
	}
	for n := 2; k.inDir != "" && k.taken() && n < 100; n++ { // by an earlier undo
		k.inDir = fmt.Sprintf("%s-%d.yaml", strings.TrimSuffix(name, ".yaml"), n)
		k.file = filepath.Join(s.folder.dir, k.inDir)
	}
	if err := k.fits(ctx, cmp.Or(k.inDir, name)); err != nil {
		return nil, err
	}
	return k, nil
}

// taken reports whether something else lies where the file is to be.
func (k *keeping) taken() bool {
	is, err := os.ReadFile(k.file)
	return err == nil && string(is) != string(k.data) || err != nil && !errors.Is(err, os.ErrNotExist)
}

// fits refuses a keep file that is in the way of something, or by which the
// folder would have a fault.
func (k *keeping) fits(ctx context.Context, name string) error {
	is, err := os.ReadFile(k.file)
	switch {
	case err == nil && string(is) == string(k.data):
		k.there = true
		return nil
	case err != nil && !errors.Is(err, os.ErrNotExist) && !lies(k.file):
		return &codeError{code: exitError, err: fmt.Errorf("nothing was written: keep file: %w", err),
			hint: "say where the keep file can be written, with --keep FILE, or --keep none"}
	case !errors.Is(err, os.ErrNotExist):
		return &codeError{code: exitError, err: fmt.Errorf("%s is there already, and nothing is written over: nothing was written", k.file),
			hint: "name another file with --keep FILE, or --keep none"}
	}
	_, faults, err := k.s.app.readFolder(ctx, k.s.folder.dir, k.s.folder.root, false, desired.Text{Path: name, Data: k.data})
	if err == nil && len(faults) > 0 {
		err = &plan.FaultsError{Faults: faults}
	}
	if err != nil {
		return fmt.Errorf("nothing was written: with its keep file the folder cannot be used: %w; say --keep none", err)
	}
	return nil
}

// lies reports whether something has the name of a file.
func lies(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// write puts the keep file and the plan in place, or neither.
func (k *keeping) write(out string, p *plan.Plan) (err error) {
	if k.data == nil || k.there {
		return state.WriteFileBy(out, p.Write)
	}
	root, err := os.OpenRoot(filepath.Dir(k.file))
	if err == nil {
		defer func() { err = errors.Join(err, root.Close()) }()
		err = place(root, []desired.Text{{Path: filepath.Base(k.file), Data: k.data}}, nil)
	}
	if err != nil {
		return &codeError{code: exitError, err: fmt.Errorf("nothing was written: keep file: %w", err),
			hint: "say where the keep file can be written, with --keep FILE, or --keep none"}
	}
	if err := state.WriteFileBy(out, p.Write); err != nil {
		return errors.Join(err, os.Remove(k.file))
	}
	return nil
}

// tell says what the keep file is for, and how to commit it.
func (k *keeping) tell() {
	w := k.s.app.err
	if n := len(k.unsaid); n > 0 {
		fmt.Fprintf(w, "note: no keep can be written for %s: rule R114 alone keeps what they are given back\n", render.Clean(strings.Join(k.unsaid, ", ")))
	}
	if k.drift > 0 {
		fmt.Fprintf(w, "note: %s had been given by hand or by an earlier undo, which the folder is right not to want: the keep file does not speak of that\n", counted(k.drift, "licence"))
	}
	if k.again > 0 {
		fmt.Fprintf(w, "note: the undo takes from %s what the run gave, and the folder still wants it: the next plan gives it again unless you change the statement\n", peopleCount(k.again))
	}
	if k.data == nil {
		return
	}
	was := "wrote"
	if k.there {
		was = "there already:"
	}
	fmt.Fprintf(w, "%s %s: the next plan leaves alone until %s what is given back to %s. Review it with the plan, and commit it:\n",
		was, k.file, k.until, peopleCount(k.people))
	where, name := filepath.Dir(k.file), filepath.Base(k.file)
	git := "git"
	if where != "." {
		git += " -C " + shellWord(where)
	}
	if !k.within() {
		fmt.Fprintf(w, "  it speaks once it lies in %s\n", k.s.folder.dir)
	}
	fmt.Fprintf(w, "  %s add %s\n  %s commit -m %s\n", git, shellWord(name), git, shellWord("Keep what the undo of "+k.of.called()+" gives back"))
}

// within reports whether the file lies in the folder, where it speaks.
func (k *keeping) within() bool {
	dir, err := filepath.Abs(k.s.folder.dir)
	if err != nil {
		return k.inDir != ""
	}
	file, err := filepath.Abs(k.file)
	if err != nil {
		return k.inDir != ""
	}
	rel, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rel) && !strings.HasPrefix(rel, ".")
}

// samePath reports whether two names are of one file, as far as names tell.
func samePath(a, b string) bool {
	x, err := filepath.Abs(a)
	if err != nil {
		return a == b
	}
	y, err := filepath.Abs(b)
	return err == nil && x == y
}

func peopleCount(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprint(n) + " people"
}
