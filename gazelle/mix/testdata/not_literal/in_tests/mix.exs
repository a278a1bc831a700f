defmodule InTests.MixProject do
  use Mix.Project
  def project, do: [app: :in_tests, version: "1.0.0", deps: deps(Mix.env())]
  defp deps(:test), do: Shared.deps()
  defp deps(_env), do: []
end
