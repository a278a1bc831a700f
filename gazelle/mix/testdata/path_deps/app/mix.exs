defmodule App.MixProject do
  use Mix.Project

  def project do
    [
      app: :app,
      version: "1.0.0",
      deps: [
        {:store, path: "../store"},
        {:inner, path: "inner"},
        {:renamed, path: "../other"},
        {:vendored, "~> 1.0"},
        {:cart, path: "../cart"},
        {:outside, path: "../../outside"},
        {:missing, path: "../missing"},
        {:two, "~> 1.0"},
        {:off, path: "../off"},
        {:cowlib, path: "../erlang", manager: :rebar3}
      ]
    ]
  end
end
