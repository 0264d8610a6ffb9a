package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// An eventLine is one line of `-o jsonl`: something that happened in an apply,
// told when it happened. It holds ids; names are in the plan. Readers ignore
// events and fields that they do not know. The kinds, and what they have beside
// event, at, run, plan and tenant:
//
//	began    the run begins, or is taken up: total, and how far it is
//	sending  intents are durable and a batch is on its way: users
//	outcome  one change: user, skuId, action, status, class, code, message,
//	         requestId, evidence; it can come again with a later status
//	waiting  a pause: wait (seconds), reason, and how far the run is; short ones
//	         are not told
//	stopping nothing more is sent: message
//	ended    nothing more happens: how far the run came, and message, which says
//	         why it ended before its time
//	lost     the reader was too slow: count lines are missing here
//	exit     the last line of every apply, also of one that was refused: exit, the
//	         exit code, and summary, as in report.json, where there is a report
//
// How far a run is, in changes: total, done, failed, skipped (already as wanted
// among them), unknown (sent and not settled, as what is on its way), waiting, batch, rate (changes a second of late) and
// secondsLeft (left out where nobody can tell).
type eventLine struct {
	Event  string        `json:"event"`
	At     time.Time     `json:"at"`
	Run    string        `json:"run,omitempty"`
	Plan   string        `json:"plan,omitempty"`
	Tenant plan.TenantID `json:"tenant,omitempty"`
	Users  []plan.UserID `json:"users,omitempty"`
	*eventOutcome
	*eventProgress
	Wait    float64             `json:"wait,omitempty"` // seconds
	Reason  string              `json:"reason,omitempty"`
	Message string              `json:"message,omitempty"`
	Count   int                 `json:"count,omitempty"`
	Summary *plan.ReportSummary `json:"summary,omitempty"`
	Exit    *int                `json:"exit,omitempty"`
}

type eventOutcome struct {
	User      plan.UserID `json:"user"`
	SKU       plan.SKU    `json:"skuId"`
	Action    plan.Action `json:"action"`
	Status    plan.Status `json:"status"`
	Class     plan.Class  `json:"class"`
	Code      string      `json:"code,omitempty"`
	RequestID string      `json:"requestId,omitempty"`
	Evidence  string      `json:"evidence,omitempty"`
}

type eventProgress struct {
	Total       int     `json:"total"`
	Done        int     `json:"done"`
	Failed      int     `json:"failed"`
	Skipped     int     `json:"skipped"`
	Unknown     int     `json:"unknown"`
	Waiting     int     `json:"waiting"`
	Batch       int     `json:"batch"`
	Rate        float64 `json:"rate"`
	SecondsLeft int     `json:"secondsLeft,omitempty"`
}

// applyOutputs reads the forms of an apply.
func (a *app) applyOutputs(f applyFlags) ([]output, error) {
	outs, err := outputsWith(f.formats, "markdown", "jsonl")
	if err != nil {
		return nil, err
	}
	return a.redacted(f.redact, outs)
}

// telling does something while its events go where outs say, and ends them with
// its exit code.
func (a *app) telling(outs []output, do func() error) (err error) {
	events := &events{app: a}
	for _, o := range outs {
		if o.format != "jsonl" {
			continue
		}
		to, name := a.out, "stdout"
		if o.file != "" {
			f, err := openEvents(o.file)
			if err != nil {
				return err
			}
			to, name = f, o.file
		}
		events.sinks = append(events.sinks, newSink(a, to, name))
	}
	if len(events.sinks) == 0 {
		return do()
	}
	a.events = events
	defer func() {
		events.end(codeOf(err))
		a.events = nil
	}()
	return do()
}

// openEvents opens a file for events. A pipe that nobody reads is an error, since
// to wait for its reader could be for ever.
func openEvents(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, noReader) {
		return nil, fmt.Errorf("write events: nobody reads from the pipe %q: start its reader first", name)
	}
	if err != nil {
		return nil, fmt.Errorf("write events: %w", err)
	}
	return f, nil
}

// noReader is what opening a pipe says that nobody reads from.
const noReader = syscall.ENXIO

// events tell what happens in an apply, to whoever wants to know. None is told
// of a nil one.
type events struct {
	app     *app
	sinks   []*sink
	head    eventLine // run, plan and tenant, once there are any
	summary *plan.ReportSummary
}

// of returns what an executor is to call for a job.
func (e *events) of(j *job) func(apply.Event) {
	if e == nil {
		return nil
	}
	e.head = eventLine{Run: j.run.Name(), Plan: j.plan.ID, Tenant: j.plan.Tenant.ID}
	return e.happened
}

// reported notes how the apply ended.
func (e *events) reported(r *plan.Report) {
	if e == nil {
		return
	}
	e.summary = &r.Summary
	e.head.Plan, e.head.Tenant = r.Plan, r.Tenant.ID
}

// happened tells of one event of a run.
func (e *events) happened(v apply.Event) {
	line := e.head
	line.Event, line.At, line.Users, line.Message = string(v.Kind), v.At.UTC(), v.Users, v.Message
	if o := v.Outcome; o != nil {
		line.eventOutcome = &eventOutcome{User: o.User, SKU: o.SKU, Action: o.Action, Status: o.Status, Class: o.Class,
			Code: o.Code, RequestID: o.RequestID, Evidence: o.Evidence}
		line.Message = o.Message
	}
	if p := v.Progress; p != nil {
		line.eventProgress = &eventProgress{Total: p.Total, Done: p.Done, Failed: p.Failed, Skipped: p.Skipped + p.Already, Unknown: p.Unknown,
			Waiting: p.Waiting, Batch: p.Batch, Rate: tenth(p.Rate), SecondsLeft: int(math.Ceil(p.Left.Seconds()))}
		line.Wait, line.Reason = tenth(p.Wait.Seconds()), p.Because
		if v.Kind == apply.Waiting {
			line.Message = "" // it is the reason
		}
	}
	e.tell(line)
}

// tenth rounds to one decimal.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }

func (e *events) tell(line eventLine) {
	text, err := encodeLine(line)
	if err != nil {
		e.app.log.Warn("an event could not be written", "event", line.Event, "error", err)
		return
	}
	for _, s := range e.sinks {
		s.put(text)
	}
}

func encodeLine(line eventLine) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return b.Bytes(), nil
}

// end tells how the command ended, and waits a moment for slow readers.
func (e *events) end(code int) {
	line := e.head
	line.Event, line.At, line.Summary, line.Exit = "exit", e.app.now().UTC(), e.summary, &code
	e.tell(line)
	for _, s := range e.sinks {
		s.close()
	}
}

// A sink is a reader of events. One that is slow, goes away or is full never
// holds the run up: what has no room is counted, and said once.
type sink struct {
	app   *app
	name  string
	lines chan []byte
	ended chan struct{}
	lost  int  // lines since the last one that had room
	told  bool // a note was printed
	mu    sync.Mutex
	note  string // what the writing has to say, or empty
}

const (
	// sinkRoom is how many lines wait for a slow reader.
	sinkRoom = 20_000
	// sinkWait is how long the end of the command waits for one.
	sinkWait = 5 * time.Second
)

func newSink(a *app, to io.Writer, name string) *sink {
	s := &sink{app: a, name: name, lines: make(chan []byte, sinkRoom), ended: make(chan struct{})}
	go s.write(to)
	return s
}

// write hands lines on, one at a time, until there are no more.
func (s *sink) write(to io.Writer) {
	defer close(s.ended)
	broken := false
	for line := range s.lines {
		if broken {
			continue
		}
		if _, err := to.Write(line); err != nil {
			broken = true
			s.fail("events can no longer be written to " + s.name + ": " + err.Error() + "; the apply goes on")
		}
	}
	if c, ok := to.(io.Closer); ok && s.name != "stdout" {
		if err := c.Close(); err != nil && !broken {
			s.fail("events may be missing in " + s.name + ": " + err.Error())
		}
	}
}

// fail leaves a note for who puts lines in: the stream of notes is theirs.
func (s *sink) fail(note string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note = note
}

// put never waits.
func (s *sink) put(line []byte) {
	s.tell("")
	if s.lost > 0 {
		gap, err := encodeLine(eventLine{Event: "lost", At: s.app.now().UTC(), Count: s.lost})
		if err != nil || !s.offer(gap) {
			s.lost++
			return
		}
		s.lost = 0
	}
	if !s.offer(slices.Clone(line)) {
		s.lost++
		s.tell("events are read too slowly from " + s.name + "; some are left out")
	}
}

func (s *sink) offer(line []byte) bool {
	select {
	case s.lines <- line:
		return true
	default:
		return false
	}
}

func (s *sink) close() {
	close(s.lines)
	t := time.NewTimer(sinkWait)
	defer t.Stop()
	select {
	case <-s.ended:
		s.tell("")
	case <-t.C:
		s.tell("events are read too slowly from " + s.name + "; the last are left out")
	}
}

// tell prints a note, or the one that the writing left; the first only.
func (s *sink) tell(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.note != "" {
		what = s.note
	}
	if what != "" && !s.told {
		s.told = true
		fmt.Fprintln(aside{s.app}, "note:", what)
	}
}
