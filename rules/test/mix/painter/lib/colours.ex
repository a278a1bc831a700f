# SPDX-License-Identifier: Apache-2.0
defmodule Mix.Tasks.Compile.Colours do
  @moduledoc "Makes an Elixir module of each list of colours, by a program."
  use Mix.Task.Compiler

  @impl true
  def run(_arguments) do
    File.mkdir_p!("gen")

    for list <- Path.wildcard("palette/*.txt") do
      {_output, 0} = System.cmd("paint", ["elixir", list, Path.join("gen", Path.basename(list, ".txt") <> ".ex")])
    end

    :ok
  end
end
