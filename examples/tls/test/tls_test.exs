# SPDX-License-Identifier: Apache-2.0
defmodule TlsTest do
  use ExUnit.Case

  import ExUnit.CaptureLog

  alias Tls.{Client, Identity, Server}

  setup do
    :ok = Supervisor.terminate_child(Tls.Supervisor, Server)
    identity = Identity.generate("localhost")
    start_supervised!({Server, port: 0, identity: identity})
    on_exit(fn -> Supervisor.restart_child(Tls.Supervisor, Server) end)
    {:ok, identity: identity}
  end

  test "lines come back over TLS 1.3", %{identity: identity} do
    assert {:ok, client} = Client.connect("localhost", Server.port(), identity.authority)
    assert %{protocol: :"tlsv1.3", cipher: "TLS_" <> _} = Client.info(client)
    for line <- ["", "one", "zwölf"], do: assert(Client.call(client, line) == {:ok, line})
    assert Client.close(client) == :ok
  end

  test "many clients at once", %{identity: identity} do
    1..10
    |> Task.async_stream(fn number ->
      {:ok, client} = Client.connect("localhost", Server.port(), identity.authority)
      Client.call(client, "client #{number}")
    end)
    |> Enum.with_index(1)
    |> Enum.each(fn {answer, number} -> assert answer == {:ok, {:ok, "client #{number}"}} end)
  end

  test "a server that another authority has signed is refused" do
    stranger = Identity.generate("localhost")

    log =
      capture_log(fn ->
        assert {:error, message} = Client.connect("localhost", Server.port(), stranger.authority)
        assert message =~ "Unknown CA"
      end)

    assert log =~ "Unknown CA"
  end

  test "a server of another name is refused", %{identity: identity} do
    capture_log(fn ->
      assert {:error, message} = Client.connect("127.0.0.1", Server.port(), identity.authority)
      assert message =~ "hostname_check_failed"
    end)
  end
end
