package render

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// num writes n with thousands apart: 1,950.
func num(n int) safe { return safe(thousands(strconv.Itoa(n))) }

// thousands puts commas into the whole part of a decimal number.
func thousands(s string) string {
	sign, rest := "", s
	if strings.HasPrefix(s, "-") {
		sign, rest = "-", s[1:]
	}
	whole, fraction, dotted := strings.Cut(rest, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if dotted {
		return sign + b.String() + "." + fraction
	}
	return sign + b.String()
}

// count writes n and the word for it.
func count(n int, one, many safe) safe { return num(n) + " " + either(n, one, many) }

// either chooses the word for n things.
func either(n int, one, many safe) safe {
	if n == 1 {
		return one
	}
	return many
}

// share writes part of whole as a percentage with one decimal. up rounds up, so
// that what is over a limit never reads as being at it.
func share(part, whole int, up bool) safe {
	if whole <= 0 {
		return "no share"
	}
	tenths := new(big.Int).Mul(big.NewInt(int64(part)), big.NewInt(1000))
	rest := new(big.Int)
	tenths.QuoRem(tenths, big.NewInt(int64(whole)), rest)
	if up && rest.Sign() > 0 {
		tenths.Add(tenths, big.NewInt(1))
	}
	ones, tenth := new(big.Int).QuoRem(tenths, big.NewInt(10), new(big.Int))
	return safe(fmt.Sprintf("%s.%s%s%%", thousands(ones.String()), tenth.Abs(tenth), join))
}

// minute and day write a time in UTC; a time that is not known says so.
func minute(t time.Time) safe {
	if t.IsZero() {
		return "unknown"
	}
	return safe(t.UTC().Format("2006-01-02" + join + "15:04" + join + "UTC"))
}

func day(t time.Time) safe {
	if t.IsZero() {
		return "unknown"
	}
	return safe(t.UTC().Format(time.DateOnly))
}

// An amount is a sum of money without its currency.
type amount struct {
	value    *big.Rat
	decimals int // as they were written, at least two
}

// parsePrice reads "33.00 EUR". It reports false where there is no price or
// none that can be reckoned with.
func parsePrice(s string) (a amount, currency string, ok bool) {
	number, currency, found := strings.Cut(s, " ")
	whole, fraction, dotted := strings.Cut(number, ".")
	if !found || currency == "" || strings.ContainsAny(currency, " 0123456789") ||
		!digits(whole) || dotted && !digits(fraction) || len(number) > 24 {
		return amount{}, "", false
	}
	value, ok := new(big.Rat).SetString(number)
	return amount{value: value, decimals: max(2, len(fraction))}, currency, ok
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// A purse adds up money by currency, exactly.
type purse map[string]amount

func (p purse) add(seats int, a amount, currency string) {
	sum := new(big.Rat).Mul(a.value, new(big.Rat).SetInt64(int64(seats)))
	if old, ok := p[currency]; ok {
		sum.Add(sum, old.value)
		a.decimals = max(a.decimals, old.decimals)
	}
	p[currency] = amount{value: sum, decimals: a.decimals}
}

// total writes "75.00 EUR and 12.00 USD", by currency.
func (p purse) total(n pen) safe {
	currencies := make([]string, 0, len(p))
	for c := range p {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	sums := make([]safe, 0, len(p))
	for _, c := range currencies {
		sums = append(sums, n.text(thousands(p[c].value.FloatString(p[c].decimals))+" "+c))
	}
	return listed(sums)
}

// listed writes "a, b and c".
func listed(all []safe) safe {
	switch len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	}
	return commas(all[:len(all)-1]) + " and " + all[len(all)-1]
}

func commas(all []safe) safe {
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(s))
	}
	return safe(b.String())
}

// shortID is the beginning of an object id.
func (p pen) shortID(id string) safe {
	if len(id) > 8 {
		id = id[:8]
	}
	return p.or(id, "no id")
}

// place is file:line of a statement.
func (p pen) place(file string, line int) safe {
	if file == "" {
		return ""
	}
	return p.cut(glued(p.text(file)), 40) + ":" + safe(strconv.Itoa(line))
}

func (p pen) reasonPlace(r plan.Reason) safe { return p.place(r.File, r.Line) }
