package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A source is the text of one Go file.
type source string

// breaches says where files, by their slashed paths from the module's root,
// break the rule of the house: file, line, what and which rule, sorted.
func breaches(files map[string]source) []string {
	h := &house{fset: token.NewFileSet()}
	byDir := map[string][]*ast.File{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := parser.ParseFile(h.fset, name, string(files[name]), parser.ParseComments)
		if err != nil {
			h.found = append(h.found, fmt.Sprintf("%s: cannot be read as Go: %v", name, err))
			continue
		}
		dir, test := path.Dir(name), strings.HasSuffix(name, "_test.go")
		if !slices.Contains(housePackages, houseRoom(dir)) {
			h.breach(file.Package, "rule 5: %s is no package of the house; a new one needs a reason in the commit and a line in housePackages", dir)
			continue
		}
		h.judgeImports(file, dir, test)
		if !test {
			byDir[dir] = append(byDir[dir], file)
		}
	}
	for dir, files := range byDir {
		h.judgeCode(dir, files)
	}
	slices.Sort(h.found)
	return h.found
}

// houseRoom is the name under which the tables know the folder dir.
func houseRoom(dir string) string {
	switch {
	case dir == "cmd/reseat":
		return "cmd"
	case strings.HasPrefix(dir, "examples/"):
		return "examples"
	}
	return dir
}

type house struct {
	fset  *token.FileSet
	found []string
}

func (h *house) breach(at token.Pos, format string, args ...any) {
	p := h.fset.Position(at)
	h.found = append(h.found, fmt.Sprintf("%s:%d: ", p.Filename, p.Line)+fmt.Sprintf(format, args...))
}

func (h *house) judgeImports(file *ast.File, dir string, test bool) {
	for _, spec := range file.Imports {
		imported := houseImport(spec)
		if spec.Name != nil && spec.Name.Name == "." && !test {
			h.breach(spec.Pos(), "rule 4: imports %q with a dot, which hides what is used of it", imported)
		}
		switch {
		case imported == houseModule || strings.HasPrefix(imported, houseModule+"/"):
			h.judgeSibling(spec, dir, test)
		case houseOutside(imported):
			h.judgeLibrary(spec, dir, test)
		case !test:
			h.judgeStandard(spec, dir)
		}
	}
}

// judgeSibling holds rule 1 and 2, in tests too: a test that needs a sibling
// belongs to cmd.
func (h *house) judgeSibling(spec *ast.ImportSpec, dir string, test bool) {
	imported := houseImport(spec)
	itself := test && imported == houseModule+"/"+dir
	switch {
	case itself, houseRoom(dir) == "cmd":
	case dir == "plan":
		h.breach(spec.Pos(), "rule 1: plan imports %q, but plan imports the standard library only", imported)
	case imported != houseModule+"/plan":
		h.breach(spec.Pos(), "rule 2: %s imports %q, but only cmd imports more than plan; ask for an interface or func that cmd fills in", dir, imported)
	}
}

func (h *house) judgeLibrary(spec *ast.ImportSpec, dir string, test bool) {
	imported := houseImport(spec)
	grant, known := houseLongest(houseLibraries, imported)
	switch {
	case !known:
		h.breach(spec.Pos(), "rule 3: %s imports %q, an outside library that has no room", dir, imported)
	case test:
	case dir == "plan":
		h.breach(spec.Pos(), "rule 1: plan imports %q, but plan imports the standard library only", imported)
	case grant.testOnly:
		h.breach(spec.Pos(), "rule 3: %s imports %q, but %s for tests", dir, imported, grant.what)
	case !slices.Contains(grant.rooms, houseRoom(dir)):
		h.breach(spec.Pos(), "rule 3: %s imports %q, but %s for %s", dir, imported, grant.what, strings.Join(grant.rooms, ", "))
	}
}

func (h *house) judgeStandard(spec *ast.ImportSpec, dir string) {
	imported := houseImport(spec)
	for _, without := range housePlanWithout {
		if dir == "plan" && houseBelow(imported, without) {
			h.breach(spec.Pos(), "rule 1: plan imports %q, but plan has no files, network, log or chance", imported)
			return
		}
	}
	grant, limited := houseLongest(houseStandard, imported)
	if limited && !grant.anywhere && !slices.Contains(grant.rooms, houseRoom(dir)) {
		h.breach(spec.Pos(), "rule 4: %s imports %q, but %s for %s", dir, imported, grant.what, strings.Join(grant.rooms, ", "))
	}
}

func houseImport(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
	return p
}

// houseOutside tells an import that is not of the standard library, as the go
// command does: by the dot in its first element.
func houseOutside(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return imported == "C" || strings.Contains(first, ".")
}

func houseBelow(imported, top string) bool {
	return imported == top || strings.HasPrefix(imported, top+"/")
}

func houseLongest(table map[string]houseGrant, imported string) (houseGrant, bool) {
	longest, known := "", false
	for top := range table {
		if houseBelow(imported, top) && len(top) > len(longest) {
			longest, known = top, true
		}
	}
	return table[longest], known
}
