package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// lockFile is where a folder's pins stand.
const lockFile = "people.lock"

type lockFlags struct {
	check bool
	renew []string
}

func (a *app) lockCmd() *cobra.Command {
	var f lockFlags
	c := described(&cobra.Command{
		Use:   "lock [DIR]",
		Short: "Pin the people whom the files name to their object ids, in people.lock",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.lock(cmd.Context(), dirOf(args), f) },
	}, "Writes people.lock, which is committed with the files: who is renamed is then still found, and a\n"+
		"name that somebody else gets is not taken for whom it meant. Good pins stay as they are, also of\n"+
		"people who left, as long as a file names them. A pin goes to another account by --renew alone.",
		"  reseat lock contoso\n  reseat lock contoso --check\n  reseat lock contoso --renew ann@contoso.com",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	c.Flags().BoolVar(&f.check, "check", false, "write nothing; an error where people.lock would change")
	c.Flags().StringArrayVar(&f.renew, "renew", nil, "a `name` means who bears it now; can be given more than once")
	return c
}

func (a *app) lock(ctx context.Context, dir string, f lockFlags) (err error) {
	folder, err := a.openFolderTo(ctx, dir, true)
	if err != nil {
		return err
	}
	s, err := a.sessionOf(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	snap, err := s.named(ctx)
	if err != nil {
		return err
	}
	p, err := plan.NewPinning(s.folder.desired, snap, f.renew)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: helpHint}
	}
	if len(p.Refused) > 0 {
		return refusedPins(p.Refused)
	}
	a.log.Info("pinned people", "pins", len(p.Pins), "added", len(p.Added), "dropped", len(p.Dropped), "renewed", len(p.Renewed), "nobody", len(p.Nobody))
	stale := p.Changes() || !tidy(folder.desired.Pins)
	if f.check && stale {
		return errors.Join(a.put("", pinningText(p, true, stale)), &codeError{code: exitError, err: errors.New("people.lock does not say this yet"), hint: "reseat lock"})
	}
	if stale {
		over := map[string][]byte{}
		if err := overLock(s.folder.root, s.folder.desired, over); err != nil {
			return err
		}
		if err := place(s.folder.root, []desired.Text{{Path: lockFile, Data: desired.EncodeLock(p.Pins)}}, over); err != nil {
			return err
		}
	}
	return a.put("", pinningText(p, false, stale))
}

// tidy reports whether the lines of people.lock, which are sorted here, stood in
// their order, and each once.
func tidy(pins []plan.Pin) bool {
	for i := 1; i < len(pins); i++ {
		if pins[i-1].Line > pins[i].Line || desired.ComparePins(pins[i-1], pins[i]) == 0 {
			return false
		}
	}
	return true
}

// named reads the people whom the folder names, if it names any.
func (s *session) named(ctx context.Context) (*plan.Snapshot, error) {
	names, ids := plan.Named(s.folder.desired, nil)
	if len(names) == 0 {
		return &plan.Snapshot{}, nil
	}
	if err := s.connected(); err != nil {
		return nil, err
	}
	p := s.app.progress("reading")
	defer p.done()
	return s.tenant.reader.People(ctx, graph.PeopleWants{Names: names, IDs: ids, Progress: p.items, Expect: p.expect})
}

// mostPins is how many names of one kind are shown.
const mostPins = 20

// refusedPins says whose names are somebody else's now.
func refusedPins(list []plan.Moved) error {
	var rows []string
	hint := "reseat lock"
	for i, m := range list {
		rows = append(rows, fmt.Sprintf("%s: pinned to %s, which %s; now %s bears the name", m.Name, m.ID, m.Became, person(m.Now)))
		if i < mostPins {
			hint += " --renew " + shellWord(m.Name)
		}
	}
	text := "nothing was written: " + counted(len(list), "pinned name") + " would mean somebody else; --renew says that this is meant\n" + strings.Join(upTo(rows), "\n")
	return &codeError{code: exitError, err: errors.New(text), hint: hint}
}

// person is somebody in a message: two people with one name differ by id.
func person(u *plan.User) string {
	if u.DisplayName == "" {
		return string(u.ID)
	}
	return u.DisplayName + " (" + string(u.ID) + ")"
}

// upTo cuts a list short and says so.
func upTo(rows []string) []string {
	if more := len(rows) - mostPins; more > 0 {
		return append(rows[:mostPins:mostPins], "and "+grouped(more)+" more")
	}
	return rows
}

// pinningText is what lock says: how many names are pinned, and what a reader
// of the files should know of them.
func pinningText(p *plan.Pinning, wouldBe, stale bool) []byte {
	var b strings.Builder
	if len(p.Pins)+len(p.Dropped)+len(p.Nobody) == 0 {
		return []byte(lockFile + ": the files name nobody\n")
	}
	state := "nothing to change"
	if p.Changes() {
		var parts []string
		part := func(n int, what string) {
			if n > 0 {
				parts = append(parts, grouped(n)+" "+what)
			}
		}
		part(len(p.Added), "new")
		part(len(p.Renewed), "renewed")
		part(len(p.Dropped), "taken out")
		state = strings.Join(parts, ", ")
	} else if stale {
		state = "the lines in order"
	}
	verb := "are"
	switch {
	case wouldBe:
		verb = "would be"
	case len(p.Pins) == 1:
		verb = "is"
	}
	fmt.Fprintf(&b, "%s: %s %s pinned, %s\n", lockFile, counted(len(p.Pins), "name"), verb, state)
	list := func(mark string, rows []string) {
		for _, row := range upTo(rows) {
			fmt.Fprintf(&b, "  %-8s %s\n", mark, row)
		}
	}
	list("new", rows(p.Added, func(x plan.Pin) string { return x.Name }))
	list("out", rows(p.Dropped, func(x plan.Pin) string { return x.Name + ": no file names it" }))
	list("renewed", rows(p.Renewed, func(x plan.Moved) string { return x.Name + ": now " + person(x.Now) }))
	list("renamed", rows(p.Renamed, func(x plan.Moved) string { return x.Name + " " + x.Became + ": the files may use the new name" }))
	list("left", rows(p.Left, func(x plan.Moved) string { return x.Name + " " + x.Became + ": take the name out of the files" }))
	list("nobody", rows(p.Nobody, func(x plan.Name) string {
		return fmt.Sprintf("%s:%d: %s is nobody in the tenant, and is not pinned", x.File, x.Line, x.Text)
	}))
	return []byte(b.String())
}

func rows[T any](list []T, row func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = render.Clean(row(x))
	}
	return out
}

// overLock notes the bytes of people.lock as the folder was read, which those
// that are written may take the place of.
func overLock(root *os.Root, d *plan.Desired, over map[string][]byte) error {
	if !d.Locked {
		return nil
	}
	data, err := root.ReadFile(lockFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", lockFile, err)
	}
	sum := sha256.Sum256(data)
	if !slices.Contains(d.Files, plan.File{Path: lockFile, SHA256: hex.EncodeToString(sum[:])}) {
		return fmt.Errorf("write %s: %w", lockFile, errMeanwhile)
	}
	over[lockFile] = data
	return nil
}
