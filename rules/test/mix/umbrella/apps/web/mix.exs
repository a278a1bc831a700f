# SPDX-License-Identifier: Apache-2.0
defmodule Web.MixProject do
  use Mix.Project

  def project do
    [
      app: :web,
      version: "1.2.0",
      build_path: "../../_build",
      config_path: "../../config/config.exs",
      deps_path: "../../deps",
      lockfile: "../../mix.lock",
      deps: [
        {:store, in_umbrella: true},
        {:absent, "~> 1.0", optional: true},
        {:absent_in_prod, "~> 1.0", only: [:dev, :test]},
        {:icons, github: "nobody/icons", app: false, compile: false}
      ],
      releases: [everything: [applications: [otp_app: :load], cookie: "given", strip_beams: [compress: true]]]
    ]
  end
end
