// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const moduleBazel = `module(name = "hex_project")

bazel_dep(name = "rules_elixir_vm", version = "0.1.0")

hex = use_extension("@rules_elixir_vm//rules:extensions.bzl", "hex")
hex.lock(lock = "//:mix.lock")
hex.override(
    package = "forked",
    target = "//:forked",
)
hex.config(
    config = "//:config/config.exs",
    packages = ["configured"],
)
hex.make(
    make_env = {"ANSWER": "42"},
    package = "in_c",
    ports = ["priv/answer"],
)

# What cannot be fetched or built. To name it does no harm.
hex.lock(
    name = "broken",
    lock = "//:broken.lock",
)
use_repo(hex, "broken", "hex")
`

const buildBazel = `load("@rules_elixir_vm//rules:defs.bzl", "ex_unit_test", "mix_library", "mix_release", "vm_image")

exports_files(["config/config.exs"])

mix_library(
    name = "shop",
    srcs = ["lib/shop.ex"],
    config = "config/config.exs",
    mix_exs = "mix.exs",
    deps = [
        "@hex//:chooser",
        "@hex//:configured",
        "@hex//:for_builds",
        "@hex//:in_c",
        "@hex//:in_erlang",
        "@hex//:jsonish",
        "@hex//:wants_other",
%s    ],
)

mix_library(
    name = "forked",
    srcs = ["forked/lib/forked.ex"],
    mix_exs = "forked/mix.exs",
    visibility = ["//visibility:public"],
)

ex_unit_test(
    name = "shop_test",
    size = "small",
    srcs = glob(["test/**"]),
    application = ":shop",
    deps = ["@hex//:for_tests"],
)

mix_release(
    name = "release",
    application = ":shop",
    erlang = "@rules_elixir_vm//erlang:minimal",
)

vm_image(
    name = "vm",
    kernel = "@rules_elixir_vm//kernel",
    release = ":release",
)
`

const shopTest = `defmodule ShopTest do
  use ExUnit.Case

  test "every package is there" do
    assert Shop.weight() == %d
  end

  test "an optional dependency that is in the lock, and one that is not" do
    assert Chooser.json() == "jsonish"
    refute Chooser.absent()
  end

  test "applications with another name than the package, and overridden ones" do
    assert WantsOther.name() == {:other, :ours}
  end

  test "the configuration of a package" do
    assert Configured.value() == :given
  end

  test "files in priv, Erlang code" do
    assert Jsonish.table() == "a table\n"
    assert :jsonish_x.x() == 4
  end

  test "applications in Erlang" do
    assert :in_erlang.answer() == {42, :given, :made}
  end

  test "a program that the package's makefile makes" do
    assert InC.answer() == {:answer, 42}
  end

  test "what only tests, and what only builds need" do
    assert ForTests.name() == :for_tests
    assert Shop.built_with() == :for_builds
  end
end
`

// plan is a project, and what a Hex repository has for it.
type plan struct {
	project  map[string]string
	tarballs map[string][]byte // by file name
	// dependents is how many applications, the project's among them, depend on a package.
	dependents map[string]int
}

// newPlan makes the project; weights change packages.
func newPlan(weights map[string]int) (*plan, error) {
	packages, sums := generated(weights)
	var total int
	var deps, mixDeps, weigh []string
	for i := range modules {
		app := appName(i)
		total += sums[app]
		deps = append(deps, fmt.Sprintf("        \"@hex//:%s\",\n", app))
		mixDeps = append(mixDeps, fmt.Sprintf("{:%s, \"~> 1.0\"}", app))
		weigh = append(weigh, moduleName(app)+".weight()")
	}
	mixDeps = append(mixDeps,
		`{:chooser, "~> 1.2"}`, `{:configured, "~> 1.0"}`, `{:for_builds, "~> 1.0", runtime: false}`, `{:for_tests, "~> 1.0", only: :test}`,
		`{:in_c, "~> 1.0"}`, `{:in_erlang, "~> 1.0"}`, `{:icons, github: "nobody/icons", app: false, compile: false}`,
		`{:jsonish, "~> 1.0-rc"}`, `{:nowhere, "~> 1.0", optional: true}`, `{:wants_other, ">= 1.0.0"}`)

	p := &plan{tarballs: map[string][]byte{}, dependents: map[string]int{}}
	entries := map[string]string{"forked": `{:git, "https://example.invalid/forked.git", "0123456789abcdef0123456789abcdef01234567", [branch: "main"]}`}
	for _, made := range append(packages, special()...) {
		tarball, err := made.tarball()
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", made.app, err)
		}
		p.tarballs[made.packageName()+"-"+made.version+".tar"] = tarball
		entries[made.app] = made.lockEntry(tarball)
	}
	for i := range modules {
		p.dependents[appName(i)] = len(dependents(packages, appName(i))) + 1
	}
	broken, err := p.broken()
	if err != nil {
		return nil, err
	}
	var aliases strings.Builder
	for _, app := range sortedKeys(broken) {
		fmt.Fprintf(&aliases, "alias(name = %[1]q, actual = \"@broken//:%[1]s\")\n", app)
	}
	p.project = map[string]string{
		"broken/BUILD.bazel":   aliases.String(),
		"BUILD.bazel":          fmt.Sprintf(buildBazel, strings.Join(deps, "")),
		"MODULE.bazel":         moduleBazel,
		"broken.lock":          lock(broken),
		"config/config.exs":    "import Config\nconfig :configured, value: :given\n",
		"forked/lib/forked.ex": "defmodule Forked do\n  def name, do: :ours\nend\n",
		"forked/mix.exs":       mixExs("forked", "1.9.0"),
		"lib/shop.ex": fmt.Sprintf("defmodule Shop do\n  require ForBuilds\n  @weight %d\n  def built_with, do: ForBuilds.name()\n  def weight, do: @weight + %s\nend\n",
			weights["shop"], strings.Join(weigh, " + ")),
		"mix.exs":              mixExs("shop", "1.0.0", mixDeps...),
		"mix.lock":             lock(entries),
		"test/shop_test.exs":   fmt.Sprintf(shopTest, total+weights["shop"]),
		"test/test_helper.exs": "ExUnit.start()\n",
	}
	return p, nil
}

// dependents of a package, direct and not.
func dependents(packages []*pkg, app string) map[string]bool {
	found := map[string]bool{}
	// Later ones depend on earlier ones.
	for _, p := range packages {
		for _, d := range p.deps {
			if d.app == app || found[d.app] {
				found[p.app] = true
			}
		}
	}
	return found
}

// broken adds packages that cannot be had, and returns their entries of a lock.
func (p *plan) broken() (map[string]string, error) {
	entries := map[string]string{}
	add := func(app string, change func(made *pkg), serve func(tarball []byte) []byte) error {
		made := &pkg{
			app: app, version: "1.0.0", tools: []string{"mix"}, description: "Cannot be had.",
			files: map[string]string{"mix.exs": mixExs(app, "1.0.0")},
		}
		if change != nil {
			change(made)
		}
		tarball, err := made.tarball()
		if err != nil {
			return fmt.Errorf("package %s: %w", app, err)
		}
		entries[app] = made.lockEntry(tarball)
		if tarball = serve(tarball); tarball != nil {
			p.tarballs[app+"-1.0.0.tar"] = tarball
		}
		return nil
	}
	same := func(tarball []byte) []byte { return tarball }
	for _, err := range []error{
		add("missing", nil, func([]byte) []byte { return nil }),
		add("corrupted", nil, func(tarball []byte) []byte { return append(tarball[:len(tarball)-1:len(tarball)-1], 'x') }),
		add("needs_more", func(made *pkg) { made.deps = []dependency{{app: "unlocked"}} }, same),
		add("by_make", func(made *pkg) { made.tools = []string{"make"} }, same),
	} {
		if err != nil {
			return nil, err
		}
	}

	// Right bytes of the wrong things.
	for app, files := range map[string]map[string]string{
		"no_package":   {"README": "A tar archive of another kind."},
		"old_format":   {"VERSION": "2", "metadata.config": "", "contents.tar.gz": ""},
		"odd_metadata": {"VERSION": "3", "metadata.config": "{<<\"name\">>,\n<<\"odd_metadata\">>", "contents.tar.gz": ""},
	} {
		tarball, err := tarOf(files)
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", app, err)
		}
		p.tarballs[app+"-1.0.0.tar"] = tarball
		entries[app] = (&pkg{app: app, version: "1.0.0", tools: []string{"mix"}}).lockEntry(tarball)
	}

	// The package other_package, under another application's name.
	for _, other := range special() {
		if other.name == "" {
			continue
		}
		tarball, err := other.tarball()
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", other.app, err)
		}
		entries["renamed"] = other.lockEntry(tarball)
	}
	entries["from_git"] = `{:git, "https://example.invalid/from_git.git", "0123456789abcdef0123456789abcdef01234567", []}`
	entries["without_checksum"] = `{:hex, :without_checksum, "1.0.0", "0123456789abcdef", [:mix], [], "hexpm"}`
	entries["of_a_company"] = strings.ReplaceAll(strings.ReplaceAll(entries["missing"], `"hexpm"`, `"hexpm:company"`), ":missing", ":of_a_company")
	return entries, nil
}

// write puts everything below dir, and leaves alone what is there already.
func (p *plan) write(dir string) error {
	files := map[string][]byte{}
	for name, text := range p.project {
		files["project/"+name] = []byte(text)
	}
	for name, tarball := range p.tarballs {
		files["mirror/tarballs/"+name] = tarball
	}
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("writing the project: %w", err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return fmt.Errorf("writing the project: %w", err)
		}
	}
	return nil
}
