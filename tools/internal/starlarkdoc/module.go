// SPDX-License-Identifier: Apache-2.0

// Package starlarkdoc turns the docstrings of .bzl files into pages of Markdown.
package starlarkdoc

// A Module is what a .bzl file offers: the parts of stardoc_output.ModuleInfo (stardoc_output.proto of Bazel) that these
// rules have.
type Module struct {
	// File is its label, Doc its docstring.
	File, Doc  string
	Rules      []Rule
	Providers  []Provider
	Functions  []Function
	Extensions []Extension
	// Others counts what there is no page for: aspects, repository rules, symbolic macros.
	Others int
}

// A Rule is one of BUILD files.
type Rule struct {
	Name, Doc  string
	Attributes []Attribute
	// Provides are the names of the providers that each target has.
	Provides         []string
	Test, Executable bool
}

// An Attribute is one of a rule or of a tag.
type Attribute struct {
	Name, Doc string
	Type      Type
	Mandatory bool
	// Providers are alternatives: a target needs all of one of them.
	Providers [][]string
	// Default is an expression of Starlark.
	Default string
}

// A Provider tells what its fields are.
type Provider struct {
	Name, Doc string
	Fields    []Field
}

// A Field is one of a provider.
type Field struct{ Name, Doc string }

// A Function is a macro.
type Function struct {
	Name, Doc  string
	Parameters []Parameter
}

// A Parameter is one of a macro. The name of **kwargs has its asterisks.
type Parameter struct {
	Name, Doc, Default string
	Mandatory          bool
}

// An Extension is one of modules, with its tags.
type Extension struct {
	Name, Doc string
	Tags      []Tag
}

// A Tag is what a MODULE.bazel calls.
type Tag struct {
	Name, Doc  string
	Attributes []Attribute
}

// Type is that of an attribute, a stardoc_output.AttributeType.
type Type int

// nameType is that of the attribute name, which every rule has, and a tag may have.
const nameType Type = 1

// types are their names.
var types = map[Type]string{
	nameType: "string",
	2:        "integer",
	3:        "label",
	4:        "string",
	5:        "list of strings",
	6:        "list of integers",
	7:        "list of labels",
	8:        "boolean",
	9:        "dict of label to string",
	10:       "dict of string to string",
	11:       "dict of string to list of strings",
	14:       "dict of string to label",
}
