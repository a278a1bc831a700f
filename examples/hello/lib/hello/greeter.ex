# SPDX-License-Identifier: Apache-2.0
defmodule Hello.Greeter do
  @moduledoc "Greets, and counts whom it has greeted."
  use GenServer

  @doc "Starts a greeter with the option `:greeting`; `:name` is that of the process."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(options) do
    {name, options} = Keyword.pop(options, :name, __MODULE__)
    GenServer.start_link(__MODULE__, Keyword.fetch!(options, :greeting), name: name)
  end

  @doc "The greeting for `whom`."
  @spec greet(GenServer.server(), String.t()) :: String.t()
  def greet(greeter \\ __MODULE__, whom), do: GenServer.call(greeter, {:greet, whom})

  @doc "How many were greeted since the greeter started."
  @spec count(GenServer.server()) :: non_neg_integer
  def count(greeter \\ __MODULE__), do: GenServer.call(greeter, :count)

  @impl true
  def init(greeting), do: {:ok, %{greeting: greeting, count: 0}}

  @impl true
  def handle_call({:greet, whom}, _from, state) do
    {:reply, "#{state.greeting} from #{whom}!", %{state | count: state.count + 1}}
  end

  def handle_call(:count, _from, state), do: {:reply, state.count, state}
end
