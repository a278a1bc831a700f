// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"fmt"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"

	"rules_elixir_vm/gazelle/internal/mixexs"
)

// The targets with the configuration of an umbrella, in the package of its root.
const (
	configGroup      = "mix_config"
	configSrcsGroup  = "mix_config_srcs"
	testConfigGroup  = "mix_config_test_srcs"
	runtimeGroup     = "mix_runtime_config"
	publicVisibility = "//visibility:public"
)

var groups = []string{configGroup, configSrcsGroup, testConfigGroup, runtimeGroup}

// A generator makes the rules of one directory.
type generator struct {
	args     language.GenerateArgs
	settings *settings
	result   language.GenerateResult
	// project is that of the library's environment, inTest that of test.
	project, inTest *mixexs.Project
}

func (*lang) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	g := &generator{args: args, settings: get(args.Config)}
	if !g.settings.enabled || g.settings.elsewhere[args.Rel] {
		return g.result
	}
	if !slices.Contains(args.RegularFiles, mixExs) {
		g.gone()
		return g.result
	}
	old := g.oldLibrary()
	env := prod
	if s, ok := attr(old, "env").(*build.StringExpr); ok {
		env = s.Value
	}
	if err := g.read(env); err != nil {
		log.Printf("%s: its targets stay as they are", place(g.file(), err))
		return g.result
	}
	unread := slices.Clone(g.project.Unread)
	for _, u := range g.inTest.Unread {
		if !slices.Contains(unread, u) {
			unread = append(unread, u)
		}
	}
	for _, u := range unread {
		log.Printf("%s:%d: %s: %s is not literal%s", g.file(), u.Line, u.Key, u.Text, remedies[u.Key])
	}
	switch {
	case g.project.AppsPath != "":
		g.umbrella()
	case g.project.App != "":
		g.application(old, env)
	case !g.unread("app") && !g.unread("apps_path") && !g.unread("project"):
		log.Printf("%s: it has neither :app nor :apps_path. Its targets stay as they are", g.file())
	}
	return g.result
}

// remedies tell what to do about a key of project/0 that is not literal.
var remedies = map[string]string{
	"app":               ". Its targets stay as they are",
	"apps_path":         ". Its targets stay as they are",
	"config_path":       ": name the file in config",
	"deps":              ": what deps has stays; add the targets that are missing",
	"elixirc_paths":     ": taken for [\"lib\"]; add to srcs what else is compiled",
	"erlc_include_path": ": taken for \"include\"; add to srcs what else is read",
	"erlc_paths":        ": taken for [\"src\"]; add to srcs what else is compiled",
	"project":           ": what it gives is not seen",
	"releases":          ": mix_release targets that are there stay",
	"test_paths":        ": taken for [\"test\"]; add to srcs of the ex_unit_test where else tests are",
}

func (g *generator) file() string { return path.Join(g.args.Rel, mixExs) }

func (g *generator) unread(key string) bool { return unread(g.project, key) }

func unread(project *mixexs.Project, key string) bool {
	return slices.ContainsFunc(project.Unread, func(u mixexs.Unread) bool { return u.Key == key })
}

func (g *generator) read(env string) error {
	data, err := os.ReadFile(filepath.Join(g.args.Dir, mixExs))
	if err != nil {
		return err
	}
	file, err := mixexs.Parse(data)
	if err != nil {
		return err
	}
	if g.project, err = file.Project(env); err != nil {
		return err
	}
	g.inTest, err = file.Project(test)
	return err
}

// existing lists the rules of a kind that the BUILD file has.
func (g *generator) existing(kind string) []*rule.Rule {
	var found []*rule.Rule
	if g.args.File != nil {
		for _, r := range g.args.File.Rules {
			if r.Kind() == kind {
				found = append(found, r)
			}
		}
	}
	return found
}

func isOwnMixExs(r *rule.Rule) bool {
	return strings.TrimPrefix(r.AttrString("mix_exs"), ":") == mixExs
}

// oldLibrary is the library of this directory's mix.exs; of several the one without an environment of its own.
func (g *generator) oldLibrary() *rule.Rule {
	var found *rule.Rule
	for _, r := range g.existing(libraryKind) {
		if isOwnMixExs(r) && (found == nil || found.Attr("env") != nil && r.Attr("env") == nil) {
			found = r
		}
	}
	return found
}

// isOf tells whether the application of a release or a test is the library of that name.
func (g *generator) isOf(r *rule.Rule, library string) bool {
	l, err := label.Parse(r.AttrString("application"))
	return err == nil && l.Abs("", g.args.Rel) == label.New("", g.args.Rel, library)
}

// gone removes what a mix.exs that is no more had.
func (g *generator) gone() {
	for _, r := range g.existing(libraryKind) {
		if !isOwnMixExs(r) {
			continue
		}
		g.empty(r)
		for _, kind := range []string{testKind, releaseKind} {
			for _, user := range g.existing(kind) {
				if g.isOf(user, r.Name()) {
					g.empty(user)
				}
			}
		}
	}
	for _, r := range g.existing(releaseKind) {
		if isOwnMixExs(r) {
			g.empty(r)
		}
	}
	for _, r := range g.existing(groupKind) {
		if slices.Contains(groups, r.Name()) {
			g.empty(r)
		}
	}
}

// empty has Gazelle delete a rule.
func (g *generator) empty(old *rule.Rule) {
	r := rule.NewRule(old.Kind(), old.Name())
	for _, key := range []string{"priv", "rel", "srcs"} {
		set(r, old, key, nil)
	}
	g.result.Empty = append(g.result.Empty, r)
}

// add generates a rule; old is the one that it becomes a part of, or nil.
func (g *generator) add(r, old *rule.Rule, deps *dependencies) {
	if old == nil && (g.args.File == nil || !g.args.File.HasDefaultVisibility()) && r.Kind() != testKind {
		r.SetAttr("visibility", []string{publicVisibility})
	}
	g.result.Gen = append(g.result.Gen, r)
	g.result.Imports = append(g.result.Imports, deps)
}

func (g *generator) application(old *rule.Rule, env string) {
	project := g.project
	target := project.App
	if old != nil {
		target = old.Name()
	}
	r := rule.NewRule(libraryKind, target)
	if target != project.App || attr(old, "app") != nil {
		r.SetAttr("app", project.App)
	}
	r.SetAttr("mix_exs", mixExs)
	if old != nil {
		r.SetAttr("mix_exs", old.AttrString("mix_exs"))
	}
	set(r, old, "srcs", g.mergeGlob(attr(old, "srcs"), g.directories(project.SourcePaths)))
	set(r, old, "priv", g.mergeGlob(attr(old, "priv"), g.directories([]string{"priv"})))

	files := g.configuration(old, env)
	set(r, old, "config", g.mergeFile(attr(old, "config"), files.compile))
	set(r, old, "config_srcs", g.mergeList(attr(old, "config_srcs"), files.imports))
	deps := g.dependencies(old, project)
	given := map[string]bool{}
	for _, dep := range project.Deps {
		if dep.In(env) {
			deps.list = append(deps.list, dep)
			given[dep.App] = true
		}
	}
	g.add(r, old, deps)

	g.tests(target, files, given)
	g.releases(target, files)
}

// directories are those of the paths that have files.
func (g *generator) directories(paths []string) []string {
	var found []string
	for _, dir := range paths {
		dir = path.Clean(dir)
		if dir == ".." || strings.HasPrefix(dir, "../") || path.IsAbs(dir) {
			log.Printf("%s: %s is outside the project, and no target can compile it: move it into a project of its own, and depend on that", g.file(), dir)
			continue
		}
		if dir != "." && hasFiles(filepath.Join(g.args.Dir, filepath.FromSlash(dir)), "") && !within(dir, found) {
			found = append(found, dir)
		}
	}
	return found
}

func within(dir string, dirs []string) bool {
	for _, d := range dirs {
		if dir == d || strings.HasPrefix(dir, d+"/") {
			return true
		}
	}
	return false
}

// configuration names the files as the application's targets do.
func (g *generator) configuration(old *rule.Rule, env string) *configuration {
	if u := g.settings.umbrella; u != nil && within(g.args.Rel, []string{u.apps}) {
		group := func(name string) string { return label.New("", u.rel, name).String() }
		files := &configuration{}
		if u.files.compile != "" {
			files.compile = group(configGroup)
		}
		if u.files.runtime != "" {
			files.runtime = group(runtimeGroup)
		}
		if len(u.files.imports) > 0 {
			files.imports = []string{group(configSrcsGroup)}
		}
		if len(u.files.testImports) > 0 {
			files.testImports = []string{group(testConfigGroup)}
		}
		return files
	}
	files := readConfiguration(g.args.Config, g.args.Rel, env, true)
	if p := g.project.ConfigPath; p != "" && path.Clean(p) != "config/config.exs" && attr(old, "config") == nil {
		log.Printf("%s: config_path: %s is not config/config.exs: name it in config", g.file(), p)
	}
	return files
}

// dependencies is empty but for what the user's rule has.
func (g *generator) dependencies(old *rule.Rule, project *mixexs.Project) *dependencies {
	d := &dependencies{file: g.file(), dir: g.args.Rel}
	if old != nil && unread(project, "deps") {
		d.keep = old.AttrStrings("deps")
	}
	return d
}

func (g *generator) tests(library string, files *configuration, given map[string]bool) {
	var olds []*rule.Rule
	for _, r := range g.existing(testKind) {
		if g.isOf(r, library) {
			olds = append(olds, r)
		}
	}
	found := false
	for _, dir := range g.inTest.TestPaths {
		found = found || hasFiles(filepath.Join(g.args.Dir, filepath.FromSlash(dir)), "_test.exs")
	}
	if !found {
		for _, old := range olds {
			if g.mergeGlob(attr(old, "srcs"), nil) == nil {
				g.empty(old)
			}
		}
		return
	}

	if len(olds) > 1 {
		// Divided by hand.
		return
	}
	var old *rule.Rule
	target := g.project.App + "_test"
	if len(olds) == 1 {
		old = olds[0]
		target = old.Name()
	}
	r := rule.NewRule(testKind, target)
	wanted := g.directories(g.inTest.TestPaths)
	for _, dir := range g.directories(g.inTest.SourcePaths) {
		if !within(dir, wanted) && !within(dir, g.directories(g.project.SourcePaths)) {
			wanted = append(wanted, dir)
		}
	}
	set(r, old, "srcs", g.mergeGlob(attr(old, "srcs"), wanted))
	r.SetAttr("application", ":"+library)
	if old != nil {
		r.SetAttr("application", old.AttrString("application"))
	}
	set(r, old, "config_srcs", g.mergeList(attr(old, "config_srcs"), files.testImports))
	set(r, old, "runtime_config", g.mergeFile(attr(old, "runtime_config"), files.runtime))
	deps := g.dependencies(old, g.inTest)
	for _, dep := range g.inTest.Deps {
		if dep.In(test) && !given[dep.App] {
			deps.list = append(deps.list, dep)
		}
	}
	g.add(r, old, deps)
}

func (g *generator) releases(library string, files *configuration) {
	var olds []*rule.Rule
	for _, r := range g.existing(releaseKind) {
		if library == "" && isOwnMixExs(r) || library != "" && g.isOf(r, library) && !strings.Contains(r.AttrString("mix_exs"), mixExs) {
			olds = append(olds, r)
		}
	}
	list := g.project.Releases
	rel := g.directories([]string{"rel"})
	if len(list) == 0 && library != "" && !g.unread("releases") && (len(rel) > 0 || len(olds) > 0) {
		// What Mix has without any.
		list = []mixexs.Release{{Name: g.project.App}}
	}
	known := map[string]bool{}
	for _, release := range list {
		known[release.Name] = true
		var same []*rule.Rule
		for _, old := range olds {
			if releaseName(old, g.project.App) == release.Name {
				same = append(same, old)
			}
		}
		if len(same) == 0 {
			same = []*rule.Rule{nil}
		}
		// There may be several of one release, such as with another erlang.
		for _, old := range same {
			g.release(release, old, library, len(list) == 1, rel, files)
		}
	}
	if !g.unread("releases") {
		for _, old := range olds {
			if !known[releaseName(old, g.project.App)] {
				g.empty(old)
			}
		}
	}
}

func releaseName(r *rule.Rule, app string) string {
	if name := r.AttrString("release"); name != "" {
		return name
	}
	return app
}

func (g *generator) release(release mixexs.Release, old *rule.Rule, library string, only bool, rel []string, files *configuration) {
	target := "release"
	if !only || g.taken(target) {
		target = release.Name + "_release"
	}
	if old != nil {
		target = old.Name()
	}
	r := rule.NewRule(releaseKind, target)
	if release.Name != g.project.App || attr(old, "release") != nil {
		r.SetAttr("release", release.Name)
	}
	set(r, old, "rel", g.mergeGlob(attr(old, "rel"), rel))
	set(r, old, "runtime_config", g.mergeFile(attr(old, "runtime_config"), files.runtime))

	deps := &dependencies{file: g.file(), dir: g.args.Rel, release: true}
	if g.unread("releases") && old != nil {
		deps.keep = old.AttrStrings("deps")
	}
	own := map[string]bool{g.project.App: true}
	if library != "" {
		// It brings them.
		for _, dep := range g.project.Deps {
			own[dep.App] = true
		}
	}
	for _, app := range release.Applications {
		if !own[app] && !ofErlangOrElixir[app] {
			deps.list = append(deps.list, mixexs.Dep{App: app, Line: release.Line})
		}
	}
	if library != "" {
		r.SetAttr("application", ":"+library)
		if old != nil {
			r.SetAttr("application", old.AttrString("application"))
		}
	} else {
		// That of an umbrella is of all its applications alike.
		r.SetAttr("mix_exs", mixExs)
		deps.first = true
		if len(deps.list) == 0 {
			log.Printf("%s:%d: the release %s names no :applications, which Mix wants in an umbrella: add `applications: [app: :permanent]`", g.file(), release.Line, release.Name)
			return
		}
	}
	g.add(r, old, deps)
}

// taken tells whether another kind of rule has the name.
func (g *generator) taken(name string) bool {
	if g.args.File != nil {
		for _, r := range g.args.File.Rules {
			if r.Name() == name {
				return true
			}
		}
	}
	return false
}

// umbrella makes the rules of an umbrella's root.
func (g *generator) umbrella() {
	files := g.settings.umbrella.files
	// Once more, to say what cannot be read.
	readConfiguration(g.args.Config, g.args.Rel, prod, true)
	for _, group := range []struct {
		name  string
		files []string
	}{
		{configGroup, nonEmpty(files.compile)},
		{configSrcsGroup, files.imports},
		{testConfigGroup, files.testImports},
		{runtimeGroup, nonEmpty(files.runtime)},
	} {
		var old *rule.Rule
		for _, r := range g.existing(groupKind) {
			if r.Name() == group.name {
				old = r
			}
		}
		if len(group.files) == 0 {
			if old != nil {
				g.empty(old)
			}
			continue
		}
		r := rule.NewRule(groupKind, group.name)
		set(r, old, "srcs", g.mergeList(attr(old, "srcs"), group.files))
		if old == nil {
			r.SetAttr("visibility", []string{fmt.Sprintf("//%s:__subpackages__", g.args.Rel)})
		}
		g.result.Gen = append(g.result.Gen, r)
		g.result.Imports = append(g.result.Imports, (*dependencies)(nil))
	}
	g.releases("", files)
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
