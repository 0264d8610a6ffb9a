package reseat.builtin.window_test

import data.reseat.builtin.window

facts(given, open, text) := {"undo": false, "apply": true, "window": {"given": given, "open": open, "text": text}}

guarded(facts) := message if {
	found := window.guard with input as facts
	[message] := [d.message | some d in found; d.code == "R205"; count(d) == 2]
}

passed(facts) if count(window.guard) == 0 with input as facts

test_closed if {
	guarded(facts(true, false, "closed until 06:00 CET")) == "the windows are closed until 06:00 CET"
	guarded(facts(true, false, "")) == "the windows are closed"
}

test_unknown_is_closed if {
	guarded(facts(true, null, "a window cannot be read: reseat.yaml:7")) == "the windows are closed: a window cannot be read: reseat.yaml:7"
	guarded(facts(true, null, "")) == "the windows are closed"
}

test_open if passed(facts(true, true, "open until 18:00 CET"))

test_none_given if {
	passed(facts(false, true, ""))
	passed(facts(false, null, ""))
}

test_not_told_is_closed if guarded({"undo": false}) == "the windows are closed: nothing is known of them"

test_an_undo_too if guarded(object.union(facts(true, false, ""), {"undo": true}))

test_a_plan_too if guarded(object.union(facts(true, false, ""), {"apply": false}))
