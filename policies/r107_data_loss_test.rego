package reseat.builtin.data_loss_test

import data.reseat.builtin.data_loss

losing(loses, enabled, mode) := {
	"change": {"action": "unassign", "dataLoss": mode, "user": {"accountEnabled": enabled}},
	"facts": {"loses": loses},
}

denied(facts) := found if {
	count(data_loss.warn) == 0 with input as facts
	found := {d.message | some d in data_loss.deny} with input as facts
}

warned(facts) := found if {
	count(data_loss.deny) == 0 with input as facts
	found := {d.message | some d in data_loss.warn} with input as facts
}

mailbox := "mailbox: gone 30 days after apply"

files := "OneDrive: read-only after 60 days, archived after 93"

both := sprintf("%s; %s", [mailbox, files])

test_enabled if {
	denied(losing(["mailbox"], true, "deny")) == {sprintf("%s; not while the account is enabled, unless a remove statement says dataLoss: accept", [mailbox])}
	denied(losing(["files"], true, "deny")) == {sprintf("%s; not while the account is enabled, unless a remove statement says dataLoss: accept", [files])}
	denied(losing(["mailbox", "files"], true, "deny")) == {sprintf("%s; not while the account is enabled, unless a remove statement says dataLoss: accept", [both])}
}

test_unknown_account_counts_as_enabled if {
	denied(losing(["mailbox"], null, "deny")) == {sprintf("%s; not while the account may be enabled, unless a remove statement says dataLoss: accept", [mailbox])}
}

test_accepted if {
	warned(losing(["mailbox", "files"], true, "accept")) == {both}
	warned(losing(["mailbox"], null, "accept")) == {mailbox}
}

test_only_accept_accepts if {
	every mode in ["deny", "skip", "", "Accept", "something new"] {
		count(denied(losing(["mailbox"], true, mode))) == 1
	}
}

test_disabled if {
	every mode in ["deny", "skip", "accept"] {
		warned(losing(["mailbox", "files"], false, mode)) == {both}
	}
}

test_new_service if {
	warned(losing(["voicemail"], false, "deny")) == {"voicemail: lost"}
	denied(losing(["voicemail"], true, "deny")) == {"voicemail: lost; not while the account is enabled, unless a remove statement says dataLoss: accept"}
}

test_nothing_lost if {
	denied(losing([], true, "deny")) == set()
	warned(losing([], false, "deny")) == set()
}

test_adjust_is_judged_and_assign_is_not if {
	facts := losing(["mailbox"], true, "deny")
	count(denied(object.union(facts, {"change": {"action": "adjust"}}))) == 1
	denied(object.union(facts, {"change": {"action": "assign"}})) == set()
	warned(object.union(losing(["mailbox"], false, "deny"), {"change": {"action": "assign"}})) == set()
}

test_code if {
	data_loss.deny[_].code == "R107" with input as losing(["mailbox"], true, "deny")
	data_loss.warn[_].code == "R107" with input as losing(["mailbox"], true, "accept")
}
