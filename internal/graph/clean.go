package graph

import (
	"strings"
	"unicode"
)

// The longest texts that are taken from an answer into an error.
const (
	maxMessage = 500
	maxCode    = 100
	maxLooked  = 4096 // characters; what is beyond is not looked at
)

// tidy makes one line of s: no control, bidi or other invisible characters.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// clip shortens s to at most n characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// hush returns s without secrets and the like: each of the known ones, words
// with a piece of one in them, and whatever looks like a token.
func hush(s string, secrets []string) string {
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, "[token]")
	}
	var b strings.Builder
	for len(s) > 0 {
		n := 0
		for n < len(s) && base64url(s[n]) {
			n++
		}
		switch run := s[:n]; {
		case n == 0:
			n = 1
			b.WriteByte(s[0])
		case n >= 64 || n >= 10 && strings.HasPrefix(run, "eyJ") || leaks(run, secrets):
			b.WriteString("[token]")
		default:
			b.WriteString(run)
		}
		s = s[n:]
	}
	return b.String()
}

// leaks reports whether a word has twelve characters in a row of a secret.
func leaks(word string, secrets []string) bool {
	const most = 12
	for i := 0; i+most <= len(word); i++ {
		for _, secret := range secrets {
			if strings.Contains(secret, word[i:i+most]) {
				return true
			}
		}
	}
	return false
}

func base64url(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// pieces returns what of a token must not be seen: itself and its segments,
// those too short to be a secret left out.
func pieces(token string) []string {
	all := []string{token}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 6 && part != token {
			all = append(all, part)
		}
	}
	return all
}
