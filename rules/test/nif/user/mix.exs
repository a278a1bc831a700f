# SPDX-License-Identifier: Apache-2.0
defmodule User.MixProject do
  use Mix.Project

  def project, do: [app: :user, version: "1.0.0", deps: [{:counter, "~> 1.0"}]]
end
