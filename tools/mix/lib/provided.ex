# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Provided do
  @moduledoc """
  Every dependency as Bazel provides it, compiled, in Mix's build directory, whatever mix.exs says of where it comes
  from: a path, the umbrella, Git or Hex.
  """
  @behaviour Mix.SCM

  @impl true
  def accepts_options(_app, options), do: Keyword.put(options, :dest, options[:build])

  @impl true
  def checked_out?(options), do: File.dir?(options[:dest])

  @impl true
  def fetchable?, do: false

  @impl true
  def format(_options), do: "a target of Bazel"

  @impl true
  def format_lock(_options), do: nil

  @impl true
  def lock_status(_options), do: :ok

  @impl true
  def equal?(one, other), do: one[:dest] == other[:dest]

  @impl true
  def managers(_options), do: []

  @impl true
  def checkout(options), do: options[:lock]

  @impl true
  def update(options), do: options[:lock]
end
