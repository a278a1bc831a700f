defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "1.2.0", deps: [{:jason, "~> 1.4"}], releases: releases()]
  end

  defp releases do
    [
      shop: [include_executables_for: [:unix], steps: [:assemble, :tar]],
      admin: [applications: [shop: :permanent, jason: :load, tools_app: :permanent, observer_cli: :permanent, runtime_tools: :permanent]],
      worker: []
    ]
  end
end
