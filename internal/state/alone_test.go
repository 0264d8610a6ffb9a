package state_test

import (
	"errors"
	"strings"
	"testing"
)

// TestTwoWhoAppend: of two processes that append to one journal the second
// notices, writes nothing, and stays out of it.
func TestTwoWhoAppend(t *testing.T) {
	s := open(t)
	r, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	old, err := r.Journal()
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Append([]byte("1\n")); err != nil {
		t.Fatal(err)
	}
	other, err := r.Journal()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Append([]byte("2\n")), other.Append([]byte("3\n"))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := old.Append([]byte("2\n")); err == nil || !strings.Contains(err.Error(), "another process wrote to it as well") {
			t.Errorf("got %v", err)
		}
	}
	if err := errors.Join(other.Append([]byte("4\n")), other.Close(), old.Close()); err != nil {
		t.Error(err)
	}
	if got := read(t, r.Dir()+"/journal.jsonl"); got != "1\n2\n3\n4\n" {
		t.Errorf("got %q", got)
	}
}
