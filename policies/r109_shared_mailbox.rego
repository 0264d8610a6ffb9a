# METADATA
# title: Shared mailboxes and rooms keep their plan
# description: >-
#   A shared, room or equipment mailbox would lose its last plan: above 50 GB, with an archive or on hold
#   it stops working without one. So does a mailbox of a kind that nobody knows to be one person's, and
#   a disabled account whose kind of mailbox cannot be read: shared mailboxes are such accounts. What a
#   statement says of dataLoss does not matter. The level can be warn or deny.
# custom:
#   code: R109
#   level: deny
#   remedy: >-
#     make sure that the mailbox needs no plan, then add a waiver with an end date; grant MailboxSettings.Read where its kind
#     cannot be read
package reseat.builtin.shared_mailbox

import data.reseat.lib

deny contains {"code": "R109", "message": why} if {
	at_stake
	not only_warns
}

warn contains {"code": "R109", "message": why} if {
	at_stake
	only_warns
}

# What is not plainly warn denies.
only_warns if data.reseat.config["shared-mailbox"].level == "warn"

at_stake if {
	lib.takes
	"mailbox" in input.facts.loses
}

default kind := ""

kind := input.facts.mailbox.kind

why := sprintf("%s mailbox: needs a plan above 50 GB, with an archive or on hold", [kind]) if {
	kind in {"shared", "room", "equipment"}
} else := sprintf("the mailbox may be shared or a room's: %s", [lib.clip(unknown, 200)]) if {
	kind == ""
	not input.change.user.accountEnabled == true
} else := sprintf("the mailbox is of a kind that may be shared: %s", [lib.name(kind)]) if {
	is_string(kind)
	not kind in {"", "user", "linked", "none"}
} else := "the mailbox is of a kind that may be shared" if not is_string(kind)

unknown := input.facts.mailbox.why if {
	not input.facts.mailbox.why == ""
} else := "kind of mailbox: not known"
