package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// seed is what all chance here comes from.
const seed = 20261120

// A chance is a source of numbers of its own for each name.
type chance struct{ *rand.PCG }

func chanceOf(kind, name string) chance {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s", kind, name)
	return chance{rand.NewPCG(seed, h.Sum64())}
}

// below returns a number from 0 to n-1.
func (c chance) below(n int) int { return int(c.Uint64() % uint64(n)) }

// guid is a random (version 4) GUID, always the same for a name.
func guid(kind, name string) string {
	c := chanceOf(kind, name)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], c.Uint64())
	binary.BigEndian.PutUint64(b[8:], c.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// day is a moment on a day, within working hours.
func (c chance) day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 7+c.below(9), c.below(60), c.below(60), 0, time.UTC)
}

// between is a moment on some day from the first year to the end of the last.
func (c chance) between(first, last int) time.Time {
	return c.day(first, time.January, 1+c.below(365*(last-first+1)))
}
