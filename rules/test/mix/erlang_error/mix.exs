# SPDX-License-Identifier: Apache-2.0
defmodule Broken.MixProject do
  use Mix.Project

  def project do
    [app: :broken, version: "1.2.0", elixir: "~> 1.18", deps: []]
  end
end
