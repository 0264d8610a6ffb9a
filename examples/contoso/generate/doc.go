// Command generate makes tenant.json, the tenant that the example folder
// contoso is about: 412 accounts of a company that does not exist.
//
//	go run ./examples/contoso/generate
//
// Whoever has a part in a story of the example stands by name in story.go; the
// crowd around them is drawn from a fixed seed. Every id comes from the seed
// and a name, so a new person changes no other line of the file. The YAML files
// beside it are written by hand and left alone.
package main
