package desired

import (
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// How long a window may stay open.
const (
	minWindow = time.Minute
	maxWindow = 8760 * time.Hour
)

// windows reads the times at which an apply may send.
func (s *source) windows(n *yaml.Node) []plan.Window {
	if n == nil {
		return nil
	}
	var out []plan.Window
	for _, e := range s.list(n, "`windows`") {
		out = append(out, s.window(e))
	}
	return out
}

func (s *source) window(n *yaml.Node) plan.Window {
	w := plan.Window{Place: s.place(n)}
	o, ok := s.object(n, "a window", "allow deny for zone", "")
	if !ok {
		return w
	}
	allow, deny := o.get("allow"), o.get("deny")
	switch {
	case allow != nil && deny != nil:
		s.fault(o.key("deny"), "the window has both `allow` and `deny`", "keep one, and write the other as a window of its own")
	case allow == nil && deny == nil && !o.guessed("allow", "deny"):
		s.fault(n, "the window has neither `allow` nor `deny`", "say when it opens, as in `allow: \"0 6 * * MON-FRI\"`")
	}
	at := allow
	if w.Deny = allow == nil && deny != nil; w.Deny {
		at = deny
	}
	if at != nil {
		w.Cron = s.cron(at, map[bool]string{false: "`allow`", true: "`deny`"}[w.Deny])
	}
	if !s.missing(o, "the window", "for", "say how long it stays open, as in `for: 12h`") {
		w.For = s.open(o.get("for"))
	}
	zone := o.get("zone")
	w.Zone = s.text(zone, "`zone`")
	s.checkWindow(w, at, zone)
	return w
}

// open reads how long a window stays open.
func (s *source) open(n *yaml.Node) time.Duration {
	d, ok := s.duration(n, "`for`")
	if ok && (d < minWindow || d > maxWindow) {
		s.fault(n, "`for` is "+quote(normal(n.Value))+", out of range", "write 1m to 8760h")
		return 0
	}
	return d
}

const cronFields = "write minute, hour, day of the month, month and day of the week, as in `0 6 * * MON-FRI`"

// cron reads five fields; what they say is for whoever knows the calendar.
func (s *source) cron(n *yaml.Node, what string) string {
	t := s.text(n, what)
	if t == "" {
		return ""
	}
	fields := strings.Fields(t)
	if len(fields) != 5 || strings.Contains(t, "=") {
		s.fault(n, what+" is "+quote(t)+", which has not the five fields of a cron text", cronFields)
		return ""
	}
	return strings.Join(fields, " ")
}

// checkWindow has what a window says checked: when it opens first, in UTC, then
// in its zone, so that the fault is told where it is.
func (s *source) checkWindow(w plan.Window, at, zone *yaml.Node) {
	check := s.opts.CheckWindow
	if check == nil || w.Cron == "" || w.For == 0 {
		return
	}
	name := w.Zone
	w.Zone = ""
	if cause := check(w); cause != "" {
		s.fault(at, cause, cronFields)
		return
	}
	if w.Zone = name; name == "" {
		return
	}
	if cause := check(w); cause != "" {
		s.fault(zone, cause, "write a name of the IANA database, as in `zone: Europe/Stockholm`, or leave it out for UTC")
	}
}
