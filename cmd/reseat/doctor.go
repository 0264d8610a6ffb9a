package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) doctorCmd() *cobra.Command {
	var formats []string
	c := described(&cobra.Command{
		Use:   "doctor [DIR]",
		Short: "Tell who signs in, and what may be read and written; changes nothing",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.doctor(cmd.Context(), dirOf(args), formats) },
	}, "Signs in as a plan does, tells who that is and whether the tenant is the one\n"+
		"that reseat.yaml names, and tries every read in its cheapest form: what works,\n"+
		"which permission is missing, and what the lack costs. Writes are not tried: the\n"+
		"token says what it permits.",
		"  reseat doctor contoso\n  reseat doctor contoso -o json=doctor.json",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file; can be given more than once")
	return c
}

func (a *app) doctor(ctx context.Context, dir string, formats []string) (err error) {
	outs, err := outputs(formats)
	if err != nil {
		return err
	}
	s, err := a.openPlain(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.connected(); err != nil {
		return err
	}
	c, err := s.examine(ctx, s.tenant.reader)
	if err != nil {
		return err
	}
	doc, err := documentOf(c)
	if err != nil {
		return err
	}
	err = a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error {
		if c.Ready {
			o.Next = "reseat plan" + a.place
		}
		return render.Checkup(w, c, o)
	})
	return errors.Join(err, diagnosis(c))
}

// An examined tenant is asked who one is and what works; *graph.Client is the real one.
type examined interface {
	Actor(ctx context.Context) (plan.Actor, plan.TenantID, error)
	Organization(ctx context.Context) (plan.Organization, error)
	Probe(ctx context.Context) ([]graph.Probe, error)
	Skew() (graphAhead time.Duration, known bool)
}

// examine finds out all that there is to say. An error is that nobody can be
// asked: no token, or no connection. Of a tenant that is another's, nothing is
// tried.
func (s *session) examine(ctx context.Context, t examined) (*plan.Checkup, error) {
	c := &plan.Checkup{FormatVersion: plan.FormatVersion, Kind: "Checkup", Right: plan.Unknown}
	c.Plan, c.Apply = s.folder.signIns(s.app.rehearsing())
	var token plan.TenantID
	var err error
	if c.Actor, token, err = t.Actor(ctx); err != nil {
		return nil, err
	}
	p := s.app.progress("asking Graph")
	defer p.done()
	p.doing("who and what it is")
	if err := s.whose(ctx, c, t, token); err != nil {
		return nil, err
	}
	if c.Right != plan.No {
		p.doing("what works")
		probes, err := t.Probe(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range probes {
			c.Reads = append(c.Reads, checked(p, c.Actor))
		}
		c.Ahead = ahead(t)
		c.Writes = append(c.Writes, s.assigning(ctx, c.Actor))
	}
	c.Conclude()
	return c, nil
}

// whose finds out whether the tenant is the folder's.
func (s *session) whose(ctx context.Context, c *plan.Checkup, t examined, token plan.TenantID) error {
	settings := s.folder.desired.Settings
	c.Tenant = plan.Tenant{ID: token, Name: settings.Name, Cloud: settings.Tenant.Cloud}
	org, err := t.Organization(ctx)
	var refused *graph.Error
	switch {
	case errors.As(err, &refused) && !errors.Is(err, graph.ErrUnauthorized):
		org = plan.Organization{ID: token} // the probe will say what is missing
	case err != nil:
		return err
	}
	own, named, at, err := s.folder.names(org)
	if err != nil {
		return err
	}
	c.Named, c.NamedAt = named, at
	if org.ID != "" {
		c.Tenant.ID = org.ID
	}
	known := len(org.VerifiedDomains) > 0
	if known {
		c.Tenant.Domain = called(org)
	}
	id, notID := plan.ParseGUID(settings.Tenant.ID)
	switch {
	case token != "" && (org.ID != token || notID == nil && id != string(token)):
		c.Right = plan.No // the token is for one tenant, and another answers or is meant
	case own || known:
		c.Right = plan.TruthOf(own)
	}
	return nil
}

// ahead is how many seconds our clock is ahead, or nil if that is not known.
func ahead(t examined) *int {
	d, known := t.Skew()
	if !known {
		return nil
	}
	seconds := -int(d.Seconds())
	return &seconds
}

// checked is a probe with what it means.
func checked(p graph.Probe, who plan.Actor) plan.Checked {
	x, ok := plan.AccessTo(p.What)
	if !ok {
		x.What = p.What
	}
	works := map[graph.ProbeStatus]plan.Works{graph.ProbeOK: plan.WorksYes, graph.ProbeDenied: plan.WorksDenied, graph.ProbeAbsent: plan.WorksAbsent,
		graph.ProbeUntried: plan.WorksUntold}[p.Status]
	if works == "" {
		works = plan.WorksFailed
	}
	// Subscriptions that are denied cost little; any other failure ends a read.
	needed := p.Vital || p.What == plan.ReadSubscriptions && works == plan.WorksFailed
	return x.Check(works, p.Code, p.Reason, needed, who)
}

// assigning judges by the token for writing whether licences may be changed.
func (s *session) assigning(ctx context.Context, who plan.Actor) plan.Checked {
	x, _ := plan.AccessTo(plan.WriteAssign)
	if s.tenant.apart {
		w, err := graph.New(s.tenant.write)
		if err == nil {
			who, _, err = w.Actor(ctx)
		}
		if err != nil {
			return x.Check(plan.WorksUntold, "", "who applies signs in otherwise, and not from here: "+err.Error(), false, plan.Actor{})
		}
	}
	switch may, why := who.MayAssign(); may {
	case plan.Yes:
		return x.Check(plan.WorksYes, "", "", false, who)
	case plan.No:
		return x.Check(plan.WorksDenied, "", why, false, who)
	default:
		return x.Check(plan.WorksUntold, "", why, false, who)
	}
}

// signIns are the ways to sign in, in words.
func (f *folder) signIns(rehearsal string) (toPlan, toApply string) {
	t := &f.desired.Settings
	if rehearsal != "" {
		word := "rehearsal (" + rehearsal + ")"
		return word, word
	}
	if t.Tenant.Simulator != "" {
		word := "simulated (" + t.Tenant.Simulator + ")"
		return word, word
	}
	say := func(i plan.Identity) string {
		text := string(i.Method)
		if text == "" {
			text = string(plan.AuthDefault)
		}
		if i.ClientID != "" {
			text += ", client " + i.ClientID
		}
		return text
	}
	return say(t.Auth.Plan), say(t.Auth.Apply)
}

// diagnosis is what a checkup ends the command with.
func diagnosis(c *plan.Checkup) error {
	if c.Right == plan.No {
		who := c.Tenant.Domain
		if who == "" {
			who = string(c.Tenant.ID)
		}
		return &codeError{code: exitError, err: fmt.Errorf("wrong tenant: the identity is of %s, and this folder is for %s (%s)", who, c.Named, c.NamedAt),
			hint: "sign in to that tenant, or name another folder"}
	}
	var failing []string
	for _, r := range c.Reads {
		if r.Fails() {
			failing = append(failing, r.What)
		}
	}
	if len(failing) == 0 {
		return nil
	}
	return &codeError{code: exitNotEvaluated, err: fmt.Errorf("nothing can be planned: %s cannot be read", strings.Join(failing, ", "))}
}
