# SPDX-License-Identifier: Apache-2.0
defmodule Warning do
  def same(thing, unused), do: thing
end
