# SPDX-License-Identifier: Apache-2.0
defmodule Mix.Tasks.Compile.Shades do
  use Mix.Task.Compiler

  @impl true
  def run(_arguments) do
    File.mkdir_p!("src")
    {_output, 0} = System.cmd("paint", ["erlang", "palette/colours.txt", "src/shades.erl"])
    :ok
  end
end

defmodule Mix.Tasks.Compile.Asn1 do
  use Mix.Task.Compiler

  @impl true
  def run(_arguments) do
    Mix.ensure_application!(:asn1)
    :asn1ct.compile(~c"asn1/Ticket.asn1", [:per, :noobj, :deterministic, outdir: ~c"src"])
  end
end

defmodule Generated.MixProject do
  use Mix.Project

  def project do
    [
      app: :generated,
      version: "0.1.0",
      # One is a dependency's, and two are here.
      compilers: [:colours, :shades, :asn1] ++ Mix.compilers(),
      elixirc_paths: ["lib", "gen"],
      listeners: [Painter.Listener],
      deps: [{:painter, path: "../painter", runtime: false}]
    ]
  end
end
