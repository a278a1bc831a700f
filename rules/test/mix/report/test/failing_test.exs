# SPDX-License-Identifier: Apache-2.0
defmodule Report.FailingTest do
  use ExUnit.Case

  require Logger

  @tag :capture_log
  test "fails" do
    Logger.error("what was logged")
    assert Report.double(1) == 3
  end

  test "raises" do
    raise "control \e[31m characters, \0 and ]]>"
  end

  test "exits" do
    exit(:gone)
  end

  @tag :skip
  test "is skipped" do
    flunk("never")
  end

  @tag :slow
  test "is excluded" do
    flunk("never")
  end
end
