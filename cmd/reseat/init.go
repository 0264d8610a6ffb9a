package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// beginFlags say which tenant a folder is to be for.
type beginFlags struct{ tenant, simulator, cloud, name string }

func (f *beginFlags) add(to *pflag.FlagSet) {
	to.StringVar(&f.tenant, "tenant", "", "the tenant: a `domain` of it, or its id")
	to.StringVar(&f.cloud, "cloud", "", "global, usgov, usgov-dod or china (default global)")
	to.StringVar(&f.name, "name", "", "what plans call the tenant (default: the domain's first part)")
	to.StringVar(&f.simulator, "simulator", "", "in place of --tenant, a `file` of the folder to simulate a tenant from")
}

// given reports whether any of them was.
func (f *beginFlags) given() bool { return *f != beginFlags{} }

func (a *app) initCmd() *cobra.Command {
	var f beginFlags
	c := described(&cobra.Command{
		Use:   "init [DIR]",
		Short: "Write the files that a tenant's folder begins with",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.begin(cmd.Context(), dirOf(args), f) },
	}, "Writes reseat.yaml, which says which tenant the folder is for and shows every safety setting at its\n"+
		"default, and licences.yaml, which says nothing yet: a plan of it is in sync. The folder may be there\n"+
		"already. No file is ever written over, and nobody is asked for anything.",
		"  reseat init contoso --tenant contoso.onmicrosoft.com\n  reseat init rehearsal --simulator monday.json",
		exitOK, exitError)
	f.add(c.Flags())
	return c
}

func (a *app) begin(_ context.Context, dir string, f beginFlags) (err error) {
	a.at(dir)
	if !f.given() {
		return usage("init needs --tenant, a domain of the tenant or its id")
	}
	root, made, err := openOrMake(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, root.Close()); err != nil && made {
			_ = os.Remove(dir) // only an empty folder goes
		}
	}()
	b, err := f.beginning(dir)
	if err != nil {
		return err
	}
	texts := desired.Init(b)
	if err := a.inTheWay(root, dir, texts); err != nil {
		return err
	}
	d, err := settled(root, texts)
	if err != nil {
		return err
	}
	texts = withoutIgnore(root, texts)
	if err := place(root, texts, nil); err != nil {
		return err
	}
	a.log.Info("wrote folder", "name", d.Name, "files", len(texts))
	said := []string{fmt.Sprintf("reseat init   %s (%s)", d.Name, tenantWord(d)), ""}
	said = append(said, wrote(dir, texts, nil)...)
	return a.tellNext(said, "reseat doctor"+a.place, "reseat import"+a.place, "reseat plan"+a.place)
}

// openOrMake opens a folder, and makes it where there is none.
func openOrMake(dir string) (root *os.Root, made bool, err error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, false, fmt.Errorf("make folder: %w", err)
		}
		made = true
	}
	root, err = os.OpenRoot(dir)
	if err != nil {
		return nil, false, fmt.Errorf("open folder: %w", err)
	}
	return root, made, nil
}

// beginning is what the flags say of a folder.
func (f *beginFlags) beginning(dir string) (desired.Beginning, error) {
	b := desired.Beginning{Name: f.name, ID: f.tenant, Cloud: plan.Cloud(f.cloud), Simulator: f.simulator}
	clouds := []string{"", string(plan.Global), string(plan.USGov), string(plan.USGovDoD), string(plan.China)}
	switch {
	case (f.tenant == "") == (f.simulator == ""):
		return b, usage("say which tenant by --tenant, or by --simulator; not by both")
	case !slices.Contains(clouds, f.cloud):
		return b, usage("--cloud is global, usgov, usgov-dod or china, not %q", f.cloud)
	case f.simulator != "" && f.cloud != "":
		return b, usage("--cloud is of real tenants: leave it out with --simulator")
	}
	if b.Name == "" && f.tenant != "" && strings.Contains(f.tenant, ".") {
		b.Name = desired.NameOf(f.tenant)
	}
	if b.Name == "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return b, fmt.Errorf("name the tenant: %w", err)
		}
		b.Name = desired.NameOf(filepath.Base(abs))
	}
	if b.Name == "" {
		return b, usage("say with --name what plans shall call the tenant, as in --name contoso")
	}
	return b, nil
}

// settled reads back what reseat.yaml will say; what is wrong with it came from
// the flags.
func settled(root *os.Root, texts []desired.Text) (*plan.Settings, error) {
	d, faults, err := desired.Read(desired.Overlay(unlisted{root.FS()}, texts))
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, usage("%s: %s", faults[0].Cause, faults[0].Remedy)
	}
	return &d.Settings, nil
}

// unlisted is a folder of which no file is listed: what a name leads to is
// seen, and nothing else is read.
type unlisted struct{ fs.FS }

// ReadDir lists nothing.
func (unlisted) ReadDir(string) ([]fs.DirEntry, error) { return nil, nil }

// inTheWay is an error that names the files that are there already.
func (a *app) inTheWay(root *os.Root, dir string, texts []desired.Text) error {
	var there []string
	for _, t := range texts {
		if _, err := root.Lstat(t.Path); err == nil && t.Path != ignoreFile {
			there = append(there, filepath.Join(dir, filepath.FromSlash(t.Path)))
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(there) == 0 {
		return nil
	}
	verb := "is"
	if len(there) > 1 {
		verb = "are"
	}
	hint := ""
	if slices.Contains(there, filepath.Join(dir, "reseat.yaml")) {
		hint = "reseat import"
	}
	return &codeError{code: exitError, err: fmt.Errorf("%s %s there already, and nothing is written over: nothing was written", strings.Join(there, ", "), verb), hint: hint}
}

// ignoreFile is written where there is none, and left alone where there is one.
const ignoreFile = ".gitignore"

func withoutIgnore(root *os.Root, texts []desired.Text) []desired.Text {
	return slices.DeleteFunc(slices.Clone(texts), func(t desired.Text) bool {
		_, err := root.Lstat(t.Path)
		return t.Path == ignoreFile && err == nil
	})
}

// tenantWord is the tenant of a folder, in a word.
func tenantWord(s *plan.Settings) string {
	if s.Tenant.Simulator != "" {
		return s.Tenant.Simulator
	}
	return s.Tenant.ID
}

// wrote lists files, with what stands in each.
func wrote(dir string, texts []desired.Text, what map[string]string) []string {
	words := map[string]string{"reseat.yaml": "which tenant, and how far a plan may go", "licences.yaml": "what people shall hold: nothing is said yet",
		ignoreFile: "keeps plans, snapshots and records out of git"}
	for name, w := range what {
		words[name] = w
	}
	width := 0
	for _, t := range texts {
		width = max(width, len(filepath.Join(dir, t.Path)))
	}
	var out []string
	for i, t := range texts {
		lead := "       "
		if i == 0 {
			lead = "WROTE  "
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%s%-*s   %s", lead, width, filepath.Join(dir, filepath.FromSlash(t.Path)), words[t.Path]), " "))
	}
	return out
}

// tellNext prints lines and the commands that come next, in their order.
func (a *app) tellNext(said []string, next ...string) error {
	said = append(said, "")
	for i, n := range next {
		word := "next: "
		if i > 0 {
			word = "then: "
		}
		said = append(said, word+a.before()+n)
	}
	for i := range said {
		said[i] = render.Clean(said[i])
	}
	return a.put("", []byte(strings.Join(said, "\n")+"\n"))
}
