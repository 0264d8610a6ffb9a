package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// withPolicy gives a command the flag for further rules of one's own.
func (a *app) withPolicy(c *cobra.Command) *cobra.Command {
	c.Flags().StringArrayVar(&a.opts.policies, "policy", nil, "a further `folder` of rules of one's own; can be given more than once")
	return c
}

// policyWords are the folders of --policy as they stand in a command that is to
// be judged by the same rules; each with a space before it.
func (a *app) policyWords() string {
	var b strings.Builder
	for _, dir := range a.opts.policies {
		b.WriteString(" --policy " + shellWord(dir))
	}
	return b.String()
}

// ownRules reads the rules of one's own: those of a tenant's folder, if there is
// one, and of every folder that --policy names. What is wrong with them is a
// *plan.FaultsError.
func (a *app) ownRules(folder fs.FS) (map[string]string, error) {
	texts := map[string]string{}
	var faults []plan.Fault
	if folder != nil {
		own, wrong := desired.OwnRules(folder)
		maps.Copy(texts, own)
		faults = wrong
	}
	for _, dir := range a.opts.policies {
		own, wrong, err := ownRulesOf(dir, folder != nil)
		if err != nil {
			return nil, err
		}
		maps.Copy(texts, own)
		faults = append(faults, wrong...)
	}
	if len(faults) > 0 {
		return nil, &plan.FaultsError{Faults: faults}
	}
	return texts, nil
}

// ownRulesOf reads one folder of --policy. One that cannot be read is an error:
// what was asked to judge must not be left out. Beside a tenant's folder it is
// not called as that calls its own rules: texts are known by their names, and one
// would take another's place.
func ownRulesOf(dir string, beside bool) (texts map[string]string, faults []plan.Fault, err error) {
	if dir == "" {
		return nil, nil, usage("--policy needs the name of a folder")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, &codeError{code: exitError, err: fmt.Errorf("--policy: %w", err), hint: "name a folder that has rules of your own, in files that end in .rego"}
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	name := filepath.ToSlash(filepath.Clean(dir))
	if beside && name == desired.RulesFolder {
		name = "./" + name
	}
	texts, faults = desired.OwnRulesOf(root.FS(), name)
	return texts, faults, nil
}

// engineOf compiles the rules in force for a folder, whose waivers and policy
// must fit them. Without a folder they are the built-in ones, and those of
// --policy. What is wrong is a *plan.FaultsError where it has a place.
func (a *app) engineOf(ctx context.Context, folder fs.FS, d *plan.Desired) (*policies.Engine, error) {
	texts, err := a.ownRules(folder)
	if err != nil {
		return nil, err
	}
	if d == nil {
		return policies.New(ctx, policies.Config{Own: texts})
	}
	e, err := policies.New(ctx, policies.Config{Own: texts, Settings: settingsOf(d)})
	if bad := (*policies.SettingError)(nil); errors.As(err, &bad) { // what it means, and where it stands, is found below
		if e, err = policies.New(ctx, policies.Config{Own: texts}); err == nil {
			err = errors.Join(checkRules(d, e), bad)
			if faults := (*plan.FaultsError)(nil); errors.As(err, &faults) {
				err = faults
			}
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := checkRules(d, e); err != nil {
		return nil, err
	}
	return e, nil
}

// settingsOf is what reseat.yaml sets of rules, by their names.
func settingsOf(d *plan.Desired) map[string]map[string]any {
	set := map[string]map[string]any{}
	for _, s := range d.Settings.Policy {
		set[s.Rule.Text] = s.Values
	}
	return set
}

// planAgain is the command that makes a plan like p anew.
func (s *session) planAgain(p *plan.Plan) string {
	where := s.app.place + s.app.policyWords()
	if p.Mode == plan.ModeUndo && p.Undoes != nil {
		return s.app.before() + "reseat undo " + shellWord(cmp.Or(p.Undoes.Run, "PLANFILE")) + where + " --out undo.json"
	}
	return s.app.before() + "reseat plan" + where + " --out plan.json"
}

// changedRules says that other rules judge now than those that judged a plan.
func (s *session) changedRules(p *plan.Plan) {
	if then, now := p.Inputs.Policy.SHA256, s.engine.Input().SHA256; then != now {
		fmt.Fprintf(s.app.err, "note: the rules, or their settings, are not those that judged plan %s (sha256 %.8s then, %.8s now): only what both let through is sent\n",
			p.ID, then, now)
	}
}

// stillJudged refuses a plan that a rule of one's own judged which is not in
// force now: who reviewed the plan relied on it.
func (s *session) stillJudged(p *plan.Plan) error {
	here := s.engine.Input().Own
	var gone []string
	for _, name := range p.Inputs.Policy.Own {
		if !slices.Contains(here, name) {
			gone = append(gone, name)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	what := "rule " + gone[0] + " of one's own, which is"
	if len(gone) > 1 {
		what = "rules " + strings.Join(gone, ", ") + " of one's own, which are"
	}
	return refused("give the folder of the rules with --policy, or make a new plan: "+s.planAgain(p),
		"plan %s was judged by the %s not in force now", p.ID, what)
}
