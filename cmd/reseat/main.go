package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // zones of maintenance windows, on hosts that have none
)

func main() {
	// A reader that goes away (| head) must not kill an apply half-way: writing
	// fails instead, like to a full disk.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	notify(signals)
	a := &app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		now: time.Now, env: os.Getenv, version: version(), terminal: terminalOf,
	}
	ctx, stop := a.listen(context.Background(), signals)
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// notify sends the signals by which somebody wants the program to end. A terminal
// that is closed is one, unless it is to be outlived, as by nohup.
func notify(signals chan<- os.Signal) {
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
}

// version is that of the module, or of the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 7 {
			return "devel-" + s.Value[:7]
		}
	}
	return "devel"
}
