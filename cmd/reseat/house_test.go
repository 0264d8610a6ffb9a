package main_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The rule of the house, in tables. A change here needs its reason in the
// commit. house_reader_test.go (imports) and house_code_test.go (what the code
// uses, declares and changes) hold the sources against these tables, and
// house_bites_test.go proves that they do.

const houseModule = "github.com/reseat-cli/reseat"

// housePackages are the folders that may hold Go files. cmd stands for
// cmd/reseat, examples for every folder below examples.
var housePackages = []string{
	"cmd", "plan", "policies", "apply", "examples", "internal/desired", "internal/graph",
	"internal/render", "internal/schedule", "internal/simulator", "internal/state",
}

// A houseGrant says in which packages something may be used, and what it is in
// the words of the rule.
type houseGrant struct {
	what     string // for the message, as in "YAML is for"
	rooms    []string
	anywhere bool // known, and free for all
	testOnly bool // for _test.go files alone
}

// houseLibraries are the outside libraries by import path; one covers all below
// it, and the longest that fits counts. What is not here has no room.
var houseLibraries = map[string]houseGrant{
	"github.com/open-policy-agent/opa":                 {what: "OPA is", rooms: []string{"policies"}},
	"gopkg.in/yaml.v3":                                 {what: "YAML is", rooms: []string{"internal/desired"}},
	"golang.org/x/text":                                {what: "x/text is", rooms: []string{"internal/desired", "internal/graph"}},
	"github.com/Azure/azure-sdk-for-go/sdk/azcore":     {what: "azcore is", rooms: []string{"internal/graph"}},
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity": {what: "azidentity is", rooms: []string{"internal/graph"}},
	"github.com/go-json-experiment/json":               {what: "the JSON decoder is", rooms: []string{"internal/graph"}},
	"github.com/robfig/cron":                           {what: "cron is", rooms: []string{"internal/schedule"}},
	"github.com/riverqueue/river":                      {what: "the job engine is", rooms: []string{"internal/schedule"}},
	"modernc.org/sqlite":                               {what: "SQL is", rooms: []string{"internal/state", "internal/schedule"}},
	"github.com/spf13/cobra":                           {what: "cobra is", rooms: []string{"cmd", "internal/render"}},
	"github.com/spf13/pflag":                           {what: "cobra is", rooms: []string{"cmd", "internal/render"}},
	"github.com/schollz/progressbar":                   {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"github.com/charmbracelet":                         {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"github.com/jedib0t/go-pretty":                     {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"github.com/mattn":                                 {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"github.com/muesli/termenv":                        {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"golang.org/x/term":                                {what: "the terminal is", rooms: []string{"cmd", "internal/render"}},
	"github.com/hashicorp/go-hclog": {what: "hclog is", rooms: []string{
		"cmd", "apply", "internal/graph", "internal/simulator", "internal/state", "internal/schedule"}},
	"golang.org/x/sync":                     {what: "x/sync is", rooms: []string{"cmd", "apply", "policies", "internal/graph", "internal/schedule"}},
	"pgregory.net/rapid":                    {what: "rapid is", testOnly: true},
	"github.com/invopop/jsonschema":         {what: "making JSON Schemas is", testOnly: true},
	"github.com/santhosh-tekuri/jsonschema": {what: "checking JSON Schemas is", testOnly: true},
	"github.com/rogpeppe/go-internal":       {what: "testscript is", testOnly: true},
}

// houseStandard are the parts of the standard library that not everyone may
// import, found like houseLibraries. What is not here is free for all but plan.
var houseStandard = map[string]houseGrant{
	"os":           {what: "files are", rooms: []string{"cmd", "examples", "internal/desired", "internal/state"}},
	"io/ioutil":    {what: "files are", rooms: []string{"cmd", "examples", "internal/desired", "internal/state"}},
	"syscall":      {what: "the system is", rooms: []string{"cmd", "internal/state"}},
	"os/exec":      {what: "other programs are", rooms: []string{"cmd"}},
	"os/signal":    {what: "signals are", rooms: []string{"cmd"}},
	"os/user":      {what: "the environment is", rooms: []string{"cmd"}},
	"net":          {what: "the network is", rooms: []string{"internal/graph", "internal/simulator"}},
	"net/netip":    {anywhere: true},
	"net/url":      {anywhere: true},
	"crypto/tls":   {what: "the network is", rooms: []string{"internal/graph", "internal/simulator"}},
	"expvar":       {what: "the network is", rooms: []string{"internal/graph", "internal/simulator"}},
	"log/syslog":   {what: "the network is", rooms: []string{"internal/graph", "internal/simulator"}},
	"database/sql": {what: "SQL is", rooms: []string{"internal/state", "internal/schedule"}},
}

// housePlanWithout is what the core lacks of the standard library, with all
// below it.
var housePlanWithout = []string{
	"os", "net", "log", "math/rand", "crypto/rand", "crypto/tls", "database/sql", "expvar", "io/ioutil", "syscall",
}

// houseUses are uses of imported names that not everyone may make. A use that
// is in none of the rooms breaks the rule; main alone means a main.go there.
var houseUses = []struct {
	what     string
	rooms    []string
	mainOnly bool
	names    map[string][]string // package to names
}{
	{
		what:  "the clock is not",
		rooms: houseWithout("plan", "policies", "internal/desired", "internal/render"),
		names: map[string][]string{"time": {"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}},
	},
	{
		what:  "the environment is",
		rooms: []string{"cmd", "examples"},
		names: map[string][]string{
			"os": {"Getenv", "LookupEnv", "Environ", "Setenv", "Unsetenv", "Clearenv", "ExpandEnv", "Args",
				"UserHomeDir", "UserConfigDir", "UserCacheDir"},
			"syscall": {"Getenv", "Environ", "Setenv", "Unsetenv", "Clearenv"},
		},
	},
	{
		what:     "exit is",
		rooms:    []string{"cmd", "examples"},
		mainOnly: true,
		names:    map[string][]string{"os": {"Exit"}, "syscall": {"Exit"}, "log": {"Fatal", "Fatalf", "Fatalln"}},
	},
}

// houseHandedIn are the names of package os that internal/desired may use: those
// that open nothing by themselves, for its folder is handed in.
var houseHandedIn = []string{
	"Root", "File", "FileInfo", "FileMode", "DirEntry", "PathError", "ErrNotExist", "ErrExist", "ErrPermission", "ErrInvalid", "ErrClosed",
	"ModeDir", "ModeSymlink", "ModePerm", "ModeType", "ModeIrregular", "O_RDONLY", "O_WRONLY", "O_RDWR", "O_CREATE", "O_EXCL", "O_TRUNC", "O_APPEND", "O_SYNC",
	"IsNotExist", "IsExist", "IsPermission",
}

// houseValues are the calls whose results a package variable may hold, since
// nothing can be changed about them afterwards.
var houseValues = map[string][]string{
	"errors":  {"New"},
	"fmt":     {"Errorf"},
	"regexp":  {"MustCompile"},
	"strings": {"NewReplacer"},
	"sync":    {"OnceValue", "OnceValues"},
}

// houseInPlace are the functions that change their first argument.
var houseInPlace = map[string][]string{
	"slices": {"Sort", "SortFunc", "SortStableFunc", "Reverse"},
	"maps":   {"Copy", "DeleteFunc", "Insert"},
	"sort":   {"Sort", "Stable", "Slice", "SliceStable", "Strings", "Ints", "Float64s"},
}

func houseWithout(not ...string) []string {
	return slices.DeleteFunc(slices.Clone(housePackages), func(p string) bool { return slices.Contains(not, p) })
}

// TestHouse holds every Go file of the module against the rule. It reads the
// files itself: what `go list` says may come from a cache.
func TestHouse(t *testing.T) {
	t.Parallel()
	files := houseFiles(t)
	seen := map[string]int{}
	for name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			seen[houseRoom(path.Dir(name))]++
		}
	}
	for _, room := range []string{"cmd", "plan", "policies", "apply", "internal/desired", "internal/graph", "internal/simulator", "internal/state"} {
		if seen[room] == 0 {
			t.Errorf("found no source of %s: the test looks in the wrong place, or the package is gone", room)
		}
	}
	for _, b := range breaches(files) {
		t.Error(b)
	}
}

// houseFiles reads every Go file of the module, for all systems and build tags,
// by its slashed path from the module's root.
func houseFiles(t *testing.T) map[string]source {
	t.Helper()
	root := houseRoot(t)
	files := map[string]source{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// What the go command itself never builds.
		hidden := strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata"
		if d.IsDir() && hidden && name != root {
			return filepath.SkipDir
		}
		if d.IsDir() || hidden || filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = source(text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// houseRoot goes upward to the folder whose go.mod is that of this module.
func houseRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			if first, _, _ := strings.Cut(string(text), "\n"); strings.TrimSpace(first) != "module "+houseModule {
				t.Fatalf("go.mod of %s begins with %q, want module %s", filepath.Base(dir), first, houseModule)
			}
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}
