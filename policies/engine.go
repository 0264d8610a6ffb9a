package policies

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/reseat-cli/reseat/plan"
)

// A Config is how an [Engine] works. The zero value is the usual one.
type Config struct {
	// Timeout is how long one evaluation of one rule may take; 0 is a second.
	Timeout time.Duration
	// Parallel is how many changes are judged at once; 0 is one per processor.
	Parallel int
}

// An Engine applies the built-in rules: it is a [plan.Judge]. It is fixed once
// made and may be used by several goroutines.
type Engine struct {
	changes  *court
	plan     *court
	parallel int
	rules    []Rule
	digest   string
}

var _ plan.Judge = (*Engine)(nil)

// New compiles the built-in rules, once for all evaluations. It fails if a rule
// does not compile, calls a function that is not allowed, or if the rules are
// not exactly those of the manifest.
func New(ctx context.Context, c Config) (*Engine, error) {
	texts, err := sources()
	if err != nil {
		return nil, err
	}
	return newEngine(ctx, c, texts, manifest())
}

func newEngine(ctx context.Context, c Config, texts map[string]string, manifest []entry) (*Engine, error) {
	if c.Timeout < 0 || c.Parallel < 0 {
		return nil, fmt.Errorf("start rules: timeout %s or parallel %d is negative", c.Timeout, c.Parallel)
	}
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	if c.Parallel == 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	modules, err := parse(texts)
	if err != nil {
		return nil, err
	}
	rules, err := muster(modules, manifest)
	if err != nil {
		return nil, err
	}
	compiler, err := compile(modules)
	if err != nil {
		return nil, err
	}
	e := &Engine{parallel: c.Parallel, rules: rules, digest: digest(texts)}
	if e.changes, err = newCourt(ctx, compiler, manifest, aChange, c.Timeout); err != nil {
		return nil, err
	}
	if e.plan, err = newCourt(ctx, compiler, manifest, thePlan, c.Timeout); err != nil {
		return nil, err
	}
	return e, nil
}

// Changes implements [plan.Judge]. It errs only if ctx ends before every case
// is judged.
func (e *Engine) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	found := make([][]plan.Decision, len(cases))
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(e.parallel, len(cases)) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(cases) {
					return nil
				}
				var err error
				if found[i], err = e.changes.judge(ctx, caseValue(&cases[i])); err != nil {
					return fmt.Errorf("judge change %s: %w", cases[i].Change.ID, err)
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return found, nil
}

// Plan implements [plan.Judge]. It errs only if ctx ends before the plan is
// judged.
func (e *Engine) Plan(ctx context.Context, facts plan.PlanFacts) ([]plan.Decision, error) {
	found, err := e.plan.judge(ctx, planValue(&facts))
	if err != nil {
		return nil, fmt.Errorf("judge plan: %w", err)
	}
	return found, nil
}
