# SPDX-License-Identifier: Apache-2.0
defmodule Http.Response do
  @moduledoc """
  Writes responses: a status, a term that becomes JSON, and what to do when it has been written; the latter two at will.
  """

  alias Http.Request

  @type status :: 100..599
  @type t :: status | {status, body :: term} | {status, body :: term, (-> term)}

  @reasons %{
    200 => "OK",
    201 => "Created",
    202 => "Accepted",
    204 => "No Content",
    400 => "Bad Request",
    404 => "Not Found",
    405 => "Method Not Allowed",
    413 => "Content Too Large",
    414 => "URI Too Long",
    431 => "Request Header Fields Too Large",
    500 => "Internal Server Error",
    501 => "Not Implemented",
    503 => "Service Unavailable",
    505 => "HTTP Version Not Supported"
  }

  @doc "Writes the response to `request`; without one the connection ends after it."
  @spec write(:gen_tcp.socket(), Request.t() | nil, t) :: :ok | {:error, term}
  def write(socket, request, response) do
    {status, body, continue} =
      case response do
        {status, body, continue} -> {status, JSON.encode_to_iodata!(body), continue}
        {status, body} -> {status, JSON.encode_to_iodata!(body), fn -> :ok end}
        status -> {status, [], fn -> :ok end}
      end

    written = :gen_tcp.send(socket, message(request, status, body))
    continue.()
    written
  end

  defp message(request, status, body) do
    [
      "HTTP/1.1 #{status} #{Map.fetch!(@reasons, status)}\r\n",
      if(request != nil and Request.keep_alive?(request),
        do: "Connection: keep-alive\r\n",
        else: "Connection: close\r\n"
      ),
      # A response with this status has no body, and says nothing of it (RFC 9110, 8.6).
      if(status == 204,
        do: [],
        else: [
          "Content-Type: application/json\r\n",
          "Content-Length: #{IO.iodata_length(body)}\r\n"
        ]
      ),
      "\r\n",
      if(request != nil and request.method == "HEAD", do: [], else: body)
    ]
  end
end
