# SPDX-License-Identifier: Apache-2.0
defmodule Native.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    sum = Native.Checksum.crc32c("123456789")
    IO.puts("native: the checksum is #{Base.encode16(<<sum::32>>)}")
    IO.puts("native: #{Native.Upcase.upcase("a program in c")}")
    Supervisor.start_link([], strategy: :one_for_one, name: Native.Supervisor)
  end
end
