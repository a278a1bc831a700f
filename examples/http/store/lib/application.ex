# SPDX-License-Identifier: Apache-2.0
defmodule Store.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    Supervisor.start_link([Store], strategy: :one_for_one)
  end
end
