# SPDX-License-Identifier: Apache-2.0
defmodule StoreTest do
  use ExUnit.Case

  test "the limit of the configuration" do
    assert Store.limit() == 20
    assert Mix.env() == :test
  end

  @tag :wrong
  test "another limit" do
    assert Store.limit() == 21
  end
end
