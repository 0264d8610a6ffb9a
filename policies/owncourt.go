package policies

import (
	"context"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/reseat-cli/reseat/plan"
)

// ownCourts ask the rules of one's own. Either is nil where no rule is about its
// subject.
type ownCourts struct{ changes, whole *court }

// newOwnCourts compiles the rules of one's own, apart from all others.
func newOwnCourts(ctx context.Context, o *own, settings storage.Store, timeout time.Duration) (*ownCourts, error) {
	c, err := capabilities()
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(c).WithStrict(true).SetErrorLimit(0)
	if compiler.Compile(o.modules); compiler.Failed() {
		var faults faults
		faults.of("", compiler.Errors)
		return nil, faults.err()
	}
	var changes, whole []entry
	for _, r := range o.rules {
		e := entry{code: r.code, name: r.name, pkg: r.pkg, about: r.about, sets: r.sets}
		if r.about == aChange {
			changes = append(changes, e)
		} else {
			whole = append(whole, e)
		}
	}
	courts := &ownCourts{}
	l := law{compiler, settings}
	if len(changes) > 0 {
		if courts.changes, err = newCourt(ctx, l, changes, aChange, timeout); err != nil {
			return nil, err
		}
		courts.changes.own = true
	}
	if len(whole) > 0 {
		if courts.whole, err = newCourt(ctx, l, whole, thePlan, timeout); err != nil {
			return nil, err
		}
		courts.whole.own = true
	}
	return courts, nil
}

func (o *ownCourts) change(ctx context.Context, input ast.Value) ([]plan.Decision, error) {
	if o.changes == nil {
		return nil, nil
	}
	return o.changes.judge(ctx, input)
}

func (o *ownCourts) plan(ctx context.Context, input ast.Value) ([]plan.Decision, error) {
	if o.whole == nil {
		return nil, nil
	}
	return o.whole.judge(ctx, input)
}
