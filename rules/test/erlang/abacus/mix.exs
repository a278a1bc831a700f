# SPDX-License-Identifier: Apache-2.0
defmodule Abacus.MixProject do
  use Mix.Project

  def project do
    [
      app: :abacus,
      version: "0.1.0",
      deps: [{:calc, "~> 1.4"}, {:teller, path: "../teller"}]
    ]
  end

  def application, do: [mod: {Abacus.Application, []}]
end
