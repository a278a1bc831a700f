defmodule Name.MixProject do
  use Mix.Project
  @name System.fetch_env!("NAME")
  def project, do: [app: String.to_atom(@name), version: "1.0.0"]
end
