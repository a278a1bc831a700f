# SPDX-License-Identifier: Apache-2.0
defmodule Tls.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    identity = Tls.Identity.generate("localhost")

    children = [
      {Task.Supervisor, name: Tls.Connections},
      {Tls.Server, port: Application.fetch_env!(:tls, :port), identity: identity}
    ]

    with {:ok, supervisor} <-
           Supervisor.start_link(children, strategy: :one_for_one, name: Tls.Supervisor) do
      {:ok, client} = Tls.Client.connect("localhost", Tls.Server.port(), identity.authority)
      {:ok, "ready"} = Tls.Client.call(client, "ready")
      %{protocol: protocol, cipher: cipher} = Tls.Client.info(client)
      :ok = Tls.Client.close(client)

      IO.puts("tls: listening on port #{Tls.Server.port()}, #{protocol} with #{cipher}")
      {:ok, supervisor}
    end
  end
end
