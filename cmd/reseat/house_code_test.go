package main_test

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// A houseCode is the non-test code of one package with what its names mean.
type houseCode struct {
	*house
	dir   string
	pkg   *types.Package
	uses  map[*ast.Ident]types.Object
	file  *ast.File
	names map[string]string // of the file's imports to their paths
}

type houseNoImports struct{}

func (houseNoImports) Import(string) (*types.Package, error) { return nil, errors.New("not looked at") }

// judgeCode looks at what the files of one package use, declare and change.
// Imports are not followed, so types stay unknown; names are told apart all the
// same, and one that is not counts as what its spelling says.
func (h *house) judgeCode(dir string, files []*ast.File) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: houseNoImports{}, Error: func(error) {}, FakeImportC: true}
	pkg, _ := conf.Check(dir, h.fset, files, info) // every import is an error
	for _, file := range files {
		c := &houseCode{house: h, dir: dir, pkg: pkg, uses: info.Uses, file: file, names: map[string]string{}}
		for _, spec := range file.Imports {
			c.names[houseImportName(spec)] = houseImport(spec)
		}
		c.judgeDeclarations()
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				c.judgeUse(sel)
			}
			for _, changed := range c.changedBy(n) {
				c.judgeChange(changed)
			}
			return true
		})
	}
}

// houseImportName is the name a file knows an import by: its own, or the last
// element that is no version.
func houseImportName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	imported := houseImport(spec)
	if base := path.Base(imported); len(base) < 2 || base[0] != 'v' || strings.Trim(base[1:], "0123456789") != "" {
		return base
	}
	return path.Base(path.Dir(imported))
}

// imported is the import path and name that e speaks of, as in time.Now; both
// are empty when it is no name of an import.
func (c *houseCode) imported(e ast.Expr) (string, string) {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := ast.Unparen(sel.X).(*ast.Ident)
	if !ok {
		return "", ""
	}
	if obj := c.uses[id]; obj != nil {
		if _, isPackage := obj.(*types.PkgName); !isPackage {
			return "", ""
		}
	}
	return c.names[id.Name], sel.Sel.Name
}

func (c *houseCode) among(e ast.Expr, table map[string][]string) bool {
	from, name := c.imported(e)
	return slices.Contains(table[from], name)
}

func (c *houseCode) judgeUse(sel *ast.SelectorExpr) {
	from, name := c.imported(sel)
	if from == "os" && c.dir == "internal/desired" && !slices.Contains(houseHandedIn, name) {
		c.breach(sel.Pos(), "rule 4: %s uses os.%s, but its folder is handed in as an fs.FS or os.Root", c.dir, name)
		return
	}
	for _, u := range houseUses {
		if !c.among(sel, u.names) {
			continue
		}
		switch {
		case !slices.Contains(u.rooms, houseRoom(c.dir)):
			c.breach(sel.Pos(), "rule 4: %s uses %s.%s, but %s for %s", c.dir, from, name, u.what, houseNot(u.what, u.rooms))
		case u.mainOnly && path.Base(c.fset.Position(sel.Pos()).Filename) != "main.go":
			c.breach(sel.Pos(), "rule 4: %s uses %s.%s, but %s for main.go", c.dir, from, name, u.what)
		}
	}
}

// houseNot lists the rooms, or those left out where what is a not.
func houseNot(what string, rooms []string) string {
	if strings.HasSuffix(what, " not") {
		rooms = houseWithout(rooms...)
	}
	return strings.Join(rooms, ", ")
}

func (c *houseCode) judgeDeclarations() {
	for _, decl := range c.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				c.breach(d.Pos(), "style: %s has an init function; let the caller ask for what it sets up", c.dir)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR && !houseEmbeds(d.Doc) && !houseEmbeds(v.Doc) {
					c.judgeVariable(v)
				}
			}
		}
	}
}

func houseEmbeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(l *ast.Comment) bool { return strings.HasPrefix(l.Text, "//go:embed ") })
}

func (c *houseCode) judgeVariable(v *ast.ValueSpec) {
	for i, name := range v.Names {
		switch {
		case name.Name == "_":
		case len(v.Values) == 0:
			c.breach(name.Pos(), "style: package variable %s of %s has no value, so it is there to be changed", name.Name, c.dir)
		case !c.fixed(v.Values[min(i, len(v.Values)-1)]):
			c.breach(name.Pos(), "style: package variable %s of %s is no error, pattern or table; make it a const, a func or a field", name.Name, c.dir)
		}
	}
}

// fixed tells a first value that cannot change by its own methods.
func (c *houseCode) fixed(value ast.Expr) bool {
	switch e := ast.Unparen(value).(type) {
	case *ast.CompositeLit:
		from, _ := c.imported(e.Type)
		return from != "sync" && from != "sync/atomic" && from != "bytes" && from != "strings"
	case *ast.CallExpr:
		_, bytes := e.Fun.(*ast.ArrayType) // a conversion, as in []byte("PK")
		return bytes || c.among(e.Fun, houseValues)
	}
	return false
}

// changedBy lists what the node changes, or could change later through a
// pointer.
func (c *houseCode) changedBy(n ast.Node) []ast.Expr {
	switch s := n.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return s.Lhs
		}
	case *ast.RangeStmt:
		if s.Tok == token.ASSIGN {
			return []ast.Expr{s.Key, s.Value}
		}
	case *ast.IncDecStmt:
		return []ast.Expr{s.X}
	case *ast.UnaryExpr:
		if s.Op == token.AND {
			return []ast.Expr{s.X}
		}
	case *ast.CallExpr:
		id, _ := ast.Unparen(s.Fun).(*ast.Ident)
		builtin := id != nil && slices.Contains([]string{"delete", "clear", "copy"}, id.Name)
		if len(s.Args) > 0 && (builtin || c.among(s.Fun, houseInPlace)) {
			return s.Args[:1]
		}
	}
	return nil
}

// judgeChange finds the variable that the changed expression is, or is part of.
func (c *houseCode) judgeChange(changed ast.Expr) {
	for {
		switch e := changed.(type) {
		case *ast.ParenExpr:
			changed = e.X
		case *ast.IndexExpr:
			changed = e.X
		case *ast.SliceExpr:
			changed = e.X
		case *ast.StarExpr:
			changed = e.X
		case *ast.SelectorExpr:
			if from, name := c.imported(e); from != "" {
				c.breach(e.Pos(), "style: %s changes %s of %q, a package variable", c.dir, name, from)
				return
			}
			changed = e.X
		case *ast.Ident:
			if _, own := c.pkg.Scope().Lookup(e.Name).(*types.Var); own && !c.local(e) {
				c.breach(e.Pos(), "style: %s changes the package variable %s, or takes its address", c.dir, e.Name)
			}
			return
		default:
			return
		}
	}
}

func (c *houseCode) local(id *ast.Ident) bool {
	obj := c.uses[id]
	return obj != nil && obj.Parent() != c.pkg.Scope()
}
