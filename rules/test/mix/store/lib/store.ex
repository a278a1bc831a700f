# SPDX-License-Identifier: Apache-2.0
defmodule Store do
  @external_resource Path.join(__DIR__, "unread")
  @limit Application.compile_env(:store, :limit, 10)

  def limit, do: @limit
  def where, do: __DIR__
end
