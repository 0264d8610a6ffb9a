package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/reseat-cli/reseat/plan"
)

func main() {
	dir := flag.String("dir", "examples", "the folder that holds the examples")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run writes the files of all companies below dir. Folders must be there.
func run(dir string) error {
	for _, c := range companies() {
		files, err := c.files()
		if err != nil {
			return fmt.Errorf("%s: %w", c.folder, err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), text, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// companies are all tenants, each of a folder.
func companies() []company {
	return []company{
		leavers(), disabledAccounts(), idleAddOns(),
		downgrade(), directToGroup(), duplicates(), wingtip(), tailwind(),
		trials(), oneProduct(), selfService(),
		adminCenter(), ownRules(), guardRails(),
	}
}

// files are the company's files, by name below the examples.
func (c company) files() (map[string][]byte, error) {
	text, err := plan.EncodeSnapshot(c.snapshot())
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{c.folder + "/tenant.json": text}
	if hr := c.personnel(); hr != nil {
		files[c.folder+"/hr.csv"] = hr
	}
	if holds := c.holds(); holds != nil {
		files[c.folder+"/holds.csv"] = holds
	}
	return files, nil
}
