package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// An output is one `-o FORMAT[=FILE]`; without a file it goes to stdout.
type output struct {
	format, file string
	redact       render.Redaction // of markdown
}

// outputs reads the flag's values. Text to stdout is the default; two formats
// cannot both go to stdout.
func outputs(values []string) ([]output, error) { return outputsWith(values) }

// outputsWith is outputs for a command that has other forms too.
func outputsWith(values []string, more ...string) ([]output, error) {
	if len(values) == 0 {
		values = []string{"text"}
	}
	var outs []output
	stdout := 0
	for _, v := range values {
		format, file, hasFile := strings.Cut(v, "=")
		switch {
		case format == "text", format == "json", slices.Contains(more, format):
		case slices.Contains([]string{"markdown", "html", "csv", "sarif", "junit", "jsonl"}, format):
			return nil, &codeError{code: exitError, err: fmt.Errorf("-o %s is not built yet", format), hint: "use -o text or -o json"}
		default:
			return nil, usage("-o takes %s or json, not %q", strings.Join(append([]string{"text"}, more...), ", "), format)
		}
		if hasFile && file == "" {
			return nil, usage("-o %s= needs the name of a file", format)
		}
		if !hasFile {
			stdout++
		}
		if i := slices.IndexFunc(outs, func(o output) bool { return hasFile && o.file != "" && filepath.Clean(o.file) == filepath.Clean(file) }); i >= 0 {
			return nil, usage("-o %s and -o %s both go to %s: name two files", outs[i].format, format, file)
		}
		outs = append(outs, output{format: format, file: file})
	}
	if stdout > 1 {
		return nil, usage("only one -o can go to stdout: name files, as in -o json=plan.json")
	}
	return outs, nil
}

// spares is an error if an output would go over a file that the command reads.
func spares(outs []output, file string) error {
	is, err := os.Stat(file)
	if err != nil || !is.Mode().IsRegular() {
		return nil // whoever reads it says so
	}
	for _, o := range outs {
		if to, err := os.Stat(o.file); o.file != "" && err == nil && os.SameFile(is, to) {
			return usage("%s would be written over by -o %s: name another file", file, o.format)
		}
	}
	return nil
}

// options are the looks of text on stdout.
func (a *app) options() render.Options {
	width, tty := a.terminal(a.out)
	if !tty {
		width = 100
	}
	return render.Options{Width: width, Color: a.color(), ASCII: a.ascii(), Before: a.before()}
}

// A form writes a document in one format.
type form func(w *bytes.Buffer, o render.Options) error

// emit writes a document as JSON or text, as was asked for.
func (a *app) emit(outs []output, document []byte, text form) error {
	return a.emitIn(outs, func(w io.Writer) error {
		_, err := w.Write(document)
		return err
	}, map[string]form{"text": text})
}

// emitIn writes a document in every form that was asked for; what is in none of
// forms is JSON, which is made as it is written: of a large tenant it is more than
// should be held. Events are written as they happen, not here.
func (a *app) emitIn(outs []output, document func(io.Writer) error, forms map[string]form) error {
	for _, o := range outs {
		if o.format == "jsonl" {
			continue
		}
		write := forms[o.format]
		if write == nil {
			if err := a.putBy(o.file, document); err != nil {
				return err
			}
			continue
		}
		opts := a.options()
		opts.Redact = o.redact
		if o.file != "" {
			opts.Color, opts.Width = false, 100
		}
		var buf bytes.Buffer
		if err := write(&buf, opts); err != nil {
			return err
		}
		if err := a.put(o.file, buf.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// put writes to a file, whole or not at all, or to stdout.
func (a *app) put(file string, body []byte) error {
	return a.putBy(file, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// putBy is put of what write writes.
func (a *app) putBy(file string, write func(io.Writer) error) error {
	if file != "" {
		return state.WriteFileBy(file, write)
	}
	if err := write(a.out); err != nil {
		return fmt.Errorf("write to stdout: %w", err)
	}
	return nil
}

// documentOf is the JSON of what is shown.
func documentOf(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return buf.Bytes(), nil
}

// showPlan writes a plan in the forms asked for.
func (a *app) showPlan(p *plan.Plan, outs []output, looks render.Options) error {
	return a.emitIn(outs, p.Write, map[string]form{"text": func(w *bytes.Buffer, o render.Options) error {
		o.Details, o.Next, o.File, o.Source = looks.Details, looks.Next, looks.File, looks.Source
		return render.Plan(w, p, o)
	}})
}

// showReport writes the report of a run in the forms asked for; dir is the
// tenant's folder, for the commands that it names.
func (a *app) showReport(r *plan.Report, p *plan.Plan, dir, undone string, outs []output) error {
	a.events.reported(r)
	a.at(dir)
	return a.emitReport(outs, r.Write, r, p, render.Options{Dir: strings.TrimSpace(a.place), Undone: shellWordOr(undone)})
}

// shellWordOr is a word of a command, or empty.
func shellWordOr(word string) string {
	if word == "" {
		return ""
	}
	return shellWord(word)
}
