package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/reseat-cli/reseat/plan"
)

func main() {
	out := flag.String("out", "examples/contoso/tenant.json", "the file to write")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run writes the tenant to the file called name.
func run(name string) error {
	text, err := plan.EncodeSnapshot(tenant())
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
