# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Test do
  @moduledoc """
  Runs the tests of a project with Mix, as Bazel asks for it in the environment.

  `TEST_TOTAL_SHARDS`, `TEST_SHARD_INDEX` and `TEST_SHARD_STATUS_FILE` are Mix's partitions, `TESTBRIDGE_TEST_ONLY` is a
  file or a pattern of names, `TESTBRIDGE_TEST_RUNNER_FAIL_FAST` ends the run with the first failure, and to
  `XML_OUTPUT_FILE` goes the report.
  """

  import MixDriver.Failure, only: [fail: 1]

  @spec run(keyword, [String.t()]) :: :ok
  def run(options, arguments) do
    if file = env("TEST_SHARD_STATUS_FILE"), do: File.touch!(file)
    shard = shard()
    MixDriver.Project.load(options)
    Application.ensure_loaded(:ex_unit)
    filter = filter(env("TESTBRIDGE_TEST_ONLY"), options[:root])

    if match?({:file, _}, filter) and shard != nil and shard.index > 0 do
      IO.puts("The files of --test_filter are tested by the first shard.")
    else
      arguments = shard_arguments(shard, filter) ++ filter_arguments(filter, shard) ++ fail_fast() ++ report(options, arguments)
      Mix.Task.run("test", ["--no-deps-check", "--no-archives-check" | arguments])
    end

    :ok
  end

  defp env(name) do
    case System.get_env(name, "") do
      "" -> nil
      value -> value
    end
  end

  defp shard do
    if total = env("TEST_TOTAL_SHARDS"), do: %{total: String.to_integer(total), index: String.to_integer(env("TEST_SHARD_INDEX"))}
  end

  # Mix takes each n-th of the sorted files. Files that are asked for are few.
  defp shard_arguments(nil, _filter), do: []
  defp shard_arguments(_shard, {:file, _file}), do: []

  defp shard_arguments(shard, _filter) do
    System.put_env("MIX_TEST_PARTITION", "#{shard.index + 1}")
    ["--partitions", "#{shard.total}"]
  end

  defp filter(nil, _root), do: nil

  defp filter(text, root) do
    case Regex.run(~r/\A(.*\.exs)((?::\d+)*)\z/s, text) do
      [_, file, lines] ->
        {:file, in_project(file, root) <> lines}

      nil ->
        case Regex.compile(text, "u") do
          {:ok, regex} -> {:name, regex}
          {:error, {message, at}} -> fail("--test_filter=#{text} is neither a file nor a regular expression: #{message} at #{at}")
        end
    end
  end

  # Relative to the project, as for Mix, or to the workspace.
  defp in_project(file, root) do
    project = Path.relative_to(File.cwd!(), root) <> "/"
    if File.exists?(file), do: file, else: String.replace_prefix(file, project, "")
  end

  defp filter_arguments(nil, _shard), do: []
  defp filter_arguments({:file, file}, _shard), do: [file]

  defp filter_arguments({:name, regex}, shard) do
    # No argument of Mix has a place for an expression.
    Application.put_env(:ex_unit, :include, [test: regex], persistent: true)

    if shard == nil do
      ExUnit.after_suite(fn %{excluded: excluded, total: total} ->
        if excluded == total do
          IO.puts(:stderr, "No test has a name that matches --test_filter=#{regex.source}")
          System.at_exit(fn _status -> exit({:shutdown, 1}) end)
        end
      end)
    end

    ["--exclude", "test"]
  end

  defp fail_fast, do: if(env("TESTBRIDGE_TEST_RUNNER_FAIL_FAST") == "1", do: ["--max-failures", "1"], else: [])

  defp report(options, arguments) do
    case env("XML_OUTPUT_FILE") do
      nil ->
        arguments

      file ->
        Application.put_env(:ex_unit, :junit, [file: file, name: options[:label], root: options[:root]], persistent: true)
        # Where one is asked for, the default goes.
        own = if "--formatter" in arguments, do: [], else: ["--formatter", "ExUnit.CLIFormatter"]
        own ++ ["--formatter", "MixDriver.JUnit"] ++ arguments
    end
  end
end
