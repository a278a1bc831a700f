# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Task do
  @moduledoc "Runs any task of Mix in the source tree."

  @spec run(keyword, [String.t()]) :: :ok
  def run(options, arguments) do
    MixDriver.Project.load([{:partial, true} | options])
    # Done once, without comparing dependencies with a lock and their sources; tasks that want it find it done.
    Mix.Task.run("loadpaths", ["--no-deps-check", "--no-archives-check"])

    case arguments do
      [] -> Mix.Task.run(default(Mix.Project.get!()), [])
      [task | rest] -> Mix.Task.run(task, rest)
    end

    :ok
  end

  defp default(project) do
    cli = if function_exported?(project, :cli, 0), do: project.cli(), else: []
    to_string(cli[:default_task] || "run")
  end
end
