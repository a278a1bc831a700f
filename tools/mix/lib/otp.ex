# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Otp do
  @moduledoc """
  Brings what is needed of Erlang/OTP to the disk.

  An installation has a thousand files, and a project needs few of them: at first there are only the .app files.
  """

  @doc """
  Unpacks the applications of Erlang/OTP that the project names, with those that they need, from the archive of the
  installation that runs this.
  """
  @spec unpack_own(keyword, Path.t()) :: :ok
  def unpack_own(config, archive), do: unpack_own_apps(wanted(config), archive)

  @doc "The same for these applications; those of somebody else are passed over."
  @spec unpack_own_apps([atom], Path.t()) :: :ok
  def unpack_own_apps(apps, archive) do
    extract(for({dir, modules} <- Map.values(own(apps, %{})), module <- modules, do: "#{dir}/ebin/#{module}.beam"), archive)
  end

  defp extract(names, archive) do
    files = for name <- names, not File.exists?(Path.join(:code.root_dir(), name)), do: String.to_charlist(name)

    if files != [] do
      :ok = :erl_tar.extract(String.to_charlist(archive), cwd: :code.root_dir(), files: files)
      # The code server remembers what its directories held.
      :code.clear_cache()
    end

    :ok
  end

  @doc """
  The same with modules that .app files do not name, as those of the compiler in asn1. `:all` are all applications.
  """
  @spec unpack_whole_apps([atom] | :all, Path.t()) :: :ok
  def unpack_whole_apps(:all, archive) do
    files = Path.wildcard(Path.join(:code.root_dir(), "lib/*/ebin/*.app"))
    unpack_whole_apps(for(file <- files, do: file |> Path.basename(".app") |> String.to_atom()), archive)
  end

  def unpack_whole_apps(apps, archive) do
    dirs = for {dir, _modules} <- Map.values(own(apps, %{})), do: "#{dir}/ebin"
    {:ok, names} = :erl_tar.table(String.to_charlist(archive))
    extract(for(name <- names, Path.dirname(name) in dirs, Path.extname(name) == ".beam", do: to_string(name)), archive)
  end

  @doc "Lets the installation `root` have applications of the one that runs this, which are its own."
  @spec share(Path.t(), [String.t()]) :: :ok
  def share(root, apps) do
    for app <- apps, dir <- Path.wildcard(Path.join(:code.lib_dir(), "#{app}-*")) do
      link = Path.join([root, "lib", Path.basename(dir)])
      File.rm_rf!(link)
      File.ln_s!(dir, link)
    end

    :ok
  end

  @doc "Unpacks whole archives, one for each application, into the installation `root`."
  @spec unpack_applications(Path.t(), [Path.t()]) :: :ok
  def unpack_applications(root, archives) do
    archives
    |> Task.async_stream(
      fn archive -> :ok = :erl_tar.extract(String.to_charlist(archive), cwd: String.to_charlist(root)) end,
      ordered: false,
      timeout: :infinity
    )
    |> Stream.run()
  end

  # The project's own, and those of its dependencies.
  defp wanted(config) do
    project = Mix.Project.get!()
    properties = if function_exported?(project, :application, 0), do: project.application(), else: []

    needs(properties) ++ provided_needs(Mix.Project.build_path(config))
  end

  @doc "The applications that the compiled ones in the build directory need."
  @spec provided_needs(Path.t()) :: [atom]
  def provided_needs(build) do
    for app <- Path.wildcard(Path.join(build, "lib/*/ebin/*.app")),
        {:ok, [{:application, _app, properties}]} <- [:file.consult(app)],
        need <- needs(properties),
        do: need
  end

  @doc "The applications that an application with these properties needs."
  @spec needs(keyword) :: [atom]
  def needs(properties) do
    for key <- [:applications, :extra_applications, :included_applications],
        app <- Keyword.get(properties, key, []),
        do: if(is_tuple(app), do: elem(app, 0), else: app)
  end

  # Application to its directory and modules.
  defp own([], found), do: found
  defp own([app | apps], found) when is_map_key(found, app), do: own(apps, found)

  defp own([app | apps], found) do
    case Path.wildcard(Path.join(:code.root_dir(), "lib/#{app}-*/ebin/#{app}.app")) do
      [file] ->
        {:ok, [{:application, ^app, properties}]} = :file.consult(file)
        dir = file |> Path.dirname() |> Path.dirname() |> Path.relative_to("#{:code.root_dir()}")
        own(needs(properties) ++ apps, Map.put(found, app, {dir, properties[:modules]}))

      # Elixir's, or a dependency.
      [] ->
        own(apps, found)
    end
  end
end
