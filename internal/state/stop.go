package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// stopName is the file of the stop switch.
const stopName = "stop"

// A Stop is who wants nothing to be sent to the tenant, and why. All of it is
// empty if the file that stops says nothing.
type Stop struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Host   string    `json:"host"`
	Reason string    `json:"reason"`
}

// SetStop sets the stop switch and returns how it is set now, durably. One that
// is set already stays as it is, but for a reason that is given anew; one that
// cannot be read is written anew.
func (s *Store) SetStop(want Stop) (now Stop, was bool, err error) {
	now, was, err = s.Stopped()
	switch {
	case err == nil && was && (want.Reason == "" || want.Reason == now.Reason) && now != (Stop{}):
		return now, true, nil
	case was && err == nil && now != (Stop{}):
		now.Reason = want.Reason
	default:
		if now = want; now.Host == "" {
			now.Host, _ = os.Hostname() // a stop without its host stops as well
		}
		now.At = now.At.UTC().Truncate(time.Second)
	}
	if err := s.create(); err != nil {
		return Stop{}, was, err
	}
	data, err := json.Marshal(now)
	if err != nil {
		return Stop{}, was, fmt.Errorf("set the stop switch: %w", err)
	}
	if err := s.writeFile(s.Path(stopName), append(data, '\n')); err != nil {
		return Stop{}, was, fmt.Errorf("set the stop switch: %w", err)
	}
	return now, was, nil
}

// ClearStop takes the stop switch away, durably, also one that cannot be read,
// and reports whether there was one.
func (s *Store) ClearStop() (was bool, err error) {
	err = os.Remove(s.Path(stopName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return true, fmt.Errorf("clear the stop switch: %w", err)
	}
	return true, nil
}

// Stopped reports whether the stop switch is set, and by whom. With an error it
// is true: what cannot be read stops.
func (s *Store) Stopped() (by Stop, set bool, err error) {
	data, err := readSmall(s.Path(stopName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Stop{}, false, nil
	case err != nil:
		return Stop{}, true, fmt.Errorf("read the stop switch: %w", err)
	case len(bytes.TrimSpace(data)) == 0: // as by touch
		return Stop{}, true, nil
	}
	if err := json.Unmarshal(data, &by); err != nil {
		return Stop{}, true, fmt.Errorf("read the stop switch %q: %w", s.Path(stopName), err)
	}
	return by, true, nil
}
