package policies

import (
	"encoding/binary"
	"maps"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// A recollection keeps what rules found, by what they read of their
// input. A rule can call nothing that knows more than it is given, so that it
// finds the same on two changes of which all that it reads is the same: who the
// person is and which statement speaks, most rules never ask. What a rule reads
// is not declared anywhere but taken from its compiled text, and from that of all
// that it refers to.
type recollection struct {
	*reading
	mu    sync.RWMutex
	known []map[string][]plan.Decision // by entry and key; never changed once there
}

// A reading is what a list of rules reads of their input. It is never changed.
type reading struct {
	paths []ast.Ref // below input, none twice; an empty one is all of it
	reads [][]int   // by entry, which paths it reads
}

// maxRecalled is how many answers of one rule are kept. A rule that gives more is
// one whose answers seldom come again: it begins anew.
const maxRecalled = 1 << 12

func newRecollection(r *reading) *recollection {
	m := &recollection{reading: r, known: make([]map[string][]plan.Decision, len(r.reads))}
	for i := range m.known {
		m.known[i] = map[string][]plan.Decision{}
	}
	return m
}

func newReading(compiler *ast.Compiler, entries []entry) *reading {
	r := &reading{reads: make([][]int, len(entries))}
	index := map[string]int{}
	for i, e := range entries {
		paths := readsOf(compiler, e)
		for _, name := range slices.Sorted(maps.Keys(paths)) {
			if _, ok := index[name]; !ok {
				index[name] = len(r.paths)
				r.paths = append(r.paths, paths[name])
			}
			r.reads[i] = append(r.reads[i], index[name])
		}
	}
	return r
}

// readsOf are the parts of input that an entry's sets of findings are made of, by
// their names.
func readsOf(compiler *ast.Compiler, e entry) map[string]ast.Ref {
	paths := map[string]ast.Ref{}
	seen := map[*ast.Rule]bool{}
	var read func(terms ...*ast.Term)
	follow := func(ref ast.Ref) {
		for _, r := range compiler.GetRules(ref.ConstantPrefix()) {
			if !seen[r] {
				seen[r] = true
				ast.WalkTerms(r, func(t *ast.Term) bool { read(t); return true })
			}
		}
	}
	read = func(terms ...*ast.Term) {
		for _, t := range terms {
			ast.WalkTerms(t, func(t *ast.Term) bool {
				if v, ok := t.Value.(ast.Var); ok && v.Equal(ast.InputRootDocument.Value) {
					paths[""] = ast.Ref{}
				}
				ref, ok := t.Value.(ast.Ref)
				switch {
				case !ok:
					return false
				case ref.HasPrefix(ast.InputRootRef):
					path := constant(ref[1:])
					paths[path.String()] = path
				case ref.HasPrefix(ast.DefaultRootRef):
					follow(ref)
				default:
					read(ref[0])
				}
				read(ref[1:]...)
				return true
			})
		}
	}
	for _, level := range e.sets {
		follow(ast.MustParseRef("data." + e.pkg + "." + string(level)))
	}
	return paths
}

// constant is as much of a path as names the same for every input.
func constant(path ast.Ref) ast.Ref {
	for i, part := range path {
		if _, ok := part.Value.(ast.String); !ok {
			return path[:i]
		}
	}
	return path
}

// keys are what each entry reads of an input, written so that two are the same
// only where all that is read is.
func (r *reading) keys(input ast.Value) []string {
	var all []byte
	ends := make([]int, len(r.paths)+1)
	for i, path := range r.paths {
		if v, err := input.Find(path); err == nil {
			all = written(all, v)
		}
		ends[i+1] = len(all)
	}
	keys := make([]string, len(r.reads))
	var key []byte
	for i, reads := range r.reads {
		key = key[:0]
		for _, at := range reads {
			part := all[ends[at]:ends[at+1]]
			key = binary.AppendUvarint(key, uint64(len(part)))
			key = append(key, part...)
		}
		keys[i] = string(key)
	}
	return keys
}

// written appends a value so that no two are written alike.
func written(b []byte, v ast.Value) []byte {
	short := func(kind byte, n int) { b = binary.AppendUvarint(append(b, kind), uint64(n)) }
	switch v := v.(type) {
	case ast.Null:
		b = append(b, 'n')
	case ast.Boolean:
		if b = append(b, 'f'); v {
			b[len(b)-1] = 't'
		}
	case ast.String:
		short('s', len(v))
		b = append(b, v...)
	case *ast.Array:
		short('a', v.Len())
		v.Foreach(func(t *ast.Term) { b = written(b, t.Value) })
	case ast.Object:
		short('o', v.Len())
		v.Foreach(func(key, value *ast.Term) { b = written(written(b, key.Value), value.Value) })
	default: // numbers, and what an input never has
		text := v.String()
		short('v', len(text))
		b = append(b, text...)
	}
	return b
}

// recall returns what is known of an input, and the entries of which nothing is.
func (m *recollection) recall(keys []string) (found []plan.Decision, due []int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for i, key := range keys {
		if known, ok := m.known[i][key]; ok {
			found = append(found, known...)
		} else {
			due = append(due, i)
		}
	}
	return found, due
}

// keep takes in what an entry found. That a rule failed is no answer of its.
func (m *recollection) keep(i int, key string, found []plan.Decision) {
	if slices.ContainsFunc(found, func(d plan.Decision) bool { return d.Failed }) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known[i]) >= maxRecalled {
		clear(m.known[i])
	}
	m.known[i][key] = found
}
