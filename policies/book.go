package policies

import (
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A book is compiled rules that came with the program. Engines share it, several
// at once: nobody changes it, and what differs between two tenants (settings,
// rules of one's own, what was found before) is no part of it.
type book struct {
	rules    []Rule
	compiler *ast.Compiler
	changes  *docket
	plan     *docket
	digest   string
}

// builtIn is the book of the built-in rules. To compile them is most of what an
// engine costs, and a process may judge for many tenants.
var builtIn = sync.OnceValues(func() (*book, error) {
	texts, err := sources()
	if err != nil {
		return nil, err
	}
	return newBook(texts, manifest())
})

// newBook compiles rules, which must be exactly those of the manifest.
func newBook(texts map[string]string, manifest []entry) (*book, error) {
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
	b := &book{rules: rules, compiler: compiler, digest: digest(texts)}
	if b.changes, err = newDocket(compiler, manifest, aChange); err != nil {
		return nil, err
	}
	if b.plan, err = newDocket(compiler, manifest, thePlan); err != nil {
		return nil, err
	}
	return b, nil
}
