// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"log"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/repo"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"rules_elixir_vm/gazelle/internal/mixexs"
)

// dependencies are what a generated rule depends on.
type dependencies struct {
	// file is the mix.exs, dir the directory of the project.
	file, dir string
	list      []mixexs.Dep
	// keep are labels that stay, because not all of deps could be read.
	keep []string
	// release tells that they are the applications of a release, first that the first one is its application.
	release, first bool
}

func (*lang) Imports(_ *config.Config, r *rule.Rule, _ *rule.File) []resolve.ImportSpec {
	if r.Kind() != libraryKind && r.Kind() != erlangKind {
		return nil
	}
	app := r.AttrString("app")
	if app == "" {
		app = r.Name()
	}
	return []resolve.ImportSpec{{Lang: name, Imp: app}}
}

func (*lang) Embeds(*rule.Rule, label.Label) []label.Label { return nil }

func (*lang) Resolve(c *config.Config, ix *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, imports interface{}, from label.Label) {
	// Attributes that went have gone by now, and would come back empty.
	for _, key := range r.AttrKeys() {
		if isEmptyList(r.Attr(key)) {
			r.DelAttr(key)
		}
	}
	deps, ok := imports.(*dependencies)
	if !ok || deps == nil {
		return
	}
	labels := map[string]bool{}
	for _, l := range deps.keep {
		labels[l] = true
	}
	for _, dep := range deps.list {
		l, ok := find(c, ix, deps, dep, from)
		if !ok {
			continue
		}
		if deps.first {
			deps.first = false
			r.SetAttr("application", l)
			continue
		}
		labels[l] = true
	}
	r.DelAttr("deps")
	if len(labels) > 0 {
		var list []string
		for l := range labels {
			list = append(list, l)
		}
		sort.Strings(list)
		r.SetAttr("deps", list)
	}
}

// makeDep is the compiler that the rule elixir_make takes the place of.
const makeDep = "elixir_make"

// find is the label of the target that provides a dependency.
func find(c *config.Config, ix *resolve.RuleIndex, deps *dependencies, dep mixexs.Dep, from label.Label) (string, bool) {
	relative := func(l label.Label) (string, bool) { return l.Rel(from.Repo, from.Pkg).String(), true }
	spec := resolve.ImportSpec{Lang: name, Imp: dep.App}
	if l, ok := resolve.FindRuleWithOverride(c, spec, name); ok {
		return relative(l)
	}
	if dep.NotOTP || dep.App == makeDep {
		// The one is no application, and the other is left out when Mix compiles.
		return "", false
	}

	s := get(c)
	dir := ""
	switch {
	case dep.Path != "":
		dir = path.Join(deps.dir, filepath.ToSlash(dep.Path))
	case dep.InUmbrella && s.umbrella != nil:
		dir = path.Join(s.umbrella.apps, dep.App)
	case dep.InUmbrella:
		dir = path.Join(deps.dir, "..", dep.App)
	}

	var found []label.Label
	for _, result := range ix.FindRulesByImportWithConfig(c, spec, name) {
		if result.IsSelfImport(from) {
			continue
		}
		if dir != "" && result.Label.Pkg == dir {
			return relative(result.Label)
		}
		found = append(found, result.Label)
	}
	switch len(found) {
	case 0:
	case 1:
		return relative(found[0])
	default:
		var labels []string
		for _, l := range found {
			labels = append(labels, l.String())
		}
		log.Printf("%s:%d: %s are all the application %s: choose with `# gazelle:resolve mix %s LABEL`", deps.file, dep.Line, strings.Join(labels, ", "), dep.App, dep.App)
		return "", false
	}

	const remedy = "write `# gazelle:resolve mix %s LABEL`"
	switch {
	case dir == ".." || strings.HasPrefix(dir, "../") || path.IsAbs(dep.Path):
		log.Printf("%s:%d: the path of %s leads out of the workspace: "+remedy, deps.file, dep.Line, dep.App, dep.App)
	case dir != "":
		// Not indexed, perhaps because it is switched off there.
		if _, err := os.Stat(filepath.Join(c.RepoRoot, filepath.FromSlash(dir), mixExs)); err == nil {
			return relative(label.New("", dir, dep.App))
		}
		log.Printf("%s:%d: %s: there is no mix.exs in %s: "+remedy, deps.file, dep.Line, dep.App, dir, dep.App)
	case dep.SCM:
		log.Printf("%s:%d: %s comes from a repository: "+remedy, deps.file, dep.Line, dep.App, dep.App)
	default:
		return relative(label.New(s.hexRepository, "", dep.App))
	}
	return "", false
}

// ofErlangOrElixir are the applications that a release has from Erlang/OTP and Elixir.
var ofErlangOrElixir = func() map[string]bool {
	set := map[string]bool{}
	for _, app := range strings.Fields(`
		asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_interface erts et eunit ftp inets
		jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key reltool runtime_tools sasl snmp ssh ssl
		stdlib syntax_tools tftp tools wx xmerl
		eex elixir ex_unit iex logger mix`) {
		set[app] = true
	}
	return set
}()
