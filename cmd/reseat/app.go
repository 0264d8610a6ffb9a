package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/term"

	"github.com/reseat-cli/reseat/internal/graph"
)

// An app is the program with everything it has of the outside.
type app struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	env      func(string) string
	version  string
	// terminal tells whether a stream is a terminal, and how wide.
	terminal func(stream any) (width int, ok bool)
	// interrupted is closed by the first signal: an apply finishes the batch in flight.
	interrupted chan struct{}
	// place is the folder as it stands at the end of commands in hints, with the
	// state folder if one was named; " contoso", or nothing.
	place string
	// called is the command, as in "reseat sim".
	called string
	// applying is true while a first signal must not cancel what is under way.
	applying bool
	mu       sync.Mutex
	log      hclog.Logger
	shown    *progress // the one that is shown, or nil
	events   *events   // nil: nobody wants to know
	until    time.Time // the end of the longest wait that was told
	opts     globals
	// journal lets tests come between an apply and its journal; nil outside of tests.
	journal func(appendLines func([]byte) error) func([]byte) error
	// disk is asked ahead of every durable write to a state folder; nil outside of tests.
	disk func(path string) error
	wait func(ctx context.Context, d time.Duration) error // nil: by the clock
	// wire lets tests come between the client and its tenant; nil outside of tests.
	wire func(*graph.Config)
}

// globals are the flags that every command takes.
type globals struct {
	logLevel, logFormat string
	state               string
	ascii               bool
	policies            []string // folders of --policy
}

// run runs one command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.report(root.ExecuteContext(ctx))
}

// listen turns signals into what they mean: the first interrupts, the second
// stops waiting for anything.
func (a *app) listen(parent context.Context, signals <-chan os.Signal) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	a.interrupted = make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			var sig os.Signal
			select {
			case <-ctx.Done():
				return
			case sig = <-signals:
			}
			if n > 0 && sig == syscall.SIGHUP {
				continue // a terminal is closed by the system and by its shell: that is no impatience
			}
			if n == 0 {
				close(a.interrupted)
				if a.isApplying() {
					fmt.Fprintln(aside{a}, "interrupted: finishing the batch in flight; once more to stop waiting for it")
					continue
				}
			}
			cancel(errInterrupted)
			return
		}
	}()
	return ctx, func() { cancel(nil) }
}

func (a *app) isApplying() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.applying
}

func (a *app) setApplying(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.applying = on
}

// logger makes the log, on stderr.
func (a *app) logger() (hclog.Logger, error) {
	level := hclog.LevelFromString(a.opts.logLevel)
	if level == hclog.NoLevel {
		return nil, usage("--log-level is one of trace, debug, info, warn, error, off; not %q", a.opts.logLevel)
	}
	if a.opts.logFormat != "text" && a.opts.logFormat != "json" {
		return nil, usage("--log-format is text or json; not %q", a.opts.logFormat)
	}
	return hclog.New(&hclog.LoggerOptions{
		Name: "reseat", Level: level, Output: aside{a}, JSONFormat: a.opts.logFormat == "json", TimeFn: a.now,
	}), nil
}

// terminalOf asks the system.
func terminalOf(stream any) (width int, ok bool) {
	f, isFile := stream.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, true
	}
	return width, true
}

// color says whether what goes to stdout may be coloured (https://no-color.org).
func (a *app) color() bool {
	_, tty := a.terminal(a.out)
	return tty && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
}

// ascii says whether symbols outside ASCII would not be shown.
func (a *app) ascii() bool {
	if a.opts.ascii {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := a.env(name); v != "" {
			return v == "C" || v == "POSIX" || !strings.Contains(strings.ToUpper(v), "UTF")
		}
	}
	return false
}
