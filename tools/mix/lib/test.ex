# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Test do
  @moduledoc "Runs the tests of a project with Mix."

  @spec run(keyword, [String.t()]) :: :ok
  def run(options, arguments) do
    MixDriver.Project.load(options)
    Mix.Task.run("test", ["--no-deps-check", "--no-archives-check" | arguments])
    :ok
  end
end
