// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

// modules is how many modules each of the generated packages has: like those of real projects, most are small.
var modules = []int{1, 2, 3, 5, 8, 4, 2, 1, 12, 6, 3, 2, 20, 4, 1, 7, 2, 9, 3, 1, 5, 2, 40, 3, 6, 1, 2, 14, 4, 10}

func appName(i int) string { return fmt.Sprintf("pkg%02d", i+1) }

func moduleName(app string) string { return strings.ToUpper(app[:1]) + app[1:] }

func mixExs(app, version string, deps ...string) string {
	return fmt.Sprintf(`defmodule %s.MixProject do
  use Mix.Project

  def project do
    [app: :%s, version: %q, elixir: "~> 1.14", start_permanent: Mix.env() == :prod, deps: deps()]
  end

  def application do
    [extra_applications: [:logger]]
  end

  defp deps do
    [%s]
  end
end
`, moduleName(app), app, version, strings.Join(append(deps, `{:ex_doc, "~> 0.30", only: :dev, runtime: false}`), ", "))
}

// generated makes the packages pkg01 to pkg30, which depend on each other, and what Pkg30.weight() and its like return.
func generated(weights map[string]int) ([]*pkg, map[string]int) {
	var packages []*pkg
	sums := map[string]int{}
	for i, count := range modules {
		app := appName(i)
		p := &pkg{app: app, version: "1.0.0", description: "One of many packages, with as many modules as real ones have.", tools: []string{"mix"}}
		weight := weights[app] + i + 1
		sums[app] = weight
		var mixDeps, calls []string
		// In every tree some are needed by many.
		for _, on := range []int{(i+1)/2 - 1, (i+1)/3 - 1} {
			if on < 0 || len(p.deps) > 0 && p.deps[0].app == appName(on) {
				continue
			}
			p.deps = append(p.deps, dependency{app: appName(on)})
			mixDeps = append(mixDeps, fmt.Sprintf(`{:%s, "~> 1.0"}`, appName(on)))
			calls = append(calls, fmt.Sprintf(" + %s.weight()", moduleName(appName(on))))
			sums[app] += sums[appName(on)]
		}
		p.files = map[string]string{
			".formatter.exs": "[inputs: [\"lib/**/*.ex\"]]\n",
			"README.md":      "# " + app + "\n",
			"mix.exs":        mixExs(app, p.version, mixDeps...),
			"lib/" + app + ".ex": fmt.Sprintf("defmodule %s do\n  @external_resource \"README.md\"\n  @moduledoc File.read!(\"README.md\")\n\n  @weight %d\n\n  @doc \"Its weight.\"\n  def weight, do: @weight%s\nend\n",
				moduleName(app), weight, strings.Join(calls, "")),
		}
		for m := range count {
			name := fmt.Sprintf("part%02d", m+1)
			p.files[fmt.Sprintf("lib/%s/%s.ex", app, name)] = module(moduleName(app)+"."+moduleName(name), m)
		}
		packages = append(packages, p)
	}
	return packages, sums
}

// module writes a module of some hundred lines.
func module(name string, seed int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "defmodule %s do\n  @moduledoc \"Takes part in a package.\"\n\n  require Logger\n\n  defstruct name: \"\", size: 0, tags: []\n\n  @type t :: %%__MODULE__{name: String.t(), size: non_neg_integer, tags: [atom]}\n", name)
	for f := range 12 {
		fmt.Fprintf(&b, `
  @doc "Step %[1]d."
  @spec step%[1]d(t, [integer]) :: {:ok, t} | {:error, String.t()}
  def step%[1]d(%%__MODULE__{size: 0}, []), do: {:error, "nothing to do in step %[1]d"}

  def step%[1]d(%%__MODULE__{} = part, numbers) do
    sum = numbers |> Enum.map(&(&1 * %[2]d)) |> Enum.filter(&(rem(&1, %[3]d) == 0)) |> Enum.sum()

    case part do
      %%{tags: [tag | _]} when sum > %[2]d ->
        Logger.debug("#{tag}: #{sum}")
        {:ok, %%{part | size: sum}}

      %%{name: name} ->
        {:ok, %%{part | name: name <> Integer.to_string(sum), tags: [:step%[1]d | part.tags]}}
    end
  end
`, f, seed+f+2, f+1)
	}
	b.WriteString("end\n")
	return b.String()
}

// answerC answers once, in Erlang's external format, and waits until nobody listens.
const answerC = `#include <ei.h>
#include <stdio.h>

int main(void) {
  ei_x_buff term;
  if (ei_init() || ei_x_new_with_version(&term) || ei_x_encode_tuple_header(&term, 2) || ei_x_encode_atom(&term, "answer") || ei_x_encode_long(&term, ANSWER)) {
    return 1;
  }
  unsigned char length[] = {term.index >> 8, term.index & 255};
  if (fwrite(length, 1, 2, stdout) != 2 || fwrite(term.buff, 1, term.index, stdout) != (size_t)term.index || fflush(stdout)) {
    return 1;
  }
  while (getchar() != EOF) {
  }
  return 0;
}
`

// special makes the packages that differ from others in one way each.
func special() []*pkg {
	return []*pkg{
		{
			app: "chooser", version: "1.2.3", tools: []string{"mix"},
			description: "Has optional dependencies: one that is there, and one that is not.",
			deps:        []dependency{{app: "jsonish", optional: true}, {app: "absent", optional: true}},
			files: map[string]string{
				"mix.exs":        mixExs("chooser", "1.2.3", `{:jsonish, "~> 1.0-rc", optional: true}`, `{:absent, "~> 1.0", optional: true}`),
				"lib/chooser.ex": "defmodule Chooser do\n  if Code.ensure_loaded?(Jsonish), do: (def json, do: Jsonish.name()), else: (def json, do: :none)\n  if Code.ensure_loaded?(Absent), do: (def absent, do: true), else: (def absent, do: false)\nend\n",
			},
		},
		{
			app: "jsonish", version: "1.0.0-rc.1+build.5", tools: []string{"mix"}, description: "Ein Päckchen mit „Umlauten“",
			files: map[string]string{
				"mix.exs":            mixExs("jsonish", "1.0.0-rc.1+build.5"),
				"lib/jsonish.ex":     "defmodule Jsonish do\n  def name, do: \"jsonish\"\n  def table, do: File.read!(Application.app_dir(:jsonish, \"priv/a table.txt\"))\nend\n",
				"priv/a table.txt":   "a table\n",
				"src/native/BUILD":   "not_a_rule_of_bazel()\n",
				"src/jsonish_x.erl":  "-module(jsonish_x).\n-export([x/0]).\nx() -> 4.\n",
				"WORKSPACE":          "nor_this()\n",
				"src/native/x/x.txt": "under another BUILD file\n",
			},
		},
		{
			app: "other", name: "other_package", version: "1.0.0", tools: []string{"mix"}, description: "Has another name than its application.",
			files: map[string]string{
				"config/config.exs": "raise \"not for who depends on it\"\n",
				"mix.exs":           strings.Replace(mixExs("other", "1.0.0"), "app: :other,", "app: :other, build_path: \"../../_build\", config_path: \"../../config/config.exs\", deps_path: \"../../deps\", lockfile: \"../../mix.lock\",", 1),
				"lib/other.ex":      "defmodule Other do\n  def name, do: :other\nend\n",
			},
		},
		{
			app: "wants_other", version: "1.0.0", tools: []string{"mix", "rebar3"}, description: "Depends on it.",
			deps: []dependency{{app: "other", pkg: "other_package"}, {app: "forked"}},
			files: map[string]string{
				"mix.exs":            mixExs("wants_other", "1.0.0", `{:other, "~> 1.0", hex: :other_package}`, `{:forked, "~> 1.0"}`),
				"lib/wants_other.ex": "defmodule WantsOther do\n  def name, do: {Other.name(), Forked.name()}\nend\n",
			},
		},
		{
			app: "configured", version: "1.0.0", tools: []string{"mix"}, description: "Reads its configuration when it is compiled.",
			files: map[string]string{
				"mix.exs":           mixExs("configured", "1.0.0"),
				"lib/configured.ex": "defmodule Configured do\n  @value Application.compile_env(:configured, :value, :default)\n  def value, do: @value\nend\n",
			},
		},
		{
			app: "in_erlang", version: "1.0.0", tools: []string{"rebar3"}, description: "Is written in Erlang, and depends on Elixir.",
			deps: []dependency{{app: "configured"}, {app: "made"}},
			files: map[string]string{
				"rebar.config":          "{erl_opts, [{d, 'ANSWER', 42}]}.\n{deps, [{configured, \"~> 1.0\"}]}.\n",
				"include/in_erlang.hrl": "-define(CALLED, 'Elixir.Configured').\n",
				"src/in_erlang.app.src": "{application, in_erlang, [{description, \"Erlang\"}, {vsn, git}, {registered, []}, {applications, [kernel, stdlib, configured, made]}, {env, []}]}.\n",
				"src/in_erlang.erl":     "-module(in_erlang).\n-export([answer/0]).\n-include(\"in_erlang.hrl\").\n-include_lib(\"made/include/made.hrl\").\nanswer() -> {?ANSWER, ?CALLED:value(), ?MADE}.\n",
			},
		},
		{
			app: "made", version: "1.0.0", tools: []string{"make"}, description: "Has a Makefile, and what is compiled into its application file.",
			files: map[string]string{
				"Makefile":         "all:\n\tfalse\n",
				"ebin/made.app":    "{application, made, [{description, \"Made\"}, {vsn, \"1.0.0\"}, {modules, ['made']}, {registered, []}, {applications, [kernel, stdlib]}]}.\n",
				"include/made.hrl": "-define(MADE, made:made()).\n",
				"src/made.erl":     "-module(made).\n-export([made/0]).\nmade() -> made.\n",
			},
		},
		{
			app: "in_c", version: "1.0.0", tools: []string{"mix", "make"}, description: "Has a port program with a Makefile.",
			deps: []dependency{{app: "elixir_make"}},
			files: map[string]string{
				"Makefile": "PROGRAM = $(MIX_APP_PATH)/priv/answer\n\n" +
					"all: $(PROGRAM)\n\n" +
					"$(PROGRAM): c_src/answer.c\n" +
					"\tmkdir -p $(dir $@)\n" +
					"\t$(CC) $(CFLAGS) -DANSWER=$(ANSWER) -I$(ERL_EI_INCLUDE_DIR) -o $@ $< $(LDFLAGS) -L$(ERL_EI_LIBDIR) -lei\n",
				"c_src/answer.c": answerC,
				"mix.exs": strings.Replace(mixExs("in_c", "1.0.0", `{:elixir_make, "~> 0.8", runtime: false}`),
					"deps: deps()]", "deps: deps(), compilers: [:elixir_make] ++ Mix.compilers()]", 1),
				"lib/in_c.ex": "defmodule InC do\n  def answer do\n" +
					"    port = Port.open({:spawn_executable, Application.app_dir(:in_c, \"priv/answer\")}, [:binary, packet: 2])\n" +
					"    receive do\n      {^port, {:data, data}} -> :erlang.binary_to_term(data)\n    after\n      10_000 -> :none\n    end\n  end\nend\n",
			},
		},
		{
			app: "elixir_make", version: "0.8.0", tools: []string{"mix"}, description: "Stands in the lock, and does not run.",
			files: map[string]string{
				"mix.exs": mixExs("elixir_make", "0.8.0"),
				"lib/compile.elixir_make.ex": "defmodule Mix.Tasks.Compile.ElixirMake do\n  use Mix.Task.Compiler\n" +
					"  def run(_arguments), do: raise(\"make must not run here\")\nend\n",
			},
		},
		{
			app: "for_tests", version: "1.0.0", tools: []string{"mix"}, description: "Only tests need it.",
			files: map[string]string{
				"mix.exs":          mixExs("for_tests", "1.0.0"),
				"lib/for_tests.ex": "defmodule ForTests do\n  def name, do: :for_tests\nend\n",
			},
		},
		{
			app: "for_builds", version: "1.0.0", tools: []string{"mix"}, description: "Only the compilation needs it.",
			files: map[string]string{
				"mix.exs":           mixExs("for_builds", "1.0.0"),
				"lib/for_builds.ex": "defmodule ForBuilds do\n  defmacro name, do: :for_builds\nend\n",
			},
		},
	}
}
