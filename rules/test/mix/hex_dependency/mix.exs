# SPDX-License-Identifier: Apache-2.0
defmodule Buyer.MixProject do
  use Mix.Project

  def project do
    [app: :buyer, version: "1.2.0", elixir: "~> 1.18", deps: [{:store, "~> 1.0", runtime: false}]]
  end
end
