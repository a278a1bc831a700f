# SPDX-License-Identifier: Apache-2.0
defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "1.2.0", elixir: "~> 1.18", releases: [shop: [cookie: "given", steps: [:assemble, :tar]], second: [strip_beams: false]], deps: [{:store, "~> 1.0", path: "../store"}, {:absent, "~> 1.0", only: :dev}]]
  end

  def application do
    [mod: {Shop.Application, []}]
  end
end
