// Package render shows plans, runs and their reports to people.
//
// It reads only the documents of package plan, so that a plan looks the same
// when it is made, saved and shown again: equal inputs give equal bytes. It
// touches no file and no clock; where the text goes, how wide it is and whether
// it may be coloured is told by the caller.
//
//	err := render.Plan(os.Stdout, p, render.Options{Width: 80, Next: "reseat apply plan.json"})
//
// The manner of all texts: the verdict first, what a person decides upon next,
// and what hurts last, just above the command to type. Colour only repeats what
// a mark says already. What was not found and what could not be looked at never
// read alike.
//
// Everything that comes from a tenant, its files or Graph is hostile text. Only
// one method makes printable text of a string (pen.text, which calls [Clean]);
// the layout takes nothing else.
package render
