# METADATA
# title: A group's seat is the group's to take
# description: >-
#   A seat that comes only through a group cannot be taken from the person. Each group is named, and
#   what keeps its members: a membership rule, a directory on premises, or people.
# custom:
#   code: R105
#   level: blocked
#   remedy: take the person out of the group, or change its membership rule
package reseat.builtin.inherited

import data.reseat.lib

blocked contains {"code": "R105", "message": sprintf("comes from %s%s", [lib.name(group.name), membership(group)])} if {
	stuck
	some group in lib.giving
}

blocked contains {"code": "R105", "message": "comes from a group that could not be told"} if {
	stuck
	not lib.through_group
}

stuck if {
	input.facts.inherited
	input.facts.source == "group"
	lib.takes
}

membership(group) := " (dynamic): the membership rule still matches" if {
	group.dynamic == true
} else := " (synced): change it on premises" if {
	group.synced == true
} else := ": take the person out of it" if {
	group.dynamic == false
	group.synced == false
} else := ": what keeps its members is not known"
