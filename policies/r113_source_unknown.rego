# METADATA
# title: A seat of unknown source is not touched
# description: >-
#   Graph lists the product as assigned and does not say whether directly or through a group.
# custom:
#   code: R113
#   level: blocked
#   remedy: look at the person's licences in the admin center and try again later
package reseat.builtin.source_unknown

blocked contains {"code": "R113", "message": "Graph does not say whether the seat is direct"} if {
	not known
}

known if input.facts.source in {"direct", "group", "both", "none"}
