# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Project do
  @moduledoc "The Mix project in the current directory, with the dependencies that Bazel provides."

  import MixDriver.Failure, only: [fail: 1]

  # Its makefile is run by the rule of the same name, and not by Mix.
  @make :elixir_make

  @doc """
  Loads mix.exs and the compile-time configuration.

  Options: `:app` (its expected name; empty for the root of an umbrella), `:config` (path of the configuration, if there is
  one), `:deps` (the applications that `deps` of the target names), `:native` (false if the target has no native code), `:partial` (whether dependencies may be missing), `:root`
  (the workspace), `:sdk` (the archive of the Erlang/OTP that runs this, if not all of it is there).
  """
  @spec load(keyword) :: keyword
  def load(options) do
    Mix.start()
    Mix.SCM.prepend(MixDriver.Provided)

    # As Mix does it: functions of other projects' modules in mix.exs are no mistake.
    undefined = Code.get_compiler_option(:no_warn_undefined)
    Code.put_compiler_option(:no_warn_undefined, :all)
    Code.compile_file("mix.exs")
    Code.put_compiler_option(:no_warn_undefined, undefined)

    config = Mix.Project.config()
    check_app(config, options[:app])
    declared = for dep <- config[:deps], do: elem(dep, 0)
    if !options[:partial], do: check_named(options[:deps], declared)

    # What dependencies need in turn is there too, and Mix is to have it on the code path; `runtime: false` keeps it
    # out of the application's own list.
    provided = provided()
    indirect = for app <- provided, app not in [config[:app] | declared], do: {app, runtime: false}
    # In the source tree what is only for another environment may be missing.
    direct = if options[:partial], do: Enum.filter(config[:deps], &(elem(&1, 0) in provided)), else: config[:deps]
    Mix.ProjectStack.merge_config(deps: direct ++ indirect)
    if options[:config], do: Mix.ProjectStack.merge_config(config_path: options[:config])
    if !options[:partial], do: leave_make(config, options)

    Mix.Task.run("loadconfig")
    check_provided(config, options[:root])
    # Else the whole installation is there.
    if options[:sdk], do: unpack_otp(config, options)
    Mix.Project.config()
  end

  # Compilers of others than Mix say with Mix.ensure_application! what they need, when they run.
  defp unpack_otp(config, options) do
    compiles = options[:release] == nil or options[:suite] != nil

    if compiles and (config[:compilers] || Mix.compilers()) -- [:yecc, :leex | Mix.compilers()] != [],
      do: MixDriver.Otp.unpack_whole_apps(:all, options[:sdk]),
      else: MixDriver.Otp.unpack_own(config, options[:sdk])
  end

  defp provided do
    for dir <- Path.wildcard(Path.join(Mix.Project.build_path(), "lib/*")) do
      dir |> Path.basename() |> String.to_atom()
    end
  end

  defp leave_make(config, options) do
    if @make in (config[:compilers] || []) do
      if options[:native] == false do
        fail(
          "mix.exs has the compiler #{inspect(@make)}, and the target has no native code. Write a target with the rule " <>
            "elixir_make for the makefile, and name what it makes in nifs or ports. For a package of Hex: hex.make"
        )
      end

      Mix.ProjectStack.merge_config(compilers: config[:compilers] -- [@make])
    end
  end

  defp check_app(config, app) do
    cond do
      # A release of an umbrella.
      config[:apps_path] != nil and app == "" ->
        :ok

      app == "" ->
        fail("mix_exs is not that of an umbrella. Take the attribute away, and let application name its mix_library")

      config[:apps_path] ->
        fail("mix.exs is that of an umbrella. Write a mix_library for each application in #{config[:apps_path]}/")

      config[:app] == nil ->
        fail("mix.exs has no :app in project/0")

      to_string(config[:app]) != app ->
        fail(~s(the application of mix.exs is #{inspect(config[:app])}, not :#{app}. Write app = "#{config[:app]}"))

      true ->
        :ok
    end
  end

  defp check_named(given, declared) do
    for app <- given, String.to_atom(app) not in declared do
      fail(
        "deps names the application :#{app}, and mix.exs does not. Add it to deps/0 in mix.exs, or take it out of deps"
      )
    end
  end

  # Only what this environment needs has been loaded.
  defp check_provided(config, root) do
    # `app: false` is for files that are no application, as pictures are.
    for dep <- Mix.Dep.load_and_cache(), dep.opts[:optional] != true, dep.opts[:app] != false, dep.app != @make do
      case dep.status do
        {:ok, _version} ->
          :ok

        # Compiled with another configuration, which matters to the release: that compares.
        :compile ->
          :ok

        {:unavailable, _path} ->
          fail(
            "mix.exs needs the application #{inspect(dep.app)}, which deps does not provide. " <>
              "Add its mix_library to deps#{example(config, dep.app, root)}"
          )

        _other ->
          fail("the dependency #{inspect(dep.app)} in mix.exs: #{Mix.Dep.format_status(dep)}")
      end
    end
  end

  # The package that the dependency's directory would be, or the target of the extension for Hex.
  defp example(config, app, root) do
    options = config[:deps] |> List.keyfind(app, 0) |> Tuple.to_list() |> List.last()
    options = if Keyword.keyword?(options), do: options, else: []
    path = if options[:in_umbrella], do: "../#{app}", else: options[:path]

    cond do
      path != nil ->
        absolute = Path.expand(path)
        package = Path.relative_to(absolute, root)
        if package == absolute, do: "", else: ~s(, such as "//#{package}")

      options[:git] || options[:github] ->
        ""

      true ->
        ~s(, such as "@hex//:#{app}")
    end
  end
end
