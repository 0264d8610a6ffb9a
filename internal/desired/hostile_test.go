package desired_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/reseat-cli/reseat/internal/desired"
)

// A hostile file is as large as a file may be, or as much of it as says anything.
// RESEAT_LARGE=1 makes it full size; otherwise it has a small part of that.
type hostile struct {
	name string
	text func(part int) []byte // 1/part of the full size
	says string                // in the first fault; "": there is none
}

func repeated(head, text string, n int) func(int) []byte {
	return func(part int) []byte { return []byte(head + strings.Repeat(text, n/part)) }
}

func counted(head, format string, n int) func(int) []byte {
	return func(part int) []byte {
		b := []byte(head)
		for i := range n / part {
			b = fmt.Appendf(b, format, i)
		}
		return b
	}
}

func joined(texts ...func(int) []byte) func(int) []byte {
	return func(part int) (all []byte) {
		for _, t := range texts {
			all = append(all, t(part)...)
		}
		return all
	}
}

func random(ascii bool) func(int) []byte {
	return func(part int) []byte {
		r := rand.New(rand.NewPCG(1, 2))
		b := make([]byte, 127<<20/part)
		for i := range b {
			b[i] = byte(r.Uint32())
			if ascii {
				b[i] = ' ' + b[i]%95
			}
			if ascii && i%100 == 99 {
				b[i] = '\n'
			}
		}
		return b
	}
}

func utf16le(part int) []byte {
	u := utf16.Encode([]rune(strings.Repeat("users: [a]\n", 5_000_000/part)))
	b := make([]byte, 0, 2*len(u))
	for _, c := range u {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

func utf32le(part int) []byte {
	b := []byte{0xFF, 0xFE, 0, 0}
	for _, c := range strings.Repeat("users: [a]\n", 2_500_000/part) {
		b = binary.LittleEndian.AppendUint32(b, uint32(c))
	}
	return b
}

func indents(part int) []byte {
	b := []byte(header)
	for i := range 12_000 / part {
		b = append(append(b, strings.Repeat(" ", i)...), "a:\n"...)
	}
	return b
}

func hostiles() []hostile {
	const (
		million = 1_000_000
		users   = header + "users:\n"
		many    = "more than a million entries"
		long    = "more than 64 KiB"
	)
	fine := counted(users, "  p%d@contoso.com: [SPE_E3]\n", million)
	return []hostile{
		{"random bytes", random(false), "is not valid UTF-8"},
		{"random letters", random(true), ""},
		{"one line", repeated("", "a", 100*million), long},
		{"zeros", repeated("", "\x00", 127<<20), long},
		{"lines of zeros", repeated("", "\x00\n", 16*million), "NUL"},
		{"UTF-16", utf16le, "NUL"},
		{"UTF-16 with its mark", joined(repeated("\xff\xfe", "", 1), utf16le), "UTF-16"},
		{"UTF-32 with its mark", utf32le, "UTF-16"},
		{"Latin-1", repeated("", "name: J\xf6rg\n", 10*million), "UTF-8"},
		{"marks everywhere", repeated("a\n", "\uFEFFa\n", 15*million), "U+FEFF"},
		{"lone CR", repeated("", "a: b\r", 20*million), long},
		{"lines with CR", repeated("", "a: b\rc\n", 10*million), "U+000D"},
		{"CRLF", repeated("", "a: b\r\n", 10*million), many},
		{"keys", repeated("", "a:\n", 10*million), many},
		{"most keys", repeated(header, "a:\n", million), "stands twice"},
		{"most new keys", counted(header, "a%d:\n", million), "unknown key"},
		{"long keys", counted(header, strings.Repeat("b", 900)+"%d: c\n", 130_000), "unknown key"},
		{"too long keys", repeated(header, strings.Repeat("b", 60_000)+": c\n", 2000), "`:`"},
		{"empty lines", repeated("", "\n", 128*million), "16 million lines"},
		{"most empty lines", repeated("", "\n", 16*million), many},
		{"spaces", repeated("", strings.Repeat(" ", 60_000)+"\n", 2000), "says nothing"},
		{"comments", repeated("", "# x\n", 16*million), many},
		{"most comments", repeated("", "# x\n", million), "says nothing"},
		{"comments among entries", repeated(header, "- a # b\n# c\n  # d\n", million/3), ""},
		{"open brackets", repeated("", "[", 60_000), "deep"},
		{"open braces", repeated("", "{", 60_000), "deep"},
		{"lines of brackets", repeated("", "[\n", 16*million), many},
		{"brackets after a header", repeated(header+"x: ", strings.Repeat("[", 9000)+"\n", 10_000), many},
		{"braces within", repeated(header+"x: ", "{a: ", 16_000), "deep"},
		{"closed brackets", repeated(header, "---\nx: "+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+"\n", 110), "apiVersion"},
		{"closed lists", repeated(header+"x:\n", "- "+strings.Repeat("[", 60)+strings.Repeat("]", 60)+"\n", 16_000), "unknown key"},
		{"dashes", repeated("", "- ", 30_000), "deep"},
		{"lines of dashes", repeated(header, strings.Repeat("- ", 5000)+"x\n", 12_000), many},
		{"questions", repeated("", "? ", 30_000), "deep"},
		{"lines of questions", repeated("", "? a\n", million), "stands twice"},
		{"colons", repeated("", ": ", 30_000), ""},
		{"indents", indents, "deep"},
		{"anchors", counted(header+"x:\n", "- &a%d b\n", million), "anchor"},
		{"aliases", counted(header+"x: &x 1\n", "a%d: *x\n", million/3), "anchor"},
		{"laughs", counted(header+"b: &a0 x\n", "b%[1]d: &a%[1]d [*a0, *a0, *a0]\n", 130_000), "anchor"},
		{"documents", repeated("", "---\n", 16*million), many},
		{"most documents", repeated("", "---\n", million), "10,000 documents"},
		{"documents that say something", repeated("", "---\n"+header, 150_000), "10,000 documents"},
		{"directives", repeated("", "%TAG !a! b\n", 10*million), "directive"},
		{"tags", repeated(header+"x:\n", "- !x b\n", million), "explicit tag"},
		{"nameless tags", repeated(header+"x:\n", "- ! b\n", million), "explicit tag"},
		{"an open quote", joined(repeated(header+"x: \"", "", 1), repeated("", "abc def\n", million)), "a quote that opens"},
		{"text in a block", joined(repeated(header+"x: |\n", "", 1), repeated("", " abc def\n", million)), "unknown key"},
		{"words in a list", repeated(header+"users: [", "b,\n", million), ""},
		{"one person a million times", repeated(users, "  a@contoso.com: [A]\n", million), "stands twice"},
		{"a million nobodies", counted(users, "  a%d: [A]\n", million), "object id"},
		{"a million wrong keys", counted(users, "  a%d@contoso.com: {ad: [A]}\n", million), "unknown key"},
		{"a million doubled products", counted(users, "  a%d@contoso.com: [A, a]\n", million), "stands twice"},
		{"people with aliases", counted(users, "  a%d@contoso.com: [A, *b]\n", million), ""},
		{"an open bracket at the end", joined(fine, repeated("  x: [A\n  y: z\n", "", 1)), "`]`"},
		{"an open quote among people", joined(fine, repeated("  x@y: [\"A]\n", "", 1), counted("", "  q%d@contoso.com: [A]\n", million)), "a quote that opens"},
		{"people below text", joined(repeated(header+"note: \"x\nusers:\n", "", 1), counted("", "  q%d@contoso.com: [A]\n", million)), "a quote that opens"},
		{"people within brackets", joined(repeated(header+"keep: [\nusers:\n", "", 1), counted("", "  q%d@contoso.com: [A]\n", million)), ""},
		{"people of no kind", joined(repeated("apiVersion: reseat/v1\nkind: Nothing\nusers:\n", "", 1), counted("", "  q%d@contoso.com: [A, A]\n", million)), "unknown kind"},
	}
}

// TestHostile: of no file does it take long, or much memory, to say what is
// wrong with it.
func TestHostile(t *testing.T) {
	part := partOf(32)
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			data := h.text(part)
			if part > 1 && len(data) == 0 {
				t.Skip("too small")
			}
			m := fstest.MapFS{"reseat.yaml": {Data: []byte(settings)}, "a.yaml": {Data: data}}
			faults, took, allocated := measured(t, m)
			t.Logf("%.2f s, %d MiB for %d MiB, %d faults", took.Seconds(), allocated>>20, len(data)>>20, len(faults))
			if len(faults) > desired.MaxFaults || part == 1 && (len(faults) == 0 || !strings.Contains(faults[0], h.says)) {
				t.Errorf("got %d faults, the first %.200q, want some, with %q", len(faults), append(faults, "")[0], h.says)
			}
			// Twice the file: once read, once without what is read apart.
			if most := uint64(2*len(data)) + max(1<<30/uint64(part), 256<<20); allocated > most {
				t.Errorf("took %d MiB in all, want at most %d", allocated>>20, most>>20)
			}
			const patience = 20 * time.Second // the second that it takes at most, on a machine that is slow and busy
			if took > patience {
				t.Errorf("took %v, want at most %v", took, patience)
			}
		})
	}
}

// partOf is which part of the full size a test does.
func partOf(part int) int {
	if os.Getenv("RESEAT_LARGE") != "" {
		return 1
	}
	return part
}

// measured reads a folder, and tells its faults, the time, and the memory that
// was ever asked for.
func measured(t *testing.T, m fstest.MapFS) (faults []string, took time.Duration, allocated uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	d, found, err := desired.Read(m)
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	if err != nil || (d != nil) != (len(found) == 0) {
		t.Fatalf("got %v, a desired state: %t", err, d != nil)
	}
	for _, f := range found {
		faults = append(faults, f.Error())
	}
	return faults, took, after.TotalAlloc - before.TotalAlloc
}

// TestManyFiles: so many files and folders are read in no time, good ones or bad.
func TestManyFiles(t *testing.T) {
	const deep = 500
	files := 50_000 / partOf(10)
	for name, text := range map[string]string{"good": header + "users: {NAME@contoso.com: [A]}\n", "bad": "a: b\n"} {
		t.Run(name, func(t *testing.T) {
			m := folder(nil)
			for i := range files {
				m[fmt.Sprintf("d%d/%d.yaml", i%100, i)] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, "NAME", fmt.Sprint(i)))}
			}
			m[path.Join(strings.Repeat("d/", deep), "x.yaml")] = &fstest.MapFile{Data: []byte(text)}
			faults, took, allocated := measured(t, m)
			t.Logf("%v, %d MiB", took, allocated>>20)
			if want := map[string]int{"good": 0, "bad": desired.MaxFaults}[name]; len(faults) != want {
				t.Errorf("got %d faults, want %d", len(faults), want)
			}
			if took > 60*time.Second || allocated > 2<<30 {
				t.Errorf("took %v and %d MiB", took, allocated>>20)
			}
		})
	}
}
