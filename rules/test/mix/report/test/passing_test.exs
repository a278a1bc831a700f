# SPDX-License-Identifier: Apache-2.0
defmodule Report.PassingTest do
  use ExUnit.Case, async: true, parameterize: [%{n: 1}, %{n: 2}]

  test "doubles", %{n: n} do
    assert Report.double(n) == n + n
  end

  describe "half" do
    test "of <two> & \"more\"", %{n: n} do
      assert Report.half(2 * n) == n
    end
  end
end
