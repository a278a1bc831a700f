# SPDX-License-Identifier: Apache-2.0
defmodule Http.MixProject do
  use Mix.Project

  def project do
    [
      app: :http,
      version: "0.1.0",
      elixir: "~> 1.18",
      start_permanent: Mix.env() == :prod,
      deps: [{:store, path: "store"}],
      # TLS is there for who needs it; nothing of it runs.
      releases: [http: [applications: [ssl: :load]]]
    ]
  end

  def application do
    [
      mod: {Http.Application, []},
      extra_applications: [:logger]
    ]
  end
end
