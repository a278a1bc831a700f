defmodule Platform.MixProject do
  use Mix.Project

  def project do
    [
      apps_path: "apps",
      version: "0.1.0",
      deps: [{:credo, "~> 1.7", only: :dev}, {:recon, "~> 2.5"}],
      releases: [
        platform: [applications: [runtime_tools: :permanent, web: :permanent, store: :permanent, recon: :permanent]],
        store_only: [applications: [store: :permanent]]
      ]
    ]
  end
end
