defmodule Whole.MixProject do
  use Mix.Project
  def project, do: Shared.project(:whole)
end
