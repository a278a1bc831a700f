# SPDX-License-Identifier: Apache-2.0
defmodule Hello.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    greeting = Application.fetch_env!(:hello, :greeting)
    children = [{Hello.Greeter, greeting: greeting}]

    with {:ok, supervisor} <-
           Supervisor.start_link(children, strategy: :one_for_one, name: Hello.Supervisor) do
      IO.puts(Hello.Greeter.greet("Elixir #{System.version()} on OTP #{System.otp_release()}"))
      {:ok, supervisor}
    end
  end
end
