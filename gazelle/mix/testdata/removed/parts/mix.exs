defmodule Parts.MixProject do
  use Mix.Project
  def project, do: [app: :parts, version: "1.2.0", deps: [], releases: [parts: []]]
end
