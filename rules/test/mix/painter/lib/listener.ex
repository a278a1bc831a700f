# SPDX-License-Identifier: Apache-2.0
defmodule Painter.Listener do
  @moduledoc "Hears of what Mix has compiled, as code reloaders do."
  use GenServer

  def start_link(_options), do: GenServer.start_link(__MODULE__, [])

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_info(_message, state), do: {:noreply, state}
end
