//go:build !linux

package state

// started is empty: this system does not say cheaply when a process began.
func started(int) string { return "" }

// boot, space and machine are empty: this system does not say cheaply.
func boot() string { return "" }

func space() string { return "" }

func machine() string { return "" }
