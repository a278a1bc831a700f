# SPDX-License-Identifier: Apache-2.0
defmodule HelloTest do
  use ExUnit.Case

  import ExUnit.CaptureLog

  alias Hello.Greeter

  test "greets and counts" do
    greeter = start_supervised!({Greeter, greeting: "Good morning", name: nil})
    assert Greeter.greet(greeter, "Ada") == "Good morning from Ada!"
    assert Greeter.count(greeter) == 1
  end

  test "the application's own greeter uses the configured greeting" do
    assert Greeter.greet("a test") == "Hello from a test!"
  end

  test "a greeter that dies is replaced" do
    [{Greeter, pid, :worker, [Greeter]}] = Supervisor.which_children(Hello.Supervisor)

    log =
      capture_log(fn ->
        Process.exit(pid, :kill)
        assert restarted?(pid)
      end)

    assert log =~ "child_terminated"
  end

  # The supervisor learns of the death from a message of its own.
  defp restarted?(old) do
    case Supervisor.which_children(Hello.Supervisor) do
      [{Greeter, ^old, _, _}] -> restarted?(old)
      [{Greeter, :restarting, _, _}] -> restarted?(old)
      [{Greeter, new, _, _}] when is_pid(new) -> true
    end
  end
end
