package policies

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// library is the one package of the rules that holds no rule.
const library = "reseat.lib"

// allowed are the functions that a rule may call: pure ones on numbers, texts,
// lists and sets whose work is bounded by what they are given. What is not here
// does not exist for a rule: no network, clock, randomness, environment or
// trace, and nothing that makes much of little (numbers.range) or cannot be
// interrupted. The compiler itself drops calls of print.
func allowed() []string {
	return []string{
		// what operators, `in`, comprehensions and assignments compile to
		"and", "assign", "div", "eq", "equal", "gt", "gte", "internal.member_2", "internal.member_3", "lt", "lte",
		"minus", "mul", "neq", "or", "plus", "rem",
		// numbers
		"abs", "ceil", "floor", "max", "min", "round", "sum",
		// lists, sets and objects
		"array.concat", "array.slice", "count", "intersection", "object.get", "object.keys", "sort", "union",
		// text
		"concat", "contains", "endswith", "format_int", "indexof", "lower", "regex.match", "regex.replace", "replace",
		"split", "sprintf", "startswith", "substring", "trim", "trim_prefix", "trim_space", "trim_suffix", "upper",
		// types
		"is_array", "is_boolean", "is_null", "is_number", "is_object", "is_set", "is_string", "type_name",
	}
}

// capabilities are what the compiler knows of: the allowed functions, and no
// host to fetch a schema from.
func capabilities() (*ast.Capabilities, error) {
	all := ast.CapabilitiesForThisVersion()
	names := allowed()
	c := &ast.Capabilities{Features: all.Features, FutureKeywords: all.FutureKeywords, AllowNet: []string{}}
	for _, b := range all.Builtins {
		if slices.Contains(names, b.Name) {
			c.Builtins = append(c.Builtins, b)
		}
	}
	if len(c.Builtins) != len(names) {
		return nil, fmt.Errorf("compile rules: %d of %d allowed functions exist", len(c.Builtins), len(names))
	}
	return c, nil
}

// parse reads modules with their annotations.
func parse(sources map[string]string) (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		m, err := ast.ParseModuleWithOpts(name, sources[name], ast.ParserOptions{
			ProcessAnnotation: true,
			RegoVersion:       ast.RegoV1,
		})
		if err != nil {
			return nil, fmt.Errorf("parse rule %s: %w", name, err)
		}
		if m == nil {
			return nil, fmt.Errorf("parse rule %s: the file is empty", name)
		}
		modules[name] = m
	}
	return modules, nil
}

// compile checks modules strictly against the allowed functions.
func compile(modules map[string]*ast.Module) (*ast.Compiler, error) {
	c, err := capabilities()
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(c).WithStrict(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compile rules: %w", compiler.Errors)
	}
	return compiler, nil
}

// muster holds the modules against the manifest: every entry has exactly one
// module that says of itself what the entry says, and no module is without an
// entry. It returns the rules in the order of the manifest.
func muster(modules map[string]*ast.Module, manifest []entry) ([]Rule, error) {
	if len(manifest) == 0 {
		return nil, errors.New("check rules: the manifest is empty")
	}
	found := map[string]*ast.Module{}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		m := modules[name]
		pkg := strings.TrimPrefix(m.Package.Path.String(), "data.")
		if found[pkg] != nil {
			return nil, fmt.Errorf("check rule %s: package %s is in another file too", name, pkg)
		}
		found[pkg] = m
		listed := slices.ContainsFunc(manifest, func(e entry) bool { return e.pkg == pkg })
		if !listed && pkg != library {
			return nil, fmt.Errorf("check rule %s: package %s is not in the manifest", name, pkg)
		}
	}
	rules := make([]Rule, 0, len(manifest))
	for _, e := range manifest {
		m := found[e.pkg]
		if m == nil {
			return nil, fmt.Errorf("check rule %s %s: there is no package %s", e.code, e.name, e.pkg)
		}
		r, err := describe(m, e)
		r.File = nameOf(modules, m)
		if err != nil {
			return nil, fmt.Errorf("check rule %s %s: %w", e.code, e.name, err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// describe reads a rule's description from its module, which must agree with
// the manifest.
func describe(m *ast.Module, e entry) (Rule, error) {
	if has := answers(m); !slices.Equal(has, e.sets) {
		return Rule{}, fmt.Errorf("it has the sets %v, the manifest says %v", has, e.sets)
	}
	i := slices.IndexFunc(m.Annotations, func(a *ast.Annotations) bool { return a.Scope == "package" })
	if i < 0 {
		return Rule{}, errors.New("its package has no METADATA")
	}
	a := m.Annotations[i]
	text := func(key string) string { s, _ := a.Custom[key].(string); return s }
	if text("code") != e.code || text("level") != string(e.level) {
		return Rule{}, fmt.Errorf("METADATA says code %q and level %q, the manifest %q and %q",
			text("code"), text("level"), e.code, e.level)
	}
	if a.Title == "" || a.Description == "" || text("remedy") == "" {
		return Rule{}, errors.New("METADATA lacks title, description or remedy")
	}
	return Rule{
		Code: e.code, Name: e.name, Level: e.level, Waivable: e.waiving,
		Title: a.Title, Description: a.Description, Remedy: text("remedy"),
		Package: e.pkg, About: string(e.about), Sets: slices.Clone(e.sets),
	}, nil
}

// nameOf is the file that a module is.
func nameOf(modules map[string]*ast.Module, m *ast.Module) string {
	for name, other := range modules {
		if other == m {
			return name
		}
	}
	return ""
}

// answers lists which sets of findings a module has, sorted.
func answers(m *ast.Module) []plan.Level {
	var has []plan.Level
	for _, r := range m.Rules {
		switch l := plan.Level(r.Head.Name); l {
		case plan.LevelWarn, plan.LevelBlocked, plan.LevelDeny, plan.LevelGuard:
			has = append(has, l)
		}
	}
	slices.Sort(has)
	return slices.Compact(has)
}
