# SPDX-License-Identifier: Apache-2.0
defmodule Native.MixProject do
  use Mix.Project

  def project do
    [
      app: :native,
      version: "0.1.0",
      elixir: "~> 1.18",
      start_permanent: Mix.env() == :prod,
      deps: []
    ]
  end

  def application do
    [mod: {Native.Application, []}]
  end
end
