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

// readAt is the morning on which the tenants stand.
func readAt() time.Time { return time.Date(2026, time.November, 20, 6, 0, 0, 0, time.UTC) }

// A chance is a source of numbers of its own for each thing in a company.
type chance struct{ *rand.PCG }

func (c company) chance(kind, name string) chance {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s %s", c.folder, kind, name)
	return chance{rand.NewPCG(seed, h.Sum64())}
}

// below returns a number from 0 to n-1.
func (c chance) below(n int) int { return int(c.Uint64() % uint64(n)) }

// day is a moment within working hours on some day from first to last year.
func (c chance) day(first, last int) time.Time {
	return time.Date(first, time.January, 1+c.below(365*(last-first+1)), 7+c.below(9), c.below(60), c.below(60), 0, time.UTC)
}

// guid is a random (version 4) GUID, always the same for a name in a company.
func (c company) guid(kind, name string) string {
	from := c.chance(kind, name)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], from.Uint64())
	binary.BigEndian.PutUint64(b[8:], from.Uint64())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
