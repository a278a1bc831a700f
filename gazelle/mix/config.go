// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"rules_elixir_vm/gazelle/internal/mixexs"
)

const (
	enabledDirective       = "mix_enabled"
	hexRepositoryDirective = "mix_hex_repository"
)

// A settings holds for a directory and those below it.
type settings struct {
	enabled bool
	// hexRepository is the name of the repository with the packages of Hex.
	hexRepository string
	// umbrella is the project that the directory is in, if it is in one's apps.
	umbrella *umbrella
	// elsewhere are the directories whose mix.exs a target of a package above names.
	elsewhere map[string]bool
	// inProject tells that a directory above has a mix.exs.
	inProject bool
}

// An umbrella is a project that consists of others.
type umbrella struct {
	rel, apps string
	// files are those of its directory config.
	files *configuration
}

func get(c *config.Config) *settings { return c.Exts[name].(*settings) }

func (*lang) RegisterFlags(_ *flag.FlagSet, _ string, c *config.Config) {
	c.Exts[name] = &settings{enabled: true, hexRepository: "hex", elsewhere: map[string]bool{}}
}

func (*lang) CheckFlags(*flag.FlagSet, *config.Config) error { return nil }

func (*lang) KnownDirectives() []string { return []string{enabledDirective, hexRepositoryDirective} }

func (*lang) Configure(c *config.Config, rel string, f *rule.File) {
	s := *get(c)
	c.Exts[name] = &s

	// What Mix fetches and builds is in the source tree, but not of it.
	if base := path.Base(rel); s.inProject && (base == "deps" || base == "_build" || base == "node_modules") {
		s.enabled = false
	}
	if f != nil {
		for _, d := range f.Directives {
			switch d.Key {
			case enabledDirective:
				enabled, err := strconv.ParseBool(d.Value)
				if err != nil {
					log.Printf("%s: gazelle:%s is true or false, not %q", path.Join(rel, filepath.Base(f.Path)), d.Key, d.Value)
					continue
				}
				s.enabled = enabled
			case hexRepositoryDirective:
				s.hexRepository = strings.TrimPrefix(d.Value, "@")
			}
		}
		for _, r := range f.Rules {
			if r.Kind() == libraryKind {
				if dir := path.Dir(strings.TrimPrefix(r.AttrString("mix_exs"), ":")); dir != "." {
					if !s.elsewhere[path.Join(rel, dir)] {
						s.elsewhere = add(s.elsewhere, path.Join(rel, dir))
					}
				}
			}
		}
	}

	dir := filepath.Join(c.RepoRoot, filepath.FromSlash(rel))
	data, err := os.ReadFile(filepath.Join(dir, mixExs))
	if err != nil {
		return
	}
	s.inProject = true
	if !s.enabled {
		return
	}
	// What cannot be read is told when rules are generated.
	file, err := mixexs.Parse(data)
	if err != nil {
		return
	}
	if project, err := file.Project(prod); err == nil && project.AppsPath != "" {
		s.umbrella = &umbrella{rel: rel, apps: path.Join(rel, project.AppsPath), files: readConfiguration(c, rel, prod, false)}
	}
}

func add(set map[string]bool, elem string) map[string]bool {
	copied := map[string]bool{elem: true}
	for elem := range set {
		copied[elem] = true
	}
	return copied
}

// A configuration is what there is in a directory config.
type configuration struct {
	// compile is config.exs, runtime is runtime.exs; empty if it is not there.
	compile, runtime string
	// imports are the files that config.exs needs in the environment, testImports those that it needs in test besides.
	imports, testImports []string
}

// readConfiguration looks at the configuration in the directory rel. Where complain is set it tells what it cannot read.
func readConfiguration(c *config.Config, rel, env string, complain bool) *configuration {
	dir := filepath.Join(c.RepoRoot, filepath.FromSlash(rel))
	found := &configuration{}
	if isFile(filepath.Join(dir, "config/runtime.exs")) {
		found.runtime = "config/runtime.exs"
	}
	if !isFile(filepath.Join(dir, "config/config.exs")) {
		return found
	}
	found.compile = "config/config.exs"
	found.imports = imports(dir, rel, found.compile, env, complain)
	for _, file := range imports(dir, rel, found.compile, test, false) {
		if !slices.Contains(found.imports, file) {
			found.testImports = append(found.testImports, file)
		}
	}
	return found
}

// imports lists what a configuration file imports, directly or not, relative to dir.
func imports(dir, rel, file, env string, complain bool) []string {
	var found []string
	todo := []string{file}
	for seen := map[string]bool{file: true}; len(todo) > 0; {
		file, todo = todo[0], todo[1:]
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil {
			continue
		}
		read, err := mixexs.Imports(data, env)
		if err != nil {
			if complain {
				log.Print(place(path.Join(rel, file), err))
			}
			continue
		}
		for _, u := range read.Unread {
			if complain {
				log.Printf("%s:%d: import_config of %s is not literal: add the files to config_srcs, with # keep", path.Join(rel, file), u.Line, u.Text)
			}
		}
		for i, name := range append(read.Files, read.Optional...) {
			imported := path.Join(path.Dir(file), name)
			exists := isFile(filepath.Join(dir, filepath.FromSlash(imported)))
			if i < len(read.Files) && !exists && complain {
				log.Printf("%s: it imports %s, which does not exist: write it, or take the line out", path.Join(rel, file), imported)
			}
			if exists && !seen[imported] && !strings.HasPrefix(imported, "../") {
				seen[imported] = true
				found = append(found, imported)
				todo = append(todo, imported)
			}
		}
	}
	return found
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// place is what an error says, after the file and, if it tells one, the line.
func place(file string, err error) string {
	var syntax *mixexs.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s:%d: %s", file, syntax.Line, syntax.Message)
	}
	return fmt.Sprintf("%s: %v", file, err)
}
