# SPDX-License-Identifier: Apache-2.0
defmodule Store.MixProject do
  use Mix.Project

  def project do
    [app: :store, version: "1.2.0", elixir: "~> 1.18", deps: []]
  end
end
