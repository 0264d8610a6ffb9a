//go:build race

package policies_test

// raced holds where the race detector is on.
const raced = true
