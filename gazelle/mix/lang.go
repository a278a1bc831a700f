// SPDX-License-Identifier: Apache-2.0

// Package mix is a language of Gazelle: it writes mix_library, mix_release and ex_unit_test targets from mix.exs files.
package mix

import (
	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	name   = "mix"
	mixExs = "mix.exs"

	prod = "prod"
	test = "test"

	libraryKind = "mix_library"
	releaseKind = "mix_release"
	testKind    = "ex_unit_test"
	groupKind   = "filegroup"
	// It is a dependency as well; none is generated.
	erlangKind = "erlang_library"

	module = "rules_elixir_vm"
)

type lang struct{}

var (
	_ language.Language            = (*lang)(nil)
	_ language.ModuleAwareLanguage = (*lang)(nil)
)

// NewLanguage is what Gazelle calls.
func NewLanguage() language.Language { return &lang{} }

func (*lang) Name() string { return name }

func (*lang) Kinds() map[string]rule.KindInfo {
	set := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, name := range names {
			m[name] = true
		}
		return m
	}
	return map[string]rule.KindInfo{
		libraryKind: {
			NonEmptyAttrs:  set("mix_exs"),
			MergeableAttrs: set("app", "config", "config_srcs", "mix_exs", "priv", "srcs"),
			ResolveAttrs:   set("deps"),
		},
		releaseKind: {
			NonEmptyAttrs:  set("application"),
			MergeableAttrs: set("application", "mix_exs", "rel", "release", "runtime_config"),
			ResolveAttrs:   set("application", "deps"),
		},
		testKind: {
			NonEmptyAttrs:  set("srcs"),
			MergeableAttrs: set("application", "config_srcs", "runtime_config", "srcs"),
			ResolveAttrs:   set("deps"),
		},
		erlangKind: {},
		// The configuration of an umbrella, for its applications.
		groupKind: {
			NonEmptyAttrs:  set("srcs"),
			MergeableAttrs: set("srcs"),
		},
	}
}

func (l *lang) Loads() []rule.LoadInfo {
	return l.ApparentLoads(func(string) string { return "" })
}

func (*lang) ApparentLoads(moduleToApparentName func(string) string) []rule.LoadInfo {
	repository := moduleToApparentName(module)
	if repository == "" {
		repository = module
	}
	return []rule.LoadInfo{{
		Name:    "@" + repository + "//rules:defs.bzl",
		Symbols: []string{testKind, libraryKind, releaseKind},
	}}
}

func (*lang) Fix(*config.Config, *rule.File) {}
