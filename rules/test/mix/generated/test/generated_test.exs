# SPDX-License-Identifier: Apache-2.0
defmodule GeneratedTest do
  use ExUnit.Case

  test "a compiler of a dependency" do
    assert Generated.colours() == [red: 0xFF0000, navy: 0x80]
  end

  test "compilers in mix.exs" do
    assert Generated.shades() == [red: 0x7F8000, navy: 0x40]
    assert Generated.ticket(4711) == {:ok, {:Ticket, 4711, "Ada"}}
  end

  test "a file that a module reads when it is compiled" do
    assert Generated.lines() == ["red ff0000", "navy 000080"]
  end
end
