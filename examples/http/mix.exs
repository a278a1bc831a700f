# SPDX-License-Identifier: Apache-2.0
defmodule Http.MixProject do
  use Mix.Project

  def project do
    [
      app: :http,
      version: "0.1.0",
      elixir: "~> 1.18",
      start_permanent: Mix.env() == :prod,
      deps: [{:store, path: "store"}]
    ]
  end

  def application do
    [
      mod: {Http.Application, []},
      extra_applications: [:logger]
    ]
  end
end
