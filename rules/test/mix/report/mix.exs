# SPDX-License-Identifier: Apache-2.0
defmodule Report.MixProject do
  use Mix.Project

  def project, do: [app: :report, version: "1.2.0", elixir: "~> 1.14"]

  def application, do: []
end
