# SPDX-License-Identifier: Apache-2.0
defmodule OtpApp.MixProject do
  use Mix.Project

  def project do
    [app: :otp_app, version: "1.2.0", elixir: "~> 1.18", deps: []]
  end

  def application do
    [extra_applications: [:ssl]]
  end
end
