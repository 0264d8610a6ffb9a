package reseat.builtin.own_access_test

import data.reseat.builtin.own_access

facts(action, undo, own) := {"change": {"action": action}, "facts": {"undo": undo, "own": own}}

denied(facts) if {
	found := own_access.deny with input as facts
	found == {{"code": "R111", "message": "the acting person would lose a licence of its own"}}
}

passed(facts) if count(own_access.deny) == 0 with input as facts

test_own if {
	denied(facts("unassign", false, true))
	denied(facts("adjust", false, true))
}

test_an_undo_too if denied(facts("unassign", true, true))

test_of_others if {
	passed(facts("unassign", false, false))
	passed(facts("adjust", false, false))
}

test_assign_is_not_judged if passed(facts("assign", false, true))

test_not_told_is_own if denied({"change": {"action": "unassign"}, "facts": {}})
