package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A checkout is a folder in which a test works with git.
type checkout struct {
	t   *testing.T
	dir string
}

const (
	factsSettings = "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.onmicrosoft.com}\n" +
		"facts: {hr: {file: FILE, key: userPrincipalName, maxAge: 3d}}\n"
	factsRow = "userPrincipalName,status\nadele@contoso.com,active\n"
)

func newCheckout(t *testing.T) checkout {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	c := checkout{t, t.TempDir()}
	c.git("01", "init", "-q", "-b", "main")
	return c
}

// git runs git on a day of November 2026, or at a time of one.
func (c checkout) git(at string, args ...string) {
	c.t.Helper()
	if !strings.Contains(at, "T") {
		at += "T06:00:00+01:00"
	}
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-C", c.dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-11-"+at)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// write writes a file, which is then of a day at noon.
func (c checkout) write(day, name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.touch(day, name)
}

func (c checkout) touch(day, name string) {
	c.t.Helper()
	at, err := time.Parse(time.RFC3339, "2026-11-"+day+"T12:00:00Z")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(c.dir, filepath.FromSlash(name)), at, at); err != nil {
		c.t.Fatal(err)
	}
}

// commit commits all that there is.
func (c checkout) commit(day string) {
	c.t.Helper()
	c.git(day, "add", "-A")
	c.git(day, "commit", "-q", "--allow-empty", "-m", "on the "+day)
}

// tenant writes a tenant's folder that asks for a facts file.
func (c checkout) tenant(file string) {
	c.t.Helper()
	c.write("01", "contoso/reseat.yaml", strings.Replace(factsSettings, "FILE", file, 1))
}

// clone makes a clone of its own.
func (c checkout) clone(how ...string) checkout {
	c.t.Helper()
	to := checkout{c.t, filepath.Join(c.t.TempDir(), "clone")}
	args := append([]string{"clone", "-q"}, how...)
	c.git("01", append(args, "file://"+filepath.ToSlash(c.dir), to.dir)...)
	return to
}

// facts reads a folder and tells of which moment its file is, or the faults.
func (c checkout) facts(dir string) string {
	c.t.Helper()
	a := &app{now: func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }, env: os.Getenv}
	f, err := a.openFolder(c.t.Context(), filepath.Join(c.dir, filepath.FromSlash(dir)))
	if faults := (*plan.FaultsError)(nil); errors.As(err, &faults) {
		var lines []string
		for _, fault := range faults.Faults {
			lines = append(lines, fault.Error())
		}
		return strings.Join(lines, "\n")
	}
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = f.close() }()
	if len(f.desired.Tables) != 1 || len(f.desired.Tables[0].Rows) == 0 {
		c.t.Fatalf("got tables %+v, want one with rows", f.desired.Tables)
	}
	t := f.desired.Tables[0]
	return t.AsOf.UTC().Format("02 15h ") + string(t.AsOfBy)
}

const shallowFault = "reseat.yaml:5:20: it is not known how old the facts file is: the clone is shallow"

func TestAgeOfFacts(t *testing.T) {
	cases := []struct {
		name, want string
		does       func(c checkout) checkout
	}{
		{"as committed", "10 05h commit", func(c checkout) checkout { return c }},
		{"touched", "10 05h commit", func(c checkout) checkout { c.touch("15", "shared/hr.csv"); return c }},
		{"commits on others", "10 05h commit", func(c checkout) checkout {
			c.write("12", "other", "")
			c.commit("12")
			return c
		}},
		{"changed since", "15 12h modification time", func(c checkout) checkout {
			c.write("15", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			return c
		}},
		{"changed and staged", "15 12h modification time", func(c checkout) checkout {
			c.write("15", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.git("15", "add", "-A")
			return c
		}},
		{"committed again", "16 05h commit", func(c checkout) checkout {
			c.write("15", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.commit("16")
			return c
		}},
		{"not tracked", "17 12h modification time", func(c checkout) checkout {
			c.git("11", "rm", "-q", "shared/hr.csv")
			c.commit("11")
			c.write("17", "shared/hr.csv", factsRow)
			return c
		}},
		{"with other permissions", "10 05h commit", func(c checkout) checkout {
			if err := os.Chmod(filepath.Join(c.dir, "shared", "hr.csv"), 0o755); err != nil {
				c.t.Fatal(err)
			}
			return c
		}},
		{"with other line ends", "10 05h commit", func(c checkout) checkout {
			c.write("17", "shared/hr.csv", strings.ReplaceAll(factsRow, "\n", "\r\n"))
			return c
		}},
		{"with line ends that git would change", "12 05h commit", func(c checkout) checkout {
			c.write("12", "shared/hr.csv", strings.ReplaceAll(factsRow, "\n", "\r\n"))
			c.commit("12")
			c.write("13", ".gitattributes", "*.csv text\n")
			c.commit("13")
			return c.clone()
		}},
		{"added and not committed", "17 12h modification time", func(c checkout) checkout {
			c.git("11", "rm", "-q", "shared/hr.csv")
			c.commit("11")
			c.write("17", "shared/hr.csv", factsRow)
			c.git("17", "add", "-A")
			return c
		}},
		{"in a repository without a commit", "17 12h modification time", func(c checkout) checkout {
			if err := os.RemoveAll(filepath.Join(c.dir, ".git")); err != nil {
				c.t.Fatal(err)
			}
			c.git("17", "init", "-q")
			c.write("17", "shared/hr.csv", factsRow)
			c.git("17", "add", "-A")
			return c
		}},
		{"ignored", "17 12h modification time", func(c checkout) checkout {
			c.git("11", "rm", "-q", "shared/hr.csv")
			c.write("11", ".gitignore", "*.csv\n")
			c.commit("11")
			c.write("17", "shared/hr.csv", factsRow)
			return c
		}},
		{"moved here", "10 05h commit", func(c checkout) checkout {
			c.git("18", "mv", "shared/hr.csv", "shared/x.csv")
			c.commit("18")
			c.git("19", "mv", "shared/x.csv", "shared/hr.csv")
			c.commit("19")
			return c
		}},
		{"a newer one that a merge threw away", "10 05h commit", func(c checkout) checkout {
			c.git("01", "checkout", "-q", "-b", "side")
			c.write("14", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.commit("14")
			c.git("01", "checkout", "-q", "main")
			c.git("18", "merge", "-q", "-s", "ours", "-m", "not theirs", "side")
			return c
		}},
		{"a worktree of it", "10 05h commit", func(c checkout) checkout {
			to := checkout{c.t, filepath.Join(c.t.TempDir(), "wt")}
			c.git("01", "worktree", "add", "-q", "--detach", to.dir)
			return to
		}},
		{"a repository within it", "13 05h commit", func(c checkout) checkout {
			c.git("11", "rm", "-q", "-r", "--cached", "shared")
			inner := checkout{c.t, filepath.Join(c.dir, "shared")}
			inner.git("01", "init", "-q")
			inner.commit("13")
			return c
		}},
		{"a whole clone", "10 05h commit", func(c checkout) checkout { return c.clone() }},
		{"a shallow clone, cut at it", shallowFault, func(c checkout) checkout { return c.clone("--depth=1") }},
		{"a shallow clone, cut above it", shallowFault, func(c checkout) checkout {
			c.write("12", "other", "")
			c.commit("12")
			return c.clone("--depth=1")
		}},
		{"a shallow clone, cut below it", "12 05h commit", func(c checkout) checkout {
			c.write("12", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.commit("12")
			return c.clone("--depth=2")
		}},
		{"a shallow clone and a column", "09 00h asOf column", func(c checkout) checkout {
			c.write("12", "shared/hr.csv", "asOf,userPrincipalName\n2026-11-09,a@contoso.com\n2026-11-08,b@contoso.com\n")
			c.commit("12")
			return c.clone("--depth=1")
		}},
		{"no git there", "reseat.yaml:5:20: it is not known how old \"../shared/hr.csv\" is (git says ", func(c checkout) checkout {
			if err := os.Remove(filepath.Join(c.dir, ".git", "HEAD")); err != nil {
				c.t.Fatal(err)
			}
			return c
		}},
		{"from tomorrow", "reseat.yaml:5:20: \"../shared/hr.csv\" is of 2026-11-22 by its commit, which lies in the future: ", func(c checkout) checkout {
			c.write("12", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.commit("22")
			return c
		}},
		{"by a clock that is a little ahead", "20 08h commit", func(c checkout) checkout {
			c.write("12", "shared/hr.csv", factsRow+"bo@contoso.com,active\n")
			c.git("20", "add", "-A")
			c.git("20T12:00:00Z", "commit", "-q", "-m", "ahead")
			return c
		}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c := newCheckout(t)
			c.tenant("../shared/hr.csv")
			c.write("05", "shared/hr.csv", factsRow)
			c.commit("10")
			got := tt.does(c).facts("contoso")
			if !strings.HasPrefix(got, tt.want) || strings.HasSuffix(tt.want, "commit") && got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFactsOfAnyAge: where nobody asks how old a file may be, nothing is wrong
// with one of which nobody knows it.
func TestFactsOfAnyAge(t *testing.T) {
	c := newCheckout(t)
	c.write("05", "contoso/reseat.yaml", strings.Replace(strings.Replace(factsSettings, "FILE", "hr.csv", 1), ", maxAge: 3d", "", 1))
	c.write("05", "contoso/hr.csv", factsRow)
	c.commit("10")
	if got, want := c.clone("--depth=1").facts("contoso"), "01 00h "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPlaceOfFacts has files at each place in the repository, and ways out of it.
func TestPlaceOfFacts(t *testing.T) {
	const (
		none  = "`file` is %, but there is no such file: put it there, or correct the name; a path begins at this folder"
		link  = "`file` is %, which is a link or leads through one, and links are not followed: put the file itself there"
		leads = "`file` is %, which leads out of the repository: put it into the repository, and name it by its path from this folder"
	)
	c := newCheckout(t)
	outside := checkout{t, t.TempDir()}
	outside.write("05", "hr.csv", factsRow)
	for _, name := range []string{"eu/contoso/hr.csv", "eu/hr.csv", "hr.csv", "shared/a/hr.csv"} {
		c.write("05", name, factsRow)
	}
	c.write("05", "eu/contoso/reseat.yaml", "")
	for name, to := range map[string]string{
		"eu/contoso/link.csv": "hr.csv", "eu/link": "../shared", "out.csv": filepath.Join(outside.dir, "hr.csv"), "out": outside.dir, "up": "..",
	} {
		if err := os.Symlink(to, filepath.Join(c.dir, filepath.FromSlash(name))); err != nil {
			t.Skip("no links here:", err)
		}
	}
	parent := filepath.Base(c.dir)
	for file, want := range map[string]string{
		"hr.csv":                              "",
		"./x/../hr.csv":                       "",
		"../hr.csv":                           "",
		"../../hr.csv":                        "",
		"../../shared/a/hr.csv":               "",
		"../contoso/hr.csv":                   "",
		"nothing.csv":                         none,
		"../../shared/hr.csv":                 none,
		"../../../hr.csv":                     leads,
		"../../../" + parent + "/hr.csv":      leads,
		"x/../../../../../../../../etc/group": leads,
		"link.csv":                            link,
		"../link/a/hr.csv":                    link,
		"../../out.csv":                       link,
		"../../out/hr.csv":                    link,
		"../../up/" + parent + "/hr.csv":      link,
	} {
		c.write("05", "eu/contoso/reseat.yaml", strings.Replace(factsSettings, "FILE", file, 1))
		want = strings.Replace("reseat.yaml:5:20: "+want, "%", strconv.Quote(file), 1)
		if strings.HasSuffix(want, ": ") {
			want = "05 12h modification time"
		}
		if got := c.facts("eu/contoso"); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	// The folder may be reached through a link: what counts is where it is.
	if err := os.Symlink(filepath.Join(c.dir, "eu", "contoso"), filepath.Join(outside.dir, "linked")); err != nil {
		t.Fatal(err)
	}
	c.write("05", "eu/contoso/reseat.yaml", strings.Replace(factsSettings, "FILE", "../../shared/a/hr.csv", 1))
	if got, want := outside.facts("linked"), "05 12h modification time"; got != want {
		t.Errorf("through a link: got %q, want %q", got, want)
	}
	// Without a repository nothing outside the folder is read.
	if err := os.RemoveAll(filepath.Join(c.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	if got, want := c.facts("eu/contoso"), "which leads out of the folder: put it into the folder; one outside is read only within the same git repository"; !strings.HasSuffix(got, want) {
		t.Errorf("without a repository: got %q, want %q", got, want)
	}
}

// TestInAHook: git gives its hooks variables that name the repository they run
// in, which is not always the folder's.
func TestInAHook(t *testing.T) {
	c, other := newCheckout(t), newCheckout(t)
	c.tenant("hr.csv")
	c.write("05", "contoso/hr.csv", factsRow)
	c.commit("10")
	other.commit("12")
	t.Setenv("GIT_DIR", filepath.Join(other.dir, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.dir, ".git", "index"))
	if got, want := c.facts("contoso"), "10 05h commit"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRevisionOfFacts: a facts file elsewhere in the repository is a part of
// what was read, so the revision tells that it changed.
func TestRevisionOfFacts(t *testing.T) {
	c := newCheckout(t)
	c.tenant("../shared/hr.csv")
	c.write("05", "shared/hr.csv", factsRow)
	c.commit("10")
	revision := func() string {
		a := &app{now: time.Now, env: os.Getenv}
		f, err := a.openFolder(t.Context(), filepath.Join(c.dir, "contoso"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.close() }()
		return f.desired.Revision
	}
	if got := revision(); strings.Contains(got, "changed") {
		t.Errorf("got %s, want a plain commit", got)
	}
	c.write("11", "shared/hr.csv", factsRow+"bo@contoso.com,left\n")
	if got := revision(); !strings.HasSuffix(got, "+changed") {
		t.Errorf("got %s, want it changed", got)
	}
}
