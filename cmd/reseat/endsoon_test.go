package main

import "os"

// endSoon takes away what a program under the race detector waits for at its end,
// a whole second, for the programs that tests start: hundreds. What races until
// then is told all the same. GORACE stands where somebody set it.
func endSoon() {
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=10")
	}
}

// sparing is how many times a test does what it does often, and how many under
// the race detector, where the same code runs and time is short.
func sparing(often, underRace int) int {
	if raced {
		return underRace
	}
	return often
}
