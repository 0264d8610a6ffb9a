package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/state"
)

// completes offers the shell what may stand first after a command, of the tenant
// in the working directory; then folders. files says that a file may stand there too.
func (a *app) completes(c *cobra.Command, files bool, names func(*state.Store) []cobra.Completion) *cobra.Command {
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		all := a.offered(".", typed, names)
		if len(all) == 0 && files {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

// offered are the names that begin as what was typed. Where there is no tenant,
// or its state cannot be read, there are none: a shell is no place for errors.
func (a *app) offered(dir, typed string, names func(*state.Store) []cobra.Completion) []cobra.Completion {
	store, err := a.storeOf(dir)
	if err != nil {
		return nil
	}
	var all []cobra.Completion
	for _, name := range names(store) {
		if strings.HasPrefix(name, typed) {
			all = append(all, name)
		}
	}
	return all
}

func runNames(store *state.Store) []cobra.Completion {
	infos, err := store.Runs()
	if err != nil {
		return nil
	}
	var all []cobra.Completion
	for _, i := range infos {
		all = append(all, cobra.CompletionWithDesc(i.Name, string(i.State)))
	}
	return all
}

func lockIDs(store *state.Store) []cobra.Completion {
	if lock, held, err := store.Holder(); err == nil && held {
		return []cobra.Completion{lock.ID}
	}
	return nil
}
