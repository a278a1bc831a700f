# SPDX-License-Identifier: Apache-2.0
defmodule Http.Request do
  @moduledoc """
  A request of HTTP/1.0 or 1.1, as far as this service needs it: no trailers, no encodings of the body.
  """

  @enforce_keys [:method, :path, :version]
  defstruct [:method, :path, :version, headers: %{}, body: ""]

  @type t :: %__MODULE__{
          method: String.t(),
          path: [String.t()],
          version: {1, 0 | 1},
          headers: %{String.t() => String.t()},
          body: binary
        }

  @max_headers 100

  @doc """
  Reads the next request from `socket`.

  An error is either that the peer has closed or is silent, or the status and message of a response.
  """
  @spec read(:gen_tcp.socket()) ::
          {:ok, t} | {:error, :closed | {Http.Response.status(), String.t()}}
  def read(socket) do
    timeout = Application.fetch_env!(:http, :idle_timeout)
    :inet.setopts(socket, packet: :http_bin)

    with {:ok, request} <- read_line(socket, timeout),
         {:ok, request} <- read_headers(socket, timeout, request, @max_headers) do
      read_body(socket, timeout, request)
    end
  end

  @doc "Whether the peer wants to send another request."
  @spec keep_alive?(t) :: boolean
  def keep_alive?(%__MODULE__{version: version, headers: headers}) do
    tokens = headers |> Map.get("connection", "") |> String.downcase() |> String.split([",", " "])

    case version do
      {1, 1} -> "close" not in tokens
      {1, 0} -> "keep-alive" in tokens
    end
  end

  defp read_line(socket, timeout) do
    case :gen_tcp.recv(socket, 0, timeout) do
      {:ok, {:http_request, method, {:abs_path, target}, {1, minor}}} when minor in [0, 1] ->
        [path | _query] = String.split(target, "?", parts: 2)

        case decode_path(path) do
          {:ok, path} ->
            {:ok, %__MODULE__{method: to_string(method), path: path, version: {1, minor}}}

          :error ->
            {:error, {400, "the path is not URL-encoded UTF-8"}}
        end

      {:ok, {:http_request, _method, {:abs_path, _target}, _version}} ->
        {:error, {505, "expected HTTP/1.0 or HTTP/1.1"}}

      # An empty line after the last request is to be passed over (RFC 9112, 2.2).
      {:ok, {:http_error, line}} when line in ["\r\n", "\n"] ->
        read_line(socket, timeout)

      {:ok, _other} ->
        {:error, {400, "expected a request line: METHOD /PATH HTTP/1.1"}}

      {:error, :emsgsize} ->
        {:error, {414, "the request line is too long"}}

      {:error, _reason} ->
        {:error, :closed}
    end
  end

  defp decode_path(path) do
    segments = path |> String.split("/", trim: true) |> Enum.map(&URI.decode/1)
    if Enum.all?(segments, &String.valid?/1), do: {:ok, segments}, else: :error
  rescue
    ArgumentError -> :error
  end

  defp read_headers(socket, timeout, request, left) do
    case :gen_tcp.recv(socket, 0, timeout) do
      {:ok, :http_eoh} ->
        {:ok, request}

      {:ok, {:http_header, _, _name, _, _value}} when left == 0 ->
        {:error, {431, "more than #{@max_headers} headers"}}

      {:ok, {:http_header, _, name, _, value}} ->
        headers = Map.put(request.headers, name |> to_string() |> String.downcase(), value)
        read_headers(socket, timeout, %{request | headers: headers}, left - 1)

      {:ok, {:http_error, _line}} ->
        {:error, {400, "expected a header: Name: value"}}

      {:error, :emsgsize} ->
        {:error, {431, "a header is too long"}}

      {:error, _reason} ->
        {:error, :closed}
    end
  end

  defp read_body(socket, timeout, %{headers: headers} = request) do
    max = Application.fetch_env!(:http, :max_body_bytes)

    case headers do
      %{"transfer-encoding" => _} ->
        {:error, {501, "expected a body with Content-Length, without Transfer-Encoding"}}

      %{"content-length" => length} ->
        case Integer.parse(length) do
          {0, ""} -> {:ok, request}
          {size, ""} when size in 1..max//1 -> read_body(socket, timeout, request, size)
          {size, ""} when size > max -> {:error, {413, "the body is larger than #{max} bytes"}}
          _ -> {:error, {400, "Content-Length is not a number"}}
        end

      %{} ->
        {:ok, request}
    end
  end

  defp read_body(socket, timeout, request, size) do
    if String.downcase(request.headers["expect"] || "") == "100-continue" do
      :gen_tcp.send(socket, "HTTP/1.1 100 Continue\r\n\r\n")
    end

    :inet.setopts(socket, packet: :raw)

    case :gen_tcp.recv(socket, size, timeout) do
      {:ok, body} -> {:ok, %{request | body: body}}
      {:error, _reason} -> {:error, :closed}
    end
  end
end
