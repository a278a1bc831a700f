# SPDX-License-Identifier: Apache-2.0
defmodule Http.Connection do
  @moduledoc """
  One connection: reads requests and writes responses, one after the other, until a side has had enough.
  """
  require Logger

  alias Http.{Request, Response, Router}

  @doc "The process of a connection, which waits for its socket."
  @spec start() :: :ok
  def start do
    receive do
      {:serve, socket} -> serve(socket)
    end
  end

  defp serve(socket) do
    case Request.read(socket) do
      {:ok, request} ->
        response = answer(request)

        with :ok <- Response.write(socket, request, response),
             true <- Request.keep_alive?(request) do
          serve(socket)
        else
          _ -> :gen_tcp.close(socket)
        end

      # What follows on the connection cannot be told from this request's rest.
      {:error, {status, message}} ->
        Response.write(socket, nil, {status, %{error: message}})
        :gen_tcp.shutdown(socket, :write)
        drain(socket)
        :gen_tcp.close(socket)

      {:error, :closed} ->
        :gen_tcp.close(socket)
    end
  end

  defp answer(request) do
    Http.Worker.count()
    Router.call(request)
  rescue
    exception ->
      Logger.error(Exception.format(:error, exception, __STACKTRACE__))
      {500, %{error: "internal error"}}
  catch
    # A process that answers is just being restarted.
    :exit, _reason -> {503, %{error: "try again"}}
  end

  # Closing a socket with unread data resets the connection, and the peer may lose the response.
  defp drain(socket, left \\ 1_048_576)
  defp drain(_socket, left) when left <= 0, do: :ok

  defp drain(socket, left) do
    :inet.setopts(socket, packet: :raw)

    case :gen_tcp.recv(socket, 0, 1_000) do
      {:ok, data} -> drain(socket, left - byte_size(data))
      {:error, _reason} -> :ok
    end
  end
end
