// SPDX-License-Identifier: Apache-2.0

package mixexs

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// in wraps the body of a module.
func in(body string) string {
	return "defmodule X.MixProject do\n  use Mix.Project\n" + body + "\nend\n"
}

func project(list string) string { return in("def project do\n" + list + "\nend") }

func defaults(p Project) Project {
	if p.SourcePaths == nil {
		p.SourcePaths = []string{"lib", "src", "include"}
	}
	if p.TestPaths == nil {
		p.TestPaths = []string{"test"}
	}
	return p
}

func TestProject(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		env    string
		want   Project
	}{
		"list": {
			source: project(`[app: :shop, version: "1.0.0", start_permanent: Mix.env() == :prod, deps: [{:store, path: "../store"}]]`),
			want:   Project{App: "shop", Deps: []Dep{{App: "store", Line: 4, Path: "../store"}}},
		},
		"functions and attributes": {
			source: in(`
  @version "1.0.0"
  @app :shop
  def project, do: [app: @app, version: @version, deps: deps(), releases: releases]
  def application do
    [mod: {Shop, []}, env: [{:a, fn -> :end end}]]
  end
  defp deps do
    # of all kinds
    [
      {:jason, "~> 1.4"},
      {:store, in_umbrella: true},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:bypass, "~> 2.1", [only: :test]},
      {:heroicons, github: "tailwindlabs/heroicons", tag: "v2.1.1", app: false, compile: false},
      {:maybe, ">= 0.0.0", optional: true},
      bandit: "~> 1.0",
      cart: [path: "../cart"],
    ]
  end
  defp releases, do: [shop: [applications: [shop: :permanent, runtime_tools: :load], steps: [:assemble, &copy/1]], second: []]`),
			want: Project{
				App: "shop",
				Deps: []Dep{
					{App: "jason", Line: 13},
					{App: "store", Line: 14, InUmbrella: true},
					{App: "credo", Line: 15, Only: []string{"dev", "test"}},
					{App: "bypass", Line: 16, Only: []string{"test"}},
					{App: "heroicons", Line: 17, SCM: true, NotOTP: true},
					{App: "maybe", Line: 18},
					{App: "bandit", Line: 19},
					{App: "cart", Line: 20, Path: "../cart"},
				},
				Releases: []Release{{Name: "shop", Line: 23, Applications: []string{"shop", "runtime_tools"}}, {Name: "second", Line: 23}},
			},
		},
		"paths in prod": {
			source: in(`
  def project, do: [app: :x, elixirc_paths: elixirc_paths(Mix.env()), erlc_paths: ["erl"], erlc_include_path: "hrl", test_paths: ~w(test spec)]
  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_), do: ["lib"]`),
			want: Project{App: "x", SourcePaths: []string{"lib", "erl", "hrl"}, TestPaths: []string{"test", "spec"}},
		},
		"paths in test": {
			source: in(`
  def project, do: [app: :x, elixirc_paths: elixirc_paths(Mix.env)]
  defp elixirc_paths(:test) do
    ["lib", "test/support"]
  end
  defp elixirc_paths(_env), do: ["lib"]`),
			env:  "test",
			want: Project{App: "x", SourcePaths: []string{"lib", "test/support", "src", "include"}},
		},
		"umbrella": {
			source: project(`[apps_path: "apps", version: "0.1.0", deps: [], releases: [all: [applications: [web: :permanent, store: :permanent]]]]`),
			want:   Project{AppsPath: "apps", Releases: []Release{{Name: "all", Line: 4, Applications: []string{"web", "store"}}}},
		},
		"sum": {
			source: in("def project, do: [app: :x, deps: deps() ++ [{:b, \"1.0.0\"}]\n  ++ more(:dev)]\ndefp deps, do: [{:a, \"1.0.0\"}]"),
			want: Project{
				App:    "x",
				Deps:   []Dep{{App: "a", Line: 5}, {App: "b", Line: 3}},
				Unread: []Unread{{Key: "deps", Line: 4, Text: "more(…)"}},
			},
		},
		"the last expression counts": {
			source: in("def project do\n  version = File.read!(\"VERSION\") |> String.trim()\n  if version == \"\" do\n    raise \"empty\"\n  end\n\n  [app: :x, version: version]\nend"),
			want:   Project{App: "x"},
		},
		"not literal": {
			source: in(`
  def project do
    [
      app: String.to_atom("x"),
      deps: [{:a, "~> #{@v}"}, {:b, path: System.get_env("B")}, dep("c"), {name(), "1.0.0"}],
      elixirc_paths: if(Mix.env() == :prod, do: ["lib"], else: ["lib", "dev"]),
      releases: for(name <- [:a, :b], do: {name, []}),
      config_path: @config
    ]
  end
  defp dep(name), do: {String.to_atom(name), "1.0.0"}`),
			want: Project{
				Deps: []Dep{{App: "a", Line: 7}},
				Unread: []Unread{
					{Key: "app", Line: 6, Text: `String.to_atom("x")`},
					{Key: "deps", Line: 7, Text: `System.get_env("B")`},
					{Key: "deps", Line: 7, Text: "a tuple"},
					{Key: "elixirc_paths", Line: 8, Text: "if(…)"},
					{Key: "releases", Line: 9, Text: "for(…)"},
					{Key: "config_path", Line: 10, Text: "@config"},
					{Key: "deps", Line: 13, Text: "a tuple"},
				},
			},
		},
		"strings that hold anything": {
			source: in("  @moduledoc \"\"\"\n  def project, do: [app: :wrong] \"quoted\" #{\"}\"}\n  \"\"\"\n  @re ~r/[\"(]/\n  @c ?\"\n  @d ~S(\\d)\n  def project, do: [app: :\"x\", description: \"a # \\\" b\", aliases: [\"a.b\": 'c']]"),
			want:   Project{App: "x"},
		},
		"endless": {
			source: in("def project, do: [app: :x, deps: deps()]\ndefp deps, do: deps() ++ deps()"),
			want:   Project{App: "x", Unread: []Unread{{Key: "deps", Line: 4}}},
		},
		"releases that are functions": {
			source: project("[app: :x, releases: [a: &release/0, b: [cookie: \"c\"] ++ more()]]"),
			want: Project{
				App:      "x",
				Releases: []Release{{Name: "a", Line: 4}, {Name: "b", Line: 4}},
				Unread:   []Unread{{Key: "releases", Line: 4, Text: "&release / …"}, {Key: "releases", Line: 4, Text: "more(…)"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(test.source))
			if err != nil {
				t.Fatal(err)
			}
			env := test.env
			if env == "" {
				env = "prod"
			}
			got, err := f.Project(env)
			if err != nil {
				t.Fatal(err)
			}
			want := defaults(test.want)
			if name == "endless" {
				// How far it comes does not matter: it ends, and says so.
				if len(got.Unread) == 0 {
					t.Error("nothing is unread")
				}
				return
			}
			if !reflect.DeepEqual(*got, want) {
				t.Errorf("got  %+v\nwant %+v", *got, want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"no project":       {in("def application, do: []"), "line 1: there is no function project/0"},
		"open list":        {in("def project do\n  [app: :x\nend"), `line 5: "end" closes the "[" of line 4`},
		"open block":       {"defmodule X do\n  def project do\n  [app: :x]\nend\n", `line 1: "do" is not closed`},
		"open string":      {in("def project, do: [app: \"x]"), "what \" opens is not closed"},
		"one more":         {in("end"), `line 4: "end" closes nothing`},
		"no list":          {in("def project, do: Shared.project(:x)"), "line 3: project/0 gives no list that can be read, but Shared.project(:x)"},
		"not Elixir":       {"\x00", `line 1: '\x00' is no part of Elixir here`},
		"not UTF-8":        {"\xff", "line 1: the file is not UTF-8"},
		"empty":            {"", "line 1: there is no function project/0"},
		"nested":           {in("def project, do: " + strings.Repeat("[", 300) + strings.Repeat("]", 300)), "line 3: brackets are nested too deeply"},
		"deep interpolate": {strings.Repeat(`"#{`, 300), "interpolations are nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(test.source))
			if err == nil {
				_, err = f.Project("prod")
			}
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../../../*/*/mix.exs")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{
		project(`[app: :x, deps: deps() ++ [{:a, "~> 1.0", only: :test}], releases: [a: [applications: [b: :load]]]]`),
		in("def project, do: [app: @app]\n@app :x\ndefp e(:test), do: ~w(a b)a\ndefp e(_), do: \"a#{\"b\"}\""),
		"def project do fn -> %{a: ?x, b: <<1>>} end end", "def project, do: 'a' <> \"\"\"\n\"\"\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, env := range []string{"prod", "test"} {
			p, err := file.Project(env)
			if err != nil {
				continue
			}
			for _, u := range p.Unread {
				if u.Line < 1 || u.Line > lines {
					t.Errorf("line %d of %d", u.Line, lines)
				}
			}
		}
		if _, err := Imports(data, "prod"); err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Errorf("%v is no syntax error", err)
			}
		}
	})
}

func TestImports(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		env    string
		want   Config
	}{
		"none":      {"import Config\nconfig :shop, limit: 1\n", "prod", Config{}},
		"literal":   {"import Config\nimport_config \"prod.exs\"\n", "prod", Config{Files: []string{"prod.exs"}}},
		"by env":    {"import_config \"#{config_env()}.exs\"\nimport_config(\"#{Mix.env}.secret.exs\")", "test", Config{Files: []string{"test.exs", "test.secret.exs"}}},
		"only some": {"if config_env() == :dev do\n  import_config \"dev.exs\"\nend", "prod", Config{Optional: []string{"dev.exs"}}},
		"another":   {"import Config\n\nimport_config Path.join(dir, \"x.exs\")", "prod", Config{Unread: []Unread{{Key: "import_config", Line: 3, Text: "Path.join(dir, …"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Imports([]byte(test.source), test.env)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got %+v, want %+v", *got, test.want)
			}
		})
	}
}
