package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// tell says what was written, and what a plan of it would say.
func (i *importing) tell(p *plan.Plan) error {
	set := &i.in.Desired.Settings
	i.app.log.Info("imported", "tenant", i.in.Snapshot.Organization.ID, "style", i.style, "files", len(i.texts), "verdict", p.Summary.Verdict)
	said := []string{fmt.Sprintf("reseat import   %s (%s)   %s", set.Name, called(i.in.Snapshot.Organization), i.in.Snapshot.ReadAt.UTC().Format("2006-01-02 15:04")+" UTC"), ""}
	var alone, below []desired.Text
	for _, t := range i.texts {
		if strings.HasPrefix(t.Path, "people/") {
			below = append(below, t)
		} else {
			alone = append(alone, t)
		}
	}
	if len(below) > 0 {
		alone = append(alone, desired.Text{Path: "people/"})
		i.what["people/"] = counted(len(below), "file")
	}
	if len(alone) == 0 {
		said = append(said, "NOTHING TO WRITE  everything is as it was")
	}
	said = append(said, wrote(i.folder.dir, alone, i.what)...)
	for _, line := range i.said {
		said = append(said, "       "+line)
	}
	said = append(said, "", verdictOf(p))
	if i.proposed > 0 {
		said = append(said, "To begin, take the # away from one proposal in "+filepath.Join(i.folder.dir, filepath.FromSlash(i.file)))
	}
	next := "reseat plan" + i.app.place
	if i.snapshot != "" {
		next += " --snapshot " + shellWord(i.snapshot)
	}
	if i.begun != nil {
		return i.app.tellNext(said, "reseat doctor"+i.app.place, next)
	}
	return i.app.tellNext(said, next)
}

// verdictOf says in a line what a plan says.
func verdictOf(p *plan.Plan) string {
	s := &p.Summary
	if s.Verdict == plan.InSync {
		return "IN SYNC  a plan of the folder changes nothing"
	}
	return fmt.Sprintf("NOT IN SYNC  a plan of the folder has %s, %d denied, %d blocked, %d missing, by what the folder says beside this",
		counted(s.Changes, "change"), s.Denied, s.Blocked, s.Missing)
}

// peopleSaid tells what became of the lines of people.
func peopleSaid(l *desired.Listed, update bool) []string {
	people := "people"
	if l.People == 1 {
		people = "person"
	}
	out := []string{fmt.Sprintf("%s %s with %s, a line each", grouped(l.People), people, counted(l.Seats, "seat"))}
	if update {
		out[0] = fmt.Sprintf("lines: %s added, %s changed, %s removed, %s as they were", grouped(l.Added), grouped(l.Changed), grouped(l.Removed), grouped(l.Same))
	}
	if l.Elsewhere > 0 {
		out = append(out, fmt.Sprintf("left alone, as the folder says something else of them: %s", grouped(l.Elsewhere)))
	}
	return out
}
