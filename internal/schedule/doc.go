// Package schedule says at which times an apply may send: the windows of
// reseat.yaml.
//
// A window opens whenever the clock of its zone shows a time that its cron text
// names, and stays open for so long. How long is elapsed time, whatever the clock
// does meanwhile. What the clock skips opens when it jumps; what it shows twice
// opens twice. Windows may overlap themselves.
//
// With no window that allows, all is allowed that none denies; else something
// must allow it. Deny wins. What cannot be read is closed:
//
//	fact := schedule.At(settings.Windows, now)
//	if fact.Closed() {
//		// nothing may be sent; fact.Text says when it opens
//	}
package schedule
