# METADATA
# title: What the rules share
# description: Names of strangers made safe for a message, and what a change does.
package reseat.lib

# takes holds for a change that takes a seat or switches plans of one; what is
# not plainly an assign counts as taking.
takes if not input.change.action == "assign"

# through_group holds where a group gives the seat now.
through_group if count(giving) > 0

giving contains group if {
	some group in input.change.held.groups
	group.state in {"Active", "ActiveWithError"}
}

# name makes a name given by strangers harmless in a message and short enough for
# a few of them.
name(text) := clip(text, 50)

# clip leaves no control and bidi characters and at most so many others.
clip(text, most) := clean(text) if {
	count(clean(text)) <= most
} else := sprintf("%s…", [substring(clean(text), 0, most)])

clean(text) := regex.replace(text, `[\p{Cc}\x{061C}\x{200E}\x{200F}\x{2028}-\x{202E}\x{2066}-\x{2069}]`, "\uFFFD")

# product is how a message calls a product.
product(ref) := name(ref.skuPartNumber) if {
	not ref.skuPartNumber == ""
} else := name(ref.skuId)

# few joins up to three texts and counts the rest.
few(texts) := concat("; ", texts) if {
	count(texts) <= 3
} else := sprintf("%s and %d more", [concat("; ", array.slice(texts, 0, 3)), count(texts) - 3])

# over holds if part is more than percent of whole, in whole numbers. Of nothing,
# anything is more.
over(part, percent, whole) if part * 100 > percent * whole
