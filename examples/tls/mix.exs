# SPDX-License-Identifier: Apache-2.0
defmodule Tls.MixProject do
  use Mix.Project

  def project do
    [
      app: :tls,
      version: "0.1.0",
      elixir: "~> 1.18",
      start_permanent: Mix.env() == :prod,
      deps: []
    ]
  end

  def application do
    [
      mod: {Tls.Application, []},
      extra_applications: [:logger, :public_key, :ssl]
    ]
  end
end
