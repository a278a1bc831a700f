# SPDX-License-Identifier: Apache-2.0
defmodule Tls.Server do
  @moduledoc """
  Echoes lines over TLS 1.3. Each connection has a process of its own.
  """
  use GenServer
  require Logger

  @handshake_timeout :timer.seconds(30)
  @idle_timeout :timer.seconds(60)

  @doc "Starts a server with the options `:port` and `:identity`."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @doc "The port that it listens on."
  @spec port() :: :inet.port_number()
  def port, do: GenServer.call(__MODULE__, :port)

  @impl true
  def init(options) do
    port = Keyword.fetch!(options, :port)
    identity = Keyword.fetch!(options, :identity)

    listening =
      :ssl.listen(port, [
        :binary,
        packet: :line,
        active: false,
        reuseaddr: true,
        versions: [:"tlsv1.3"],
        certs_keys: [%{cert: identity.chain, key: identity.key}]
      ])

    case listening do
      {:ok, socket} ->
        {:ok, _acceptor} = Task.start_link(fn -> accept(socket) end)
        {:ok, socket}

      {:error, reason} ->
        {:stop, "cannot listen on port #{port}: #{:ssl.format_error(reason)}"}
    end
  end

  @impl true
  def handle_call(:port, _from, socket) do
    {:ok, {_address, port}} = :ssl.sockname(socket)
    {:reply, port, socket}
  end

  defp accept(listener) do
    with {:ok, socket} <- :ssl.transport_accept(listener) do
      # The handshake takes long; others must not wait for it.
      {:ok, pid} = Task.Supervisor.start_child(Tls.Connections, &serve/0)
      :ssl.controlling_process(socket, pid)
      send(pid, {:serve, socket})
    end

    accept(listener)
  end

  defp serve do
    receive do
      {:serve, socket} ->
        case :ssl.handshake(socket, @handshake_timeout) do
          {:ok, socket} -> echo(socket)
          {:error, reason} -> Logger.warning("handshake: #{:ssl.format_error(reason)}")
        end
    end
  end

  defp echo(socket) do
    with {:ok, line} <- :ssl.recv(socket, 0, @idle_timeout),
         :ok <- :ssl.send(socket, line) do
      echo(socket)
    else
      {:error, _reason} -> :ssl.close(socket)
    end
  end
end
