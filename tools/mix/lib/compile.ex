# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Compile do
  @moduledoc "Compiles one application with Mix, and puts it where it is packed."

  alias MixDriver.Failure

  @dirs ["ebin", "include", "priv"]

  @spec run(keyword) :: :ok
  def run(options) do
    config = MixDriver.Project.load(options)
    arguments = ["--no-deps-check", "--no-archives-check", "--no-protocol-consolidation", "--return-errors"]
    arguments = if options[:warnings_as_errors], do: ["--warnings-as-errors" | arguments], else: arguments

    case Mix.Task.run("compile", arguments) do
      {:error, diagnostics} ->
        severities = if options[:warnings_as_errors], do: [:error, :warning], else: [:error]

        for diagnostic <- diagnostics, diagnostic.severity in severities do
          place = Failure.place(source(diagnostic.file), diagnostic.position, options[:root])
          IO.puts(:stderr, "#{place || diagnostic.file}: #{diagnostic.severity}: #{diagnostic.message}")
        end

        exit({:shutdown, 1})

      _done ->
        out = Path.join(options[:out], to_string(config[:app]))
        pack(Mix.Project.app_path(config), out)
        MixDriver.Terms.sort(Path.join(out, "ebin/#{config[:app]}.app"))
        MixDriver.Paths.remove(Path.join(out, "ebin"), [options[:root], Path.dirname(options[:root])])
    end
  end

  defp source(nil), do: "mix.exs"

  # Erlang's deterministic compiler tells the last part of the name only.
  defp source(file) do
    with false <- File.exists?(file), [found] <- Path.wildcard("**/#{Path.basename(file)}") do
      found
    else
      _ -> file
    end
  end

  # Mix makes links to directories of the sources.
  defp pack(built, out) do
    File.mkdir_p!(out)

    for dir <- @dirs, from = Path.join(built, dir), File.dir?(from) do
      File.cp_r!(from, Path.join(out, dir), dereference_symlinks: true)
    end

    :ok
  end
end
