package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// A TestReport is what the tests of rules found.
type TestReport struct {
	Tests    []TestResult   // sorted by file, line and name
	Coverage []FileCoverage // of the files of rules, sorted by name
	// Untested are the names of the rules of one's own that no test is for, sorted.
	Untested []string
}

// Passed reports whether there are tests and all passed.
func (r TestReport) Passed() bool {
	return len(r.Tests) > 0 && !slices.ContainsFunc(r.Tests, func(t TestResult) bool { return !t.Passed })
}

// A TestResult is one test.
type TestResult struct {
	Package  string // reseat.rules.no_visio_test
	Name     string // test_visio_stays
	File     string
	Line     int
	Passed   bool
	Why      string        // where it did not pass
	Duration time.Duration // differs from run to run
	Own      bool
}

// A FileCoverage is which lines of a file its tests reach.
type FileCoverage struct {
	File    string
	Own     bool
	Percent int   // of the lines that can be reached, rounded down
	Lines   int   // that can be reached
	Missed  []int // lines that no test reaches, sorted
}

// Test runs the tests of the rules of one's own, and if builtIn is true those of
// the built-in rules, by the same functions and limits as the rules. The error is
// a *[plan.FaultsError] where a file is at fault. That there is no test is no
// error and no pass either.
func Test(ctx context.Context, c Config, builtIn bool) (TestReport, error) {
	e, err := New(ctx, c)
	if err != nil {
		return TestReport{}, err
	}
	settings, err := merged(c.Settings, e.own)
	if err != nil {
		return TestReport{}, err
	}
	store, err := shelf(settings)
	if err != nil {
		return TestReport{}, err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = time.Second
	}
	var report TestReport
	if err := report.mine(ctx, c.Own, e.own, store, timeout); err != nil {
		return TestReport{}, err
	}
	if builtIn {
		if err := report.theirs(ctx, store, timeout); err != nil {
			return TestReport{}, err
		}
	}
	return report, nil
}

// mine runs the tests of the rules of one's own.
func (r *TestReport) mine(ctx context.Context, texts map[string]string, rules []*ownRule, store storage.Store, timeout time.Duration) error {
	var faults faults
	o := readOwn(texts, &faults)
	all := maps.Clone(o.modules)
	maps.Copy(all, o.tests)
	if len(all) > 0 {
		if _, err := compileOwn(all, &faults); err != nil {
			return err
		}
	}
	if err := faults.err(); err != nil {
		return err
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(slices.Collect(maps.Values(o.tests)), func(m *ast.Module) bool { return packageOf(m) == rule.pkg+"_test" }) {
			r.Untested = append(r.Untested, rule.name)
		}
	}
	compiler, err := ownCompiler()
	if err != nil || len(all) == 0 {
		return err
	}
	return r.run(ctx, trial{compiler, all, slices.Sorted(maps.Keys(o.modules)), store, timeout, true})
}

// theirs runs the tests of the built-in rules, which may call every function.
func (r *TestReport) theirs(ctx context.Context, store storage.Store, timeout time.Duration) error {
	texts, err := sources()
	if err != nil {
		return err
	}
	rules := slices.Sorted(maps.Keys(texts))
	more, err := tests()
	if err != nil {
		return err
	}
	maps.Copy(texts, more)
	modules, err := parse(texts)
	if err != nil {
		return err
	}
	return r.run(ctx, trial{ast.NewCompiler(), modules, rules, store, timeout, false})
}

// A trial is one run of tests.
type trial struct {
	compiler *ast.Compiler
	modules  map[string]*ast.Module
	rules    []string // the files to be reached
	store    storage.Store
	timeout  time.Duration
	own      bool
}

// run adds what the tests of a trial find.
func (r *TestReport) run(ctx context.Context, t trial) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, stop := watching()
	defer stop()
	reached := newReached()
	txn, err := t.store.NewTransaction(ctx)
	if err != nil {
		return fmt.Errorf("test rules: %w", err)
	}
	defer t.store.Abort(context.WithoutCancel(ctx), txn)
	runner := tester.NewRunner().SetCompiler(t.compiler).SetModules(t.modules).SetStore(t.store).
		SetCoverageQueryTracer(reached).SetTimeout(t.timeout).SetParallel(1).RaiseBuiltinErrors(true)
	if t.own {
		runner.AddCustomBuiltins(bounded())
	}
	asked := w.enter(cancel)
	defer func() { w.leave(asked) }()
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return fmt.Errorf("test rules: %w", err)
	}
	for one := range results {
		w.leave(asked)
		asked = w.enter(cancel)
		r.Tests = append(r.Tests, resultOf(one, t, reached))
	}
	if err := context.Cause(ctx); err != nil {
		if test := reached.begun(); test != "" && errors.Is(err, errMemory) {
			return fmt.Errorf("test rules: %s %w", harmless(test), err)
		}
		return fmt.Errorf("test rules: a test %w", err)
	}
	slices.SortFunc(r.Tests, func(a, b TestResult) int {
		return strings.Compare(fmt.Sprintf("%s:%09d:%s", a.File, a.Line, a.Name), fmt.Sprintf("%s:%09d:%s", b.File, b.Line, b.Name))
	})
	report := reached.Report(t.modules)
	for _, name := range t.rules {
		r.Coverage = append(r.Coverage, coverageOf(name, report.Files[name], t.own))
	}
	return nil
}

func resultOf(one *tester.Result, t trial, reached *reached) TestResult {
	result := TestResult{
		Package: strings.TrimPrefix(one.Package, "data."), Name: one.Name, Passed: one.Pass(), Duration: one.Duration, Own: t.own,
	}
	if one.Location != nil {
		result.File, result.Line = one.Location.File, one.Location.Row
	}
	switch {
	case one.Skip:
		result.Passed, result.Why = false, "it is marked as not done (todo_)"
	case topdown.IsCancel(one.Error), errors.Is(one.Error, context.DeadlineExceeded):
		result.Why = fmt.Sprintf("it gave no answer within %s", t.timeout)
	case one.Error != nil:
		result.Why = harmless(plain(one.Error.Error()))
	case !result.Passed:
		result.Why = reached.why(testAt(one.Location, one.Name))
	}
	return result
}

// coverageOf is that of one file; nil is one that no test touches.
func coverageOf(name string, f *cover.FileReport, own bool) FileCoverage {
	c := FileCoverage{File: name, Own: own}
	if f == nil {
		return c
	}
	for _, lines := range f.NotCovered {
		for row := lines.Start.Row; row <= lines.End.Row; row++ {
			c.Missed = append(c.Missed, row)
		}
	}
	slices.Sort(c.Missed)
	c.Missed = slices.Compact(c.Missed)
	if c.Lines = f.CoveredLines + f.NotCoveredLines; c.Lines > 0 {
		c.Percent = 100 * f.CoveredLines / c.Lines
	}
	return c
}
