package desired

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug is the name of the file for a department, without its ending: letters,
// digits and hyphens that every file system keeps apart and nothing else means
// something by. Departments that it cannot tell from others by these alone
// have some digits of their own.
func slug(department string) string {
	const most = 60
	department = strings.TrimSpace(department)
	if department == "" {
		return "none"
	}
	plain := strings.Map(func(c rune) rune {
		if c >= 0x300 && c <= 0x36F { // accents, apart from their letters
			return -1
		}
		return c
	}, norm.NFD.String(strings.ToLower(department)))
	name := strings.Trim(notSlug.ReplaceAllString(plain, "-"), "-")
	lost := strings.ContainsFunc(plain, func(c rune) bool { return c > 0x7F })
	if lost || name == "" || len(name) > most {
		sum := sha256.Sum256([]byte(fold(department)))
		name = strings.Trim(name[:min(len(name), most)], "-")
		name = strings.TrimPrefix(name+"-"+hex.EncodeToString(sum[:4]), "-")
	}
	if taken.MatchString(name) {
		name += "-department"
	}
	return name
}

// taken are names that mean something: reseat.yaml would make people/ another
// tenant's folder, none.yaml is for who has no department, and Windows keeps
// the others for devices.
var taken = regexp.MustCompile(`^(reseat|none|con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
