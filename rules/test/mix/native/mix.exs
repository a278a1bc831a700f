# SPDX-License-Identifier: Apache-2.0
defmodule Native.MixProject do
  use Mix.Project

  def project do
    [app: :native, version: "1.2.0", elixir: "~> 1.18", deps: []]
  end
end
