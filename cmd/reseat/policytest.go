package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/policies"
)

type policyTestFlags struct {
	builtIn bool
	run     string
	least   int
	formats []string
}

func (a *app) policyTestCmd() *cobra.Command {
	var f policyTestFlags
	c := described(&cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the tests of rules of one's own, and say what they do not reach",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.policyTest(cmd.Context(), args, f) },
	}, "Runs the tests (*_test.rego) that stand beside rules of one's own, and lists the lines of rules that no\n"+
		"test reaches. A test sets its own input, and what it needs of data.reseat.config: of reseat.yaml it\n"+
		"sees nothing. A test that fails, and no tests at all, are exit 1.",
		"  reseat policy test contoso\n  reseat policy test contoso --run seasons --min-coverage 100\n  reseat policy test --policy rules", exitOK, exitError)
	a.withPolicy(c)
	c.Flags().BoolVar(&f.builtIn, "built-in", false, "run the tests of the built-in rules instead")
	c.Flags().StringVar(&f.run, "run", "", "count only tests whose name matches a regular `expression`, as rules.seasons_test.test_may")
	c.Flags().IntVar(&f.least, "min-coverage", 0, "fail where tests reach fewer `percent` of the lines")
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "text or json, with =FILE to a file; can be given more than once")
	return c
}

func (a *app) policyTest(ctx context.Context, args []string, f policyTestFlags) error {
	outs, err := outputs(f.formats)
	if err != nil {
		return err
	}
	run, err := regexp.Compile(f.run)
	switch {
	case err != nil:
		return usage("--run: %w", err)
	case f.least < 0 || f.least > 100:
		return usage("--min-coverage takes a percentage, not %d", f.least)
	case f.builtIn && (len(args) > 0 || len(a.opts.policies) > 0):
		return usage("--built-in goes without a DIR and --policy")
	}
	result, err := a.runPolicyTests(ctx, args, f, run)
	if err != nil {
		return err
	}
	doc, err := documentOf(result)
	if err != nil {
		return err
	}
	if err := a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error { return render.RuleTests(w, result, o) }); err != nil {
		return err
	}
	switch failed := result.Summary.Failed; {
	case failed > 0:
		return &codeError{code: exitError, err: fmt.Errorf("%s failed", counted(failed, "test"))}
	case result.Summary.Passed == 0 && f.run != "":
		return &codeError{code: exitError, err: fmt.Errorf("no test matches %q", f.run)}
	case result.Summary.Passed == 0:
		return &codeError{code: exitError, err: errors.New("there are no tests"), hint: "write some in NAME_test.rego beside the rule, in package reseat.rules.NAME_test"}
	case result.Summary.Percent < f.least:
		return &codeError{code: exitError, err: fmt.Errorf("the tests reach %d %% of the lines, %d %% are asked for", result.Summary.Percent, f.least)}
	}
	return nil
}

// runPolicyTests runs the tests of a folder's own rules, or the built-in ones.
func (a *app) runPolicyTests(ctx context.Context, args []string, f policyTestFlags, run *regexp.Regexp) (_ *render.RuleTest, err error) {
	var texts map[string]string
	if !f.builtIn {
		if texts, err = a.textsOf(args); err != nil {
			return nil, err
		}
		if len(texts) == 0 {
			return nil, &codeError{code: exitError, err: fmt.Errorf("there are no rules of one's own in %s", dirOf(args)),
				hint: "put them into policies/ beside reseat.yaml, or name their folder with --policy"}
		}
	}
	got, err := policies.Test(ctx, policies.Config{Own: texts}, f.builtIn)
	if err != nil {
		return nil, err
	}
	out := &render.RuleTest{Kind: "RuleTest", Tests: []render.TestRow{}, Files: []render.CoverRow{}, Untested: append([]string{}, got.Untested...)}
	for _, t := range got.Tests {
		name := strings.TrimPrefix(t.Package, "reseat.") + "." + t.Name
		if !run.MatchString(name) {
			continue
		}
		out.Tests = append(out.Tests, render.TestRow{Name: name, File: t.File, Line: t.Line, Pass: t.Passed, Why: t.Why})
		if t.Passed {
			out.Summary.Passed++
		} else {
			out.Summary.Failed++
		}
	}
	lines, missed := 0, 0
	for _, c := range got.Coverage {
		not := slices.Compact(append([]int{}, c.Missed...)) // two parts of a line may be missed
		out.Files = append(out.Files, render.CoverRow{File: c.File, Lines: c.Lines, Missing: not})
		lines += c.Lines
		missed += min(len(not), c.Lines)
	}
	if lines > 0 {
		out.Summary.Percent = 100 * (lines - missed) / lines
	}
	return out, nil
}

// textsOf are the rules of one's own in a folder, which need not be whole
// otherwise, and in those of --policy.
func (a *app) textsOf(args []string) (_ map[string]string, err error) {
	dir := dirOf(args)
	if len(args) == 0 && !isTenantFolder(".") && len(a.opts.policies) > 0 {
		return a.ownRules(nil)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("open folder: %w", err), hint: "name a folder that has rules of one's own in policies/"}
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	return a.ownRules(root.FS())
}
