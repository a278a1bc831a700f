# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.RuntimeConfig do
  @moduledoc """
  Compiles `runtime.exs` into a config provider, so that a system does not load Elixir's parser and evaluator, 650 KB of
  code, to read a few lines each time it starts.
  """

  @module MixRelease.RuntimeConfig

  # What means something else in a function than in a script.
  @script_only [:__DIR__, :__ENV__, :__MODULE__, :__CALLER__, :__STACKTRACE__, :defmodule, :defprotocol, :defimpl, :import_config]

  @doc """
  Adds the provider for `file` to the application whose compiled form is in `app_dir`.

  Returns `{:ok, provider}`, or `:error` if the file must stay a script.
  """
  @spec compile(Path.t(), String.t(), Path.t(), atom) :: {:ok, {module, keyword}} | :error
  def compile(file, root, app_dir, app) do
    ast = file |> File.read!() |> Code.string_to_quoted!(file: file)

    if script_only?(ast) or not works?() do
      :error
    else
      ebin = Path.join(app_dir, "ebin")
      beam = Path.join(ebin, "#{@module}.beam")
      File.write!(beam, module(ast, file))
      MixDriver.Paths.remove_from(beam, [root])
      add_to_app(Path.join(ebin, "#{app}.app"))
      {:ok, {@module, [env: Mix.env(), target: Mix.target()]}}
    end
  end

  defp script_only?(ast) do
    {_ast, found?} = Macro.prewalk(ast, false, fn
      {name, _meta, _arguments} = node, _found? when name in @script_only -> {node, true}
      node, found? -> {node, found?}
    end)

    found?
  end

  # The function does what Config.Reader does around a script, by names that are private to Elixir's Config.
  defp works? do
    module(quote(do: (import Config; config(:app, [env: config_env()]))), "works.exs")
    @module.load([app: [a: 1]], env: :prod, target: :host) == [app: [a: 1, env: :prod]] and
      Process.get({Config, :config}) == nil
  after
    :code.purge(@module)
    :code.delete(@module)
  end

  defp module(ast, file) do
    provider =
      quote do
        defmodule unquote(@module) do
          @moduledoc false
          @behaviour Config.Provider

          @impl true
          def init(options), do: options

          @impl true
          def load(config, options) do
            Process.put({Config, :opts}, {options[:env], options[:target]})
            Process.put({Config, :config}, [])
            Process.put({Config, :imports}, :disabled)

            try do
              # A script without `config` may return what it configures.
              case {__runtime_exs__(), Process.get({Config, :config})} do
                {returned, []} when is_list(returned) -> Config.Reader.merge(config, returned)
                {_returned, configured} -> Config.Reader.merge(config, configured)
              end
            after
              for key <- [:opts, :config, :imports], do: Process.delete({Config, key})
            end
          end

          defp __runtime_exs__, do: unquote(ast)
        end
      end

    [{@module, beam}] = Code.compile_quoted(provider, file)
    beam
  end

  # In embedded mode only what an application lists is loaded.
  defp add_to_app(file) do
    {:ok, [{:application, app, properties}]} = :file.consult(file)
    properties = Keyword.update(properties, :modules, [@module], &Enum.sort([@module | &1]))
    File.write!(file, IO.chardata_to_string(:io_lib.format("~tkw.\n", [{:application, app, properties}])))
  end
end
