package apply

import (
	"container/heap"
	"time"
)

// An agenda holds jobs by the time at which something is to be done about them,
// the earliest first, and those of one time as they came.
type agenda struct {
	appointments appointments
	seq          int
	changes      int // of all jobs
}

type appointment struct {
	at  time.Time
	seq int
	job *job
}

func (a *agenda) add(j *job, at time.Time) {
	a.seq++
	a.changes += len(j.records)
	heap.Push(&a.appointments, appointment{at, a.seq, j})
}

func (a *agenda) len() int { return len(a.appointments) }

// next is when the first is due; ok is false if there is none.
func (a *agenda) next() (at time.Time, ok bool) {
	if len(a.appointments) == 0 {
		return time.Time{}, false
	}
	return a.appointments[0].at, true
}

// due takes out at most n jobs whose time has come.
func (a *agenda) due(now time.Time, n int) []*job {
	var jobs []*job
	for len(a.appointments) > 0 && len(jobs) < n && !a.appointments[0].at.After(now) {
		jobs = append(jobs, a.pop())
	}
	return jobs
}

func (a *agenda) pop() *job {
	j := heap.Pop(&a.appointments).(appointment).job
	a.changes -= len(j.records)
	return j
}

// clear takes all jobs out.
func (a *agenda) clear() []*job {
	var jobs []*job
	for len(a.appointments) > 0 {
		jobs = append(jobs, a.pop())
	}
	return jobs
}

type appointments []appointment

func (a appointments) Len() int      { return len(a) }
func (a appointments) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a appointments) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}
func (a *appointments) Push(x any) { *a = append(*a, x.(appointment)) }
func (a *appointments) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = appointment{}
	*a = old[:len(old)-1]
	return last
}
