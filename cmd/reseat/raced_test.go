//go:build race

package main

// raced holds where the race detector is on: everything takes ten times as long.
const raced = true
