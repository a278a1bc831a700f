// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"fmt"
	"path"
	"strings"
)

// Glob is a pattern over slash-separated paths: "*", "?" and "[…]" stay
// within one segment, a segment "**" stands for any number of segments, none
// included.
type Glob struct {
	pattern  string
	segments []string
}

// ParseGlob checks a pattern. It must be relative, clean and not empty.
func ParseGlob(pattern string) (*Glob, error) {
	if pattern == "" || pattern != path.Clean(pattern) || path.IsAbs(pattern) ||
		pattern == ".." || strings.HasPrefix(pattern, "../") {
		return nil, fmt.Errorf("glob %q: expected a clean relative path such as \"usr/**/*.h\"", pattern)
	}
	g := &Glob{pattern: pattern, segments: strings.Split(pattern, "/")}
	for _, segment := range g.segments {
		if segment != "**" && strings.Contains(segment, "**") {
			return nil, fmt.Errorf("glob %q: \"**\" must be a segment of its own", pattern)
		}
		if _, err := path.Match(segment, ""); err != nil {
			return nil, fmt.Errorf("glob %q: %w", pattern, err)
		}
	}
	return g, nil
}

// Match says whether the whole of name matches.
func (g *Glob) Match(name string) bool {
	return matchSegments(g.segments, strings.Split(name, "/"))
}

func matchSegments(pattern, name []string) bool {
	// On a mismatch go back to the last "**" and let it take one segment
	// more; earlier ones need no second try, so this stays quadratic.
	starPattern, starName := -1, 0
	p, n := 0, 0
	for n < len(name) || p < len(pattern) {
		if p < len(pattern) {
			if pattern[p] == "**" {
				starPattern, starName = p, n
				p++
				continue
			}
			if n < len(name) {
				if ok, _ := path.Match(pattern[p], name[n]); ok {
					p++
					n++
					continue
				}
			}
		}
		if starPattern < 0 || starName >= len(name) {
			return false
		}
		starName++
		p, n = starPattern+1, starName
	}
	return true
}

// Filter selects paths. An empty include list selects all; exclude wins.
type Filter struct {
	include, exclude []*Glob
	matched          []bool
}

// NewFilter parses the globs of a filter.
func NewFilter(include, exclude []string) (*Filter, error) {
	f := &Filter{matched: make([]bool, len(include))}
	for _, pattern := range include {
		g, err := ParseGlob(pattern)
		if err != nil {
			return nil, fmt.Errorf("include: %w", err)
		}
		f.include = append(f.include, g)
	}
	for _, pattern := range exclude {
		g, err := ParseGlob(pattern)
		if err != nil {
			return nil, fmt.Errorf("exclude: %w", err)
		}
		f.exclude = append(f.exclude, g)
	}
	return f, nil
}

// Match says whether name is selected, and notes which includes were of use.
func (f *Filter) Match(name string) bool {
	selected := len(f.include) == 0
	for i, g := range f.include {
		if (!selected || !f.matched[i]) && g.Match(name) {
			selected = true
			f.matched[i] = true
		}
	}
	if !selected {
		return false
	}
	for _, g := range f.exclude {
		if g.Match(name) {
			return false
		}
	}
	return true
}

// Unused returns an error that names each include glob that matched nothing.
func (f *Filter) Unused() error {
	var unused []string
	for i, g := range f.include {
		if !f.matched[i] {
			unused = append(unused, fmt.Sprintf("%q", g.pattern))
		}
	}
	if len(unused) == 0 {
		return nil
	}
	return fmt.Errorf("include globs that match nothing: %s (globs are matched after stripping; \"dir/**\" takes a whole directory)", strings.Join(unused, ", "))
}
