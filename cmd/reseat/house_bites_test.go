package main_test

import (
	"maps"
	"strings"
	"testing"
)

// cleanHouse is a small module that uses everything where it is allowed.
var cleanHouse = map[string]source{
	"cmd/reseat/main.go": `package main
		import ("os"; "os/signal"; "time"; "github.com/reseat-cli/reseat/apply"; "github.com/reseat-cli/reseat/plan"; "github.com/spf13/cobra"; "github.com/hashicorp/go-hclog")
		func main() { _ = time.Now(); _ = os.Getenv("X"); signal.Ignore(); apply.Run(plan.Plan{}); _ = cobra.Command{}; _ = hclog.Info; os.Exit(0) }`,
	"cmd/reseat/main_test.go": `package main_test
		import ("os"; "github.com/rogpeppe/go-internal/testscript"; "github.com/reseat-cli/reseat/internal/graph")
		var scratch = os.Getenv("X")`,
	"plan/plan.go": `package plan
		import ("errors"; "regexp"; "sync"; "time")
		type Plan struct{ At time.Time }
		var ErrOld = errors.New("old")
		var ids = regexp.MustCompile("x")
		var names = map[string]int{"a": 1}
		var big = sync.OnceValue(func() int { return 1 })
		var magic = []byte("PK")
		func (Plan) init() {}
		func shadow(time struct{ Now int }) int { names := map[string]int{}; names["b"] = 2; return time.Now + len(names) }`,
	"plan/plan_test.go": `package plan_test
		import ("os"; "testing"; "time"; "github.com/reseat-cli/reseat/plan"; "pgregory.net/rapid")
		var seen int
		func init() { seen++; _ = time.Now(); _ = os.Args }`,
	"policies/engine.go": `package policies
		import ("embed"; "github.com/open-policy-agent/opa/v1/rego"; "github.com/reseat-cli/reseat/plan")
		//go:embed *.rego
		var rules embed.FS
		var _ interface{ M() } = (*T)(nil)`,
	"apply/apply.go": `package apply
		import ("time"; "net/netip"; "net/url"; "github.com/hashicorp/go-hclog"; "golang.org/x/sync/errgroup"; "github.com/reseat-cli/reseat/plan")
		func Run(plan.Plan) { time.Sleep(1) }`,
	"internal/desired/folder.go": `package desired
		import ("os"; "gopkg.in/yaml.v3"; "golang.org/x/text/unicode/norm")
		func Read(r *os.Root) error { _, err := r.Open("x"); return err }`,
	"internal/graph/client.go": `package graph
		import ("net/http"; "crypto/tls"; "github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"; "github.com/Azure/azure-sdk-for-go/sdk/azidentity"
			"github.com/go-json-experiment/json/jsontext"; "golang.org/x/text/cases"; "github.com/hashicorp/go-hclog")`,
	"internal/simulator/sim.go": `package simulator
		import ("net"; "net/http"; "github.com/hashicorp/go-hclog"; "github.com/reseat-cli/reseat/plan")`,
	"internal/state/state.go": `package state
		import ("database/sql"; "os"; "syscall"; "github.com/hashicorp/go-hclog")
		func read() { os.ReadFile("x") }`,
	"internal/render/text.go": `package render
		import ("time"; "github.com/charmbracelet/lipgloss"; "golang.org/x/term"; "github.com/reseat-cli/reseat/plan")
		func at(t time.Time) string { return t.String() }`,
	"internal/schedule/windows.go": `package schedule
		import ("database/sql"; "time"; "github.com/robfig/cron/v3")
		var now = map[string]int{}
		func wait() { time.NewTimer(1) }`,
	"examples/contoso/generate/main.go": `package main
		import ("math/rand/v2"; "os"; "github.com/reseat-cli/reseat/plan")
		func main() { os.Exit(1) }`,
}

func TestHouseRuleSparesTheClean(t *testing.T) {
	t.Parallel()
	for _, b := range breaches(cleanHouse) {
		t.Error(b)
	}
}

// TestHouseRuleBites breaks each sentence of the rule once, by adding one file
// to a clean house, and wants exactly that breach, with file and line.
func TestHouseRuleBites(t *testing.T) {
	t.Parallel()
	const own = `"github.com/reseat-cli/reseat/`
	for _, test := range []struct {
		sentence, file, text, want string
	}{
		{"plan imports no outside library", "plan/x.go", `package plan; import "golang.org/x/text/cases"`, `rule 1: plan imports "golang.org/x/text/cases"`},
		{"plan imports no sibling", "plan/x.go", `package plan; import ` + own + `apply"`, `rule 1: plan imports "github.com/reseat-cli/reseat/apply"`},
		{"plan imports no sibling in tests", "plan/x_test.go", `package plan_test; import ` + own + `apply"`, `rule 1: plan imports`},
		{"plan has no os", "plan/x.go", `package plan; import "os"`, `rule 1: plan imports "os"`},
		{"plan has nothing of os", "plan/x.go", `package plan; import "os/user"`, `rule 1: plan imports "os/user"`},
		{"plan has no net", "plan/x.go", `package plan; import "net"`, `rule 1: plan imports "net"`},
		{"plan has nothing of net", "plan/x.go", `package plan; import "net/url"`, `rule 1: plan imports "net/url"`},
		{"plan has no log", "plan/x.go", `package plan; import "log"`, `rule 1: plan imports "log"`},
		{"plan has no chance", "plan/x.go", `package plan; import "math/rand/v2"`, `rule 1: plan imports "math/rand/v2"`},

		{"no package imports a sibling", "apply/x.go", `package apply; import ` + own + `internal/graph"`, `rule 2: apply imports "github.com/reseat-cli/reseat/internal/graph"`},
		{"nor in tests", "apply/x_test.go", `package apply_test; import ` + own + `internal/graph"`, `rule 2: apply imports`},
		{"nor a policy", "internal/render/x.go", `package render; import ` + own + `policies"`, `rule 2: internal/render imports`},
		{"only cmd imports more than plan", "examples/contoso/generate/x.go", `package main; import ` + own + `internal/graph"`, `rule 2: examples/contoso/generate imports`},

		{"OPA has its room", "apply/x.go", `package apply; import "github.com/open-policy-agent/opa/v1/ast"`, `rule 3: apply imports "github.com/open-policy-agent/opa/v1/ast", but OPA is for policies`},
		{"yaml has its room", "cmd/reseat/x.go", `package main; import "gopkg.in/yaml.v3"`, `rule 3: cmd/reseat imports "gopkg.in/yaml.v3", but YAML is for internal/desired`},
		{"x/text has its rooms", "internal/render/x.go", `package render; import "golang.org/x/text/width"`, `but x/text is for internal/desired, internal/graph`},
		{"azcore has its room", "cmd/reseat/x.go", `package main; import "github.com/Azure/azure-sdk-for-go/sdk/azcore"`, `but azcore is for internal/graph`},
		{"azidentity has its room", "cmd/reseat/x.go", `package main; import "github.com/Azure/azure-sdk-for-go/sdk/azidentity"`, `but azidentity is for internal/graph`},
		{"the JSON decoder has its room", "internal/simulator/x.go", `package simulator; import "github.com/go-json-experiment/json"`, `but the JSON decoder is for internal/graph`},
		{"cron has its room", "cmd/reseat/x.go", `package main; import "github.com/robfig/cron/v3"`, `but cron is for internal/schedule`},
		{"the job engine has its room", "cmd/reseat/x.go", `package main; import "github.com/riverqueue/river"`, `but the job engine is for internal/schedule`},
		{"SQL has its rooms", "apply/x.go", `package apply; import "database/sql"`, `but SQL is for internal/state, internal/schedule`},
		{"so have its drivers", "cmd/reseat/x.go", `package main; import "modernc.org/sqlite"`, `but SQL is for internal/state, internal/schedule`},
		{"cobra has its rooms", "internal/state/x.go", `package state; import "github.com/spf13/cobra"`, `but cobra is for cmd, internal/render`},
		{"the terminal has its rooms", "apply/x.go", `package apply; import "github.com/schollz/progressbar/v3"`, `but the terminal is for cmd, internal/render`},
		{"pflag goes with cobra", "apply/x.go", `package apply; import "github.com/spf13/pflag"`, `but cobra is for cmd, internal/render`},
		{"x/sync has its rooms", "internal/render/x.go", `package render; import "golang.org/x/sync/errgroup"`, `but x/sync is for cmd, apply`},
		{"hclog is not handed to policies", "policies/x.go", `package policies; import "github.com/hashicorp/go-hclog"`, `but hclog is for cmd, apply`},
		{"hclog is not handed to render", "internal/render/x.go", `package render; import "github.com/hashicorp/go-hclog"`, `but hclog is for cmd, apply`},
		{"rapid is for tests", "apply/x.go", `package apply; import "pgregory.net/rapid"`, `but rapid is for tests`},
		{"testscript is for tests", "cmd/reseat/x.go", `package main; import "github.com/rogpeppe/go-internal/testscript"`, `but testscript is for tests`},
		{"a library without a room", "cmd/reseat/x.go", `package main; import "example.com/left/pad"`, `rule 3: cmd/reseat imports "example.com/left/pad", an outside library that has no room`},
		{"nor has it one in tests", "plan/x_test.go", `package plan_test; import "example.com/left/pad"`, `an outside library that has no room`},
		{"a name that only begins like a library", "policies/x.go", `package policies; import "github.com/open-policy-agent/opal"`, `an outside library that has no room`},
		{"C is no room", "cmd/reseat/x.go", `package main; import "C"`, `rule 3: cmd/reseat imports "C"`},

		{"files", "apply/x.go", `package apply; import "os"`, `rule 4: apply imports "os", but files are for cmd, examples, internal/desired, internal/state`},
		{"files of render", "internal/render/x.go", `package render; import "io/ioutil"`, `rule 4: internal/render imports "io/ioutil"`},
		{"files below os", "internal/graph/x.go", `package graph; import "syscall"`, `rule 4: internal/graph imports "syscall"`},
		{"the folder is handed in", "internal/desired/x.go", `package desired; import "os"; func f() { os.ReadFile("x") }`, `rule 4: internal/desired uses os.ReadFile, but its folder is handed in`},
		{"network", "internal/state/x.go", `package state; import "net/http"`, `rule 4: internal/state imports "net/http", but the network is for internal/graph, internal/simulator`},
		{"network of cmd", "cmd/reseat/x.go", `package main; import "net"`, `rule 4: cmd/reseat imports "net"`},
		{"network below TLS", "apply/x.go", `package apply; import "crypto/tls"`, `but the network is for`},
		{"network of counters", "cmd/reseat/x.go", `package main; import "expvar"`, `but the network is for`},
		{"network of logs", "cmd/reseat/x.go", `package main; import "log/syslog"`, `but the network is for`},
		{"other programs", "internal/state/x.go", `package state; import "os/exec"`, `rule 4: internal/state imports "os/exec", but other programs are for cmd`},
		{"who runs it", "internal/state/x.go", `package state; import "os/user"`, `rule 4: internal/state imports "os/user", but the environment is for cmd`},
		{"environment", "internal/state/x.go", `package state; import "os"; func f() { os.LookupEnv("x") }`, `rule 4: internal/state uses os.LookupEnv, but the environment is for cmd`},
		{"environment under another name", "internal/state/x.go", `package state; import sys "os"; func f() func(string) string { return sys.Getenv }`, `rule 4: internal/state uses os.Getenv`},
		{"signals", "internal/state/x.go", `package state; import "os/signal"`, `rule 4: internal/state imports "os/signal", but signals are for cmd`},
		{"exit", "internal/state/x.go", `package state; import "os"; func f() { os.Exit(1) }`, `rule 4: internal/state uses os.Exit, but exit is for cmd`},
		{"exit by way of log", "apply/x.go", `package apply; import "log"; func f() { log.Fatalf("x") }`, `rule 4: apply uses log.Fatalf`},
		{"the only exit", "cmd/reseat/x.go", `package main; import "os"; func f() { os.Exit(1) }`, `rule 4: cmd/reseat uses os.Exit, but exit is for main.go`},
		{"the clock of plan", "plan/x.go", `package plan; import "time"; func f() { time.Since(time.Time{}) }`, `rule 4: plan uses time.Since, but the clock is not for plan, policies, internal/desired, internal/render`},
		{"the clock of policies", "policies/x.go", `package policies; import "time"; func f() { time.NewTimer(1) }`, `rule 4: policies uses time.NewTimer`},
		{"the clock of desired", "internal/desired/x.go", `package desired; import "time"; func f() { time.Until(time.Time{}) }`, `rule 4: internal/desired uses time.Until`},
		{"the clock of render", "internal/render/x.go", `package render; import clock "time"; type T struct{ now func() clock.Time }; func f() T { return T{now: clock.Now} }`, `rule 4: internal/render uses time.Now`},
		{"the clock where types are unknown", "internal/render/x.go", `package render; import ("time"; "elsewhere"); func f() { switch x := elsewhere.X.(type) { case int: _ = x; time.Sleep(1) } }`, `rule 4: internal/render uses time.Sleep`},
		{"a dot hides names", "internal/render/x.go", `package render; import . "time"; var _ = Now()`, `rule 4: imports "time" with a dot`},

		{"a new package", "internal/util/x.go", `package util`, `rule 5: internal/util is no package of the house`},
		{"a package below a package", "plan/deep/x.go", `package deep`, `rule 5: plan/deep is no package of the house`},
		{"a second command", "cmd/other/x.go", `package main`, `rule 5: cmd/other is no package of the house`},
		{"not even for tests", "x_test.go", `package root_test`, `rule 5: . is no package of the house`},
		{"what cannot be read", "apply/x.go", `package`, `apply/x.go: cannot be read as Go`},

		{"init", "apply/x.go", `package apply; func init() {}`, `style: apply has an init function`},
		{"a variable without a value", "apply/x.go", `package apply; var n int`, `style: package variable n of apply has no value`},
		{"a variable that is no table", "apply/x.go", `package apply; var n = len("x")`, `style: package variable n of apply is no error`},
		{"a pointer", "apply/x.go", `package apply; type t struct{}; var n = &t{}`, `style: package variable n of apply is no error`},
		{"a lock", "apply/x.go", `package apply; import "sync"; var mu = sync.Mutex{}`, `style: package variable mu of apply is no error`},
		{"one of two", "apply/x.go", `package apply; var _, n = []int{}, 2`, `style: package variable n of apply is no error`},
		{"a table assigned to", "plan/x.go", `package plan; func f() { names = nil }`, `style: plan changes the package variable names`},
		{"an entry of a table", "plan/x.go", `package plan; func f() { names["b"]++ }`, `style: plan changes the package variable names`},
		{"an entry taken out", "plan/x.go", `package plan; func f() { delete(names, "a") }`, `style: plan changes the package variable names`},
		{"a table sorted", "plan/x.go", `package plan; import "slices"; func f() { slices.Sort(magic) }`, `style: plan changes the package variable magic`},
		{"a pointer into a table", "plan/x.go", `package plan; func f() *byte { return &magic[0] }`, `style: plan changes the package variable magic`},
		{"a table ranged over it", "plan/x.go", `package plan; func f() { for magic[0] = range magic {} }`, `style: plan changes the package variable magic`},
		{"another package's variable", "cmd/reseat/x.go", `package main; import "github.com/reseat-cli/reseat/plan"; func f() { plan.ErrOld = nil }`, `style: cmd/reseat changes ErrOld of "github.com/reseat-cli/reseat/plan"`},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			files := maps.Clone(cleanHouse)
			files[test.file] = source(test.text)
			got := breaches(files)
			if len(got) != 1 || !strings.HasPrefix(got[0], test.file+":") || !strings.Contains(got[0], test.want) {
				t.Errorf("got %q, want one breach in %s that says %q", got, test.file, test.want)
			}
		})
	}
}
