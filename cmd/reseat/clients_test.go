package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestThirdPartyClients: Graph clients that others make tell their story
// against the program that is tested here. It installs them, so that it runs
// only when asked to, by RESEAT_CLIENTS=1.
func TestThirdPartyClients(t *testing.T) {
	t.Parallel()
	if os.Getenv("RESEAT_CLIENTS") != "1" {
		t.Skip("installs packages: set RESEAT_CLIENTS=1 to run it")
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join("..", "..", "internal", "simulator", "testdata", "clients", "run.sh")).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
