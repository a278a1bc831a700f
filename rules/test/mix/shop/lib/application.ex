# SPDX-License-Identifier: Apache-2.0
defmodule Shop.Application do
  use Application

  def start(_type, _args) do
    lines = [
      price: Shop.Price.of(3),
      consolidated: Protocol.consolidated?(Shop.Price),
      limit: Store.limit(),
      where: Store.where(),
      erlang: :shop_erl.answer(),
      priv: File.read!(Shop.priv()),
      runtime: Application.get_env(:shop, :runtime),
      env: Application.get_env(:shop, :env)
    ]

    IO.puts(inspect(lines))
    System.stop(7)
    Supervisor.start_link([], strategy: :one_for_one)
  end
end
