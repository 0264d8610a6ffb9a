package reseat.builtin.mailbox_hold_test

import data.reseat.builtin.mailbox_hold

losing(loses, hold) := {
	"change": {"action": "unassign", "dataLoss": "deny", "user": {"accountEnabled": true}},
	"facts": {"loses": loses, "hold": hold},
}

listed := {"supplied": true, "listed": true, "why": ""}

unknown := {"supplied": true, "listed": null, "why": "holds.csv is 40 days old, at most 30 are allowed"}

found(facts) := messages if {
	messages := {d.message | some d in mailbox_hold.deny} with input as facts
}

test_listed if {
	found(losing(["mailbox"], listed)) == {"on hold: the last plan with a mailbox stays"}
	found(losing(["mailbox", "files"], listed)) == {"on hold: the last plan with a mailbox stays"}
}

test_account_and_statement_do_not_matter if {
	every enabled in [true, false, null] {
		every mode in ["deny", "skip", "accept"] {
			facts := object.union(losing(["mailbox"], listed), {"change": {"dataLoss": mode, "user": {"accountEnabled": enabled}}})
			count(found(facts)) == 1
		}
	}
}

test_unknown if {
	found(losing(["mailbox"], unknown)) == {"whether the mailbox is on hold is not known: holds.csv is 40 days old, at most 30 are allowed"}
	found(losing(["mailbox"], object.union(unknown, {"why": ""}))) == {"whether the mailbox is on hold is not known"}
}

test_a_fact_that_is_not_there_is_unknown if {
	count(found(losing(["mailbox"], {}))) == 1
	count(found(losing(["mailbox"], {"supplied": true}))) == 1
	count(found(losing(["mailbox"], {"supplied": null, "listed": null, "why": "x"}))) == 1
}

test_why_is_made_harmless if {
	some message in found(losing(["mailbox"], object.union(unknown, {"why": "a\u001b[31m\u202eb"})))
	message == "whether the mailbox is on hold is not known: a\uFFFD[31m\uFFFDb"
}

test_not_listed if found(losing(["mailbox"], {"supplied": true, "listed": false, "why": ""})) == set()

test_not_supplied if found(losing(["mailbox"], {"supplied": false, "listed": null, "why": "not supplied"})) == set()

test_no_mailbox_lost if {
	found(losing([], listed)) == set()
	found(losing(["files"], unknown)) == set()
}

test_adjust_is_judged_and_assign_is_not if {
	count(found(object.union(losing(["mailbox"], listed), {"change": {"action": "adjust"}}))) == 1
	found(object.union(losing(["mailbox"], listed), {"change": {"action": "assign"}})) == set()
}

test_undo_is_judged if count(found(object.union(losing(["mailbox"], listed), {"facts": {"undo": true}}))) == 1

test_code if mailbox_hold.deny[_].code == "R106" with input as losing(["mailbox"], listed)
