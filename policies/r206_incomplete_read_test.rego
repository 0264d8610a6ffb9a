package reseat.builtin.incomplete_read_test

import data.reseat.builtin.incomplete_read

facts(users, before, after) := {"reads": {"users": users, "countBefore": before, "countAfter": after, "unheld": []}}

unheld(consumed, recent) := {"reads": {
	"users": 412, "countBefore": 412, "countAfter": 412,
	"unheld": [{"product": {"skuId": "e3", "skuPartNumber": "SPE_E3"}, "consumed": consumed, "recent": recent}],
}}

messages(facts) := found if {
	found := {d.message | some d in incomplete_read.guard} with input as facts
}

test_exact if {
	messages(facts(1, 1, 1)) == set()
	messages(facts(412, 412, 412)) == set()
}

test_five_give_or_take if {
	messages(facts(407, 412, 412)) == set()
	messages(facts(406, 412, 412)) == {"406 users read, Graph counts at least 412"}
	messages(facts(417, 412, 412)) == set()
	messages(facts(418, 412, 412)) == {"418 users read, Graph counts at most 412"}
}

test_a_thousandth_give_or_take if {
	messages(facts(9990, 10000, 10000)) == set()
	messages(facts(9989, 10000, 10000)) == {"9989 users read, Graph counts at least 10000"}
	messages(facts(10979, 10990, 10990)) == {"10979 users read, Graph counts at least 10990"}
	messages(facts(10010, 10000, 10000)) == set()
	messages(facts(10011, 10000, 10000)) == {"10011 users read, Graph counts at most 10000"}
}

test_the_counts_bracket if {
	messages(facts(450, 412, 500)) == set()
	messages(facts(450, 500, 412)) == set()
	messages(facts(406, 412, 500)) == {"406 users read, Graph counts at least 412"}
	messages(facts(506, 500, 412)) == {"506 users read, Graph counts at most 500"}
}

test_not_asked if {
	want := {"users were not counted before and after they were read"}
	messages(facts(412, -1, 412)) == want
	messages(facts(412, 412, -1)) == want
	messages(facts(412, -1, -1)) == want
}

test_nobody if {
	messages(facts(0, 0, 0)) == {"no user was read"}
	messages(facts(0, 3, 3)) == {"no user was read"}
	messages(facts(0, 6, 6)) == {"no user was read", "0 users read, Graph counts at least 6"}
}

test_nobody_holds_what_is_used if messages(unheld(5, 0)) == {"SPE_E3: 5 units in use and no holder was read"}

test_few_units_are_not_looked_at if messages(unheld(4, 0)) == set()

test_our_own_ledger_took_them if {
	messages(unheld(12, 8)) == set()
	count(messages(unheld(12, 7))) == 1
}

test_undo_is_judged if count(messages(object.union(facts(406, 412, 412), {"undo": true}))) == 1

test_code if incomplete_read.guard[_].code == "R206" with input as facts(0, 0, 0)
