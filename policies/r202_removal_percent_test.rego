package reseat.builtin.removal_percent_test

import data.reseat.builtin.removal_percent

facts(removals, percent, seats, small) := {
	"undo": false, "small": small,
	"removals": {"count": removals, "percent": percent, "seats": seats},
}

tripped(facts) if count(removal_percent.guard) == 1 with input as facts

test_at_the_limit if {
	not tripped(facts(5, 5, 100, 3))
	not tripped(facts(20, 5, 400, 3))
}

test_one_over if {
	tripped(facts(6, 5, 100, 3))
	tripped(facts(21, 5, 400, 3))
	tripped(facts(20, 5, 399, 3))
}

test_small if {
	not tripped(facts(1, 5, 1, 3))
	not tripped(facts(3, 5, 4, 3))
	tripped(facts(4, 5, 4, 3))
	tripped(facts(1, 5, 4, 0))
}

test_of_nothing if {
	not tripped(facts(0, 5, 0, 3))
	tripped(facts(1, 5, 0, 3))
	tripped(facts(4, 100, 0, 3))
}

test_message if {
	found := removal_percent.guard with input as facts(6, 5, 100, 3)
	found == {{"code": "R202", "message": "6 of 100 direct seats to remove, the limit is 5 %"}}
}

test_undo_is_not_judged if not tripped(object.union(facts(6, 5, 100, 3), {"undo": true}))
