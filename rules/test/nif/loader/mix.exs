# SPDX-License-Identifier: Apache-2.0
defmodule Loader.MixProject do
  use Mix.Project

  def project do
    [
      app: :loader,
      version: "1.0.0",
      elixir: "~> 1.18",
      deps: [],
      releases: [beside: [applications: [counter: :permanent]], lost: []]
    ]
  end
end
