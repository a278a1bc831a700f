# SPDX-License-Identifier: Apache-2.0
defmodule Web do
  def limit, do: Store.limit()
end
