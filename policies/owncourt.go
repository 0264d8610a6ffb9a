package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"golang.org/x/sync/errgroup"

	"github.com/reseat-cli/reseat/plan"
)

// maxCuts is how often a rule of one's own is stopped before it is asked no more.
const maxCuts = 3

// grace is how long a rule that was told to stop may take to do so.
const grace = 250 * time.Millisecond

// errStuck is a rule that was told to stop and did not: it goes on behind, and
// is never asked again.
var errStuck = errors.New("gave no answer in time and could not be stopped")

// errAside stops questions that are not to blame, because another one is.
var errAside = errors.New("stood aside")

// A cut is a question that was stopped.
type cut struct{ cause error }

func (c *cut) Error() string { return c.cause.Error() }

// An ownCourt asks the rules of one's own about one kind of subject. Rules that
// were stopped too often are asked no more.
type ownCourt struct {
	court
	parallel int
	// bench is for one batch at a time: who took too long or too much must not be
	// a matter of what else was asked.
	bench sync.Mutex
	cuts  []int // by the index of the entry; maxCuts is out of action
}

// ownCourts ask the rules of one's own. Either is nil where no rule is about its
// subject.
type ownCourts struct{ changes, whole *ownCourt }

// compiling is how long rules of one's own may take to compile: a thousand takes
// a few seconds.
const compiling = 20 * time.Second

// compileOwn compiles modules apart from all others and binds their functions. It
// adds what is wrong with them to the faults.
func compileOwn(modules map[string]*ast.Module, faults *faults) (*ast.Compiler, error) {
	compiler, err := ownCompiler()
	if err != nil {
		return nil, err
	}
	compileWith(compiler, modules, faults)
	return compiler, nil
}

// compileWith compiles modules, for as long as that may take.
func compileWith(compiler *ast.Compiler, modules map[string]*ast.Module, faults *faults) {
	first := slices.Min(slices.Collect(maps.Keys(modules)))
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("it cannot be compiled: %v", p)
			}
		}()
		compiler.Compile(modules)
		done <- nil
	}()
	limit, stop := context.WithTimeout(context.Background(), compiling)
	defer stop()
	var err error
	select {
	case err = <-done:
	case <-limit.Done():
		err = fmt.Errorf("the rules of one's own were not compiled within %s", compiling)
	}
	switch {
	case err != nil:
		faults.at(first, err.Error(), "make them smaller, or find the one to blame by taking files away")
	case compiler.Failed():
		faults.of(first, compiler.Errors)
	}
}

// ownCompiler knows the allowed functions, is strict, and tells all errors.
func ownCompiler() (*ast.Compiler, error) {
	c, err := capabilities()
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(c).WithStrict(true).SetErrorLimit(0)
	return compiler.
		WithStageAfterID(ast.StageCheckRecursion, ast.CompilerStageDefinition{Name: "Weigh", MetricName: "weigh", Stage: weigh}).
		WithStageAfterID(ast.StageBuildRequiredCapabilities, ast.CompilerStageDefinition{Name: "Bind", MetricName: "bind", Stage: bind}), nil
}

func newOwnCourts(ctx context.Context, compiler *ast.Compiler, rules []*ownRule, settings storage.Store, c Config) (_ *ownCourts, err error) {
	var functions []func(*rego.Rego)
	for _, b := range bounded() {
		functions = append(functions, b.Func)
	}
	l := law{compiler, settings, functions}
	courts := &ownCourts{}
	if courts.changes, err = newOwnCourt(ctx, l, rules, aChange, c); err != nil {
		return nil, err
	}
	if courts.whole, err = newOwnCourt(ctx, l, rules, thePlan, c); err != nil {
		return nil, err
	}
	return courts, nil
}

func newOwnCourt(ctx context.Context, l law, rules []*ownRule, about subject, c Config) (*ownCourt, error) {
	var entries []entry
	for _, r := range rules {
		if r.about == about {
			entries = append(entries, entry{code: r.code, name: r.name, pkg: r.pkg, about: about, sets: r.sets})
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	d, err := newDocket(l.compiler, entries, about)
	if err != nil {
		return nil, err
	}
	k, err := newCourt(ctx, l, d, c.Timeout)
	if err != nil {
		return nil, err
	}
	k.own, k.taken = true, named(rules)
	return &ownCourt{court: *k, parallel: c.Parallel, cuts: make([]int, len(entries))}, nil
}

// judgeAll returns what the rules find on each input; settleAll must follow. It
// errs only if ctx ends.
func (k *ownCourt) judgeAll(ctx context.Context, inputs []ast.Value) ([][]plan.Decision, error) {
	k.bench.Lock()
	defer k.bench.Unlock()
	found := make([][]plan.Decision, len(inputs))
	pending := make([]int, len(inputs))
	for i := range pending {
		pending[i] = i
	}
	for len(pending) > 0 {
		suspects, left, err := k.together(ctx, inputs, pending, found)
		if err != nil {
			return nil, err
		}
		for _, i := range suspects {
			if found[i], err = k.apart(ctx, inputs[i]); err != nil {
				return nil, err
			}
		}
		pending = left
	}
	return found, nil
}

// together asks about the pending inputs, several at once, and all rules of each
// at once, until one is stopped. It returns those that were, and those that were
// not asked yet.
func (k *ownCourt) together(ctx context.Context, inputs []ast.Value, pending []int, found [][]plan.Decision) (suspects, left []int, err error) {
	w, stop := watching()
	defer stop()
	aside, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	const open, done, suspect = 0, 1, 2
	states := make([]int, len(pending))
	var next atomic.Int64
	var group errgroup.Group
	for range min(k.parallel, len(pending)) {
		group.Go(func() error {
			for aside.Err() == nil {
				at := int(next.Add(1)) - 1
				if at >= len(pending) {
					return nil
				}
				answers, err := k.answer(aside, w, inputs[pending[at]])
				var stopped *cut
				switch {
				case ctx.Err() != nil:
					return ctx.Err()
				case errors.As(err, &stopped) && errors.Is(stopped.cause, errAside):
					return nil
				case err != nil:
					states[at] = suspect
					halt(errAside)
					return nil
				}
				found[pending[at]], states[at] = answers, done
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	for at, i := range pending {
		switch states[at] {
		case suspect:
			suspects = append(suspects, i)
		case open:
			left = append(left, i)
		}
	}
	return suspects, left, nil
}

// answer asks the rules that are not out of action and of which it is not known
// what they find. It errs where one was stopped; a rule that fails otherwise is a
// finding.
func (k *ownCourt) answer(ctx context.Context, w *watch, input ast.Value) ([]plan.Decision, error) {
	var stopped *cut
	keys := k.known.keys(input)
	found, due := k.known.recall(keys)
	if len(due) > len(k.entries)/fewDue && !slices.Contains(k.cuts, maxCuts) {
		answers, err := k.limited(ctx, w, k.all, input, len(k.entries))
		if errors.As(err, &stopped) {
			return nil, err
		}
		if err == nil {
			for _, i := range due {
				found = append(found, k.learn(i, keys[i], answers[i])...)
			}
			return found, nil
		}
	}
	for _, i := range due {
		if k.cuts[i] == maxCuts {
			continue
		}
		answers, err := k.alone(ctx, w, i, input)
		switch {
		case errors.As(err, &stopped):
			return nil, err
		case err != nil:
			found = append(found, k.failed(k.entries[i], err))
		default:
			found = append(found, k.learn(i, keys[i], answers[0])...)
		}
	}
	return found, nil
}

// apart asks each rule alone, with nothing else going on, and counts for those
// that are stopped.
func (k *ownCourt) apart(ctx context.Context, input ast.Value) ([]plan.Decision, error) {
	var found []plan.Decision
	for i, e := range k.entries {
		if k.cuts[i] == maxCuts {
			continue
		}
		w, stop := watching()
		answers, err := k.alone(ctx, w, i, input)
		stop()
		if ended := ctx.Err(); ended != nil {
			return nil, ended
		}
		if err == nil {
			found = append(found, k.read(e, answers[0])...)
			continue
		}
		var stopped *cut
		if errors.As(err, &stopped) {
			k.cuts[i]++
			if errors.Is(stopped.cause, errStuck) {
				k.cuts[i] = maxCuts
			}
		}
		found = append(found, k.failed(e, err))
	}
	return found, nil
}

// settleAll orders what was found, in several batches perhaps. A rule that is out
// of action in the end counts as such for every input, so that it does not matter
// which were asked first.
func (k *ownCourt) settleAll(found [][]plan.Decision) {
	k.bench.Lock()
	defer k.bench.Unlock()
	for i := range found {
		found[i] = k.settle(found[i])
	}
}

// settle replaces what rules found that are out of action.
func (k *ownCourt) settle(found []plan.Decision) []plan.Decision {
	for i, e := range k.entries {
		if k.cuts[i] < maxCuts {
			continue
		}
		found = slices.DeleteFunc(found, func(d plan.Decision) bool { return d.Rule == e.name })
		found = append(found, k.failed(e, errors.New("is out of action: it took too long or too much memory, again and again")))
	}
	return ordered(found)
}

// alone asks one rule within the limits.
func (k *ownCourt) alone(ctx context.Context, w *watch, i int, input ast.Value) ([]*ast.Term, error) {
	one, err := k.single[i]()
	if err != nil {
		return nil, err
	}
	return k.limited(ctx, w, one, input, 1)
}

type answer struct {
	list []*ast.Term
	err  error
}

// limited asks a question within the limits of time and memory. The error is a
// *cut where it was stopped.
func (k *ownCourt) limited(ctx context.Context, w *watch, q rego.PreparedEvalQuery, input ast.Value, want int) ([]*ast.Term, error) {
	late := &cut{fmt.Errorf("gave no answer within %s", k.timeout)}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, stop := context.WithTimeoutCause(ctx, k.timeout, late)
	defer stop()
	asked := w.enter(cancel)
	defer w.leave(asked)
	got := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				got <- answer{nil, fmt.Errorf("failed: %v", p)}
			}
		}()
		list, err := evaluate(ctx, q, input, want)
		got <- answer{list, err}
	}()
	select {
	case a := <-got:
		if a.err != nil && ctx.Err() != nil {
			return nil, stopped(ctx)
		}
		return a.list, a.err
	case <-ctx.Done():
	}
	patience, end := context.WithTimeout(context.Background(), grace)
	defer end()
	select {
	case a := <-got:
		if a.err == nil { // it was just in time
			return a.list, nil
		}
		return nil, stopped(ctx)
	case <-patience.Done():
		return nil, &cut{errStuck}
	}
}

// stopped is why a question was.
func stopped(ctx context.Context) error {
	cause := context.Cause(ctx)
	var c *cut
	if errors.As(cause, &c) {
		return c
	}
	return &cut{cause}
}
