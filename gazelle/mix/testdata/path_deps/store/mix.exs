defmodule A.MixProject do
  use Mix.Project
  def project, do: [app: :store, version: "1.0.0", deps: []]
end
