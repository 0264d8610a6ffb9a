package main

func (a *app) applyOutputs(f applyFlags) ([]output, error) {
	outs, err := outputsWith(f.formats, "markdown", "jsonl")
	if err != nil {
		return nil, err
	}
	return a.redacted(f.redact, outs)
}

func (a *app) telling(outs []output, do func() error) error { return do() }
