# SPDX-License-Identifier: Apache-2.0
defmodule Http.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    children = [
      Http.Worker,
      {Task.Supervisor, name: Http.Connections},
      {Http.Listener, port: Application.fetch_env!(:http, :port)}
    ]

    # The listener is last: nothing is accepted before all that answers runs.
    with {:ok, supervisor} <-
           Supervisor.start_link(children, strategy: :one_for_one, name: Http.Supervisor) do
      IO.puts("http: listening on port #{Http.Listener.port()}")
      {:ok, supervisor}
    end
  end
end
