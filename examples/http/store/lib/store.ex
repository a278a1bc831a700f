# SPDX-License-Identifier: Apache-2.0
defmodule Store do
  @moduledoc """
  A key-value store in memory.

  Its table belongs to one process, which writes; every process reads without asking that one.
  """
  use GenServer

  @type key :: String.t()
  @type value :: term

  @doc false
  def start_link(_options), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "The value under `key`."
  @spec fetch(key) :: {:ok, value} | :error
  def fetch(key) do
    case :ets.lookup(__MODULE__, key) do
      [{^key, value}] -> {:ok, value}
      [] -> :error
    end
  end

  @doc "Every key, sorted."
  @spec keys() :: [key]
  def keys, do: __MODULE__ |> :ets.select([{{:"$1", :_}, [], [:"$1"]}]) |> Enum.sort()

  @doc "Puts `value` under `key`, and tells whether the key is new."
  @spec put(key, value) :: :created | :replaced
  def put(key, value), do: GenServer.call(__MODULE__, {:put, key, value})

  @doc "Deletes `key`, and tells whether it was there."
  @spec delete(key) :: :deleted | :missing
  def delete(key), do: GenServer.call(__MODULE__, {:delete, key})

  @impl true
  def init(nil) do
    {:ok, :ets.new(__MODULE__, [:named_table, :protected, read_concurrency: true])}
  end

  @impl true
  def handle_call({:put, key, value}, _from, table) do
    created? = :ets.insert_new(table, {key, value})
    unless created?, do: :ets.insert(table, {key, value})
    {:reply, if(created?, do: :created, else: :replaced), table}
  end

  def handle_call({:delete, key}, _from, table) do
    {:reply, if(:ets.take(table, key) == [], do: :missing, else: :deleted), table}
  end
end
