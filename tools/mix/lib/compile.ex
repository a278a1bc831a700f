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
          Failure.diagnostic(diagnostic.file, diagnostic.position, diagnostic.severity, diagnostic.message, options[:root])
        end

        exit({:shutdown, 1})

      _done ->
        out = Path.join(options[:out], to_string(config[:app]))
        pack(Mix.Project.app_path(config), out, options[:root])
        MixDriver.Terms.normalize(Path.join(out, "ebin/#{config[:app]}.app"))
    end
  end

  @doc "Copies what the application's tar holds to `out`, without paths of the build."
  @spec pack(Path.t(), Path.t(), Path.t()) :: :ok
  def pack(built, out, root) do
    File.mkdir_p!(out)

    for dir <- @dirs, from = Path.join(built, dir), File.dir?(from) do
      # Mix makes links to directories of the sources.
      File.cp_r!(from, Path.join(out, dir), dereference_symlinks: true)
    end

    MixDriver.Paths.remove(Path.join(out, "ebin"), [root, Path.dirname(root)])
  end
end
