package reseat.builtin.assignment_limit_test

import data.reseat.builtin.assignment_limit

facts(assignments, limit) := {"undo": false, "assignments": assignments, "assignmentLimit": limit}

tripped(facts) if count(assignment_limit.guard) == 1 with input as facts

test_at_the_limit if {
	not tripped(facts(25, 25))
	not tripped(facts(0, 0))
}

test_one_over if {
	tripped(facts(26, 25))
	tripped(facts(1, 0))
}

test_message if {
	found := assignment_limit.guard with input as facts(26, 25)
	found == {{"code": "R208", "message": "26 licences to assign, the limit is 25"}}
}

test_undo_is_not_judged if not tripped(object.union(facts(26, 25), {"undo": true}))
