package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

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
	i.proposed = s.Proposals
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
	maps.Copy(i.over, l.Was)
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
	if err := overLock(i.folder.root, i.later, i.over); err != nil {
		return err
	}
	i.later.Pins, i.later.Locked = p.Pins, true
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
		if err := i.allRead(read); err != nil {
			return err
		}
		d = *read
	}
	i.later = &d
	return nil
}

// allRead is an error for a file that would be no part of the folder: below it
// may be another tenant's.
func (i *importing) allRead(d *plan.Desired) error {
	for _, t := range i.texts {
		if path.Ext(t.Path) == ".yaml" && !slices.ContainsFunc(d.Files, func(f plan.File) bool { return f.Path == t.Path }) {
			return fmt.Errorf("%s is in a folder that has a reseat.yaml of its own: nothing was written", filepath.Join(i.folder.dir, filepath.FromSlash(t.Path)))
		}
	}
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
