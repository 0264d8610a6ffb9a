package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

func (a *app) policyCmd() *cobra.Command {
	c := described(&cobra.Command{
		Use:   "policy",
		Short: "Show the rules in force, run the tests of one's own, tell why a decision fell",
		Args:  arguments(0, 0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}, "Rules judge every change of a plan. The built-in ones are always in force; a folder adds its own in\n"+
		"policies/, and --policy those of further folders.",
		"  reseat policy list contoso\n  reseat policy test contoso\n  reseat policy explain plan.json --user adele", exitOK, exitError)
	c.AddCommand(a.policyListCmd(), a.policyTestCmd(), a.policyExplainCmd())
	return c
}

func (a *app) policyListCmd() *cobra.Command {
	var formats []string
	details := false
	c := described(&cobra.Command{
		Use:   "list [DIR]",
		Short: "List the rules in force",
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.policyList(cmd.Context(), args, formats, details)
		},
	}, "Lists the rules in force in a folder, with their level as it is set: the built-in ones, and those of\n"+
		"one's own. Without a DIR, where there is no reseat.yaml, it lists the built-in ones.",
		"  reseat policy list contoso\n  reseat policy list contoso --details\n  reseat policy list contoso -o markdown=rules.md", exitOK, exitError)
	a.withPolicy(c)
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text, markdown or json, with =FILE to a file; can be given more than once")
	c.Flags().BoolVar(&details, "details", false, "show what each rule says of itself, its settings and its waivers")
	return c
}

func (a *app) policyList(ctx context.Context, args, formats []string, details bool) (err error) {
	outs, err := outputsWith(formats, "markdown")
	if err != nil {
		return err
	}
	d, engine, err := a.rulesOf(ctx, args)
	if err != nil {
		return err
	}
	source := "the built-in rules: " + dirOf(args) + " has no reseat.yaml"
	if d != nil {
		source = "the rules in force in " + d.Settings.Name
	}
	rules := rulings(engine, d, plan.DayOf(a.now()))
	doc, err := documentOf(struct {
		Kind  string          `json:"kind"`
		Of    string          `json:"of"`
		Rules []render.Ruling `json:"rules"`
	}{"Rules", source, rules})
	if err != nil {
		return err
	}
	for _, o := range outs {
		if o.format == "markdown" {
			var b bytes.Buffer
			if err := render.RulingsMarkdown(&b, rules, render.Options{Source: source}); err != nil {
				return err
			}
			if err := a.put(o.file, b.Bytes()); err != nil {
				return err
			}
			continue
		}
		if err := a.emit([]output{o}, doc, func(w *bytes.Buffer, o render.Options) error {
			o.Details, o.Source = details, source
			return render.Rulings(w, rules, o)
		}); err != nil {
			return err
		}
	}
	return nil
}

// rulesOf compiles the rules in force in a folder, without its state and tenant.
// There is no folder, and the rules are the built-in ones and those of --policy,
// where none is named and the working directory is none.
func (a *app) rulesOf(ctx context.Context, args []string) (_ *plan.Desired, _ *policies.Engine, err error) {
	if len(args) == 0 && !isTenantFolder(".") {
		engine, err := a.engineOf(ctx, nil, nil)
		return nil, engine, err
	}
	f, err := a.openFolder(ctx, dirOf(args))
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	engine, err := a.engineOf(ctx, f.root.FS(), f.desired)
	return f.desired, engine, err
}

// limited are the built-in guards that judge by a setting of the folder: it can
// be raised, or changed.
func limited(code string) bool {
	return slices.Contains([]string{"R201", "R202", "R203", "R204", "R205", "R208"}, code)
}

// rulings are the rules in force as they are listed. A folder of nil sets nothing.
func rulings(e *policies.Engine, d *plan.Desired, today plan.Day) []render.Ruling {
	out := []render.Ruling{}
	for _, r := range e.Rules() {
		x := render.Ruling{
			Code: r.Code, Name: r.Name, About: r.About, Level: r.Level, Title: r.Title, Description: r.Description, Remedy: r.Remedy,
			Waivable: r.Waivable, Own: r.Own, Fixed: !r.Own && !r.Waivable && !limited(r.Code), Settings: settings(e.Settings()[r.Name]), Waivers: []string{},
		}
		if r.Own {
			x.File = r.File
		}
		if level, ok := e.Settings()[r.Name]["level"].(string); ok && !r.Own {
			x.Level = plan.Level(level)
		}
		if d != nil {
			x.Waivers = waivers(&r, d, today)
		}
		out = append(out, x)
	}
	return out
}

// settings are values in words, sorted.
func settings(values map[string]any) []string {
	out := []string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		text := fmt.Sprint(values[key])
		if _, plain := values[key].(string); !plain {
			if b, err := json.Marshal(values[key]); err == nil {
				text = string(b)
			}
		}
		out = append(out, key+": "+text)
	}
	return out
}

// waivers are those of a folder that lift a rule, in words.
func waivers(r *policies.Rule, d *plan.Desired, today plan.Day) []string {
	out := []string{}
	for i := range d.Settings.Waivers {
		w := &d.Settings.Waivers[i]
		if !strings.EqualFold(w.Rule.Text, r.Name) && !strings.EqualFold(w.Rule.Text, r.Code) {
			continue
		}
		text := "for who matches"
		if w.User != nil {
			text = "for " + w.User.Text
		}
		if w.Product != nil {
			text += ", " + w.Product.Text
		}
		end := " until "
		if w.Until < today {
			end = " expired after "
		}
		out = append(out, fmt.Sprintf("%s,%s%s: %s (%s:%d)", text, end, w.Until, w.Reason, w.Place.File, w.Place.Line))
	}
	return out
}
