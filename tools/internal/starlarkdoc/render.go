// SPDX-License-Identifier: Apache-2.0

package starlarkdoc

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The pages, by what is on them.
const (
	rulesPage      = "rules.md"
	providersPage  = "providers.md"
	extensionsPage = "extensions.md"
)

const head = `<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by "bazel run //docs:reference" from the docstrings in rules/: an edit belongs there. -->
`

const rulesIntro = `# Rules

What a BUILD file loads from ` + "`@rules_elixir_vm//rules:defs.bzl`" + `. All have Bazel's
[common attributes](https://bazel.build/versions/7.7.0/reference/be/common-definitions) besides, ` + "`name`, `tags`, `visibility`" + `
and so on. [Providers](providers.md) are what rules hand on to each other; what a MODULE.bazel uses are the
[module extensions](extensions.md).
`

const providersIntro = `# Providers

What a target tells the rules that depend on it, for rules of your own: ` + "`load(\"@rules_elixir_vm//rules:providers.bzl\", …)`" + `.
Who gives them: [rules](rules.md).
`

const extensionsIntro = `# Module extensions

What a MODULE.bazel takes from ` + "`@rules_elixir_vm//rules:extensions.bzl`" + ` with ` + "`use_extension`" + `.
`

// Pages documents modules: the file names of pages, and what is on them. Public is the module that has all rules, macros
// and providers; each must be in one of the others, which group them.
func Pages(public *Module, modules []*Module) (map[string]string, error) {
	if err := errors.Join(compare(public, modules), complete(modules)); err != nil {
		return nil, err
	}
	var rules, providers, extensions, index strings.Builder
	w := writer{}
	for _, m := range modules {
		for _, p := range m.Providers {
			w[p.Name] = true
		}
	}
	for _, m := range modules {
		if len(m.Rules)+len(m.Functions) > 0 {
			title, text := title(m.Doc)
			fmt.Fprintf(&rules, "\n## %s\n", title)
			paragraph(&rules, text)
			var links []string
			for _, s := range w.symbols(m) {
				fmt.Fprintf(&rules, "\n### %s\n", s.name)
				s.write(&rules)
				links = append(links, fmt.Sprintf("[`%s`](#%s)", s.name, anchor(s.name)))
			}
			fmt.Fprintf(&index, "| %s | %s |\n", title, strings.Join(links, ", "))
		}
		for _, p := range m.Providers {
			provider(&providers, p)
		}
		for _, e := range m.Extensions {
			w.extension(&extensions, e)
		}
	}
	return map[string]string{
		rulesPage:      head + rulesIntro + "\n| | |\n|---|---|\n" + index.String() + rules.String(),
		providersPage:  head + providersIntro + providers.String(),
		extensionsPage: head + extensionsIntro + extensions.String(),
	}, nil
}

// names lists what is public.
func names(m *Module) []string {
	var all []string
	for _, s := range (writer{}).symbols(m) {
		all = append(all, s.name)
	}
	for _, p := range m.Providers {
		all = append(all, p.Name)
	}
	return all
}

// compare fails if the public module offers something else than the modules do.
func compare(public *Module, modules []*Module) error {
	var errs []error
	all := append([]*Module{public}, modules...)
	in := map[string]string{}
	for _, m := range modules {
		for _, name := range names(m) {
			if in[name] != "" {
				errs = append(errs, fmt.Errorf("%s: %s is in %s too", m.File, name, in[name]))
			}
			in[name] = m.File
		}
	}
	offered := names(public)
	for _, name := range offered {
		if in[name] == "" {
			errs = append(errs, fmt.Errorf("%s: %s is in none of the files that are documented: add its file to //docs:reference", public.File, name))
		}
	}
	for _, m := range modules {
		for _, name := range names(m) {
			if !slices.Contains(offered, name) {
				errs = append(errs, fmt.Errorf("%s: %s is not in %s: load it there too", m.File, name, public.File))
			}
		}
	}
	for _, m := range all {
		if m.Others > 0 {
			errs = append(errs, fmt.Errorf("%s: %d aspects, repository rules or symbolic macros have no page: teach tools/internal/starlarkdoc", m.File, m.Others))
		}
	}
	return errors.Join(errs...)
}

// complete fails if something has no docstring.
func complete(modules []*Module) error {
	var errs []error
	for _, m := range modules {
		need := func(doc, format string, args ...any) {
			if strings.TrimSpace(doc) == "" {
				errs = append(errs, fmt.Errorf("%s: %s has no docstring", m.File, fmt.Sprintf(format, args...)))
			}
		}
		attributes := func(of string, list []Attribute) {
			for _, a := range list {
				need(a.Doc, "the attribute %s of %s", a.Name, of)
				if types[a.Type] == "" {
					errs = append(errs, fmt.Errorf("%s: the attribute %s of %s has the type %d, which is not known: teach tools/internal/starlarkdoc", m.File, a.Name, of, a.Type))
				}
			}
		}
		need(m.Doc, "the file")
		for _, r := range m.Rules {
			need(r.Doc, "%s", r.Name)
			attributes(r.Name, slices.DeleteFunc(slices.Clone(r.Attributes), isName))
		}
		for _, f := range m.Functions {
			need(f.Doc, "%s", f.Name)
			for _, p := range f.Parameters {
				need(p.Doc, "the parameter %s of %s", p.Name, f.Name)
			}
		}
		for _, p := range m.Providers {
			need(p.Doc, "%s", p.Name)
			for _, f := range p.Fields {
				need(f.Doc, "the field %s of %s", f.Name, p.Name)
			}
		}
		for _, e := range m.Extensions {
			need(e.Doc, "%s", e.Name)
			for _, t := range e.Tags {
				need(t.Doc, "%s.%s", e.Name, t.Name)
				attributes(e.Name+"."+t.Name, t.Attributes)
			}
		}
	}
	return errors.Join(errs...)
}

// A symbol is a rule or a macro.
type symbol struct {
	name  string
	write func(*strings.Builder)
}

// A writer knows the providers that have a heading.
type writer map[string]bool

// symbols are sorted by name.
func (w writer) symbols(m *Module) []symbol {
	var all []symbol
	for _, r := range m.Rules {
		all = append(all, symbol{r.Name, func(b *strings.Builder) { w.rule(b, r) }})
	}
	for _, f := range m.Functions {
		all = append(all, symbol{f.Name, func(b *strings.Builder) { macro(b, f) }})
	}
	slices.SortFunc(all, func(a, b symbol) int { return strings.Compare(a.name, b.name) })
	return all
}

func (w writer) rule(b *strings.Builder, r Rule) {
	paragraph(b, r.Doc)
	var facts []string
	switch {
	case r.Test:
		facts = append(facts, "`bazel test` runs it.")
	case r.Executable:
		facts = append(facts, "`bazel run` runs it.")
	}
	if len(r.Provides) > 0 {
		facts = append(facts, "It gives "+w.providerLinks(r.Provides)+".")
	}
	paragraph(b, strings.Join(facts, " "))
	// All rules have a name, and it says the same of all.
	w.attributeTable(b, slices.DeleteFunc(slices.Clone(r.Attributes), isName))
}

func macro(b *strings.Builder, f Function) {
	paragraph(b, f.Doc)
	b.WriteString("\n| parameter | default | |\n|---|---|---|\n")
	for _, p := range f.Parameters {
		row(b, "`"+p.Name+"`", defaultValue(p.Mandatory, p.Default), cell(p.Doc))
	}
}

func isName(a Attribute) bool { return a.Type == nameType }

// attributeTable has what must be given first.
func (w writer) attributeTable(b *strings.Builder, list []Attribute) {
	b.WriteString("\n| attribute | type | default | |\n|---|---|---|---|\n")
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Attribute) int {
		if a.Mandatory != b.Mandatory {
			if a.Mandatory {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, a := range list {
		kind := types[a.Type]
		var alternatives []string
		for _, names := range a.Providers {
			alternatives = append(alternatives, w.providerLinks(names))
		}
		if len(alternatives) > 0 {
			kind += " with " + strings.Join(alternatives, " or ")
		}
		row(b, "`"+a.Name+"`", kind, defaultValue(a.Mandatory, a.Default), cell(a.Doc))
	}
}

func provider(b *strings.Builder, p Provider) {
	fmt.Fprintf(b, "\n## %s\n", p.Name)
	paragraph(b, p.Doc)
	b.WriteString("\n| field | |\n|---|---|\n")
	for _, f := range p.Fields {
		row(b, "`"+f.Name+"`", cell(f.Doc))
	}
}

func (w writer) extension(b *strings.Builder, e Extension) {
	fmt.Fprintf(b, "\n## %s\n", e.Name)
	paragraph(b, e.Doc)
	for _, t := range e.Tags {
		fmt.Fprintf(b, "\n### %s.%s\n", e.Name, t.Name)
		paragraph(b, t.Doc)
		w.attributeTable(b, t.Attributes)
	}
}

func row(b *strings.Builder, cells ...string) {
	b.WriteString("|")
	for _, c := range cells {
		if c != "" {
			b.WriteString(" " + c)
		}
		b.WriteString(" |")
	}
	b.WriteString("\n")
}

func paragraph(b *strings.Builder, text string) {
	if text = strings.TrimSpace(text); text != "" {
		b.WriteString("\n" + text + "\n")
	}
}

// cell makes a docstring fit into a table.
func cell(doc string) string {
	var paragraphs []string
	for _, p := range strings.Split(doc, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	return strings.ReplaceAll(strings.Join(paragraphs, "<br>"), "|", `\|`)
}

func defaultValue(mandatory bool, text string) string {
	switch {
	case mandatory:
		return "mandatory"
	case text == "":
		// That of **kwargs.
		return ""
	}
	return "`" + cell(strings.ReplaceAll(label(text), "`", "'")) + "`"
}

// label writes a label as people do.
func label(text string) string {
	quoted, ok := strings.CutPrefix(text, `Label("`)
	if quoted, ok = strings.CutSuffix(quoted, `")`); ok {
		text = quoted
	}
	bare := strings.Trim(text, `"`)
	if !strings.HasPrefix(bare, "@") && !strings.HasPrefix(bare, "//") {
		return text
	}
	if pkg, name, ok := strings.Cut(bare, ":"); ok && path.Base(pkg) == name {
		bare = pkg
	}
	return `"` + strings.Replace(bare, "@@", "@", 1) + `"`
}

func (w writer) providerLinks(names []string) string {
	var links []string
	for _, name := range names {
		if w[name] {
			name = fmt.Sprintf("[%s](%s#%s)", name, providersPage, anchor(name))
		}
		links = append(links, name)
	}
	return strings.Join(links, " and ")
}

// title divides a file's docstring: the first sentence, without its full stop, and the rest.
func title(doc string) (string, string) {
	first, rest, _ := strings.Cut(strings.TrimSpace(doc), "\n")
	return strings.TrimSuffix(first, "."), rest
}

// anchor is what the renderers of Markdown make of a heading.
func anchor(heading string) string { return strings.ToLower(heading) }
