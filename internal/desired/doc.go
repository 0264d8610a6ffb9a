// Package desired reads a tenant's folder: YAML files in, [plan.Desired] out.
//
// It reads strictly. An unknown or doubled key, an alias, a tag, a word that
// is none of the known ones: each is a [plan.Fault] with file, line and column,
// what is wrong and what to type instead. All faults of a folder are found in
// one go, and a folder with a fault gives no desired state at all.
//
// Everything in the folder is hostile until checked. The folder comes as an
// fs.FS, which cmd makes with (*os.Root).FS so that nothing leads out of it;
// bytes are checked before the YAML parser sees them; the parser's nodes are
// read one by one, never decoded into Go maps. Facts files, which may lie
// elsewhere in the same repository, and people.lock are read as strictly.
//
// [Init], [Start] and [People] make the files that a folder begins with, as texts
// that cmd writes; [Overlay] reads a folder as it will be with them.
//
// What needs a tenant is not checked here: whether a product exists, whether
// two statements contradict each other. That is plan.Bind.
//
//	root, err := os.OpenRoot("contoso")
//	…
//	wanted, faults, err := desired.Read(root.FS())
package desired
