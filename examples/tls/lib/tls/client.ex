# SPDX-License-Identifier: Apache-2.0
defmodule Tls.Client do
  @moduledoc """
  A client of `Tls.Server`. It trusts the given authorities only, and checks the server's name.
  """

  @timeout :timer.seconds(30)

  @type t :: :ssl.sslsocket()

  @doc "Connects to `host`, whose certificate one of the `authorities` (DER) must have signed."
  @spec connect(String.t(), :inet.port_number(), [binary]) :: {:ok, t} | {:error, String.t()}
  def connect(host, port, authorities) do
    options = [
      :binary,
      packet: :line,
      active: false,
      verify: :verify_peer,
      cacerts: authorities,
      versions: [:"tlsv1.3"]
    ]

    with {:error, reason} <- :ssl.connect(String.to_charlist(host), port, options, @timeout) do
      {:error, to_string(:ssl.format_error(reason))}
    end
  end

  @doc "Sends a line and returns the server's."
  @spec call(t, String.t()) :: {:ok, String.t()} | {:error, String.t()}
  def call(client, line) do
    with :ok <- :ssl.send(client, [line, ?\n]),
         {:ok, answer} <- :ssl.recv(client, 0, @timeout) do
      {:ok, String.trim_trailing(answer, "\n")}
    else
      {:error, reason} -> {:error, to_string(:ssl.format_error(reason))}
    end
  end

  @doc "What was agreed on."
  @spec info(t) :: %{protocol: atom, cipher: String.t()}
  def info(client) do
    {:ok, info} = :ssl.connection_information(client, [:protocol, :selected_cipher_suite])
    cipher = :ssl.suite_to_str(info[:selected_cipher_suite])
    %{protocol: info[:protocol], cipher: to_string(cipher)}
  end

  @doc "Ends the connection."
  @spec close(t) :: :ok
  def close(client), do: :ssl.close(client)
end
