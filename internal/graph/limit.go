package graph

import (
	"strconv"
	"strings"
)

// The headers by which Graph speaks of its limits, on an answer or on a member
// of a batch (Graph docs, throttling-limits).
const (
	// limitShare names the part of a limit that is used up, from [strained] on.
	limitShare = "x-ms-throttle-limit-percentage"
	// limitScope says which limit a 429 was for: scope, limit, application and
	// tenant, between slashes.
	limitScope = "x-ms-throttle-scope"
)

// mostShare is the highest share that Graph reports.
const mostShare = 1.8

// A pressure is what an answer says of a limit. The zero is nothing.
type pressure struct {
	share float64 // from [strained] to [mostShare]
	limit string  // Write, Read or ReadWrite; of what was throttled alone
}

// pressureOf reads the headers of an answer of that status.
func pressureOf(status int, values func(name string) []string) pressure {
	p := pressure{share: shareOf(values(limitShare))}
	if throttled(status) {
		p.limit = limitOf(values(limitScope))
	}
	return p
}

// shareOf is the highest share that is named, as [pressure] has it. What is no
// number, or below what Graph speaks of, says nothing.
func shareOf(values []string) float64 {
	highest := 0.0
	for _, s := range values {
		for part := range strings.SplitSeq(s, ",") {
			share, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
			if err == nil && share >= strained { // NaN is not
				highest = max(highest, min(share, mostShare))
			}
		}
	}
	return highest
}

// limitOf is the limit that is named, or empty where it is none that is known,
// or where several are named that differ.
func limitOf(values []string) string {
	found := ""
	for _, s := range values {
		for part := range strings.SplitSeq(s, ",") {
			limit := ""
			if fields := strings.Split(strings.TrimSpace(part), "/"); len(fields) > 1 {
				limit = knownLimit(fields[1])
			}
			if limit == "" || found != "" && found != limit {
				return ""
			}
			found = limit
		}
	}
	return found
}

// The limits that Graph names.
const (
	limitWrite     = "Write"
	limitRead      = "Read"
	limitReadWrite = "ReadWrite"
)

func knownLimit(s string) string {
	for _, known := range []string{limitWrite, limitRead, limitReadWrite} {
		if strings.EqualFold(strings.TrimSpace(s), known) {
			return known
		}
	}
	return ""
}
