package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

type snapshotFlags struct {
	out       string
	anonymize bool
}

func (a *app) snapshotCmd() *cobra.Command {
	var f snapshotFlags
	c := described(&cobra.Command{
		Use:   "snapshot [DIR]",
		Short: "Save the tenant's state as one file, for rehearsals and offline plans",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.snapshot(cmd.Context(), dirOf(args), f) },
	}, "Reads the whole tenant and writes what it is and who holds what into one file.\n"+
		"A plan can be made on the file (`reseat plan --snapshot`), and a simulated\n"+
		"tenant can start from it (`tenant: {simulator: FILE}`, or `reseat sim FILE`), to\n"+
		"apply a plan there first. A file that is there is replaced.\n\n"+
		"With --anonymize all ids and names are replaced, the same by the same, by a key\n"+
		"that is thrown away. Products, counts, countries and dates stay.",
		"  reseat snapshot contoso --out monday.json\n  reseat snapshot contoso --out shape.json --anonymize",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	c.Flags().StringVar(&f.out, "out", "", "the `file` to write")
	c.Flags().BoolVar(&f.anonymize, "anonymize", false, "replace all ids and names")
	return c
}

func (a *app) snapshot(ctx context.Context, dir string, f snapshotFlags) (err error) {
	a.at(dir)
	if f.out == "" {
		return &codeError{code: exitError, err: errors.New("snapshot needs --out: the name of the file to write"), hint: "reseat snapshot --out snapshot.json"}
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.folder.spares(f.out); err != nil {
		return err
	}
	snap, err := s.everything(ctx)
	if err != nil {
		return err
	}
	if snap.Scope != plan.Everyone {
		return errors.New("the tenant was read in part: a snapshot is of everyone")
	}
	if f.anonymize {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		snap = plan.Anonymize(snap, key)
	}
	data, err := plan.EncodeSnapshot(snap)
	if err != nil {
		return err
	}
	if err := state.WriteFile(f.out, data); err != nil {
		return err
	}
	a.log.Info("wrote snapshot", "tenant", snap.Organization.ID, "users", len(snap.Users), "bytes", len(data), "anonymized", f.anonymize)
	return a.put("", a.told(s.folder, snap, f))
}

// everything reads the whole tenant, and of the people from whom the folder would
// take something what costs a request each, so that a plan on the file knows
// as much as one on the tenant. A folder that cannot be planned is no obstacle.
func (s *session) everything(ctx context.Context) (*plan.Snapshot, error) {
	if err := s.connected(); err != nil {
		return nil, err
	}
	snap, err := s.read(ctx, nil)
	if err != nil {
		return nil, err
	}
	in, err := s.input(snap)
	if err != nil {
		return nil, err
	}
	if _, err := plan.New(ctx, in); err != nil {
		s.app.log.Info("mailboxes and sign-ins are not read: the folder cannot be planned", "error", err)
		return snap, nil
	}
	_, err = s.learned(ctx, in, &memory{}, (*plan.Made).Asks)
	return snap, err
}

// told is the summary of a snapshot.
func (a *app) told(f *folder, snap *plan.Snapshot, flags snapshotFlags) []byte {
	var b bytes.Buffer
	o := a.options()
	o.File = flags.out
	o.Next = "reseat sim " + shellWord(flags.out)
	if !snap.Organization.Anonymous() {
		o.Next, o.Or = "reseat plan"+a.place+" --snapshot "+shellWord(flags.out), o.Next
	}
	_ = render.Snapshot(&b, snap, f.desired.Settings.Name, o) // a buffer takes everything
	return b.Bytes()
}

// spares refuses a file that cannot be written, and one that the folder is made
// of: the simulated tenant would be lost, and what was applied to it would fit
// no more.
func (f *folder) spares(out string) error {
	own := []string{"reseat.yaml"}
	if sim := f.desired.Settings.Tenant.Simulator; sim != "" {
		own = append(own, sim)
	}
	for _, file := range f.desired.Files {
		own = append(own, file.Path)
	}
	there, err := os.Stat(out)
	if err != nil {
		// None is there yet. That it can be written shows before the tenant is read.
		if _, err := os.Stat(filepath.Dir(out)); err != nil {
			return fmt.Errorf("write snapshot: %w", err)
		}
		return nil
	}
	if !there.Mode().IsRegular() {
		return fmt.Errorf("write snapshot: %s is not a regular file", out)
	}
	for _, name := range own {
		if is, err := f.root.Stat(filepath.FromSlash(name)); err == nil && os.SameFile(is, there) {
			return usage("%s is a file of this folder: name another one for the snapshot", out)
		}
	}
	return nil
}

// A saved snapshot stands for its tenant.
type saved struct {
	file     string
	snapshot *plan.Snapshot
}

// name is the file's own name, or none without a file.
func (s *saved) name() string {
	if s == nil {
		return ""
	}
	return filepath.Base(s.file)
}

// largestSnapshot is more than a million people take.
const largestSnapshot = 4 << 30

// standIn reads a saved snapshot of the folder's own tenant.
func (f *folder) standIn(file string) (*saved, error) {
	data, err := readSnapshot(file)
	if err != nil {
		return nil, err
	}
	// Never onto the file that was named: it may be anything.
	again := "reseat snapshot --out " + shellWord(f.desired.Settings.Name+"-snapshot.json")
	snap, err := plan.DecodeSnapshot(data)
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s: %w", file, err), hint: again}
	}
	own, named, at, err := f.names(snap.Organization)
	switch org := snap.Organization; {
	case err != nil:
		return nil, err
	case own:
		return &saved{file, snap}, nil
	case org.Anonymous():
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s is anonymized: its tenant, %s, is nobody's, and this folder is for %s (%s)", file, called(org), named, at),
			hint: "plan on a snapshot made without --anonymize, or put this one into a folder of its own, with `tenant: {simulator: " + filepath.Base(file) + "}`"}
	default:
		who := called(org)
		if strings.Contains(named, who) {
			who += " with the id " + string(org.ID) // two tenants cannot have one name, but their files can
		}
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s is of tenant %s, and this folder is for %s (%s)", file, who, named, at),
			hint: again}
	}
}

func readSnapshot(file string) (data []byte, err error) {
	r, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	info, err := r.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("read snapshot: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read snapshot: %s is not a regular file", file)
	case info.Size() > largestSnapshot:
		return nil, fmt.Errorf("read snapshot: %s is larger than %d bytes", file, int64(largestSnapshot))
	}
	if data, err = io.ReadAll(io.LimitReader(r, largestSnapshot)); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return data, nil
}

// names reports whether an organization is the one that reseat.yaml names, and
// how and where it names it.
func (f *folder) names(org plan.Organization) (own bool, named, at string, err error) {
	t := f.desired.Settings.Tenant
	if t.Simulator != "" {
		real, err := f.simulated()
		if err != nil {
			return false, "", "", err
		}
		return real.ID == org.ID, called(real), t.Simulator, nil
	}
	named, at = t.ID, fmt.Sprintf("%s:%d", t.Place.File, t.Place.Line)
	if id, err := plan.ParseGUID(t.ID); err == nil {
		return plan.TenantID(id) == org.ID, named, at, nil
	}
	return slices.ContainsFunc(org.VerifiedDomains, func(d string) bool { return strings.EqualFold(d, t.ID) }), named, at, nil
}

// simulated is the organization of the simulated tenant.
func (f *folder) simulated() (plan.Organization, error) {
	name := f.desired.Settings.Tenant.Simulator
	data, err := f.root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return plan.Organization{}, fmt.Errorf("read simulated tenant: %w", err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		return plan.Organization{}, fmt.Errorf("simulated tenant %s: %w", name, err)
	}
	return s.Organization, nil
}

// called is how people know a tenant.
func called(org plan.Organization) string {
	if len(org.VerifiedDomains) > 0 {
		return org.VerifiedDomains[0]
	}
	return string(org.ID)
}
