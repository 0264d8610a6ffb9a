package state

import "io"

// NewAppender is an appender over a file of a test's own.
func NewAppender(path string, f interface {
	io.WriteCloser
	Sync() error
}) *Appender {
	return &Appender{path: path, f: f}
}

// Alive is what locks ask of a process.
func Alive(pid int) bool { return alive(pid) }
