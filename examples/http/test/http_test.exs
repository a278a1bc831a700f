# SPDX-License-Identifier: Apache-2.0
defmodule HttpTest do
  use ExUnit.Case

  import ExUnit.CaptureLog

  setup do
    Enum.each(Store.keys(), &Store.delete/1)
    {:ok, socket: connect()}
  end

  defp connect do
    {:ok, socket} =
      :gen_tcp.connect(~c"127.0.0.1", Http.Listener.port(), [
        :binary,
        active: false,
        packet: :http_bin
      ])

    socket
  end

  # Sends a request and reads its response: status, headers, body.
  defp request(socket, method, path, body \\ "", headers \\ []) do
    headers = [{"Host", "test"}, {"Content-Length", "#{byte_size(body)}"} | headers]

    :ok =
      :gen_tcp.send(socket, [
        "#{method} #{path} HTTP/1.1\r\n",
        for({name, value} <- headers, do: "#{name}: #{value}\r\n"),
        "\r\n",
        body
      ])

    response(socket, method)
  end

  defp response(socket, method \\ "GET") do
    :ok = :inet.setopts(socket, packet: :http_bin)
    {:ok, {:http_response, {1, 1}, status, _reason}} = :gen_tcp.recv(socket, 0, 5_000)
    headers = headers(socket, %{})
    size = headers |> Map.get("Content-Length", "0") |> String.to_integer()
    :ok = :inet.setopts(socket, packet: :raw)

    body =
      if size > 0 and method != "HEAD" do
        {:ok, body} = :gen_tcp.recv(socket, size, 5_000)
        JSON.decode!(body)
      end

    {status, headers, body}
  end

  defp headers(socket, headers) do
    case :gen_tcp.recv(socket, 0, 5_000) do
      {:ok, {:http_header, _, name, _, value}} ->
        headers(socket, Map.put(headers, to_string(name), value))

      {:ok, :http_eoh} ->
        headers
    end
  end

  test "a value is put, read, replaced and deleted, on one connection", %{socket: socket} do
    assert {404, _, %{"error" => ~s(there is no key "a")}} = request(socket, "GET", "/kv/a")

    assert {201, _, %{"key" => "a", "value" => [1, nil]}} =
             request(socket, "PUT", "/kv/a", "[1, null]")

    assert {200, _, %{"value" => %{"b" => "ü"}}} = request(socket, "PUT", "/kv/a", ~s({"b": "ü"}))
    assert {200, headers, %{"value" => %{"b" => "ü"}}} = request(socket, "GET", "/kv/a")
    assert %{"Connection" => "keep-alive", "Content-Type" => "application/json"} = headers
    assert {200, _, nil} = request(socket, "HEAD", "/kv/a")
    assert {200, _, %{"keys" => ["a"]}} = request(socket, "GET", "/kv")
    assert {204, _, nil} = request(socket, "DELETE", "/kv/a")
    assert {404, _, _} = request(socket, "DELETE", "/kv/a")
  end

  test "keys are URL-encoded", %{socket: socket} do
    assert {201, _, %{"key" => "a b/ü"}} = request(socket, "PUT", "/kv/a%20b%2F%C3%BC?query", "1")
    assert Store.fetch("a b/ü") == {:ok, 1}
    assert {400, _, _} = request(socket, "GET", "/kv/%FF")
  end

  test "what is wrong with a request", %{socket: socket} do
    assert {400, _, %{"error" => "the body is not JSON"}} = request(socket, "PUT", "/kv/a", "{")
    assert {404, _, %{"error" => "nothing is at /none"}} = request(socket, "GET", "/none")

    assert {405, _, %{"error" => "expected DELETE or GET or PUT"}} =
             request(socket, "POST", "/kv/a")

    assert {200, _, %{"status" => "ok"}} = request(socket, "GET", "/health")
  end

  for {name, sent, status} <- [
        {"not HTTP", "hello\r\n\r\n", 400},
        {"a header without a colon", "GET / HTTP/1.1\r\nhello\r\n\r\n", 400},
        {"another version", "GET / HTTP/2.0\r\n\r\n", 505},
        {"a length that is no number", "PUT /kv/a HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400},
        {"a negative length", "PUT /kv/a HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"a large body", "PUT /kv/a HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413},
        {"chunks", "PUT /kv/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
        {"many headers", "GET / HTTP/1.1\r\n" <> String.duplicate("A: b\r\n", 101) <> "\r\n", 431}
      ] do
    test "#{name}: #{status}, and the connection ends", %{socket: socket} do
      :ok = :gen_tcp.send(socket, unquote(sent))
      assert {unquote(status), %{"Connection" => "close"}, %{"error" => _}} = response(socket)
      assert {:error, :closed} = :gen_tcp.recv(socket, 0, 5_000)
    end
  end

  test "the connection ends when asked to", %{socket: socket} do
    assert {200, %{"Connection" => "close"}, _} =
             request(socket, "GET", "/health", "", [{"Connection", "Close"}])

    assert {:error, :closed} = :gen_tcp.recv(socket, 0, 5_000)
  end

  test "requests that come at once are answered in order", %{socket: socket} do
    :ok = :gen_tcp.send(socket, for(n <- 1..50, do: put("k#{n}", "#{n}")))
    for n <- 1..50, do: assert({201, _, %{"value" => ^n}} = response(socket))
  end

  defp put(key, body) do
    "PUT /kv/#{key} HTTP/1.1\r\nContent-Length: #{byte_size(body)}\r\n\r\n#{body}"
  end

  test "a client that waits for 100 Continue gets it", %{socket: socket} do
    :ok =
      :gen_tcp.send(
        socket,
        "PUT /kv/a HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
      )

    assert {100, _, nil} = response(socket)
    :ok = :gen_tcp.send(socket, "7")
    assert {201, _, %{"value" => 7}} = response(socket)
  end

  test "many clients at once" do
    1..20
    |> Task.async_stream(fn client ->
      socket = connect()
      for n <- 1..20, do: {201, _, _} = request(socket, "PUT", "/kv/#{client}-#{n}", "#{n}")

      for n <- 1..20,
          do: {200, _, %{"value" => ^n}} = request(socket, "GET", "/kv/#{client}-#{n}")
    end)
    |> Enum.each(&assert {:ok, _} = &1)

    assert length(Store.keys()) == 400
  end

  test "a worker that crashes is started anew, and nothing else suffers", %{socket: socket} do
    assert {201, _, _} = request(socket, "PUT", "/kv/a", "1")
    assert {200, _, %{"starts" => starts}} = stats(socket)

    log = capture_log(fn -> assert {202, _, _} = request(socket, "POST", "/crash") end)
    assert log =~ "asked to crash"

    assert {200, _, %{"starts" => now}} = stats(socket)
    assert now == starts + 1
    assert {200, _, %{"value" => 1}} = request(socket, "GET", "/kv/a")
  end

  # 503: it is just being started.
  defp stats(socket) do
    case request(socket, "GET", "/stats") do
      {503, _, _} -> stats(socket)
      response -> response
    end
  end

  test "the exit status is checked", %{socket: socket} do
    assert {400, _, _} = request(socket, "POST", "/stop", "256")
    assert {400, _, _} = request(socket, "POST", "/stop", "one")
  end
end
