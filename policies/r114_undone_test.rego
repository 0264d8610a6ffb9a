package reseat.builtin.undone_test

import data.reseat.builtin.undone

facts(action, undo, fact) := {"change": {"action": action}, "facts": {"undo": undo, "undone": fact}}

given := {"run": "20261120T080000Z-3fa9c2e1", "at": "2026-11-20T08:00:07.5Z"}

denied(facts) := message if {
	found := undone.deny with input as facts
	[message] := [d.message | some d in found; d.code == "R114"; count(d) == 2]
}

passed(facts) if count(undone.deny) == 0 with input as facts

test_given_back if {
	message := "would repeat what run 20261120T080000Z-3fa9c2e1 gave back on 2026-11-20, while the statement is unchanged"
	denied(facts("unassign", false, given)) == message
	denied(facts("adjust", false, given)) == message
}

test_without_a_day if {
	denied(facts("unassign", false, {"run": "r"})) == "would repeat what run r gave back, while the statement is unchanged"
}

test_nothing_given_back if passed(facts("unassign", false, {"run": ""}))

test_assign_is_not_judged if passed(facts("assign", false, given))

test_undo_is_not_judged if passed(facts("unassign", true, given))
