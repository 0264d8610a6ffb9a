package schedule

import (
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Change is when windows become open, or closed.
func Change(windows []plan.Window, now time.Time) (time.Time, bool) {
	var s set
	for _, w := range windows {
		one, err := read(w)
		if err != nil {
			panic(err)
		}
		s = append(s, one)
	}
	at, _, ok, _ := s.change(s.at(now), now)
	return at, ok
}
