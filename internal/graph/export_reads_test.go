package graph

// Apart is whether a count and a listing of so many differ too much.
func Apart(gap, whole int) bool { return apart(gap, whole) }
