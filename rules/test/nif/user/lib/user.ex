# SPDX-License-Identifier: Apache-2.0
defmodule User do
  defdelegate add(number), to: :counter
end
