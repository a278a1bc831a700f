defmodule Jason.Mixfile do
  use Mix.Project
  def project, do: [app: :jason, version: "1.4.4"]
end
