package main

import (
	"os"
	"os/exec"
	"testing"
)

// BenchmarkVersion starts the program and asks for its version: under 50 ms.
func BenchmarkVersion(b *testing.B) {
	for b.Loop() {
		cmd := exec.Command("reseat", "version")
		cmd.Env = os.Environ()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}

// BenchmarkPlanContoso is `reseat plan examples/contoso` in a process of its own.
func BenchmarkPlanContoso(b *testing.B) {
	s := newSandbox(b)
	for b.Loop() {
		s.must(0, "plan", s.dir)
	}
}
