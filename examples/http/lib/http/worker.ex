# SPDX-License-Identifier: Apache-2.0
defmodule Http.Worker do
  @moduledoc """
  Counts the requests since it started. `crash/0` makes it raise; then its supervisor starts it anew.

  How often it was started outlives it.
  """
  use GenServer

  @starts {__MODULE__, :starts}

  @doc false
  def start_link(_options), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "Counts one request."
  @spec count() :: :ok
  def count, do: GenServer.cast(__MODULE__, :count)

  @doc "How many requests it has counted, and how often it was started."
  @spec stats() :: %{requests: non_neg_integer, starts: pos_integer}
  def stats, do: GenServer.call(__MODULE__, :stats)

  @doc "Makes it raise, and returns when it is gone."
  @spec crash() :: :ok
  def crash do
    reference = Process.monitor(__MODULE__)
    GenServer.cast(__MODULE__, :crash)

    receive do
      {:DOWN, ^reference, :process, _pid, _reason} -> :ok
    end
  end

  @impl true
  def init(nil) do
    starts = :persistent_term.get(@starts, 0) + 1
    :persistent_term.put(@starts, starts)
    {:ok, %{requests: 0, starts: starts}}
  end

  @impl true
  def handle_call(:stats, _from, state), do: {:reply, state, state}

  @impl true
  def handle_cast(:count, state), do: {:noreply, %{state | requests: state.requests + 1}}
  def handle_cast(:crash, _state), do: raise("asked to crash")
end
