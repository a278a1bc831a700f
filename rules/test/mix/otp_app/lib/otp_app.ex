# SPDX-License-Identifier: Apache-2.0
defmodule OtpApp do
  def start, do: :ssl.start()
end
