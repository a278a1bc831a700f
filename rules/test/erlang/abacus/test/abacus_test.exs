# SPDX-License-Identifier: Apache-2.0
defmodule AbacusTest do
  use ExUnit.Case

  test "dependencies in Erlang are there" do
    assert Abacus.report() =~ "eval: 3"
    assert Abacus.report() =~ "running: true"
  end
end
