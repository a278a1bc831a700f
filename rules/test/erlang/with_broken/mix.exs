# SPDX-License-Identifier: Apache-2.0
defmodule WithBroken.MixProject do
  use Mix.Project

  def project do
    [
      app: :with_broken,
      version: "0.1.0",
      releases: [with_broken: [applications: [broken: :permanent]]]
    ]
  end
end
