package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

type importFlags struct {
	beginFlags
	style, file, split, snapshot string
	update                       bool
}

// The styles of an import.
const (
	styleStart  = "start"
	stylePeople = "people"
)

func (a *app) importCmd() *cobra.Command {
	var f importFlags
	c := described(&cobra.Command{
		Use:   "import [DIR]",
		Short: "Write what a tenant holds today into its folder; changes nothing there",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.imports(cmd.Context(), dirOf(args), f) },
	}, "Reads the whole tenant and writes files to start from. A plan right after is in sync.\n\n"+
		"  start   one file: what the tenant has, and proposals with today's counts, all of it comments\n"+
		"  people  the exact set of direct seats of each person, a line each, in files below people/\n\n"+
		"A folder without a reseat.yaml is given one first, as by `reseat init`. No file is written over;\n"+
		"--update renews the lines that an earlier import of people wrote, and no other byte.",
		"  reseat import contoso\n  reseat import contoso --tenant contoso.onmicrosoft.com --style people --split department\n"+
			"  reseat import contoso --style people --update",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	fl := c.Flags()
	fl.StringVar(&f.style, "style", styleStart, "start or people")
	fl.StringVar(&f.file, "file", "licences.yaml", "of start: the `name` of the file to write")
	fl.StringVar(&f.split, "split", "", "of people: letter or department (default letter, or as before)")
	fl.BoolVar(&f.update, "update", false, "of people: renew the lines of an earlier import")
	fl.StringVar(&f.snapshot, "snapshot", "", "import offline, from a `file` that reseat snapshot wrote")
	f.add(fl)
	return c
}

// check refuses flags that do not go together.
func (f *importFlags) check() error {
	people := f.style == stylePeople
	switch {
	case f.style != styleStart && !people:
		return usage("--style is start or people, not %q", f.style)
	case !people && (f.update || f.split != ""):
		return usage("--update and --split are of --style people")
	case people && f.file != "licences.yaml":
		return usage("--file is of --style start")
	case !slices.Contains([]desired.Split{desired.SplitAsBefore, desired.SplitLetter, desired.SplitDepartment}, desired.Split(f.split)):
		return usage("--split is letter or department, not %q", f.split)
	case path.Ext(f.file) != ".yaml" || !fs.ValidPath(f.file) || strings.ContainsAny(f.file, `\:`) || path.Base(f.file) == "reseat.yaml" ||
		slices.ContainsFunc(strings.Split(f.file, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }) || strings.HasPrefix(f.file, "policies/"):
		return usage("--file is the name of a file within the folder that ends in .yaml, not %q", f.file)
	}
	return nil
}

// An importing is one import under way.
type importing struct {
	*session
	importFlags
	// begun are the files of a folder that has no reseat.yaml yet, and what they say.
	begun     []desired.Text
	beginning desired.Beginning
	in        plan.Input
	survey    *plan.Survey
	texts     []desired.Text // to write
	over      map[string][]byte
	what      map[string]string // words on texts
	said      []string          // words on all of it
	later     *plan.Desired     // the folder with texts, once it was read; nil until then
}

func (a *app) imports(ctx context.Context, dir string, f importFlags) (err error) {
	a.at(dir)
	if err := f.check(); err != nil {
		return err
	}
	i, made, err := a.openImport(ctx, dir, f)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, i.close()); err != nil && made {
			_ = os.Remove(dir) // only an empty folder goes
		}
	}()
	if err := i.look(ctx); err != nil {
		return err
	}
	if f.style == stylePeople {
		err = i.people(ctx)
	} else {
		err = i.start(ctx)
	}
	if err != nil {
		return err
	}
	verdict, err := i.verify(ctx)
	if err != nil {
		return err
	}
	if err := place(i.folder.root, i.texts, i.over); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return i.tell(verdict)
}

// openImport opens the folder, or begins one. A made folder did not exist.
func (a *app) openImport(ctx context.Context, dir string, f importFlags) (i *importing, made bool, err error) {
	i = &importing{importFlags: f, over: map[string][]byte{}, what: map[string]string{}}
	_, err = os.Lstat(filepath.Join(dir, "reseat.yaml"))
	switch {
	case err == nil && f.given():
		return nil, false, &codeError{code: exitError, err: fmt.Errorf("%s says already which tenant the folder is for", filepath.Join(dir, "reseat.yaml")),
			hint: "leave out --tenant, --cloud, --name and --simulator"}
	case err == nil:
		i.session, err = a.open(ctx, dir)
		return i, false, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, err
	case !f.given():
		return nil, false, &codeError{code: exitError, err: fmt.Errorf("%s has no reseat.yaml: which tenant is it for?", filepath.Clean(dir)),
			hint: "reseat import --tenant contoso.onmicrosoft.com"}
	}
	root, made, err := openOrMake(dir)
	if err != nil {
		return nil, false, err
	}
	i.session = &session{app: a, folder: &folder{dir: dir, root: root}}
	if err := i.begin(ctx); err != nil {
		if err = errors.Join(err, root.Close()); made {
			_ = os.Remove(dir)
		}
		return nil, false, err
	}
	return i, made, nil
}

// begin lays the first files over a folder that has none.
func (i *importing) begin(ctx context.Context) (err error) {
	if i.beginning, err = i.beginFlags.beginning(i.folder.dir); err != nil {
		return err
	}
	i.begun = desired.Init(i.beginning)
	if _, err := settled(i.folder.root, i.begun); err != nil {
		return err
	}
	if i.folder.desired, err = i.as(ctx, i.begun); err != nil {
		return err
	}
	if i.store, err = state.Open(i.app.stateDir(i.folder.dir), i.app.log); err != nil {
		return err
	}
	i.engine, err = policies.New(ctx, policies.Config{})
	return err
}

// as reads the folder as it will be with texts; faults are an error.
func (i *importing) as(ctx context.Context, texts []desired.Text) (*plan.Desired, error) {
	d, faults, err := i.app.readFolder(ctx, i.folder.dir, i.folder.root, false, texts...)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read folder %s: %w", i.folder.dir, err)
	case len(faults) > 0:
		return nil, &plan.FaultsError{Faults: faults}
	}
	return d, nil
}

// look reads the tenant, or the file that stands for it.
func (i *importing) look(ctx context.Context) (err error) {
	if err := i.inTheWay(); err != nil {
		return err // before the tenant is read
	}
	if i.snapshot != "" {
		if i.saved, err = i.folder.standIn(i.snapshot); err != nil {
			return err
		}
		i.in, err = i.input(i.saved.snapshot)
	} else {
		err = i.readAll(ctx)
	}
	if err != nil {
		return err
	}
	if i.survey, err = plan.NewSurvey(i.in); err != nil || i.style != styleStart {
		return err
	}
	var known memory
	_, err = i.learn(ctx, i.survey.Asks(), i.in.Snapshot, &known)
	return err
}

func (i *importing) readAll(ctx context.Context) error {
	snap, err := i.read(ctx, nil)
	if err != nil {
		return err
	}
	if snap.Scope != plan.Everyone {
		return errors.New("the tenant was read in part: an import is of everyone")
	}
	i.in, err = i.input(snap)
	return err
}

// inTheWay refuses what would be written over. The file of start may be there as
// init wrote it: nothing of anybody's is lost then.
func (i *importing) inTheWay() error {
	texts := i.begun
	if i.style == styleStart {
		texts = slices.DeleteFunc(slices.Clone(texts), func(t desired.Text) bool { return t.Path == "licences.yaml" })
		data, err := i.folder.root.ReadFile(filepath.FromSlash(i.file))
		if err == nil && desired.Untouched(i.file, data) {
			i.over[i.file] = data
		} else {
			texts = append(texts, desired.Text{Path: i.file})
		}
	}
	return i.app.inTheWay(i.folder.root, i.folder.dir, texts)
}

// settle fixes what the folder says beside what is to be written, now that the
// tenant is known: what is managed, in one that begins.
func (i *importing) settle(ctx context.Context, but string) error {
	if i.begun != nil {
		i.beginning.Products = desired.ManagedBy(i.survey)
		i.texts = withoutIgnore(i.folder.root, desired.Init(i.beginning))
		i.what["reseat.yaml"] = "which tenant, and how far a plan may go; " + counted(len(i.beginning.Products), "managed product")
	}
	i.texts = slices.DeleteFunc(i.texts, func(t desired.Text) bool { return but != "" && t.Path == "licences.yaml" })
	over := slices.Clone(i.texts)
	if but != "" { // what will stand there is not said yet
		over = append(over, desired.Text{Path: but, Data: []byte("apiVersion: reseat/v1\nkind: Licenses\n")})
	}
	if len(over) == 0 {
		return nil // it was read as it is
	}
	d, err := i.as(ctx, over)
	if err != nil {
		return err
	}
	i.in.Desired = d
	i.survey, err = plan.NewSurvey(i.in)
	return err
}

func (i *importing) start(ctx context.Context) error {
	if err := i.settle(ctx, i.file); err != nil {
		return err
	}
	s, err := desired.Start(ctx, i.in, i.survey)
	if err != nil {
		return err
	}
	i.texts = append(i.texts, desired.Text{Path: i.file, Data: s.Data})
	i.what[i.file] = fmt.Sprintf("%s, %s: all of it comments", counted(s.Products, "product"), counted(s.Proposals, "proposal"))
	if i.over[i.file] != nil {
		i.what[i.file] += ", in place of what init wrote"
	}
	return nil
}

func (i *importing) people(ctx context.Context) error {
	if err := i.settle(ctx, ""); err != nil {
		return err
	}
	if !i.in.Desired.Settings.Manage.Given {
		return i.needsProducts()
	}
	l, err := desired.People(desired.Listing{Desired: i.in.Desired, Snapshot: i.in.Snapshot, Survey: i.survey,
		Root: i.folder.root.FS(), Split: desired.Split(i.split), Update: i.update})
	if err != nil {
		return err
	}
	if len(l.Exist) > 0 {
		return i.exist(l.Exist)
	}
	for _, t := range l.Texts {
		if data, err := i.folder.root.ReadFile(filepath.FromSlash(t.Path)); err == nil {
			i.over[t.Path] = data
		}
	}
	i.texts = append(i.texts, l.Texts...)
	i.said = peopleSaid(l, i.update)
	return i.pin(ctx, l.Renew)
}

// pin adds people.lock, as the folder will need it.
func (i *importing) pin(ctx context.Context, renew []string) error {
	if err := i.readLater(ctx); err != nil {
		return err
	}
	p, err := plan.NewPinning(i.later, i.in.Snapshot, renew)
	if err != nil || !p.Changes() {
		return err
	}
	i.later.Pins, i.later.Locked = p.Pins, true
	if data, err := i.folder.root.ReadFile(lockFile); err == nil {
		i.over[lockFile] = data
	}
	i.texts = append(i.texts, desired.Text{Path: lockFile, Data: desired.EncodeLock(p.Pins)})
	i.what[lockFile] = counted(len(p.Pins), "name") + " pinned to object ids; commit it with the files"
	return nil
}

// readLater reads the folder as it will be. Its faults are those of a folder that
// is not there.
func (i *importing) readLater(ctx context.Context) error {
	if i.later != nil {
		return nil
	}
	d := *i.in.Desired
	if len(i.texts) > 0 {
		read, err := i.as(ctx, i.texts)
		if err != nil {
			return notWritten(err)
		}
		d = *read
	}
	i.later = &d
	return nil
}

// notWritten says of faults where they come from.
func notWritten(err error) error {
	if faults := (*plan.FaultsError)(nil); errors.As(err, &faults) {
		return errors.Join(err, errors.New("nothing was written: with what import would write, the folder has these faults"))
	}
	return err
}

// exist refuses files that are in the way of people's.
func (i *importing) exist(files []string) error {
	verb, hint := "is", ""
	if len(files) > 1 {
		verb = "are"
	}
	if !i.update {
		hint = "reseat import --style people --update"
		return &codeError{code: exitError, err: fmt.Errorf("%s %s there already, and nothing is written over: nothing was written", few(files), verb), hint: hint}
	}
	return &codeError{code: exitError, err: fmt.Errorf("%s %s there already, and import did not write that: nothing was written", few(files), verb),
		hint: "rename it, or say --split department"}
}

// needsProducts says which lines reseat.yaml lacks.
func (i *importing) needsProducts() error {
	var names []string
	for _, m := range desired.ManagedBy(i.survey) {
		names = append(names, m.Name)
	}
	line, where := "manage: {products: ["+strings.Join(names, ", ")+"]}", ""
	if data, err := i.folder.root.ReadFile("reseat.yaml"); err == nil && strings.Contains("\n"+string(data), "\nmanage:") {
		line, where = "products: ["+strings.Join(names, ", ")+"]", ", below `manage`"
	}
	return &codeError{code: exitError, err: fmt.Errorf("exact sets need manage.products, so that a product bought later does not vanish; %s lacks this line%s\n%s",
		filepath.Join(i.folder.dir, "reseat.yaml"), where, line)}
}

// verify makes the plan of the folder as it will be: what is written can be
// read, contradicts nothing, and the tenant was read far enough.
func (i *importing) verify(ctx context.Context) (*plan.Plan, error) {
	if err := i.readLater(ctx); err != nil {
		return nil, err
	}
	in := i.in
	in.Desired = i.later
	m, err := plan.New(ctx, in)
	if err != nil {
		return nil, notWritten(err)
	}
	return m.Plan, nil
}

// few shows the first of many names.
func few(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + " and " + grouped(more) + " more"
	}
	return strings.Join(names, ", ")
}
