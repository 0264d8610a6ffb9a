package reseat.builtin.empty_desired_test

import data.reseat.builtin.empty_desired

facts(statements, all, seats) := {
	"undo": false, "statements": statements, "small": 3,
	"removals": {"all": all, "seats": seats},
}

messages(facts) := found if {
	found := {d.message | some d in empty_desired.guard} with input as facts
}

test_no_statement if {
	messages(facts(0, 0, 100)) == {"no statement at all: is this the right folder?"}
	messages(facts(1, 0, 100)) == set()
	messages({"undo": false, "removals": {"all": 0, "seats": 9}, "small": 3}) == {"no statement at all: is this the right folder?"}
}

test_nearly_all if {
	messages(facts(1, 95, 100)) == {"95 of 100 direct seats to remove, 95 % or more without a raise: is the folder complete?"}
	messages(facts(1, 94, 100)) == set()
	messages(facts(1, 949, 1000)) == set()
	count(messages(facts(1, 19, 20))) == 1
	messages(facts(1, 19, 21)) == set()
}

test_small if {
	messages(facts(1, 1, 1)) == set()
	messages(facts(1, 3, 3)) == set()
	messages(object.union(facts(1, 20, 21), {"small": 20})) == set()
	count(messages(object.union(facts(1, 20, 21), {"small": 19}))) == 1
	count(messages(facts(1, 4, 4))) == 1
}

test_of_nothing if {
	messages(facts(1, 0, 0)) == set()
	count(messages(facts(1, 1, 0))) == 1
}

test_both if count(messages(facts(0, 100, 100))) == 2

test_code if {
	every d in empty_desired.guard {
		d.code == "R204"
	} with input as facts(0, 100, 100)
}

test_undo_is_not_judged if messages(object.union(facts(0, 100, 100), {"undo": true})) == set()
