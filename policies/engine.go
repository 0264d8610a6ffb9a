package policies

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/reseat-cli/reseat/plan"
)

// A Config is how an [Engine] works. The zero value is the usual one.
type Config struct {
	// Timeout is how long one evaluation of one rule may take; 0 is a second.
	Timeout time.Duration
	// Parallel is how many changes are judged at once; 0 is one per processor.
	Parallel int
	// Own are the rules of one's own: Rego texts by path, their tests
	// (*_test.rego) too. They are compiled apart from the built-in rules, which
	// they can neither change nor ask.
	Own map[string]string
	// Settings are what `policy` says, by the name of the rule: what a rule reads
	// as data.reseat.config["recent-use"].days. What is not set has its default.
	Settings map[string]map[string]any
}

// An Engine applies the rules: it is a [plan.Judge]. It may be used by several
// goroutines.
type Engine struct {
	changes  *court
	plan     *court
	mine     *ownCourts // nil without rules of one's own
	own      []*ownRule // sorted by name
	settings map[string]map[string]any
	parallel int
	rules    []Rule
	digest   string
}

var _ plan.Judge = (*Engine)(nil)

// New makes the rules ready for all evaluations to come: the built-in ones are
// compiled once in the life of the process, those of one's own each time. It fails if a rule does not
// compile, calls a function that is not allowed, or if the built-in rules are not
// exactly those of the manifest. Where rules of one's own are at fault, the error
// is a *[plan.FaultsError] with every fault; where a setting is for no rule that
// has any, a *[SettingError].
func New(ctx context.Context, c Config) (*Engine, error) {
	b, err := builtIn()
	if err != nil {
		return nil, err
	}
	return newEngine(ctx, c, b)
}

func newEngine(ctx context.Context, c Config, b *book) (*Engine, error) {
	if c.Timeout < 0 || c.Parallel < 0 {
		return nil, fmt.Errorf("start rules: timeout %s or parallel %d is negative", c.Timeout, c.Parallel)
	}
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	if c.Parallel == 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	mine, compiled, err := newOwn(c.Own)
	if err != nil {
		return nil, err
	}
	settings, err := merged(c.Settings, mine.rules)
	if err != nil {
		return nil, err
	}
	store, err := shelf(settings)
	if err != nil {
		return nil, err
	}
	e := &Engine{parallel: c.Parallel, rules: slices.Clone(b.rules), own: mine.rules, settings: settings}
	if e.digest, err = digestAll(b.digest, mine.texts, c.Settings); err != nil {
		return nil, err
	}
	l := law{compiler: b.compiler, settings: store}
	if e.changes, err = newCourt(ctx, l, b.changes, c.Timeout); err != nil {
		return nil, err
	}
	if e.plan, err = newCourt(ctx, l, b.plan, c.Timeout); err != nil {
		return nil, err
	}
	if len(mine.rules) == 0 {
		return e, nil
	}
	for _, r := range mine.rules {
		e.rules = append(e.rules, r.rule)
	}
	if e.mine, err = newOwnCourts(ctx, compiled, mine.rules, store, c); err != nil {
		return nil, err
	}
	return e, nil
}

// batch is how many changes are judged by the built-in rules, and then by those
// of one's own: never both at once, so that what a rule of one's own takes is not
// taken from a built-in one.
const batch = 512

// Changes implements [plan.Judge]. It errs only if ctx ends before every case
// is judged.
func (e *Engine) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	found := make([][]plan.Decision, len(cases))
	for start := 0; start < len(cases); start += batch {
		end := min(start+batch, len(cases))
		inputs := make([]ast.Value, end-start)
		if err := e.judgeBuiltIn(ctx, cases[start:end], inputs, found[start:end]); err != nil {
			return nil, err
		}
		if e.mine == nil || e.mine.changes == nil {
			continue
		}
		more, err := e.mine.changes.judgeAll(ctx, inputs)
		if err != nil {
			return nil, fmt.Errorf("judge changes: %w", err)
		}
		for i := range more {
			found[start+i] = append(found[start+i], more[i]...)
		}
	}
	if e.mine != nil && e.mine.changes != nil {
		e.mine.changes.settleAll(found)
	}
	return found, nil
}

// judgeBuiltIn asks the built-in rules, several changes at once, and keeps the inputs.
func (e *Engine) judgeBuiltIn(ctx context.Context, cases []plan.Case, inputs []ast.Value, found [][]plan.Decision) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(e.parallel, len(cases)) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(cases) {
					return nil
				}
				inputs[i] = caseValue(&cases[i])
				var err error
				if found[i], err = e.changes.judge(ctx, inputs[i]); err != nil {
					return fmt.Errorf("judge change %s: %w", cases[i].Change.ID, err)
				}
			}
		})
	}
	return group.Wait()
}

// Plan implements [plan.Judge]. It errs only if ctx ends before the plan is
// judged.
func (e *Engine) Plan(ctx context.Context, facts plan.PlanFacts) ([]plan.Decision, error) {
	input := planValue(&facts)
	found, err := e.plan.judge(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("judge plan: %w", err)
	}
	if e.mine == nil || e.mine.whole == nil {
		return found, nil
	}
	more, err := e.mine.whole.judgeAll(ctx, []ast.Value{input})
	if err != nil {
		return nil, fmt.Errorf("judge plan: %w", err)
	}
	whole := [][]plan.Decision{append(found, more[0]...)}
	e.mine.whole.settleAll(whole)
	return whole[0], nil
}
