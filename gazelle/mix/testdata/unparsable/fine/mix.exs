defmodule Fine.MixProject do
  use Mix.Project
  def project, do: [app: :fine, version: "1.0.0"]
end
