# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Coverage do
  @moduledoc """
  A tool for `mix test --cover` that writes how often each line of the project has run, in LCOV's format.

  Options in `:test_coverage`: `:lcov`, the file, and `:root`: names of sources are relative to it.
  """

  @doc "Begins to count in the modules of a directory; the function it returns writes the file."
  @spec start(Path.t(), keyword) :: (-> :ok)
  def start(compile_path, options) do
    Mix.ensure_application!(:tools)
    _ = :cover.start()
    :cover.local_only()

    case :cover.compile_beam_directory(String.to_charlist(compile_path)) do
      results when is_list(results) -> fn -> File.write!(options[:lcov], lcov(options[:root])) end
      {:error, reason} -> Mix.raise("counting in the modules of #{compile_path} failed: #{inspect(reason)}")
    end
  end

  defp lcov(root) do
    counts =
      for module <- :cover.modules(),
          {:ok, lines} = :cover.analyse(module, :calls, :line),
          source = Path.relative_to(to_string(module.module_info(:compile)[:source]), root),
          {{_module, line}, count} when line > 0 <- lines,
          do: {source, line, count}

    for {source, lines} <- counts |> Enum.group_by(&elem(&1, 0)) |> Enum.sort() do
      # A line may be in several functions, even modules.
      lines = lines |> Enum.group_by(&elem(&1, 1), &elem(&1, 2)) |> Enum.sort()
      counted = for {line, counts} <- lines, do: "DA:#{line},#{Enum.sum(counts)}\n"
      hit = Enum.count(lines, fn {_line, counts} -> Enum.any?(counts, &(&1 > 0)) end)
      ["SF:#{source}\n", counted, "LH:#{hit}\nLF:#{length(lines)}\nend_of_record\n"]
    end
  end
end
