defmodule Shop.MixProject do
  use Mix.Project

  def project, do: [app: :shop, version: "1.2.0", deps: deps()]

  defp deps do
    [
      {:jason, "~> 1.4"},
      {:plug, "~> 1.16", runtime: false},
      {:decimal, "~> 2.0", optional: true},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:bypass, "~> 2.1", only: :test},
      {:dialyxir, "~> 1.4", only: :dev},
      {:fork, git: "https://example.invalid/fork.git"},
      {:pinned, github: "example/pinned"},
      {:heroicons, github: "tailwindlabs/heroicons", app: false, compile: false},
      {:elixir_make, "~> 0.9", runtime: false}
    ]
  end
end
