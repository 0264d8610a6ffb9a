package reseat.builtin.shared_mailbox_test

import data.reseat.builtin.shared_mailbox

losing(enabled, mailbox) := {
	"change": {"action": "unassign", "dataLoss": "accept", "user": {"accountEnabled": enabled}},
	"facts": {"loses": ["mailbox"], "mailbox": mailbox},
}

kind(name) := losing(false, {"kind": name, "why": ""})

unread(enabled) := losing(enabled, {"kind": "", "why": "kind of mailbox: 403"})

set(level) := {"shared-mailbox": {"level": level}}

denied(facts, config) := found if {
	count(shared_mailbox.warn) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in shared_mailbox.deny} with input as facts with data.reseat.config as config
}

warned(facts, config) := found if {
	count(shared_mailbox.deny) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in shared_mailbox.warn} with input as facts with data.reseat.config as config
}

test_kinds if {
	every name in ["shared", "room", "equipment"] {
		message := sprintf("%s mailbox: needs a plan above 50 GB, with an archive or on hold", [name])
		denied(kind(name), set("deny")) == {message}
		warned(kind(name), set("warn")) == {message}
		every enabled in [true, null] {
			denied(losing(enabled, {"kind": name, "why": ""}), set("deny")) == {message}
		}
	}
}

test_one_persons_or_none if {
	every name in ["user", "linked", "none"] {
		denied(kind(name), set("deny")) == set()
		warned(kind(name), set("warn")) == set()
	}
}

test_kinds_that_nobody_knows if {
	denied(kind("others"), set("deny")) == {"the mailbox is of a kind that may be shared: others"}
	denied(losing(true, {"kind": "Shared\u202e", "why": ""}), set("deny")) == {"the mailbox is of a kind that may be shared: Shared\uFFFD"}
	every name in [null, 7, ["user"]] {
		denied(kind(name), set("deny")) == {"the mailbox is of a kind that may be shared"}
	}
}

test_unread if {
	every enabled in [false, null] {
		denied(unread(enabled), set("deny")) == {"the mailbox may be shared or a room's: kind of mailbox: 403"}
		warned(unread(enabled), set("warn")) == {"the mailbox may be shared or a room's: kind of mailbox: 403"}
	}
	denied(losing(false, {"kind": "", "why": ""}), set("deny")) == {"the mailbox may be shared or a room's: kind of mailbox: not known"}
	denied(losing(false, {}), set("deny")) == {"the mailbox may be shared or a room's: kind of mailbox: not known"}
}

test_unread_of_an_enabled_account if denied(unread(true), set("deny")) == set()

test_a_level_that_is_missing_or_junk_denies if {
	every config in [{}, {"shared-mailbox": {}}, {"shared-mailbox": "warn"}, set("off"), set("Warn"), set(null), set(["warn"])] {
		count(denied(kind("shared"), config)) == 1
	}
}

test_no_mailbox_lost if {
	every loses in [[], ["files"]] {
		facts := {"change": {"action": "unassign", "user": {"accountEnabled": false}}, "facts": {"loses": loses, "mailbox": {"kind": "shared", "why": ""}}}
		denied(facts, set("deny")) == set()
	}
}

test_adjust_is_judged_and_assign_is_not if {
	count(denied(object.union(kind("room"), {"change": {"action": "adjust"}}), set("deny"))) == 1
	denied(object.union(kind("room"), {"change": {"action": "assign"}}), set("deny")) == set()
}

test_code if {
	shared_mailbox.deny[_].code == "R109" with input as kind("room") with data.reseat.config as set("deny")
	shared_mailbox.warn[_].code == "R109" with input as kind("room") with data.reseat.config as set("warn")
}

test_warns_of_mailboxes_alone if {
	every loses in [[], ["files"]] {
		warned(object.union(kind("shared"), {"facts": {"loses": loses}}), set("warn")) == set()
	}
}
