# SPDX-License-Identifier: Apache-2.0
defmodule Makefile.MixProject do
  use Mix.Project

  def project do
    [
      app: :makefile,
      version: "1.0.0",
      elixir: "~> 1.18",
      compilers: [:elixir_make] ++ Mix.compilers(),
      deps: [{:elixir_make, "~> 0.9", runtime: false}]
    ]
  end
end
