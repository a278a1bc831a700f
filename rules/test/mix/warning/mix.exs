# SPDX-License-Identifier: Apache-2.0
defmodule Warning.MixProject do
  use Mix.Project

  def project do
    [app: :warning, version: "1.2.0", elixir: "~> 1.18", deps: []]
  end
end
