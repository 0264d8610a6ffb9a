package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

func (a *app) policyExplainCmd() *cobra.Command {
	var user, product string
	var formats []string
	c := described(&cobra.Command{
		Use:   "explain PLANFILE [DIR] --user USER",
		Short: "Tell why the rules decided as they did about a person in a plan",
		Args:  arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.policyExplain(cmd.Context(), args, user, product, formats)
		},
	}, "Tells for each change of a person in a plan file: what each rule found, what to do about it, whether\n"+
		"a waiver lifts it, and which rules found nothing. Only the file is read, and of the DIR, if one is\n"+
		"named, the rules of one's own: rules that judged the plan and are not here, or are others, are said.\n"+
		"USER is a userPrincipalName, an object id, or the part before @ where only one has it.",
		"  reseat policy explain plan.json --user amelia.hart\n  reseat policy explain plan.json contoso --user amelia.hart --product SPE_E3",
		exitOK, exitError, exitRefused)
	a.withPolicy(c)
	c.Flags().StringVar(&user, "user", "", "the person")
	c.Flags().StringVar(&product, "product", "", "one product alone")
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file; can be given more than once")
	return c
}

func (a *app) policyExplain(ctx context.Context, args []string, user, product string, formats []string) error {
	outs, err := outputs(formats)
	if err != nil {
		return err
	}
	if user == "" {
		return usage("say with --user about whom: reseat policy explain %s --user USER", shellWord(args[0]))
	}
	p, err := readPlan(args[0])
	if err != nil {
		return err
	}
	var engine *policies.Engine
	if len(args) > 1 {
		_, engine, err = a.rulesOf(ctx, args[1:])
	} else {
		engine, err = a.engineOf(ctx, nil, nil)
	}
	if err != nil {
		return err
	}
	j, err := judgement(p, engine, user, product, len(args) > 1)
	if err != nil {
		return err
	}
	doc, err := documentOf(j)
	if err != nil {
		return err
	}
	return a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error { return render.Judgements(w, p, j, o) })
}

// judgement is what the rules said of a person's changes in a plan. With named,
// the rules of e are those of a folder that somebody named.
func judgement(p *plan.Plan, e *policies.Engine, user, product string, named bool) (*render.Judgement, error) {
	who, err := personOf(p, user)
	if err != nil {
		return nil, err
	}
	changes, err := changesOf(p, who, product)
	if err != nil {
		return nil, err
	}
	in := e.Input()
	j := &render.Judgement{Kind: "Judgement", Plan: p.ID, User: who, Same: in.SHA256 == p.Inputs.Policy.SHA256, Notes: []string{}}
	var gone []string
	for _, name := range p.Inputs.Policy.Own {
		if !slices.Contains(in.Own, name) {
			gone = append(gone, name)
		}
	}
	switch {
	case len(gone) > 0 && !named:
		j.Notes = append(j.Notes, "rules of one's own judged this plan too, and are not known here: "+strings.Join(gone, ", ")+"; name the folder that has them")
	case len(gone) > 0:
		j.Notes = append(j.Notes, "rules of one's own judged this plan that are not in force here: "+strings.Join(gone, ", "))
	case !j.Same:
		j.Notes = append(j.Notes, fmt.Sprintf("the rules here, or their settings, are not those that judged this plan (sha256 %.8s then, %.8s here): a new plan may be judged otherwise",
			p.Inputs.Policy.SHA256, in.SHA256))
	}
	rules := e.Rules()
	for _, c := range changes {
		j.Changes = append(j.Changes, judged(p, c, rules))
	}
	return j, nil
}

// judged sets the findings on a change beside the rules that are known here.
func judged(p *plan.Plan, c *plan.Change, rules []policies.Rule) render.Judged {
	x := render.Judged{Change: c, Findings: []render.Found{}, Passed: []string{}, AtApply: []string{}}
	for _, d := range c.Decisions {
		f := render.Found{Decision: d, Gone: true}
		for _, r := range rules {
			if r.Name == d.Rule {
				f.Title, f.Remedy, f.Gone = r.Title, r.Remedy, false
				if r.Waivable && d.Waiver == "" && !strings.Contains(r.Remedy, "waiver") {
					f.Remedy = strings.TrimPrefix(strings.TrimSuffix(r.Remedy, ".")+"; or add a waiver with an end date", "; or ")
				}
				f.Lift = lift(p, c, d, r)
			}
		}
		x.Findings = append(x.Findings, f)
	}
	for _, r := range rules {
		found := slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Rule == r.Name })
		// An undo gives back and is not judged by the rules that protect people from it.
		spared := p.Mode == plan.ModeUndo && slices.Contains([]string{"R102", "R103", "R104", "R114"}, r.Code)
		switch word := strings.TrimSpace(r.Code + " " + r.Name); {
		case found, spared, r.About == "plan":
		case r.Code == "R111":
			x.AtApply = append(x.AtApply, word)
		default:
			x.Passed = append(x.Passed, word)
		}
	}
	return x
}

// lift is a waiver that lets a denied change pass for a month, as an entry in
// reseat.yaml; "" where none can, or none is needed.
func lift(p *plan.Plan, c *plan.Change, d plan.Decision, r policies.Rule) string {
	if c.Verdict != plan.Deny || d.Level != plan.LevelDeny || d.Waiver != "" || !r.Waivable || render.Failed(d) {
		return ""
	}
	who := c.User.UserPrincipalName
	if who == "" {
		who = string(c.User.ID)
	}
	return fmt.Sprintf("- {rule: %s, user: %s, product: %s, until: %s, reason: say why}", r.Name, flowText(who), flowText(c.Product.PartNumber),
		p.CreatedAt.UTC().AddDate(0, 1, 0).Format(time.DateOnly))
}

var plainFlow = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._@+-]*$`)

// flowText writes a text within a list of YAML.
func flowText(s string) string {
	if plainFlow.MatchString(s) {
		return s
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(quoted)
}

// personOf finds who is meant among those in a plan document.
func personOf(p *plan.Plan, name string) (plan.UserRef, error) {
	people := map[plan.UserID]plan.UserRef{}
	for i := range p.Changes {
		people[p.Changes[i].User.ID] = p.Changes[i].User
	}
	for i := range p.Missing {
		people[p.Missing[i].User.ID] = p.Missing[i].User
	}
	for i := range p.NotEvaluated {
		people[p.NotEvaluated[i].User.ID] = p.NotEvaluated[i].User
	}
	var whole, short []plan.UserRef
	var words []string
	for _, u := range people {
		before, _, _ := strings.Cut(u.UserPrincipalName, "@")
		switch {
		case strings.EqualFold(string(u.ID), name), strings.EqualFold(u.UserPrincipalName, name):
			whole = append(whole, u)
		case strings.EqualFold(before, name):
			short = append(short, u)
		}
		if strings.Contains(name, "@") {
			before = u.UserPrincipalName
		}
		words = append(words, before)
	}
	if len(whole) == 0 {
		whole = short
	}
	switch slices.Sort(words); {
	case len(whole) == 1:
		return whole[0], nil
	case len(whole) > 1:
		return plan.UserRef{}, &codeError{code: exitError, err: fmt.Errorf("%q is more than one person in plan %s", name, p.ID), hint: "say the userPrincipalName or the object id"}
	}
	why := "in sync, outside of what the plan is about, or nobody"
	if near := plan.Nearest(name, words); near != "" {
		why += "; did you mean " + near + "?"
	}
	return plan.UserRef{}, &codeError{code: exitError, err: fmt.Errorf("plan %s says nothing of %q: %s", p.ID, name, why), hint: "reseat explain " + shellWord(name)}
}

// changesOf are a person's changes in a plan, of one product if one is named. If
// there are none, the error says where the person stands.
func changesOf(p *plan.Plan, who plan.UserRef, product string) ([]*plan.Change, error) {
	var those []*plan.Change
	var parts []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.User.ID != who.ID {
			continue
		}
		parts = append(parts, c.Product.PartNumber)
		if product == "" || strings.EqualFold(c.Product.PartNumber, product) || strings.EqualFold(string(c.Product.SKU), product) {
			those = append(those, c)
		}
	}
	if len(those) > 0 {
		return those, nil
	}
	name := who.UserPrincipalName
	hint := "reseat explain " + shellWord(name)
	if stands := standing(p, who.ID, product); len(stands) > 0 {
		return nil, &codeError{code: exitError, hint: hint, err: fmt.Errorf("plan %s has no such change of %s for a rule to judge: %s", p.ID, name, strings.Join(stands, "; "))}
	}
	why := "it has changes of " + strings.Join(parts, ", ")
	if near := plan.Nearest(product, parts); near != "" {
		why = "did you mean " + near + "?"
	}
	return nil, &codeError{code: exitError, hint: hint, err: fmt.Errorf("plan %s has no change of %q for %s: %s", p.ID, product, name, why)}
}

// standing says where a person without a change stands in a plan.
func standing(p *plan.Plan, id plan.UserID, product string) []string {
	var out []string
	for i := range p.Missing {
		m := &p.Missing[i]
		if m.User.ID == id && (product == "" || strings.EqualFold(m.Product.PartNumber, product) || strings.EqualFold(string(m.Product.SKU), product)) {
			out = append(out, fmt.Sprintf("%s is wanted and missing, because %s (%s:%d)", m.Product.PartNumber, m.Because, m.Reason.File, m.Reason.Line))
		}
	}
	for i := range p.NotEvaluated {
		if n := &p.NotEvaluated[i]; n.User.ID == id {
			out = append(out, fmt.Sprintf("not evaluated by %s, unknown: %s (%s:%d)", n.Statement, n.Fact, n.File, n.Line))
		}
	}
	return out
}
