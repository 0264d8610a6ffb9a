package policies

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/reseat-cli/reseat/plan"
)

// A finding of the gate itself that no rule can be named for.
const (
	engineCode = "R000"
	engineName = "engine"
)

// errLate is an answer that did not come in time.
var errLate = errors.New("gave no answer within")

// A court asks all rules about one kind of subject.
type court struct {
	// all asks every rule at once; single, in the order of entries, one rule
	// each: to learn which one failed when all did, and where few are due. Most
	// are never needed, so that each is prepared when first asked for.
	all     rego.PreparedEvalQuery
	single  []func() (rego.PreparedEvalQuery, error)
	entries []entry
	failure plan.Level // what a rule that fails counts as
	timeout time.Duration
	own     bool // the rules are those of one's own
	// taken are the names of all rules as codes, for rules of one's own.
	taken map[string]bool
	known *recollection // what entries found before
}

// A law is what courts judge by: compiled rules and their settings.
type law struct {
	compiler *ast.Compiler
	settings storage.Store
	// functions are those that rules call beyond OPA's own.
	functions []func(*rego.Rego)
}

// A docket is the rules about one subject, and what of their input they read.
type docket struct {
	about   subject
	entries []entry // with the sets that are about the subject
	reading *reading
}

// newDocket takes the rules about a subject from a manifest; it errs if none is.
func newDocket(compiler *ast.Compiler, manifest []entry, about subject) (*docket, error) {
	d := &docket{about: about}
	for _, e := range manifest {
		if e, ok := e.on(about); ok {
			d.entries = append(d.entries, e)
		}
	}
	if len(d.entries) == 0 {
		return nil, fmt.Errorf("prepare rules: none is about a %s", about)
	}
	d.reading = newReading(compiler, d.entries)
	return d, nil
}

// newCourt prepares the queries for the rules of a docket.
func newCourt(ctx context.Context, l law, d *docket, timeout time.Duration) (*court, error) {
	k := &court{entries: d.entries, timeout: timeout, failure: plan.LevelDeny, known: newRecollection(d.reading)}
	if d.about == thePlan {
		k.failure = plan.LevelGuard
	}
	later := context.WithoutCancel(ctx)
	for _, e := range d.entries {
		k.single = append(k.single, sync.OnceValues(func() (rego.PreparedEvalQuery, error) {
			one, err := prepare(later, l, []entry{e})
			if err != nil {
				return one, fmt.Errorf("cannot be asked: %w", err)
			}
			return one, nil
		}))
	}
	var err error
	if k.all, err = prepare(ctx, l, k.entries); err != nil {
		return nil, fmt.Errorf("prepare rules: %w", err)
	}
	return k, nil
}

// prepare makes the query for one list that has, for each entry, the list of its
// sets of findings. A set that is not there leaves the whole query without an
// answer.
func prepare(ctx context.Context, l law, entries []entry) (rego.PreparedEvalQuery, error) {
	lists := make([]string, 0, len(entries))
	for _, e := range entries {
		sets := make([]string, 0, len(e.sets))
		for _, s := range e.sets {
			sets = append(sets, fmt.Sprintf("data.%s.%s", e.pkg, s))
		}
		lists = append(lists, "["+strings.Join(sets, ", ")+"]")
	}
	return rego.New(append([]func(*rego.Rego){
		rego.Query("answers := [" + strings.Join(lists, ", ") + "]"),
		rego.Compiler(l.compiler),
		rego.Store(l.settings),
		rego.StrictBuiltinErrors(true),
		rego.GenerateJSON(func(t *ast.Term, _ *rego.EvalContext) (any, error) { return t, nil }),
	}, l.functions...)...).PrepareForEval(ctx)
}

// judge returns what the rules find, sorted by code and message. It errs only
// if ctx has ended.
func (k *court) judge(ctx context.Context, input ast.Value) ([]plan.Decision, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys := k.known.keys(input)
	found, due := k.known.recall(keys)
	if len(due) <= len(k.entries)/fewDue {
		return k.inquire(ctx, input, keys, due, found, nil)
	}
	answers, err := k.ask(ctx, k.all, input, len(k.entries))
	if err != nil {
		return k.inquire(ctx, input, keys, due, found, err)
	}
	for _, i := range due {
		found = append(found, k.learn(i, keys[i], answers[i])...)
	}
	return ordered(found), nil
}

// fewDue is which part of the rules is asked one by one, when of all others it is
// known what they find: a question of its own costs about as much as three rules.
const fewDue = 3

// learn reads a rule's answer and keeps what it found.
func (k *court) learn(i int, key string, answer *ast.Term) []plan.Decision {
	found := k.read(k.entries[i], answer)
	k.known.keep(i, key, found)
	return found
}

// inquire asks each rule that is due alone. Where all together failed, it names
// the one to blame. Where none fails alone, the failure is the engine's, unless
// all together only took too long: then each has answered.
func (k *court) inquire(ctx context.Context, input ast.Value, keys []string, due []int, found []plan.Decision, cause error) ([]plan.Decision, error) {
	named := false
	for _, i := range due {
		var answers []*ast.Term
		one, err := k.single[i]()
		if err == nil {
			answers, err = k.ask(ctx, one, input, 1)
		}
		if ended := ctx.Err(); ended != nil {
			return nil, ended
		}
		if err != nil {
			found, named = append(found, k.failed(k.entries[i], err)), true
			continue
		}
		found = append(found, k.learn(i, keys[i], answers[0])...)
	}
	if cause != nil && !named && !errors.Is(cause, errLate) {
		found = append(found, k.failed(entry{code: engineCode, name: engineName}, cause))
	}
	return ordered(found), nil
}

// ask evaluates a query within the time limit and returns its list of answers,
// of which there are exactly want.
func (k *court) ask(ctx context.Context, q rego.PreparedEvalQuery, input ast.Value, want int) ([]*ast.Term, error) {
	ctx, stop := context.WithTimeout(ctx, k.timeout)
	defer stop()
	answers, err := evaluate(ctx, q, input, want)
	if topdown.IsCancel(err) || errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%w %s", errLate, k.timeout)
	}
	return answers, err
}

// evaluate returns a query's list of answers, of which there are exactly want.
func evaluate(ctx context.Context, q rego.PreparedEvalQuery, input ast.Value, want int) ([]*ast.Term, error) {
	results, err := q.Eval(ctx, rego.EvalParsedInput(input))
	switch {
	case topdown.IsCancel(err), errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("failed: %w", err)
	case len(results) == 0:
		return nil, errors.New("gave no answer")
	}
	answers, _ := results[0].Bindings["answers"].(*ast.Term)
	if list, ok := elements(answers); ok && len(list) == want && len(results) == 1 {
		return list, nil
	}
	return nil, errors.New("gave another number of answers than there are rules")
}

// elements returns the elements of a list.
func elements(t *ast.Term) ([]*ast.Term, bool) {
	if t == nil {
		return nil, false
	}
	list, ok := t.Value.(*ast.Array)
	if !ok {
		return nil, false
	}
	elements := make([]*ast.Term, list.Len())
	for i := range elements {
		elements[i] = list.Elem(i)
	}
	return elements, true
}

// ordered sorts findings by code, then message, level and rule, and drops what is
// there twice.
func ordered(found []plan.Decision) []plan.Decision {
	slices.SortFunc(found, func(a, b plan.Decision) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(found)
}
