# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Selection do
  @moduledoc """
  Which tests Bazel asks for, in the environment: `TEST_TOTAL_SHARDS` and `TEST_SHARD_INDEX`, and in `TESTBRIDGE_TEST_ONLY`
  a file or a pattern of names.
  """

  @type shard :: nil | %{total: pos_integer, index: non_neg_integer}
  @type filter :: nil | {:file, Path.t()} | {:name, Regex.t()}

  @doc "A variable of the environment that is set and not empty, or nil."
  @spec env(String.t()) :: String.t() | nil
  def env(name) do
    case System.get_env(name, "") do
      "" -> nil
      value -> value
    end
  end

  @spec shard() :: shard
  def shard do
    if total = env("TEST_TOTAL_SHARDS"), do: %{total: String.to_integer(total), index: String.to_integer(env("TEST_SHARD_INDEX"))}
  end

  @doc "The filter; its file is relative to the project, as for Mix, or to the workspace `root`."
  @spec filter(Path.t()) :: {:ok, filter} | {:error, String.t()}
  def filter(root) do
    text = env("TESTBRIDGE_TEST_ONLY")

    case text && Regex.run(~r/\A(.*\.exs)((?::\d+)*)\z/s, text) do
      [_, file, lines] ->
        {:ok, {:file, in_project(file, root) <> lines}}

      nil when text == nil ->
        {:ok, nil}

      nil ->
        case Regex.compile(text, "u") do
          {:ok, regex} -> {:ok, {:name, regex}}
          {:error, {message, at}} -> {:error, "--test_filter=#{text} is neither a file nor a regular expression: #{message} at #{at}"}
        end
    end
  end

  defp in_project(file, root) do
    project = Path.relative_to(File.cwd!(), root) <> "/"
    if File.exists?(file), do: file, else: String.replace_prefix(file, project, "")
  end

  @doc "Whether a shard has nothing to do: files that are asked for are few, and the first one has them."
  @spec idle?(shard, filter) :: boolean
  def idle?(shard, filter) do
    idle = shard != nil and shard.index > 0 and match?({:file, _file}, filter)
    if idle, do: IO.puts("The files of --test_filter are tested by the first shard.")
    idle
  end

  @doc "Lets ExUnit include tests by name only, once `:test` is excluded."
  @spec include(Regex.t()) :: :ok
  def include(regex), do: Application.put_env(:ex_unit, :include, [test: regex], persistent: true)

  @doc "Whether a run fails because no name matches, and says so. One shard may have none."
  @spec missed?(shard, filter, %{excluded: integer, total: integer}) :: boolean
  def missed?(shard, filter, result) do
    missed = shard == nil and match?({:name, _regex}, filter) and result.excluded == result.total
    if missed, do: IO.puts(:stderr, "No test has a name that matches --test_filter=#{elem(filter, 1).source}")
    missed
  end
end
