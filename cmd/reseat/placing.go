package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/reseat-cli/reseat/internal/desired"
)

// A placing puts several files of a folder in place: each whole or not at all,
// and new ones all or none, as far as that can be had of a file system.
type placing struct {
	root  *os.Root
	texts []desired.Text
	// over are files that may be replaced, with the bytes that they must still have.
	over map[string][]byte

	waiting []string // temporary files, in the order of texts
	undo    []string // what to take away again where something fails
}

// place puts the texts in place. One that is there and not in over is an error,
// and then nothing is written.
func place(root *os.Root, texts []desired.Text, over map[string][]byte) (err error) {
	p := &placing{root: root, texts: texts, over: over}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.back())
		}
	}()
	for _, t := range texts {
		if err := p.free(t.Path); err != nil {
			return err
		}
	}
	for _, t := range texts {
		if err := p.prepare(t); err != nil {
			return fmt.Errorf("write %s: %w", t.Path, err)
		}
	}
	for i, t := range texts {
		if err := p.free(t.Path); err != nil { // writing took a while
			return err
		}
		if err := p.move(p.waiting[i], t.Path); err != nil {
			return fmt.Errorf("write %s: %w", t.Path, err)
		}
	}
	p.settle()
	return nil
}

// settle makes the names durable too, on systems that can.
func (p *placing) settle() {
	for i, t := range p.texts {
		dir := path.Dir(t.Path)
		if i > 0 && path.Dir(p.texts[i-1].Path) == dir {
			continue
		}
		if f, err := p.root.Open(dir); err == nil {
			_ = f.Sync()
			_ = f.Close()
		}
	}
}

// errMeanwhile is a file that is another than the one that was read.
var errMeanwhile = errors.New("it was changed meanwhile: run the command again")

// free reports whether a file may be written.
func (p *placing) free(name string) error {
	info, err := p.root.Lstat(name)
	was, replaces := p.over[name]
	switch {
	case errors.Is(err, fs.ErrNotExist) && !replaces:
		return nil
	case err != nil:
		return fmt.Errorf("write %s: %w", name, err)
	case !replaces:
		return fmt.Errorf("%s is there already", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: put one in its place", name)
	case info.Mode().Perm()&0o200 == 0: // it could be done, but somebody does not want it
		return fmt.Errorf("%s is read-only: make it writable first", name)
	}
	is, err := p.root.ReadFile(name)
	if err == nil && !bytes.Equal(is, was) {
		err = errMeanwhile
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// prepare writes a text beside its place, durably, with the permissions of what
// it replaces; folders on the way are made.
func (p *placing) prepare(t desired.Text) (err error) {
	if err := p.folders(path.Dir(t.Path)); err != nil {
		return err
	}
	mode, replaces := fs.FileMode(0o644), false
	if info, err := p.root.Stat(t.Path); err == nil {
		mode, replaces = info.Mode().Perm(), true
	}
	// A name that begins with a dot is never read as part of the folder.
	name := path.Join(path.Dir(t.Path), "."+path.Base(t.Path)+"."+rand.Text()[:8]+".tmp")
	f, err := p.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	p.waiting, p.undo = append(p.waiting, name), append(p.undo, name)
	if replaces { // whatever the umask
		err = f.Chmod(mode)
	}
	if err == nil {
		_, err = f.Write(t.Data)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// folders makes a folder and those above it, noting the new ones.
func (p *placing) folders(dir string) error {
	at := "."
	for part := range strings.SplitSeq(dir, "/") {
		at = path.Join(at, part)
		switch err := p.root.Mkdir(at, 0o755); {
		case err == nil:
			p.undo = append(p.undo, at)
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	return nil
}

// move puts a prepared file in place. A link never takes the place of a file
// that came there meanwhile; where there are no links, its name is taken first.
func (p *placing) move(from, to string) error {
	if _, replaces := p.over[to]; replaces {
		return p.root.Rename(from, to)
	}
	err := p.root.Link(from, to)
	switch {
	case err == nil:
		p.undo = append(p.undo, to)
		return p.root.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	f, err := p.root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	p.undo = append(p.undo, to)
	return errors.Join(f.Close(), p.root.Rename(from, to))
}

// back takes away what was made, newest first. What was replaced stays replaced.
func (p *placing) back() error {
	var all error
	for i := len(p.undo) - 1; i >= 0; i-- {
		if err := p.root.Remove(p.undo[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}
