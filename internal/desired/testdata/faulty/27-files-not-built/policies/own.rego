package reseat.rules.own
