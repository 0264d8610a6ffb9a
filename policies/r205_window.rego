# METADATA
# title: Within the windows
# description: >-
#   An apply sends only while the windows of reseat.yaml are open, and stops between two batches when
#   they close. A window that cannot be read is closed. Undo plans are judged as well. A plan can be
#   made at any time.
# custom:
#   code: R205
#   level: guard
#   remedy: apply while the windows are open, or have them changed in reseat.yaml
package reseat.builtin.window

import data.reseat.lib

guard contains {"code": "R205", "message": sprintf("the windows are %s", [state])} if {
	not input.window.given == false
	not input.window.open == true
}

state := "closed" if {
	input.window.text == ""
} else := lib.clip(input.window.text, 300) if {
	input.window.open == false
} else := sprintf("closed: %s", [lib.clip(input.window.text, 300)]) if {
	input.window.text
} else := "closed: nothing is known of them"
