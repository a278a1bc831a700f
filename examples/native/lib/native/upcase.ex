# SPDX-License-Identifier: Apache-2.0
defmodule Native.Upcase do
  @moduledoc "A program that answers each message with the same in capitals."

  @spec upcase(String.t()) :: String.t()
  def upcase(text) do
    program = Application.app_dir(:native, "priv/upcase")
    port = Port.open({:spawn_executable, program}, [:binary, packet: 2])
    Port.command(port, text)

    receive do
      {^port, {:data, answer}} ->
        Port.close(port)
        answer
    after
      10_000 -> raise "#{program} does not answer"
    end
  end
end
