package simulator

import (
	"sync"

	"github.com/reseat-cli/reseat/plan"
)

// A traffic counts the writes that are under way, by user.
type traffic struct {
	mu  sync.Mutex
	now map[plan.UserID]int
}

// enter reports whether another write to the user is under way.
func (f *traffic) enter(id plan.UserID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now == nil {
		f.now = map[plan.UserID]int{}
	}
	f.now[id]++
	return f.now[id] > 1
}

func (f *traffic) leave(id plan.UserID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now[id]--; f.now[id] == 0 {
		delete(f.now, id)
	}
}

// crowded reports whether a member of the same batch wrote to the user already.
// The service runs members at the same time; here they come one by one, and
// those that wait for none are taken to overlap.
func (c *call) crowded(id plan.UserID) bool {
	if c.mates == nil {
		return false
	}
	was := c.mates[id]
	c.mates[id] = true
	return was
}

// chosen is true at a rate from 0 to 1.
func (t *Tenant) chosen(rate float64) bool {
	if rate <= 0 {
		return false
	}
	t.luck.Lock()
	defer t.luck.Unlock()
	return t.rand.Float64() < rate
}
