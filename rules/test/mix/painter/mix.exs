# SPDX-License-Identifier: Apache-2.0
defmodule Painter.MixProject do
  use Mix.Project

  def project, do: [app: :painter, version: "1.0.0"]
end
