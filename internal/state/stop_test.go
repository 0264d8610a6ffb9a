package state_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
)

func TestStop(t *testing.T) {
	s := open(t)
	if by, set, err := s.Stopped(); by != (state.Stop{}) || set || err != nil {
		t.Errorf("got %+v, %t, %v before it is set", by, set, err)
	}
	if was, err := s.ClearStop(); was || err != nil {
		t.Errorf("cleared: got %t, %v", was, err)
	}
	if _, err := os.Stat(s.Path("")); !os.IsNotExist(err) {
		t.Errorf("looking left a folder behind: %v", err)
	}
	first := state.Stop{At: noon, Who: "ann", Host: "vm", Reason: "CHG-1"}
	steps := []struct {
		name      string
		set, want state.Stop
		was       bool
	}{
		{"first", first, first, false},
		{"again", state.Stop{At: noon.Add(time.Hour), Who: "bo", Host: "ci"}, first, true},
		{"with a reason", state.Stop{At: noon.Add(time.Hour), Who: "bo", Host: "ci", Reason: "CHG-2"}, state.Stop{At: noon, Who: "ann", Host: "vm", Reason: "CHG-2"}, true},
	}
	for _, tt := range steps {
		now, was, err := s.SetStop(tt.set)
		if now != tt.want || was != tt.was || err != nil {
			t.Errorf("%s: got %+v, %t, %v; want %+v", tt.name, now, was, err, tt.want)
		}
		if by, set, err := s.Stopped(); by != tt.want || !set || err != nil {
			t.Errorf("%s: read %+v, %t, %v", tt.name, by, set, err)
		}
	}
	if was, err := s.ClearStop(); !was || err != nil {
		t.Errorf("cleared: got %t, %v", was, err)
	}
	if _, set, err := s.Stopped(); set || err != nil {
		t.Errorf("cleared: got %t, %v", set, err)
	}
}

// What makes no sense stops, can be cleared, and can be set anew.
func TestAStopThatMakesNoSenseStops(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"empty":    func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"text":     func(path string) error { return os.WriteFile(path, []byte("stop!"), 0o600) },
		"a list":   func(path string) error { return os.WriteFile(path, []byte("[]"), 0o600) },
		"a folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a link":   func(path string) error { return os.Symlink("nowhere", path) },
	} {
		s := open(t)
		if err := os.MkdirAll(s.Path(""), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := put(s.Path("stop")); err != nil {
			t.Skip(err)
		}
		if _, set, err := s.Stopped(); !set || (err == nil) != (name == "empty") {
			t.Errorf("%s: got %t, %v", name, set, err)
		}
		now, was, err := s.SetStop(state.Stop{At: noon, Who: "ann", Host: "vm"})
		if regular := name != "a folder" && name != "a link"; !was || (err == nil) != regular || regular && now.Who != "ann" {
			t.Errorf("%s: set anew: got %+v, %t, %v", name, now, was, err)
		}
		if was, err := s.ClearStop(); !was || err != nil {
			t.Errorf("%s: cleared: got %t, %v", name, was, err)
		}
	}
}

// A switch that cannot be written is an error, and the old one stands.
func TestStopOnAFullDisk(t *testing.T) {
	s := open(t)
	if _, _, err := s.SetStop(state.Stop{At: noon, Who: "ann", Host: "vm", Reason: "CHG-1"}); err != nil {
		t.Fatal(err)
	}
	s.OnWrite(func(string) error { return syscall.ENOSPC })
	if _, _, err := s.SetStop(state.Stop{Reason: "CHG-2"}); !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "set the stop switch: ") {
		t.Errorf("got %v", err)
	}
	if by, set, err := s.Stopped(); by.Reason != "CHG-1" || !set || err != nil {
		t.Errorf("got %+v, %t, %v", by, set, err)
	}
}
