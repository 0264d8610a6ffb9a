package main

import (
	"errors"

	"github.com/reseat-cli/reseat/internal/schedule"
	"github.com/reseat-cli/reseat/plan"
)

// window says whether the folder's windows let an apply send now.
func (s *session) window() plan.WindowFact {
	return schedule.At(s.folder.desired.Settings.Windows, s.app.now())
}

// windowOpen is asked between two batches of a run: an error stops it.
func (s *session) windowOpen() error {
	if w := s.window(); w.Closed() {
		return errors.New("the windows are " + w.Text)
	}
	return nil
}
