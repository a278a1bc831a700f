defmodule ToolsApp.MixProject do
  use Mix.Project
  def project, do: [app: :tools_app, version: "1.0.0"]
end
