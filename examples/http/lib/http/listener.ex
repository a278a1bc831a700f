# SPDX-License-Identifier: Apache-2.0
defmodule Http.Listener do
  @moduledoc """
  Listens on a TCP port. A few acceptors hand each connection to a process of its own.
  """
  use Supervisor

  @acceptors 4

  @doc false
  def start_link(options) do
    Supervisor.start_link(__MODULE__, Keyword.fetch!(options, :port), name: __MODULE__)
  end

  @doc "The port that it listens on."
  @spec port() :: :inet.port_number()
  def port do
    {:ok, port} = :inet.port(:persistent_term.get(__MODULE__))
    port
  end

  @impl true
  def init(port) do
    # The supervisor owns the socket: it is open as long as there are acceptors.
    case :gen_tcp.listen(port, [
           :binary,
           packet: :http_bin,
           active: false,
           reuseaddr: true,
           nodelay: true,
           backlog: 1024,
           send_timeout: 10_000,
           send_timeout_close: true
         ]) do
      {:ok, socket} ->
        :persistent_term.put(__MODULE__, socket)

        children =
          for number <- 1..@acceptors do
            Supervisor.child_spec({Task, fn -> accept(socket) end},
              id: {:acceptor, number},
              restart: :permanent
            )
          end

        Supervisor.init(children, strategy: :one_for_one)

      {:error, reason} ->
        raise "cannot listen on port #{port}: #{:inet.format_error(reason)}"
    end
  end

  defp accept(listener) do
    case :gen_tcp.accept(listener) do
      {:ok, socket} ->
        {:ok, pid} = Task.Supervisor.start_child(Http.Connections, Http.Connection, :start, [])
        # It begins when the socket is its own; if the peer has gone already, it will see that.
        :gen_tcp.controlling_process(socket, pid)
        send(pid, {:serve, socket})

      # The peer has gone, or there are no more file descriptors: those end by themselves.
      {:error, reason} when reason in [:econnaborted, :emfile, :enfile] ->
        Process.sleep(10)
    end

    accept(listener)
  end
end
