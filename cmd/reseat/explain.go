package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

type explainFlags struct {
	snapshot string
	formats  []string
	details  bool
}

func (a *app) explainCmd() *cobra.Command {
	var f explainFlags
	c := described(&cobra.Command{
		Use:   "explain USER [PRODUCT] [DIR]",
		Short: "Tell which statement decides about a person, over which others, by which facts",
		Args:  arguments(1, 3),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args, f) },
	}, "Reads the tenant as `reseat plan --user` does and tells, for each managed product of a person or\n"+
		"for the one named: what comes of it, which statement decides, which it overrides, and what every\n"+
		"other one that could speak answered, fact by fact. Nothing is changed.\n"+
		"USER is a userPrincipalName, an object id, or the part before @ where only one has it. An argument\n"+
		"that is a folder with a reseat.yaml is DIR.",
		"  reseat explain adele@contoso.com contoso\n  reseat explain adele VISIOCLIENT contoso -o json\n"+
			"  reseat explain adele contoso --snapshot monday.json",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	a.withPolicy(c)
	c.Flags().StringVar(&f.snapshot, "snapshot", "", "explain offline, on a `file` that reseat snapshot wrote")
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "text or json, with =FILE to a file; can be given more than once")
	c.Flags().BoolVar(&f.details, "details", false, "show every selector, also where many answer no")
	return c
}

// explainArgs parts the arguments: the person, the product or none, the folder.
func explainArgs(args []string) (user, product, dir string, err error) {
	user, dir = args[0], "."
	rest := args[1:]
	if n := len(rest); n > 0 && (n == 2 || isTenantFolder(rest[0])) {
		if n == 2 && isTenantFolder(rest[0]) && !isTenantFolder(rest[1]) {
			rest[0], rest[1] = rest[1], rest[0]
		}
		dir, rest = rest[n-1], rest[:n-1]
	}
	if len(rest) > 0 {
		product = rest[0]
	}
	if info, err := os.Stat(product); product != "" && err == nil && info.IsDir() {
		return "", "", "", usage("%s is a folder without a reseat.yaml, and no product", product)
	}
	return user, product, dir, nil
}

// isTenantFolder reports whether a word of the command line is a tenant's folder.
func isTenantFolder(word string) bool {
	info, err := os.Stat(filepath.Join(word, "reseat.yaml"))
	return err == nil && !info.IsDir()
}

func (a *app) explain(ctx context.Context, args []string, f explainFlags) (err error) {
	outs, err := outputs(f.formats)
	if err != nil {
		return err
	}
	user, product, dir, err := explainArgs(args)
	if err != nil {
		return err
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if f.snapshot != "" {
		if s.saved, err = s.folder.standIn(f.snapshot); err != nil {
			return err
		}
	}
	e, err := s.explain(ctx, user, product)
	if err != nil {
		return err
	}
	doc, err := documentOf(e)
	if err != nil {
		return err
	}
	return a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error {
		o.Details, o.Source = f.details, s.folder.source
		return render.Explanation(w, e, o)
	})
}

// explain makes a plan for one person, with everything about the person that
// costs a request, and explains it.
func (s *session) explain(ctx context.Context, user, product string) (*plan.Explanation, error) {
	m, snap, err := s.make(ctx, []string{user}, nil)
	if err != nil {
		return nil, err
	}
	e, err := m.Explain(user, product)
	if err != nil || s.saved != nil {
		return e, err
	}
	learnt, err := s.learn(ctx, asksOf(snap, e.Person.ID), snap, new(memory))
	if err != nil || !learnt {
		return e, err
	}
	in, err := s.input(snap)
	if err != nil {
		return nil, err
	}
	in.Users = []string{user}
	if m, err = plan.New(ctx, in); err != nil {
		return nil, err
	}
	return m.Explain(user, product)
}

// asksOf are the facts about a person that nobody asked for yet.
func asksOf(snap *plan.Snapshot, id plan.UserID) plan.Asks {
	var asks plan.Asks
	u, ok := snap.User(id)
	if !ok {
		return asks
	}
	if u.Mailbox == "" {
		asks.Mailboxes = []plan.UserID{id}
	}
	if u.SignIn == nil {
		asks.SignIns = []plan.UserID{id}
	}
	return asks
}
