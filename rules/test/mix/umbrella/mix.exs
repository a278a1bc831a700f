# SPDX-License-Identifier: Apache-2.0
defmodule Umbrella.MixProject do
  use Mix.Project

  def project do
    [
      apps_path: "apps",
      version: "3.0.0",
      deps: [{:absent, "~> 1.0", only: :dev}],
      releases: [platform: [applications: [web: :permanent, otp_app: :load], cookie: "given"]]
    ]
  end
end
