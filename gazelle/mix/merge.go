// SPDX-License-Identifier: Apache-2.0

package mix

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
)

// A merged is the value of an attribute that was found by looking at what the user has. Gazelle's own way of merging
// knows no globs.
type merged struct {
	// expr is nil where the attribute goes.
	expr build.Expr
}

func (m merged) BzlExpr() build.Expr {
	if m.expr == nil {
		return &build.ListExpr{}
	}
	return m.expr
}

func (m merged) Merge(build.Expr) build.Expr { return m.expr }

var (
	_ rule.BzlExprValue = merged{}
	_ rule.Merger       = merged{}
)

// set gives the rule the attribute, nil for none. Old is the rule in the BUILD file, or nil.
func set(r, old *rule.Rule, key string, expr build.Expr) {
	if expr != nil || old != nil && old.Attr(key) != nil {
		r.SetAttr(key, merged{expr})
	}
}

// attr is that of a rule that may be nil.
func attr(r *rule.Rule, key string) build.Expr {
	if r == nil {
		return nil
	}
	return r.Attr(key)
}

// mergeGlob makes a glob of directories of what the user has. Patterns of his stay while their directory is there; a
// directory that he has a pattern for, a narrower one perhaps, is not added. Anything but a glob stays as it is.
func (g *generator) mergeGlob(old build.Expr, wanted []string) build.Expr {
	call, ok := old.(*build.CallExpr)
	if old == nil || isEmptyList(old) {
		return newGlob(wanted)
	}
	if list, isList := old.(*build.ListExpr); isList {
		return g.mergeFiles(list)
	}
	if !ok || len(call.List) == 0 {
		return old
	}
	if function, ok := call.X.(*build.Ident); !ok || function.Name != "glob" {
		return old
	}
	list, ok := call.List[0].(*build.ListExpr)
	if !ok {
		return old
	}
	var patterns []build.Expr
	changed := false
	have := map[string]bool{}
	for _, elem := range list.List {
		s, ok := elem.(*build.StringExpr)
		if !ok {
			return old
		}
		if !rule.ShouldKeep(elem) && !exists(g.args.Dir, s.Value) {
			changed = true
			continue
		}
		first, _, _ := strings.Cut(s.Value, "/")
		if strings.Contains(first, "*") {
			// It may be in any directory.
			return old
		}
		have[first], have[strings.TrimSuffix(s.Value, "/**")] = true, true
		patterns = append(patterns, elem)
	}
	for _, directory := range wanted {
		if first, _, _ := strings.Cut(directory, "/"); !have[first] && !have[directory] {
			patterns = append(patterns, &build.StringExpr{Value: directory + "/**"})
			changed = true
		}
	}
	if !changed {
		return old
	}
	if len(patterns) == 0 {
		return nil
	}
	newList, newCall := *list, *call
	newList.List = patterns
	newCall.List = append([]build.Expr{&newList}, call.List[1:]...)
	return &newCall
}

// mergeFiles drops the files from a list that are gone.
func (g *generator) mergeFiles(list *build.ListExpr) build.Expr {
	var left []build.Expr
	for _, elem := range list.List {
		s, ok := elem.(*build.StringExpr)
		if !ok || rule.ShouldKeep(elem) || isLabel(s.Value) || g.isTarget(s.Value) || exists(g.args.Dir, s.Value) {
			left = append(left, elem)
		}
	}
	if len(left) == len(list.List) {
		return list
	}
	if len(left) == 0 {
		return nil
	}
	shorter := *list
	shorter.List = left
	return &shorter
}

func newGlob(directories []string) build.Expr {
	if len(directories) == 0 {
		return nil
	}
	var patterns []string
	for _, directory := range directories {
		patterns = append(patterns, directory+"/**")
	}
	return rule.GlobValue{Patterns: patterns}.BzlExpr()
}

func isEmptyList(e build.Expr) bool {
	list, ok := e.(*build.ListExpr)
	return ok && len(list.List) == 0
}

// exists tells whether there can be a file that the pattern matches.
func exists(dir, pattern string) bool {
	fixed := pattern
	if i := strings.IndexByte(pattern, '*'); i >= 0 {
		fixed = pattern[:strings.LastIndexByte(pattern[:i], '/')+1]
	}
	path := filepath.Join(dir, filepath.FromSlash(fixed))
	if fixed == pattern {
		return isFile(path)
	}
	return fixed == "" || hasFiles(path, "")
}

// hasFiles tells whether the directory, or one in it, has a file whose name ends so.
func hasFiles(dir, suffix string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if entry.IsDir() && hasFiles(path, suffix) || !entry.IsDir() && strings.HasSuffix(entry.Name(), suffix) {
			return true
		}
	}
	return false
}

// isLabel tells a label from a file of the package.
func isLabel(s string) bool {
	return strings.HasPrefix(s, "//") || strings.HasPrefix(s, "@") || strings.HasPrefix(s, ":")
}

// isTarget tells whether the package has a rule or a generated file of that name.
func (g *generator) isTarget(name string) bool {
	if slices.Contains(g.args.GenFiles, name) {
		return true
	}
	rules := g.args.OtherGen
	if g.args.File != nil {
		rules = slices.Concat(rules, g.args.File.Rules)
	}
	return slices.ContainsFunc(rules, func(r *rule.Rule) bool { return r.Name() == name })
}

// isGroup tells whether a label is one of those that Gazelle writes for the configuration of an umbrella.
func (g *generator) isGroup(s string) bool {
	l, err := label.Parse(s)
	return err == nil && l.Repo == "" && !l.Relative && slices.Contains(groups, l.Name) && (l.Pkg == "" || within(g.args.Rel, []string{l.Pkg}))
}

// mergeFile is the value of an attribute that names a file: the user's as long as the file is there.
func (g *generator) mergeFile(old build.Expr, wanted string) build.Expr {
	s, ok := old.(*build.StringExpr)
	if old != nil && !ok {
		return old
	}
	if ok && (s.Value == wanted || !g.isGroup(s.Value)) &&
		(isLabel(s.Value) || g.isTarget(s.Value) || isFile(filepath.Join(g.args.Dir, filepath.FromSlash(s.Value)))) {
		return old
	}
	if wanted == "" {
		return nil
	}
	return &build.StringExpr{Value: wanted}
}

// mergeList is the value of a list of files: those wanted, and of the user's what he keeps, or names by a label.
func (g *generator) mergeList(old build.Expr, wanted []string) build.Expr {
	list, ok := old.(*build.ListExpr)
	if old != nil && !ok {
		return old
	}
	var all []build.Expr
	have := map[string]bool{}
	if list != nil {
		for _, elem := range list.List {
			s, ok := elem.(*build.StringExpr)
			if !ok || rule.ShouldKeep(elem) || slices.Contains(wanted, s.Value) || isLabel(s.Value) && !g.isGroup(s.Value) || g.isTarget(s.Value) {
				all = append(all, elem)
				if ok {
					have[s.Value] = true
				}
			}
		}
	}
	for _, file := range wanted {
		if !have[file] {
			all = append(all, &build.StringExpr{Value: file})
		}
	}
	if len(all) == 0 {
		return nil
	}
	if list == nil {
		return &build.ListExpr{List: all}
	}
	changed := *list
	changed.List = all
	return &changed
}
