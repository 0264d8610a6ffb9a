package plan

// AnonymousID is what [Anonymize] makes of an id.
func AnonymousID(key []byte, id string) string { return newDisguise(&Snapshot{}, key).id(id) }
