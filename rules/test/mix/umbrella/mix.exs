# SPDX-License-Identifier: Apache-2.0
defmodule Umbrella.MixProject do
  use Mix.Project

  def project do
    [apps_path: "apps", version: "1.2.0", deps: []]
  end
end
