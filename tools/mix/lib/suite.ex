# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Suite do
  @moduledoc """
  An application of a release: it runs the tests of a project, then ends the system.

  It starts after all others. Its environment has `:label`, `:project`, the directory of the project below `ws` of the
  release, and of mix.exs `:paths` and `:pattern`. The status is that of `mix test`; the report goes to the virtio
  port that is there for it.
  """

  use Application

  alias MixDriver.Selection

  @port "org.rules_elixir_vm.report"

  @impl true
  def start(_type, _arguments) do
    root = Path.join(System.fetch_env!("RELEASE_ROOT"), "ws")
    File.cd!(Path.join(root, option(:project)))
    logger? = running?(:logger)

    Task.start_link(fn ->
      if not logger?, do: stop_logger()
      System.stop(status(root))
      Process.sleep(:infinity)
    end)
  end

  # As `mix test` does it, where the project does not start Logger: when all have started, Elixir does.
  defp stop_logger do
    if running?(:logger) do
      Application.stop(:logger)
    else
      Process.sleep(10)
      stop_logger()
    end
  end

  defp running?(app), do: List.keymember?(Application.started_applications(), app, 0)

  defp option(name), do: Application.fetch_env!(:mix_driver_suite, name)

  defp status(root) do
    run(root)
  catch
    :exit, {:shutdown, status} ->
      status

    kind, reason ->
      IO.puts(:stderr, Exception.format(kind, reason, __STACKTRACE__))
      1
  end

  # As `mix test` does it.
  defp run(root) do
    shard = Selection.shard()

    filter =
      case Selection.filter(root) do
        {:ok, filter} -> filter
        {:error, message} -> fail("#{option(:label)}: #{message}.")
      end

    if Selection.idle?(shard, filter), do: exit({:shutdown, 0})
    config = [autorun: false, formatters: [ExUnit.CLIFormatter | report(root)]]
    ExUnit.configure(config)
    for path <- option(:paths), do: Code.require_file(Path.join(path, "test_helper.exs"))
    ExUnit.configure(config)

    case select(files(), shard, filter) do
      [] ->
        IO.puts("There are no tests to run")
        0

      files ->
        result = run_files(files)

        cond do
          result.failures > 0 -> 2
          Selection.missed?(shard, filter, result) -> 1
          true -> 0
        end
    end
  end

  defp run_files(files) do
    Code.put_compiler_option(:infer_signatures, false)
    task = ExUnit.async_run()

    case Kernel.ParallelCompiler.require(files) do
      {:ok, _modules, _warnings} -> ExUnit.await_run(task)
      {:error, _errors, _warnings} -> exit({:shutdown, 1})
    end
  end

  defp report(root) do
    case port() do
      nil ->
        []

      port ->
        Application.put_env(:ex_unit, :junit, name: option(:label), root: root, write: &File.write!(port, &1))
        [MixDriver.JUnit]
    end
  end

  defp files do
    for(path <- option(:paths), do: Path.wildcard("#{path}/**/#{option(:pattern)}")) |> List.flatten() |> Enum.uniq() |> Enum.sort()
  end

  defp select(_files, _shard, {:file, file}) do
    {[file], filters} = ExUnit.Filters.parse_paths([file])
    if not File.regular?(file), do: fail("Paths given to \"mix test\" did not match any directory/file: #{file}")
    ExUnit.configure(filters)
    [file]
  end

  defp select(files, shard, {:name, regex}) do
    Selection.include(regex)
    ExUnit.configure(exclude: [:test | Application.get_env(:ex_unit, :exclude, [])])
    select(files, shard, nil)
  end

  defp select(files, nil, nil), do: files
  defp select(files, shard, nil), do: for({file, index} <- Enum.with_index(files), rem(index, shard.total) == shard.index, do: file)

  defp fail(message) do
    IO.puts(:stderr, message)
    exit({:shutdown, 1})
  end

  defp port do
    Enum.find_value(Path.wildcard("/sys/class/virtio-ports/*"), fn port ->
      if String.trim(File.read!(Path.join(port, "name"))) == @port, do: Path.join("/dev", Path.basename(port))
    end)
  end
end
