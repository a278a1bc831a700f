# SPDX-License-Identifier: Apache-2.0
defmodule Shop do
  defprotocol Price do
    def of(thing)
  end

  defimpl Price, for: Integer do
    def of(cents), do: cents
  end

  def priv, do: Application.app_dir(:shop, "priv/price")
end
