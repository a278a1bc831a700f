# SPDX-License-Identifier: Apache-2.0
defmodule Broken do
  def name do
    naem
  end
end
