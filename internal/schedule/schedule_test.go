package schedule_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // of hosts that have none

	"github.com/reseat-cli/reseat/internal/schedule"
	"github.com/reseat-cli/reseat/plan"
)

func allow(cron, open, zone string) plan.Window { return window(false, cron, open, zone) }

func deny(cron, open, zone string) plan.Window { return window(true, cron, open, zone) }

func window(denies bool, cron, open, zone string) plan.Window {
	d, err := time.ParseDuration(open)
	if err != nil {
		panic(err)
	}
	return plan.Window{Deny: denies, Cron: cron, For: d, Zone: zone, Place: plan.Place{File: "reseat.yaml", Line: 7}}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

const sthlm = "Europe/Stockholm"

func TestAt(t *testing.T) {
	office := allow("0 6 * * MON-FRI", "12h", sthlm)
	yule := deny("0 0 20 12 *", "336h", "")
	tests := []struct {
		name    string
		windows []plan.Window
		now     string
		open    plan.Truth
		text    string
	}{
		{"before it opens", []plan.Window{office}, "2026-11-20T04:59:59Z", plan.No, "closed until 06:00 CET"},
		{"as it opens", []plan.Window{office}, "2026-11-20T05:00:00Z", plan.Yes, "open until 18:00 CET"},
		{"a moment before it closes", []plan.Window{office}, "2026-11-20T16:59:59.999999999Z", plan.Yes, "open until 18:00 CET"},
		{"as it closes", []plan.Window{office}, "2026-11-20T17:00:00Z", plan.No, "closed until 2026-11-23 06:00 Europe/Stockholm"},
		{"on a Saturday", []plan.Window{office}, "2026-11-21T12:00:00Z", plan.No, "closed until 2026-11-23 06:00 Europe/Stockholm"},
		{"in summer time", []plan.Window{office}, "2026-07-01T04:00:00Z", plan.Yes, "open until 18:00 CEST"},
		{"the zone is UTC", []plan.Window{allow("0 6 * * *", "1h", "")}, "2026-11-20T06:30:00Z", plan.Yes, "open until 07:00 UTC"},
		{"a zone without letters", []plan.Window{allow("0 6 * * *", "1h", "America/Sao_Paulo")}, "2026-11-20T09:30:00Z", plan.Yes, "open until 07:00 America/Sao_Paulo"},

		{"a denial alone, outside", []plan.Window{yule}, "2026-11-20T12:00:00Z", plan.Yes, "open until 2026-12-20 00:00 UTC"},
		{"a denial alone, inside", []plan.Window{yule}, "2026-12-20T00:00:00Z", plan.No, "closed until 2027-01-03 00:00 UTC"},
		{"a denial across new year", []plan.Window{yule}, "2027-01-02T23:59:59Z", plan.No, "closed until 2027-01-03 00:00 UTC"},
		{"a denial that ended", []plan.Window{yule}, "2027-01-03T00:00:00Z", plan.Yes, "open until 2027-12-20 00:00 UTC"},
		{"deny wins", []plan.Window{office, yule}, "2026-12-21T12:00:00Z", plan.No, "closed until 2027-01-04 06:00 Europe/Stockholm"},
		{"a denial cuts an allowance short", []plan.Window{office, deny("0 12 * * *", "1h", sthlm)}, "2026-11-20T10:00:00Z", plan.Yes, "open until 12:00 CET"},
		{"and lets it go on", []plan.Window{office, deny("0 12 * * *", "1h", sthlm)}, "2026-11-20T11:30:00Z", plan.No, "closed until 13:00 CET"},
		{"two that allow", []plan.Window{office, allow("0 8 * * SAT", "1h", sthlm)}, "2026-11-20T18:00:00Z", plan.No, "closed until 2026-11-21 08:00 Europe/Stockholm"},
		{"of two denials the later end counts", []plan.Window{yule, deny("0 0 1 1 *", "240h", "")}, "2027-01-02T00:00:00Z", plan.No, "closed until 2027-01-11 00:00 UTC"},

		{"longer than its period", []plan.Window{allow("0 * * * *", "3h", "")}, "2026-11-20T12:30:00Z", plan.Yes, "open for more than a year"},
		{"one after the other", []plan.Window{allow("0 6 * * *", "1h", ""), allow("0 7 * * *", "1h", "")}, "2026-11-20T06:30:00Z", plan.Yes, "open until 08:00 UTC"},
		{"denied for ever", []plan.Window{deny("0 0 * * *", "24h", "")}, "2026-11-20T12:30:00Z", plan.No, "closed for more than a year"},
		{"never allowed within a year", []plan.Window{allow("0 0 29 2 *", "24h", "")}, "2026-11-20T12:30:00Z", plan.No, "closed for more than a year"},
		{"a leap day", []plan.Window{allow("0 0 29 2 *", "24h", "")}, "2028-02-29T12:30:00Z", plan.Yes, "open until 2028-03-01 00:00 UTC"},
		{"a whole year", []plan.Window{deny("0 0 1 1 *", "8784h", "")}, "2026-11-20T12:30:00Z", plan.No, "closed for more than a year"},
		{"at other days of week and month", []plan.Window{allow("0 0 13 * FRI", "24h", "")}, "2026-11-20T12:30:00Z", plan.Yes, "open until 2026-11-21 00:00 UTC"},
		{"names in small letters", []plan.Window{allow("0 0 * nov,dec fri", "24h", "")}, "2026-11-20T12:30:00Z", plan.Yes, "open until 2026-11-21 00:00 UTC"},
		{"more than are looked through", []plan.Window{allow("* * * * *", "1s", ""), deny("* * * * *", "30s", "")}, "2026-11-20T12:30:40Z", plan.No, "closed"},

		// The clock jumps from 02:00 to 03:00 at 01:00 UTC.
		{"skipped: before", []plan.Window{allow("30 2 * * *", "1h", sthlm)}, "2026-03-29T00:59:59Z", plan.No, "closed until 03:00 CEST"},
		{"skipped: opens as the clock jumps", []plan.Window{allow("30 2 * * *", "1h", sthlm)}, "2026-03-29T01:00:00Z", plan.Yes, "open until 04:00 CEST"},
		{"skipped: a denial too", []plan.Window{deny("30 2 * * *", "1h", sthlm)}, "2026-03-29T01:59:59Z", plan.No, "closed until 04:00 CEST"},
		{"across the jump, elapsed time", []plan.Window{allow("0 0 * * *", "3h", sthlm)}, "2026-03-29T01:30:00Z", plan.Yes, "open until 04:00 CEST"},
		// The clock jumps back from 03:00 to 02:00 at 01:00 UTC.
		{"twice: the first", []plan.Window{allow("30 2 * * *", "15m", sthlm)}, "2026-10-25T00:30:00Z", plan.Yes, "open until 02:45 CEST"},
		{"twice: between", []plan.Window{allow("30 2 * * *", "15m", sthlm)}, "2026-10-25T00:45:00Z", plan.No, "closed until 02:30 CET"},
		{"twice: the second", []plan.Window{allow("30 2 * * *", "15m", sthlm)}, "2026-10-25T01:44:59Z", plan.Yes, "open until 02:45 CET"},
		{"twice: over", []plan.Window{allow("30 2 * * *", "15m", sthlm)}, "2026-10-25T01:45:00Z", plan.No, "closed until 2026-10-26 02:30 Europe/Stockholm"},
		// Half an hour only, from 02:00 to 02:30 at 15:30 UTC.
		{"half an hour: skipped", []plan.Window{allow("15 2 * * *", "1h", "Australia/Lord_Howe")}, "2026-10-03T15:30:00Z", plan.Yes, "open until 03:30 Australia/Lord_Howe"},
		// Midnight does not exist: from 00:00 to 01:00 at 04:00 UTC.
		{"no midnight", []plan.Window{deny("0 0 * * *", "1h", "America/Santiago")}, "2026-09-06T04:30:00Z", plan.No, "closed until 02:00 America/Santiago"},
		// A whole day that never was: from the 29th to the 31st at 10:00 UTC.
		{"no day", []plan.Window{deny("0 12 30 12 *", "2h", "Pacific/Apia")}, "2011-12-30T11:00:00Z", plan.No, "closed until 02:00 Pacific/Apia"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, w := range tt.windows {
				if cause := schedule.Check(w); cause != "" {
					t.Fatal(cause)
				}
			}
			got := schedule.At(tt.windows, at(t, tt.now))
			if want := (plan.WindowFact{Given: true, Open: tt.open, Text: tt.text}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestNoWindows(t *testing.T) {
	got := schedule.At(nil, time.Unix(0, 0))
	if got.Given || got.Closed() {
		t.Errorf("got %+v, want nothing given", got)
	}
}

// TestUnreadable asks that what cannot be read has a reason and is closed,
// beside windows that are open too.
func TestUnreadable(t *testing.T) {
	tests := []struct {
		name  string
		w     plan.Window
		cause string
	}{
		{"no time at all", allow("0 6 * * *", "0s", ""), "some time, not 0s"},
		{"less than none", allow("0 6 * * *", "-1h", ""), "some time, not -1h"},
		{"more than a year", allow("0 6 * * *", "8784h1s", ""), "8784h0m0s at most"},
		{"no zone", allow("0 6 * * *", "1h", "Europe/Stokholm"), `no zone "Europe/Stokholm"`},
		{"a path as zone", allow("0 6 * * *", "1h", "../../etc/passwd"), "there is no zone"},
		{"the machine's zone", allow("0 6 * * *", "1h", "Local"), "has a name"},
		{"no cron text", allow("", "1h", ""), "got 0 fields, want five"},
		{"four fields", allow("0 6 * *", "1h", ""), "got 4 fields"},
		{"seconds", allow("0 0 6 * * *", "1h", ""), "got 6 fields"},
		{"every", allow("@every 5m", "1h", ""), "is no cron text"},
		{"daily", allow("@daily", "1h", ""), "is no cron text"},
		{"a zone within", allow("TZ=UTC 0 6 * * *", "1h", ""), "a field of its own"},
		{"a zone alone within", allow("CRON_TZ=", "1h", ""), "a field of its own"},
		{"an hour too many", allow("0 24 * * *", "1h", ""), "above maximum"},
		{"no such month", allow("0 6 1 FOO *", "1h", ""), "is no cron text: failed to parse int from FOO"},
		{"backwards", allow("0 18-6 * * *", "1h", ""), "beyond end of range"},
		{"a step of none", allow("*/0 * * * *", "1h", ""), "is no cron text"},
		{"a step beyond all", allow("*/99999999999999999999 * * * *", "1h", ""), "is no cron text"},
		{"never", allow("0 6 30 2 *", "1h", ""), "never comes"},
		{"far too long", allow(strings.Repeat("0,", 120)+"0 6 * * *", "1h", ""), "200 characters at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := schedule.Check(tt.w); !strings.Contains(got, tt.cause) || strings.Contains(got, "strconv") {
				t.Errorf("got %q, want %q in it", got, tt.cause)
			}
			always := allow("* * * * *", "1h", "")
			got := schedule.At([]plan.Window{always, tt.w}, time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC))
			if !got.Closed() || got.Open != plan.Unknown || !strings.HasPrefix(got.Text, "a window cannot be read: reseat.yaml:7: ") {
				t.Errorf("got %+v, want it closed, with the place", got)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for _, text := range []string{"0 6 * * MON-FRI", "TZ= ", "@", "*/5,1-2/3 ? 1 jan-dec 0", "* * * * 7", "-1 * * * *", "0 0 31 2,4 *"} {
		f.Add(text, sthlm, int64(time.Hour), int64(1795161600))
	}
	f.Fuzz(func(t *testing.T, cron, zone string, open, now int64) {
		w := plan.Window{Cron: cron, Zone: zone, For: time.Duration(open)}
		when := time.Unix(now%(1<<33), 0)
		fact := schedule.At([]plan.Window{w}, when)
		if (schedule.Check(w) == "") != (fact.Open != plan.Unknown) {
			t.Errorf("checked %q, got %+v", schedule.Check(w), fact)
		}
		if fact.Text == "" {
			t.Error("got no text")
		}
	})
}
