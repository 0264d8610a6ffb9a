package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/reseat-cli/reseat/internal/render"
)

// An edit is one line of a comparison: kept (' '), taken ('-') or new ('+').
type edit struct {
	sign byte
	line string
}

// diff is what changes between two versions of a file, in the unified form. A
// difference of line ends alone is not seen in it.
func diff(name string, before, after []byte) []byte {
	edits := compare(lineList(before), lineList(after))
	var b bytes.Buffer
	name = render.Clean(name)
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", name, name)
	const around = 3
	old, now := 1, 1 // the lines at edits[i]
	for i := 0; i < len(edits); {
		if edits[i].sign == ' ' {
			i, old, now = i+1, old+1, now+1
			continue
		}
		start := max(0, i-around)
		for start < i && edits[start].sign != ' ' {
			start++
		}
		end := hunkEnd(edits, i, around)
		hunk(&b, edits[start:end], old-(i-start), now-(i-start))
		for ; i < end; i++ {
			old, now = old+width(edits[i], '-'), now+width(edits[i], '+')
		}
	}
	return b.Bytes()
}

// hunkEnd is behind the last line of the part that begins with a change at i.
func hunkEnd(edits []edit, i, around int) int {
	kept := 0
	for end := i; end < len(edits); end++ {
		if kept++; edits[end].sign != ' ' {
			kept = 0
		}
		if kept > 2*around {
			return end - around
		}
	}
	return len(edits) - max(0, kept-around)
}

// width is how many lines of a version an edit is: that of which sign is its own.
func width(e edit, sign byte) int {
	if e.sign == ' ' || e.sign == sign {
		return 1
	}
	return 0
}

func hunk(b *bytes.Buffer, edits []edit, old, now int) {
	olds, nows := 0, 0
	for _, e := range edits {
		olds, nows = olds+width(e, '-'), nows+width(e, '+')
	}
	if olds == 0 {
		old--
	}
	if nows == 0 {
		now--
	}
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n", old, olds, now, nows)
	for _, e := range edits {
		b.WriteByte(e.sign)
		b.WriteString(harmlessLine(e.line))
		b.WriteByte('\n')
	}
}

// harmlessLine is a line of YAML as a terminal may show it. Comments may begin
// with `##`, which begins a command of a CI log only before a bracket.
func harmlessLine(line string) string {
	clean := strings.TrimSuffix(render.Clean(line+"."), ".") // a colon may end a line
	if strings.ReplaceAll(clean, `#\x23`, "##") == line && !strings.Contains(line, "##vso[") && !strings.Contains(line, "##[") {
		return line
	}
	return clean
}

func lineList(data []byte) []string {
	text := strings.TrimSuffix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// compare tells line by line what turns a into b. Where that takes very many
// edits, what is between the first and the last of them is shown as replaced.
func compare(a, b []string) []edit {
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []edit
	for _, l := range a[:head] {
		out = append(out, edit{' ', l})
	}
	out = append(out, shortest(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, l := range a[len(a)-tail:] {
		out = append(out, edit{' ', l})
	}
	return out
}

// mostEdits bounds the time and the memory that a comparison takes.
const mostEdits = 1000

// shortest finds the fewest edits from a to b (E. Myers, "An O(ND) difference
// algorithm"): for each number of edits, how far each diagonal reaches.
func shortest(a, b []string) []edit {
	reach := map[int]int{1: 0}
	var steps []map[int]int
	for n := 0; n <= min(len(a)+len(b), mostEdits); n++ {
		now := make(map[int]int, n+1)
		for k := -n; k <= n; k += 2 {
			x := reach[k+1]
			if k != -n && (k == n || reach[k-1] >= reach[k+1]) {
				x = reach[k-1] + 1
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			now[k] = x
			if x >= len(a) && x-k >= len(b) {
				return walk(append(steps, reach), a, b)
			}
		}
		steps = append(steps, reach)
		reach = now
	}
	return replaced(a, b)
}

func replaced(a, b []string) (out []edit) {
	for _, l := range a {
		out = append(out, edit{'-', l})
	}
	for _, l := range b {
		out = append(out, edit{'+', l})
	}
	return out
}

// walk goes back from the end of both along the steps.
func walk(steps []map[int]int, a, b []string) []edit {
	var back []edit
	x, y := len(a), len(b)
	for n := len(steps) - 1; n >= 0; n-- {
		k := x - y
		from := k - 1
		if k == -n || k != n && steps[n][k-1] < steps[n][k+1] {
			from = k + 1
		}
		startX := steps[n][from]
		startY := startX - from
		for x > startX && y > startY && x > 0 && y > 0 && a[x-1] == b[y-1] {
			back = append(back, edit{' ', a[x-1]})
			x, y = x-1, y-1
		}
		if n == 0 {
			break
		}
		if x == startX {
			y--
			back = append(back, edit{'+', b[y]})
		} else {
			x--
			back = append(back, edit{'-', a[x]})
		}
	}
	out := make([]edit, len(back))
	for i, e := range back {
		out[len(back)-1-i] = e
	}
	return out
}
