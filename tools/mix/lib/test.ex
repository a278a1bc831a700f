# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Test do
  @moduledoc """
  Runs the tests of a project with Mix, as Bazel asks for it in the environment.

  `MixDriver.Selection` tells which tests. `TESTBRIDGE_TEST_RUNNER_FAIL_FAST` ends the run with the first failure, to
  `XML_OUTPUT_FILE` goes the report, and to `COVERAGE_OUTPUT_FILE` how often each line has run.
  """

  import MixDriver.Failure, only: [fail: 1]
  import MixDriver.Selection, only: [env: 1]

  alias MixDriver.Selection

  @spec run(keyword, [String.t()]) :: :ok
  def run(options, arguments) do
    if file = env("TEST_SHARD_STATUS_FILE"), do: File.touch!(file)
    # Modules that are compiled with :deterministic do not tell their source. Elixir reads this once.
    if env("COVERAGE_OUTPUT_FILE"), do: System.delete_env("ERL_COMPILER_OPTIONS")
    MixDriver.Project.load(options)
    Application.ensure_loaded(:ex_unit)
    shard = Selection.shard()

    filter =
      case Selection.filter(options[:root]) do
        {:ok, filter} -> filter
        {:error, message} -> fail(message)
      end

    if not Selection.idle?(shard, filter) do
      arguments = selected(shard, filter) ++ fail_fast() ++ coverage(options) ++ report(options, arguments)
      Mix.Task.run("test", ["--no-deps-check", "--no-archives-check" | arguments])
    end

    :ok
  end

  defp selected(_shard, {:file, file}), do: [file]

  # No argument of Mix has a place for an expression.
  defp selected(shard, {:name, regex} = filter) do
    Selection.include(regex)

    ExUnit.after_suite(fn result ->
      if Selection.missed?(shard, filter, result), do: System.at_exit(fn _status -> exit({:shutdown, 1}) end)
    end)

    ["--exclude", "test" | selected(shard, nil)]
  end

  defp selected(nil, nil), do: []

  # Mix takes each n-th of the sorted files.
  defp selected(shard, nil) do
    System.put_env("MIX_TEST_PARTITION", "#{shard.index + 1}")
    ["--partitions", "#{shard.total}"]
  end

  defp fail_fast, do: if(env("TESTBRIDGE_TEST_RUNNER_FAIL_FAST") == "1", do: ["--max-failures", "1"], else: [])

  # Its tool takes the place of the project's.
  defp coverage(options) do
    case env("COVERAGE_OUTPUT_FILE") do
      nil ->
        []

      file ->
        MixDriver.Otp.unpack_own_apps([:tools], options[:sdk])
        Mix.ProjectStack.merge_config(test_coverage: [tool: MixDriver.Coverage, lcov: file, root: options[:root]])
        ["--cover"]
    end
  end

  defp report(options, arguments) do
    case env("XML_OUTPUT_FILE") do
      nil ->
        arguments

      file ->
        Application.put_env(:ex_unit, :junit, [name: options[:label], root: options[:root], write: &write(file, &1)], persistent: true)
        # Where one is asked for, the default goes.
        own = if "--formatter" in arguments, do: [], else: ["--formatter", "ExUnit.CLIFormatter"]
        own ++ ["--formatter", "MixDriver.JUnit"] ++ arguments
    end
  end

  # Who reads it never sees half of it.
  defp write(file, report) do
    File.write!(file <> ".part", report)
    File.rename!(file <> ".part", file)
  end
end
