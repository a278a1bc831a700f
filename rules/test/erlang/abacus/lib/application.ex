# SPDX-License-Identifier: Apache-2.0
defmodule Abacus.Application do
  use Application

  def start(_type, _arguments) do
    IO.puts(Abacus.report())
    # In the release.
    if System.get_env("RELEASE_ROOT"), do: System.stop(7)
    Supervisor.start_link([], strategy: :one_for_one)
  end
end
