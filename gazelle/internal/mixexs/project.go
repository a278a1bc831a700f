// SPDX-License-Identifier: Apache-2.0

// Package mixexs reads what is written literally in a mix.exs, without running it.
package mixexs

import (
	"fmt"
	"slices"
)

// File is a mix.exs.
type File struct{ source *source }

// Project is what a mix.exs says in one environment.
type Project struct {
	// App is :app; empty in an umbrella's root, and if it cannot be read.
	App string
	// AppsPath is :apps_path, of an umbrella's root only.
	AppsPath string
	// ConfigPath is :config_path; empty if it is not there.
	ConfigPath string
	// SourcePaths are :elixirc_paths, :erlc_paths and :erlc_include_path, or what Mix has for them.
	SourcePaths []string
	// TestPaths are :test_paths, or what Mix has for them.
	TestPaths []string
	Deps      []Dep
	Releases  []Release
	// Unread is what cannot be read, in the order of the lines.
	Unread []Unread
}

// Dep is a dependency.
type Dep struct {
	App  string
	Line int
	// Path is that of `path:`, InUmbrella that it is in the same umbrella, SCM that it comes from a repository. Else it
	// is a package of Hex.
	Path       string
	InUmbrella bool
	SCM        bool
	// NotOTP is `app: false`: it is not an application.
	NotOTP bool
	// Only are the environments of `only:`; nil means all.
	Only []string
}

// In tells whether the environment has the dependency.
func (d *Dep) In(env string) bool { return d.Only == nil || slices.Contains(d.Only, env) }

// Release is one of :releases.
type Release struct {
	Name string
	Line int
	// Applications are those that it names, in order.
	Applications []string
}

// Unread is a part of the file that is not literal.
type Unread struct {
	// Key is that of project/0: app, deps, releases, ….
	Key  string
	Line int
	// Text is how it begins.
	Text string
}

// Parse reads a mix.exs. The error is a *SyntaxError.
func Parse(data []byte) (*File, error) {
	s, err := parse(string(data))
	if err != nil {
		return nil, err
	}
	if len(s.functions["project"]) == 0 {
		return nil, &SyntaxError{1, "there is no function project/0"}
	}
	return &File{s}, nil
}

// Project evaluates project/0 in an environment.
func (f *File) Project(env string) (*Project, error) {
	r := &reader{source: f.source, env: env, project: &Project{
		SourcePaths: []string{"lib"},
		TestPaths:   []string{"test"},
	}}
	p := r.project
	root := r.eval(value{kind: callValue, text: "project", line: f.source.functions["project"][0].line})
	if root.kind != listValue {
		return nil, &SyntaxError{root.line, fmt.Sprintf("project/0 gives no list that can be read, but %s", root.describe())}
	}
	erlc, include := []string{"src"}, "include"
	for _, elem := range root.elems {
		k, v, ok := pair(elem)
		if !ok {
			r.note("project", elem)
			continue
		}
		switch k {
		case "app":
			p.App = r.name(k, v)
		case "apps_path":
			p.AppsPath = r.string(k, v)
		case "config_path":
			p.ConfigPath = r.string(k, v)
		case "elixirc_paths":
			r.strings(k, v, &p.SourcePaths)
		case "erlc_paths":
			r.strings(k, v, &erlc)
		case "erlc_include_path":
			if path := r.string(k, v); path != "" {
				include = path
			}
		case "test_paths":
			r.strings(k, v, &p.TestPaths)
		case "deps":
			for _, dep := range r.list(k, v) {
				r.dep(dep)
			}
		case "releases":
			for _, release := range r.list(k, v) {
				r.release(release)
			}
		}
	}
	p.SourcePaths = append(append(slices.Clip(p.SourcePaths), erlc...), include)
	slices.SortStableFunc(p.Unread, func(a, b Unread) int { return a.Line - b.Line })
	return p, nil
}

// maxSteps is more than a file of a person needs.
const maxSteps = 10000

type reader struct {
	source  *source
	env     string
	project *Project
	depth   int
	// steps is how much was evaluated: functions that call one another twice could go on for long.
	steps int
}

func (v value) describe() string {
	switch {
	case v.kind == tupleValue:
		return "a tuple"
	case v.kind == listValue:
		return "a list"
	case v.kind == stringValue:
		return fmt.Sprintf("%q", v.text)
	case v.kind == atomValue:
		return ":" + v.text
	case v.text == "":
		return "an expression"
	}
	return v.text
}

func (r *reader) note(key string, v value) {
	r.project.Unread = append(r.project.Unread, Unread{Key: key, Line: v.line, Text: v.describe()})
}

// eval replaces calls, attributes and sums by what they give.
func (r *reader) eval(v value) value {
	r.depth++
	r.steps++
	defer func() { r.depth-- }()
	opaque := value{line: v.line, text: v.text, key: v.key, keyed: v.keyed}
	if r.depth > maxDepth || r.steps > maxSteps {
		return opaque
	}
	var found value
	switch v.kind {
	case environment:
		found = value{kind: atomValue, text: r.env, line: v.line}
	case attributeValue:
		attribute, ok := r.source.attributes[v.text]
		opaque.text = "@" + v.text
		if !ok {
			return opaque
		}
		found = r.eval(attribute)
	case sumValue:
		found = value{kind: listValue, line: v.line}
		for _, side := range v.elems {
			if side = r.eval(side); side.kind == listValue {
				found.elems = append(found.elems, side.elems...)
			} else {
				found.elems = append(found.elems, value{line: side.line, text: side.text})
			}
		}
	case callValue:
		opaque.text += "(…)"
		body, line, ok := r.clause(v)
		if !ok {
			return opaque
		}
		given, err := result(body, line)
		if err != nil {
			return opaque
		}
		found = r.eval(given)
		if found.kind == unreadable && found.text == "" {
			return opaque
		}
	default:
		return v
	}
	found.key, found.keyed = v.key, v.keyed
	if found.keyed && found.kind != unreadable {
		found.line = v.line
	}
	return found
}

// clause finds the clause of a function that a call with literal arguments runs.
func (r *reader) clause(call value) (body []token, line int, ok bool) {
	args := make([]value, len(call.elems))
	for i, arg := range call.elems {
		args[i] = r.eval(arg)
	}
clauses:
	for _, c := range r.source.functions[call.text] {
		if len(c.args) != len(args) {
			continue
		}
		if c.guarded {
			return nil, 0, false
		}
		for i, pattern := range c.args {
			switch {
			case pattern.kind == callValue && len(pattern.elems) == 0: // a variable
			case pattern.kind == atomValue && args[i].kind == atomValue:
				if pattern.text != args[i].text {
					continue clauses
				}
			default:
				return nil, 0, false
			}
		}
		return c.body, c.line, true
	}
	return nil, 0, false
}

// pair is the key and the value of an element of a keyword list.
func pair(v value) (key string, of value, ok bool) {
	if v.keyed {
		key = v.key
		v.key, v.keyed = "", false
		return key, v, true
	}
	if v.kind == tupleValue && len(v.elems) == 2 && v.elems[0].kind == atomValue {
		return v.elems[0].text, v.elems[1], true
	}
	return "", v, false
}

func (r *reader) name(key string, v value) string {
	if got := r.eval(v); got.kind == atomValue && got.text != "nil" {
		return got.text
	}
	r.note(key, r.eval(v))
	return ""
}

func (r *reader) string(key string, v value) string {
	got := r.eval(v)
	if got.kind == stringValue {
		return got.text
	}
	if got.kind != atomValue || got.text != "nil" {
		r.note(key, got)
	}
	return ""
}

func (r *reader) list(key string, v value) []value {
	got := r.eval(v)
	if got.kind != listValue {
		r.note(key, got)
		return nil
	}
	return got.elems
}

// strings sets out to the list of strings, if there is one.
func (r *reader) strings(key string, v value, out *[]string) {
	got := r.eval(v)
	if got.kind != listValue {
		r.note(key, got)
		return
	}
	var list []string
	for _, elem := range got.elems {
		if elem = r.eval(elem); elem.kind == stringValue {
			list = append(list, elem.text)
		} else {
			r.note(key, elem)
		}
	}
	*out = list
}

func (r *reader) dep(v value) {
	v = r.eval(v)
	d := Dep{Line: v.line}
	var options []value
	switch {
	// [name: "~> 1.0"] and [name: [path: "…"]]
	case v.keyed:
		d.App = v.key
		v.key, v.keyed = "", false
		if v = r.eval(v); v.kind == listValue {
			options = v.elems
		} else if v.kind == tupleValue || v.kind == atomValue {
			r.note("deps", v)
			return
		}
	case v.kind == tupleValue && len(v.elems) > 0 && v.elems[0].kind == atomValue:
		d.App = v.elems[0].text
		if last := r.eval(v.elems[len(v.elems)-1]); len(v.elems) > 1 && last.kind == listValue {
			options = last.elems
		} else if len(v.elems) > 2 {
			r.note("deps", last)
			return
		}
	default:
		r.note("deps", v)
		return
	}
	for _, option := range options {
		k, of, ok := pair(option)
		if !ok {
			r.note("deps", option)
			return
		}
		of = r.eval(of)
		switch k {
		case "path":
			if of.kind != stringValue {
				r.note("deps", of)
				return
			}
			d.Path = of.text
		case "in_umbrella":
			d.InUmbrella = of.kind == atomValue && of.text == "true"
		case "git", "github", "bitbucket", "gitlab":
			d.SCM = true
		case "app":
			d.NotOTP = of.kind == atomValue && of.text == "false"
		case "only":
			list := []value{of}
			if of.kind == listValue {
				list = of.elems
			}
			d.Only = []string{}
			for _, env := range list {
				if env = r.eval(env); env.kind != atomValue {
					r.note("deps", env)
					return
				}
				d.Only = append(d.Only, env.text)
			}
		}
	}
	r.project.Deps = append(r.project.Deps, d)
}

func (r *reader) release(v value) {
	name, of, ok := pair(v)
	if !ok {
		r.note("releases", v)
		return
	}
	release := Release{Name: name, Line: v.line}
	if of = r.eval(of); of.kind != listValue {
		r.note("releases", of)
		// It is there, whatever it has.
		r.project.Releases = append(r.project.Releases, release)
		return
	}
	for _, setting := range of.elems {
		k, of, ok := pair(setting)
		if !ok {
			// Like a list that is put in between.
			r.note("releases", setting)
			continue
		}
		if k != "applications" {
			continue
		}
		for _, app := range r.list("releases", of) {
			if app, _, ok := pair(app); ok {
				release.Applications = append(release.Applications, app)
			} else {
				r.note("releases", v)
			}
		}
	}
	r.project.Releases = append(r.project.Releases, release)
}
