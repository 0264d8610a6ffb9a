# METADATA
# title: Self-service purchases are left alone
# description: >-
#   A product that a person bought can be neither assigned nor unassigned until an administrator
#   takes it over. Declared in reseat.yaml, or one of the products for departments: deny. Probable
#   by who owns its subscriptions: a warning with the evidence. Undo plans are not judged.
# custom:
#   code: R102
#   level: deny
#   remedy: take the purchase over (Billing, Your products), then name it under selfService.takenOver or ours
package reseat.builtin.self_service

import data.reseat.lib

deny contains {"code": "R102", "message": message} if {
	not input.facts.undo
	not open
	message := certain
}

warn contains {"code": "R102", "message": message} if {
	not input.facts.undo
	input.facts.selfService.class == "probable"
	message := sprintf("probably a self-service purchase%s", [evidence])
}

# open are the classes by which an administrator may change the seat.
open if input.facts.selfService.class in {"settled", "none", "probable"}

certain := "self-service purchase: take it over first (Billing, Your products)" if {
	input.facts.selfService.class == "declared"
} else := "self-service product for departments: take it over first (Billing, Your products)" if {
	input.facts.selfService.class == "department"
} else := "how it was bought could not be told"

evidence := "" if {
	input.facts.selfService.evidence == ""
} else := sprintf(": %s", [lib.clip(input.facts.selfService.evidence, 300)])
