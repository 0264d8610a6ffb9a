package policies

import (
	"context"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/reseat-cli/reseat/plan"
)

// What the tests see of the inside.

// Library is the package that holds no rule, Longest the most characters of a
// message.
const (
	Library = library
	Longest = longest
)

// Sources are the rules' files by name, SourcesOfTests those of their tests.
func Sources() (map[string]string, error)        { return sources() }
func SourcesOfTests() (map[string]string, error) { return tests() }

// Digest is the digest of sources.
func Digest(sources map[string]string) string { return digest(sources) }

// Parse and Compile are the engine's own, with the functions it allows.
func Parse(sources map[string]string) (map[string]*ast.Module, error) { return parse(sources) }
func Compile(modules map[string]*ast.Module) (*ast.Compiler, error)   { return compile(modules) }
func Capabilities() (*ast.Capabilities, error)                        { return capabilities() }

// CaseValue and PlanValue are `input` of the rules.
func CaseValue(c *plan.Case) ast.Value      { return caseValue(c) }
func PlanValue(f *plan.PlanFacts) ast.Value { return planValue(f) }

// NewWith makes an engine of other files: those of extra stand beside the
// embedded ones or in their place, and an empty one takes a file away.
func NewWith(ctx context.Context, c Config, extra map[string]string) (*Engine, error) {
	texts, err := sources()
	if err != nil {
		return nil, err
	}
	maps.Copy(texts, extra)
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	return newEngineOf(ctx, c, texts, manifest())
}

// NewOfNothing makes an engine of no rules by an empty manifest.
func NewOfNothing(ctx context.Context) (*Engine, error) {
	return newEngineOf(ctx, Config{}, map[string]string{}, nil)
}

func newEngineOf(ctx context.Context, c Config, texts map[string]string, manifest []entry) (*Engine, error) {
	b, err := newBook(texts, manifest)
	if err != nil {
		return nil, err
	}
	return newEngine(ctx, c, b)
}

// Lame returns a copy of the engine whose common questions have no answer,
// while each rule alone has one.
func (e *Engine) Lame(ctx context.Context) (*Engine, error) {
	compiler, err := compile(map[string]*ast.Module{"lame.rego": ast.MustParseModule("package lame\n\ndeny := 1 if input.no")})
	if err != nil {
		return nil, err
	}
	none, err := prepare(ctx, law{compiler: compiler, settings: inmem.New()}, []entry{{pkg: "lame", sets: []plan.Level{plan.LevelDeny}}})
	if err != nil {
		return nil, err
	}
	changes, whole := *e.changes, *e.plan
	changes.all, whole.all = none, none
	lame := *e
	lame.changes, lame.plan = &changes, &whole
	return &lame, nil
}

// SortedPackages are the packages of the manifest.
func SortedPackages() []string {
	var pkgs []string
	for _, e := range manifest() {
		pkgs = append(pkgs, e.pkg)
	}
	slices.Sort(pkgs)
	return pkgs
}

// BuiltInFit holds the built-in rules against the schema of input, as rules of
// one's own are.
func BuiltInFit() error {
	texts, err := sources()
	if err != nil {
		return err
	}
	modules, err := parse(texts)
	if err != nil {
		return err
	}
	for _, about := range []subject{aChange, thePlan} {
		schemas, err := schemasOf(about)
		if err != nil {
			return err
		}
		some := map[string]*ast.Module{}
		for path, m := range modules {
			i := slices.IndexFunc(manifest(), func(e entry) bool { return e.pkg == packageOf(m) })
			if i < 0 || manifest()[i].about == about {
				some[path] = m
			}
		}
		c := ast.NewCompiler().WithSchemas(schemas).SetErrorLimit(0)
		c.Compile(some)
		for _, e := range c.Errors { // the library asks of changes what no rule about the plan does
			if about == aChange || packageOf(modules[e.Location.File]) != library {
				return e
			}
		}
	}
	return nil
}

// Forget lets the engine ask every rule anew.
func (e *Engine) Forget() {
	courts := []*court{e.changes, e.plan}
	if e.mine != nil && e.mine.changes != nil {
		courts = append(courts, &e.mine.changes.court)
	}
	for _, k := range courts {
		for i := range k.known.known {
			k.known.known[i] = map[string][]plan.Decision{}
		}
	}
}

// Reads are the parts of input that the rule of a code reads of a change.
func (e *Engine) Reads(code string) []string {
	var all []string
	for i, entry := range e.changes.entries {
		if entry.code == code {
			for _, at := range e.changes.known.reads[i] {
				all = append(all, e.changes.known.paths[at].String())
			}
		}
	}
	return all
}

// Written is a value as a key has it.
func Written(v ast.Value) string { return string(written(nil, v)) }

// Recalled is how many answers are kept of one rule at most, Known how many are.
const Recalled = maxRecalled

// Known is the number of answers that are kept of each rule about a change.
func (e *Engine) Known() []int {
	var all []int
	for _, known := range e.changes.known.known {
		all = append(all, len(known))
	}
	return all
}
