package apply_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/reseat-cli/reseat/apply"
)

// A journal that is read as it comes is the one that is read as a whole; lines are
// only about how many there are.
func TestDecodeJournalFrom(t *testing.T) {
	p := mixed(9)
	data := written(t, p)
	want, whole, err := apply.DecodeJournal(p, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, lines := range []int{-1, 0, 1, 1000} {
		got, valid, err := apply.DecodeJournalFrom(p, iotest.OneByteReader(bytes.NewReader(append(data, "torn"...))), lines)
		if err != nil || valid != whole || !reflect.DeepEqual(got, want) {
			t.Errorf("%d lines: got %v, %d, %v; want %v, %d", lines, got, valid, err, want, whole)
		}
	}
	broken := errors.New("broken")
	if _, _, err := apply.DecodeJournalFrom(p, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), 0); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
	for name, n := range map[string]int{"longer than a buffer": 100_000, "too long": 3 << 20} {
		_, _, err := apply.DecodeJournal(p, append(bytes.Clone(data), strings.Repeat("x", n)+"\n"...))
		if err == nil || !strings.Contains(err.Error(), "from a copy") || (n > 1<<20) != strings.Contains(err.Error(), "more than") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
