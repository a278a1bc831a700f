# SPDX-License-Identifier: Apache-2.0
defmodule Http.Router do
  @moduledoc """
  What the service answers.

      GET    /health       {"status": "ok"}
      GET    /kv           {"keys": [KEY, …]}
      GET    /kv/KEY       {"key": KEY, "value": VALUE}
      PUT    /kv/KEY       the body, JSON, becomes the value: 201 for a new key, else 200
      DELETE /kv/KEY       204
      GET    /stats        {"requests": N, "starts": N} of the worker that counts requests
      POST   /crash        crashes that worker; its supervisor starts it anew
      POST   /stop         stops the system in good order; the body, if there is one, is its exit status
  """

  alias Http.{Request, Response, Worker}

  @doc "The response to a request."
  @spec call(Request.t()) :: Response.t()
  def call(%Request{method: "HEAD"} = request), do: call(%{request | method: "GET"})

  def call(%Request{path: ["health"]} = request) do
    route(request, %{"GET" => fn -> {200, %{status: :ok}} end})
  end

  def call(%Request{path: ["kv"]} = request) do
    route(request, %{"GET" => fn -> {200, %{keys: Store.keys()}} end})
  end

  def call(%Request{path: ["kv", key]} = request) do
    route(request, %{
      "GET" => fn -> get(key) end,
      "PUT" => fn -> put(key, request.body) end,
      "DELETE" => fn -> delete(key) end
    })
  end

  def call(%Request{path: ["stats"]} = request) do
    route(request, %{"GET" => fn -> {200, Worker.stats()} end})
  end

  def call(%Request{path: ["crash"]} = request) do
    route(request, %{
      "POST" => fn ->
        Worker.crash()
        {202, %{crashed: inspect(Worker)}}
      end
    })
  end

  def call(%Request{path: ["stop"]} = request) do
    route(request, %{"POST" => fn -> stop(request.body) end})
  end

  def call(%Request{path: path}) do
    {404, %{error: "nothing is at /#{Enum.join(path, "/")}"}}
  end

  defp route(%Request{method: method}, routes) do
    case routes do
      %{^method => answer} -> answer.()
      %{} -> {405, %{error: "expected #{routes |> Map.keys() |> Enum.join(" or ")}"}}
    end
  end

  defp get(key) do
    case Store.fetch(key) do
      {:ok, value} -> {200, %{key: key, value: value}}
      :error -> {404, %{error: "there is no key #{inspect(key)}"}}
    end
  end

  defp put(key, body) do
    case JSON.decode(body) do
      {:ok, value} ->
        case Store.put(key, value) do
          :created -> {201, %{key: key, value: value}}
          :replaced -> {200, %{key: key, value: value}}
        end

      {:error, _reason} ->
        {400, %{error: "the body is not JSON"}}
    end
  end

  defp delete(key) do
    case Store.delete(key) do
      :deleted -> 204
      :missing -> {404, %{error: "there is no key #{inspect(key)}"}}
    end
  end

  defp stop(body) do
    case Integer.parse(if body == "", do: "0", else: body) do
      {status, ""} when status in 0..255 ->
        {202, %{status: status}, fn -> System.stop(status) end}

      _ ->
        {400, %{error: "expected an exit status from 0 to 255"}}
    end
  end
end
