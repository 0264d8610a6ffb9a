package reseat.builtin.recent_use_test

import data.reseat.builtin.recent_use

losing(fact) := {
	"change": {"action": "unassign", "held": {"direct": true, "groups": []}},
	"facts": {"signIn": fact},
}

ago(days) := losing({"known": true, "days": days, "why": ""})

unknown := losing({"known": false, "days": 0, "why": "last sign-in: 403"})

set(level, days) := {"recent-use": {"level": level, "days": days}}

warned(facts, config) := found if {
	count(recent_use.deny) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in recent_use.warn} with input as facts with data.reseat.config as config
}

denied(facts, config) := found if {
	count(recent_use.warn) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in recent_use.deny} with input as facts with data.reseat.config as config
}

test_days if {
	warned(ago(12), set("warn", 30)) == {"signed in 12 days ago"}
	warned(ago(2), set("warn", 30)) == {"signed in 2 days ago"}
	warned(ago(1), set("warn", 30)) == {"signed in yesterday"}
	warned(ago(0), set("warn", 30)) == {"signed in today"}
}

test_at_the_limit if {
	warned(ago(29), set("warn", 30)) == {"signed in 29 days ago"}
	warned(ago(30), set("warn", 30)) == set()
	warned(ago(0), set("warn", 1)) == {"signed in today"}
	warned(ago(1), set("warn", 1)) == set()
	warned(ago(3649), set("warn", 3650)) == {"signed in 3649 days ago"}
}

test_level if {
	denied(ago(12), set("deny", 30)) == {"signed in 12 days ago"}
	denied(ago(30), set("deny", 30)) == set()
	denied(ago(12), set("off", 30)) == set()
	warned(ago(12), set("off", 30)) == set()
}

test_unknown if {
	warned(unknown, set("warn", 30)) == set()
	warned(unknown, set("off", 30)) == set()
	denied(unknown, set("off", 30)) == set()
	denied(unknown, set("deny", 30)) == {"last sign-in: 403, and recent-use is set to deny"}
	denied(losing({"known": false, "days": 0, "why": ""}), set("deny", 30)) == {"last sign-in: not known, and recent-use is set to deny"}
	denied(losing({}), set("deny", 30)) == {"last sign-in: not known, and recent-use is set to deny"}
}

test_settings_that_are_missing_deny if {
	every config in [{}, {"recent-use": {}}, {"recent-use": "off"}, {"recent-use": null}, {"recent-use": {"days": 30}}] {
		denied(ago(12), config) == {"signed in 12 days ago"}
		count(denied(unknown, config)) == 1
	}
}

test_settings_that_are_junk_deny if {
	every level in ["", "Warn", "allow", null, 1, ["warn"]] {
		denied(ago(12), set(level, 30)) == {"signed in 12 days ago"}
	}
}

test_days_that_are_junk_are_many if {
	every days in [null, "30", [], {}] {
		warned(ago(4000), set("warn", days)) == {"signed in 4000 days ago"}
	}
	warned(ago(4000), {"recent-use": {"level": "warn"}}) == {"signed in 4000 days ago"}
}

test_only_a_product_that_is_lost if {
	every action in ["adjust", "assign"] {
		warned(object.union(ago(1), {"change": {"action": action}}), set("warn", 30)) == set()
		denied(object.union(unknown, {"change": {"action": action}}), set("deny", 30)) == set()
	}
	through := {"change": {"held": {"groups": [{"id": "g", "name": "staff", "state": "Active"}]}}}
	warned(object.union(ago(1), through), set("warn", 30)) == set()
	denied(object.union(unknown, through), set("deny", 30)) == set()
	failed := {"change": {"held": {"groups": [{"id": "g", "name": "staff", "state": "Error"}]}}}
	warned(object.union(ago(1), failed), set("warn", 30)) == {"signed in yesterday"}
	only_a_group := {"change": {"held": {"direct": false}}}
	warned(object.union(ago(1), only_a_group), set("warn", 30)) == set()
}

test_a_swap_is_no_loss if {
	swapped := {"facts": {"swapped": true}}
	every level in ["warn", "deny", "junk"] {
		warned(object.union(ago(1), swapped), set(level, 30)) == set()
		denied(object.union(ago(1), swapped), set(level, 30)) == set()
		denied(object.union(unknown, swapped), set(level, 30)) == set()
	}
	every not_known in [false, null, "true", 1] {
		warned(object.union(ago(1), {"facts": {"swapped": not_known}}), set("warn", 30)) == {"signed in yesterday"}
	}
}

test_undo_is_judged if warned(object.union(ago(1), {"facts": {"undo": true}}), set("warn", 30)) == {"signed in yesterday"}

test_code if {
	recent_use.warn[_].code == "R108" with input as ago(1) with data.reseat.config as set("warn", 30)
	every facts in [ago(1), unknown] {
		recent_use.deny[_].code == "R108" with input as facts with data.reseat.config as set("deny", 30)
	}
}
