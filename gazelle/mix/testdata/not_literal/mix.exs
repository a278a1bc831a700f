defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [
      app: :shop,
      version: String.trim(File.read!("VERSION")),
      config_path: System.get_env("SHOP_CONFIG", "config/shop.exs"),
      elixirc_paths: if(Mix.env() == :prod, do: ["lib"], else: ["lib", "dev"]),
      deps: [{:jason, "~> 1.4"} | Shared.deps()],
      releases: Shared.releases()
    ]
  end
end
