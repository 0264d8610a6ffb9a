package policies

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// Bounds of what rules of one's own may be.
const (
	maxFiles = 1000
	maxFile  = 1 << 20 // bytes
)

// ownName are the last parts of a package that a rule's name may be: as capitals
// it is a code.
var ownName = regexp.MustCompile(`^[a-z][a-z0-9_]{1,31}$`)

// ownCode are the codes of findings of one's own, but for those of builtInCode.
var ownCode = regexp.MustCompile(`^[A-Z][A-Z0-9-]{1,31}$`)

// builtInCode are the codes kept for built-in rules, those to come too.
var builtInCode = regexp.MustCompile(`^R[0-9]{3}$`)

// An ownRule is one rule of one's own, checked and not yet compiled.
type ownRule struct {
	name   string // as people see it: no-visio
	pkg    string // reseat.rules.no_visio
	file   string
	about  subject
	sets   []plan.Level // sorted
	code   string       // of a finding that is not the rule's
	codes  []string     // that its text has
	remedy string
	rule   Rule
}

// own are the rules of one's own, with the modules they and their tests are.
type own struct {
	rules []*ownRule // sorted by name
	// modules and tests are by path.
	modules, tests map[string]*ast.Module
	texts          map[string]string // without tests
}

// newOwn reads and compiles rules of one's own; the compiler is nil where there
// are none. The error is a *plan.FaultsError with every fault.
func newOwn(texts map[string]string) (*own, *ast.Compiler, error) {
	var faults faults
	o := readOwn(texts, &faults)
	if len(o.modules) == 0 {
		return o, nil, faults.err()
	}
	compiler, err := compileOwn(o.modules, &faults)
	if err != nil {
		return nil, nil, err
	}
	if faults.err() == nil {
		err = o.fit(&faults)
	}
	if err != nil {
		return nil, nil, err
	}
	return o, compiler, faults.err()
}

// readOwn parses texts by path and holds them against what rules of one's own may
// be. What is left is without fault so far.
func readOwn(texts map[string]string, faults *faults) *own {
	o := &own{modules: map[string]*ast.Module{}, tests: map[string]*ast.Module{}, texts: map[string]string{}}
	if len(texts) > maxFiles {
		faults.at(slices.Min(slices.Collect(maps.Keys(texts))), fmt.Sprintf("there are %d files of rules", len(texts)),
			fmt.Sprintf("keep at most %d", maxFiles))
		return o
	}
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		m := parseOwn(path, texts[path], faults)
		switch {
		case m == nil:
		case strings.HasSuffix(path, testSuffix):
			o.readTest(path, m, faults)
		default:
			o.texts[path] = texts[path]
			o.readRule(path, m, faults)
		}
	}
	slices.SortFunc(o.rules, func(a, b *ownRule) int { return strings.Compare(a.name, b.name) })
	taken := named(o.rules)
	for _, r := range o.rules {
		for _, code := range append([]string{r.rule.Code}, r.codes...) {
			if code != strings.ToUpper(r.name) && taken[code] {
				faults.at(r.file, fmt.Sprintf("the code %s is the name of another rule", code), "choose another code: a waiver of that rule would lift this one")
				break
			}
		}
	}
	return o
}

// named are the names of all rules, the built-in ones too, as codes: a waiver may
// say either, and what it says must mean one rule.
func named(own []*ownRule) map[string]bool {
	names := map[string]bool{}
	for _, e := range manifest() {
		names[strings.ToUpper(e.name)] = true
	}
	for _, r := range own {
		names[strings.ToUpper(r.name)] = true
	}
	return names
}

// testSuffix is how the name of a file of tests ends.
const testSuffix = "_test.rego"

// parseOwn parses one file, or adds its faults and returns nil.
func parseOwn(path, text string, faults *faults) *ast.Module {
	if len(text) > maxFile {
		faults.at(path, fmt.Sprintf("the file has %d bytes", len(text)), fmt.Sprintf("a rule has at most %d", maxFile))
		return nil
	}
	m, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
	switch {
	case m == nil && err == nil, m != nil && m.Package == nil, strings.TrimSpace(text) == "":
		faults.at(path, "the file is empty", "write a rule, as `deny contains {\"code\": …, \"message\": …} if …`, or take it away")
		return nil
	case err != nil:
		faults.of(path, err)
		return nil
	case !numbers(m, faults), !shaped(m, faults):
		return nil
	}
	return m
}

// below parts a package into what it is about and its name, or says that it is
// none that a rule of one's own may have.
func below(pkg string) (about subject, name string, ok bool) {
	if name, ok = strings.CutPrefix(pkg, "reseat.rules."); ok {
		return aChange, name, true
	}
	name, ok = strings.CutPrefix(pkg, "reseat.plan.")
	return thePlan, name, ok
}

// packageOf is the package of a module as its file says it.
func packageOf(m *ast.Module) string { return strings.TrimPrefix(m.Package.Path.String(), "data.") }

func (o *own) readTest(path string, m *ast.Module, faults *faults) {
	pkg := packageOf(m)
	_, name, ok := below(pkg)
	rule, isTest := strings.CutSuffix(name, "_test")
	if !ok || !isTest || !ownName.MatchString(rule) {
		faults.loc(m.Package.Location, fmt.Sprintf("a file of tests has the package %s", pkg),
			"name it after its rule: package reseat.rules.NAME_test or reseat.plan.NAME_test")
		return
	}
	o.tests[path] = m
}

func (o *own) readRule(path string, m *ast.Module, faults *faults) {
	pkg := packageOf(m)
	about, name, ok := below(pkg)
	switch {
	case !ok:
		faults.loc(m.Package.Location, fmt.Sprintf("the package %s is not one for rules of one's own", pkg), remedyPackage(pkg))
		return
	case strings.HasSuffix(name, "_test"):
		faults.loc(m.Package.Location, fmt.Sprintf("the package %s is one for tests", pkg),
			"name the file "+strings.TrimSuffix(path, ".rego")+testSuffix+", or the package otherwise")
		return
	case !ownName.MatchString(name) || builtInCode.MatchString(strings.ToUpper(name)):
		faults.loc(m.Package.Location, fmt.Sprintf("the package %s has no name for a rule", pkg),
			"use 2 to 32 small letters, digits and _, a letter first, and no built-in code")
		return
	}
	r := &ownRule{
		name: strings.ReplaceAll(name, "_", "-"), pkg: pkg, file: path, about: about,
		code: strings.ReplaceAll(strings.ToUpper(name), "_", "-"), codes: codesOf(m),
	}
	if !o.alone(r, m, faults) || !r.answers(m, faults) {
		return
	}
	r.describe(m)
	o.rules = append(o.rules, r)
	o.modules[path] = m
}

// alone asks that nothing else has the rule's name or package.
func (o *own) alone(r *ownRule, m *ast.Module, faults *faults) bool {
	if r.name == engineName || slices.ContainsFunc(manifest(), func(e entry) bool { return e.name == r.name }) {
		faults.loc(m.Package.Location, fmt.Sprintf("a built-in rule is called %s", r.name), "choose another name for the package")
		return false
	}
	for _, other := range o.rules {
		switch {
		case other.pkg == r.pkg:
			faults.loc(m.Package.Location, fmt.Sprintf("the package %s is in %s too", r.pkg, other.file), "a rule is one file: join the two or rename one")
			return false
		case other.name == r.name:
			faults.loc(m.Package.Location, fmt.Sprintf("the rule %s is in %s too", r.name, other.file), "choose another name for one of the packages")
			return false
		}
	}
	return true
}

// may are the sets of findings that a rule of one's own may have.
func (r *ownRule) may() []plan.Level {
	if r.about == thePlan {
		return []plan.Level{plan.LevelGuard, plan.LevelWarn}
	}
	return []plan.Level{plan.LevelDeny, plan.LevelWarn}
}

// answers reads which sets of findings the rule has; each must be one that fits
// and a set.
func (r *ownRule) answers(m *ast.Module, faults *faults) bool {
	sound := true
	for _, clause := range m.Rules {
		level := plan.Level(clause.Head.Name)
		if len(clause.Head.Reference) > 0 {
			level = plan.Level(strings.Trim(clause.Head.Reference[0].String(), `"`))
		}
		switch level {
		default:
			continue
		case plan.LevelDeny, plan.LevelWarn, plan.LevelGuard, plan.LevelBlocked:
		}
		if !slices.Contains(r.may(), level) {
			faults.loc(clause.Location, fmt.Sprintf("a rule about a %s has no %s", r.about, level),
				fmt.Sprintf("say %s or %s, or give the helper another name", r.may()[0], r.may()[1]))
			sound = false
			continue
		}
		if clause.Default || len(clause.Head.Reference) != 1 || clause.Head.RuleKind() != ast.MultiValue {
			faults.loc(clause.Location, fmt.Sprintf("%s is no set of findings", level),
				fmt.Sprintf("write `%s contains {\"code\": …, \"message\": …} if …`", level))
			sound = false
			continue
		}
		r.sets = append(r.sets, level)
	}
	slices.Sort(r.sets)
	if r.sets = slices.Compact(r.sets); sound && len(r.sets) == 0 {
		faults.loc(m.Package.Location, fmt.Sprintf("the rule %s can find nothing: it has neither %s nor %s", r.name, r.may()[0], r.may()[1]),
			fmt.Sprintf("write `%s contains {\"code\": …, \"message\": …} if …`, or take the file away", r.may()[0]))
		sound = false
	}
	return sound
}

// describe reads what the rule says of itself.
func (r *ownRule) describe(m *ast.Module) {
	r.rule = Rule{
		Code: r.code, Name: r.name, Level: r.sets[0], Waivable: r.about == aChange, Own: true,
		Package: r.pkg, File: r.file, About: string(r.about), Sets: slices.Clone(r.sets),
	}
	i := slices.IndexFunc(m.Annotations, func(a *ast.Annotations) bool { return a.Scope == "package" })
	if i < 0 {
		return
	}
	a := m.Annotations[i]
	text := func(key string) string { s, _ := a.Custom[key].(string); return harmless(s) }
	r.rule.Title, r.rule.Description, r.rule.Remedy = harmless(a.Title), harmless(a.Description), text("remedy")
	r.remedy = r.rule.Remedy
	if code := text("code"); ownCode.MatchString(code) && !builtInCode.MatchString(code) {
		r.rule.Code = code
	}
}

// codesOf lists the codes that stand in a module's text, sorted.
func codesOf(m *ast.Module) []string {
	var codes []string
	ast.WalkTerms(m, func(t *ast.Term) bool {
		if o, ok := t.Value.(ast.Object); ok {
			if code, ok := text(o, "code"); ok && ownCode.MatchString(code) {
				codes = append(codes, code)
			}
		}
		return false
	})
	slices.Sort(codes)
	return slices.Compact(codes)
}
