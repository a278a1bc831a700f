# SPDX-License-Identifier: Apache-2.0
defmodule Notes.MixProject do
  use Mix.Project

  def project do
    [
      app: :notes,
      version: "0.1.0",
      elixir: "~> 1.18",
      start_permanent: Mix.env() == :prod,
      # With Mix alone this runs the Makefile; it wants libsqlite3 of the machine.
      compilers: [:elixir_make] ++ Mix.compilers(),
      make_targets: ["all"],
      deps: [{:elixir_make, "~> 0.9", runtime: false}]
    ]
  end

  def application do
    [mod: {Notes.Application, []}]
  end
end
