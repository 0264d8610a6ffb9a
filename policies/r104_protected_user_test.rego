package reseat.builtin.protected_user_test

import data.reseat.builtin.protected_user

taking(protected) := {"change": {"action": "unassign"}, "facts": {"undo": false, "protected": protected}}

denied(facts) := message if {
	found := protected_user.deny with input as facts
	[message] := [d.message | some d in found; d.code == "R104"; count(d) == 2]
}

passed(facts) if count(protected_user.deny) == 0 with input as facts

test_listed if {
	denied(taking({"listed": true, "matched": false, "place": "reseat.yaml:31"})) == "is on protect.users (reseat.yaml:31)"
	denied(taking({"listed": true, "matched": true, "place": ""})) == "is on protect.users"
}

test_matched if denied(taking({"listed": false, "matched": true, "place": "reseat.yaml:32"})) == "matches protect.match (reseat.yaml:32)"

test_unknown_protects if {
	message := "may match protect.match, a fact that it asks for is not known (reseat.yaml:32)"
	denied(taking({"listed": false, "matched": null, "place": "reseat.yaml:32"})) == message
}

test_neither if passed(taking({"listed": false, "matched": false, "place": ""}))

test_adjust_is_judged_and_assign_is_not if {
	facts := taking({"listed": true, "matched": false, "place": ""})
	denied(object.union(facts, {"change": {"action": "adjust"}}))
	passed(object.union(facts, {"change": {"action": "assign"}}))
}

test_undo_is_not_judged if passed(object.union(taking({"listed": true, "matched": null, "place": ""}), {"facts": {"undo": true}}))

letters(n) := concat("", ["a" | some _ in numbers.range(1, n)])

test_place_is_short if {
	protected := {"listed": true, "matched": false}
	denied(taking(object.union(protected, {"place": letters(300)}))) == sprintf("is on protect.users (%s)", [letters(300)])
	denied(taking(object.union(protected, {"place": letters(301)}))) == sprintf("is on protect.users (%s…)", [letters(300)])
}
