# SPDX-License-Identifier: Apache-2.0
defmodule UserTest do
  use ExUnit.Case, async: true

  test "a dependency's functions in C" do
    assert User.add(1) == 101
    assert_raise ArgumentError, fn -> User.add(:x) end
  end

  test "a second system" do
    assert {"", 0} = System.cmd("erl", ["-noshell", "-eval", "halt()."])
  end
end
