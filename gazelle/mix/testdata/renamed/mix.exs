defmodule Market.MixProject do
  use Mix.Project
  def project, do: [app: :market, version: "1.2.0", deps: []]
end
