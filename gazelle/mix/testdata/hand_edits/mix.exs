defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "1.2.0", deps: [{:jason, "~> 1.4"}, {:plug, "~> 1.16"}]]
  end
end
