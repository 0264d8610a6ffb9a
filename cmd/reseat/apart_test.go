package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// twoHands is a session whose reader may not write and whose writer may do
// nothing else, or what is said instead.
func (s *stage) twoHands(out *bytes.Buffer, writes ...string) *session {
	s.t.Helper()
	a := s.app(out, out)
	a.opts.logLevel, a.opts.logFormat = "off", "text"
	log, err := a.logger()
	if err != nil {
		s.t.Fatal(err)
	}
	a.log = log
	c, err := a.open(s.t.Context(), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	as := func(id, name string, permissions ...string) graph.Config {
		return graph.Config{Root: s.url, Tenant: "fabrikam.onmicrosoft.com", Now: s.time, Wait: a.wait,
			Token: func(context.Context) (string, time.Time, error) {
				actor := plan.Actor{Kind: plan.ActorApplication, ID: id, Name: name, Permissions: permissions, PermissionsKnown: true}
				return s.sim.Token(actor, time.Hour), s.time().Add(time.Hour), nil
			}}
	}
	reader := as("11111111-0000-4000-8000-000000000001", "reader", "User.Read.All", "Organization.Read.All", "RoleManagement.Read.Directory", "Group.Read.All")
	if c.tenant, err = opened(reader, as("11111111-0000-4000-8000-000000000002", "writer", writes...), true, func() error { return nil }); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// TestWriterAlone: who may assign licences and read nothing carries out a plan
// that somebody else made, who may not assign any: from a file, and at once.
func TestWriterAlone(t *testing.T) {
	t.Parallel()
	const may = "LicenseAssignment.ReadWrite.All"
	for name, carry := range map[string]func(c *session, l *state.Lock) error{
		"from a file": func(c *session, l *state.Lock) error {
			m, _, err := c.make(t.Context(), nil, nil)
			if err != nil {
				return err
			}
			if err := errors.Join(c.tenant.close()); err != nil {
				return err
			}
			return c.carryOut(t.Context(), &job{plan: m.Plan, lock: l})
		},
		"at once": func(c *session, l *state.Lock) error { return c.applyUnasked(t.Context(), nil, l) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s := newStage(t, farTenant(3, 4000), farFolder, simulator.Options{})
			c := s.twoHands(&out, may)
			if err := c.locked("apply", "", func(l *state.Lock) error { return carry(c, l) }); err != nil {
				t.Fatalf("got %v\n%s", err, out.String())
			}
			var report plan.Report
			s.readJSON("runs/*/report.json", &report)
			if report.Actor.Name != "writer" || report.Summary.Done == 0 || len(s.writes) != report.Summary.Done {
				t.Errorf("got actor %+v, %+v, %d writes", report.Actor, report.Summary, len(s.writes))
			}
			// A writer who may not write is found out before anything is sent.
			s = newStage(t, farTenant(3, 4000), farFolder, simulator.Options{})
			c = s.twoHands(&out, "User.Read.All")
			err := c.locked("apply", "", func(l *state.Lock) error { return carry(c, l) })
			var code *codeError
			if !errors.As(err, &code) || code.code != exitGuarded || !strings.Contains(err.Error(), "R101") || len(s.writes) != 0 {
				t.Errorf("got %v after %d writes, want R101", err, len(s.writes))
			}
		})
	}
}
