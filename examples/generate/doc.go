// Command generate makes the tenants of the examples: small companies that do
// not exist, one for each job that a folder beside it is about.
//
//	go run ./examples/generate
//
// Whoever has a part in a story stands by name in its company; the colleagues
// around them get names from a fixed seed. Every id comes from the seed, the
// company and a name, so a new person changes no other line of a file, and one
// company none of another. YAML files and pages are written by hand and left
// alone. The folder contoso has a generator of its own.
package main
