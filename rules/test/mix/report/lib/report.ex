# SPDX-License-Identifier: Apache-2.0
defmodule Report do
  def double(n), do: 2 * n
  def half(n), do: div(n, 2)
end
