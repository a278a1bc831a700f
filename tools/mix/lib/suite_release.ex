# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.SuiteRelease do
  @moduledoc "What is different in a release that runs the tests of its application: see `MixDriver.Suite`."

  @app :mix_driver_suite
  @modules [MixDriver.JUnit, MixDriver.Selection, MixDriver.Suite]

  @doc """
  Compiles the application for this environment, and makes the one that runs its tests.

  Options: `:suite`, the directory of the driver, and `:suite_label`, the test.
  """
  @spec compile(keyword, keyword) :: :ok
  def compile(config, options) do
    Mix.Task.run("compile", ["--no-deps-check", "--no-archives-check", "--no-protocol-consolidation"])

    ebin = Path.join(Mix.Project.build_path(), "lib/#{@app}/ebin")
    File.mkdir_p!(ebin)
    for module <- @modules, do: File.cp!(Path.join(options[:suite], "#{module}.beam"), Path.join(ebin, "#{module}.beam"))

    environment = [
      label: options[:suite_label],
      project: Path.relative_to(File.cwd!(), options[:root]),
      paths: config[:test_paths] || ["test"],
      pattern: config[:test_pattern] || "*_test.exs"
    ]

    properties = [
      description: ~c"Runs the tests.",
      vsn: ~c"1.0.0",
      modules: @modules,
      registered: [],
      # The last one to start.
      applications: [:kernel, :stdlib, :elixir, :ex_unit, config[:app]],
      mod: {MixDriver.Suite, []},
      env: environment
    ]

    File.write!(Path.join(ebin, "#{@app}.app"), :io_lib.format("~tp.~n", [{:application, @app, properties}]))
    true = Code.append_path(ebin)
    # Mix takes off the code path what the project does not name.
    for app <- [:ex_unit, :logger], do: Mix.ensure_application!(app)
    :ok
  end

  @doc "Name and settings of the release, whatever those are that mix.exs has."
  @spec find(keyword) :: {atom, keyword}
  def find(config) do
    # ExUnit calls Logger; as with `mix test` it runs where the project starts it.
    logger = if :logger in closure([config[:app]], []), do: [], else: [logger: :load]
    # Doctests read the documentation. As with `mix test`, dependencies may have been compiled with another configuration.
    {config[:app], [applications: [{@app, :permanent} | logger], strip_beams: [keep: ["Docs"]], validate_compile_env: false]}
  end

  defp closure([], seen), do: seen

  defp closure([app | apps], seen) do
    if app in seen do
      closure(apps, seen)
    else
      Application.load(app)
      closure((Application.spec(app, :applications) || []) ++ apps, [app | seen])
    end
  end
end
