# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Release do
  @moduledoc "Assembles a release with Mix, around the Erlang/OTP of the target."

  import MixDriver.Failure, only: [fail: 1]

  @arguments ["--no-compile", "--no-deps-check", "--no-archives-check"]

  @spec run(keyword) :: :ok
  def run(options) do
    config = MixDriver.Project.load(options)
    if options[:suite], do: MixDriver.SuiteRelease.compile(config, options)
    Mix.Task.run("compile", @arguments)
    Mix.ensure_application!(:crypto)
    load_eex()
    if config[:consolidate_protocols], do: consolidate(Mix.Project.consolidation_path(config))

    {name, settings} = if options[:suite], do: MixDriver.SuiteRelease.find(config), else: find(config, options[:release])
    Mix.ProjectStack.merge_config(releases: [{name, settings(name, settings, options)}])
    MixDriver.Otp.share(options[:otp], String.split(options[:otp_shared] || "", ",", trim: true))
    release = load(name, options)
    check(release, options)
    unpack(release, options)

    out = options[:out]
    Mix.Tasks.Release.run(@arguments ++ ["--overwrite", "--quiet", to_string(name)])
    if compressed?(release.options[:strip_beams]), do: uncompress(out)
    Path.wildcard(Path.join(out, "releases/*/*.script")) |> Enum.each(&load_when_called/1)
    remove_unused(out)
    MixDriver.Elf.check(out, options)
    MixDriver.Terms.normalize(Path.join(release.version_path, "sys.config"))
    File.cp!(Path.join(release.version_path, "env.sh"), options[:env_sh])
    File.write!(options[:metadata], metadata(release, options))
    if options[:suite], do: File.cp_r!(options[:root], Path.join(out, "ws"), dereference_symlinks: true)
    split(out, options[:parts], String.split(options[:project_apps], ",", trim: true))
  end

  # Into what an edit of the project leaves as it is, and the rest.
  defp split(out, parts, project) do
    for part <- ["dependencies", "project"], do: File.mkdir_p!(Path.join(parts, part))

    for file <- Path.wildcard(Path.join(out, "**"), match_dot: true) do
      name = Path.relative_to(file, out)
      to = Path.join([parts, if(dependency?(Path.split(name), project), do: "dependencies", else: "project"), name])

      cond do
        File.lstat!(file).type != :directory ->
          File.mkdir_p!(Path.dirname(to))
          File.ln!(file, to)

        File.ls!(file) == [] ->
          File.mkdir_p!(to)

        true ->
          :ok
      end
    end
  end

  defp dependency?(["erts-" <> _ | _], _project), do: true
  defp dependency?(["lib", directory | _], project), do: hd(String.split(directory, "-", parts: 2)) not in project
  defp dependency?(_name, _project), do: false

  # The templates in rel/ need it, and Mix takes it off the code path when the project does not.
  defp load_eex do
    Mix.ensure_application!(:eex)
    Code.ensure_all_loaded!(Application.spec(:eex, :modules))
  end

  # As compile.protocols does, which would compile first.
  defp consolidate(out) do
    otp = :code.lib_dir()
    paths = Enum.reject(:code.get_path(), &:lists.prefix(otp, &1))
    File.mkdir_p!(out)

    paths
    |> Protocol.extract_protocols()
    |> Task.async_stream(
      fn protocol ->
        {:ok, beam} = Protocol.consolidate(protocol, Protocol.extract_impls(protocol, paths))
        File.write!(Path.join(out, "#{protocol}.beam"), beam)
      end,
      ordered: false,
      timeout: :infinity
    )
    |> Stream.run()
  end

  # An application without releases has one by its name, as in Mix.
  defp find(config, wanted) do
    releases = Keyword.get(config, :releases, [])

    case Enum.find(releases, fn {name, _release} -> to_string(name) == wanted end) do
      {name, release} when is_function(release, 0) ->
        {name, release.()}

      {name, release} ->
        {name, release}

      nil when releases == [] ->
        {String.to_atom(wanted), []}

      nil ->
        names = Enum.map_join(releases, ", ", fn {name, _release} -> inspect(to_string(name)) end)
        fail("mix.exs has no release #{inspect(wanted)}. Give the attribute release one of its names: #{names}")
    end
  end

  defp settings(name, release, options) do
    [erts] = Path.wildcard(Path.join(options[:otp], "erts-*"))
    # The tar is written by Bazel.
    steps = Keyword.get(release, :steps, [:assemble]) -- [:tar]

    settings =
      release
      |> Keyword.merge(path: options[:out], include_erts: erts, include_executables_for: [:unix], steps: steps)
      # The same in each build: who connects nodes sets :cookie, or RELEASE_COOKIE when they start.
      |> Keyword.put_new(:cookie, Base.encode32(:crypto.hash(:sha256, "#{name}"), padding: false))

    case options[:runtime_config] do
      nil ->
        settings

      file ->
        app = Mix.Project.config()[:app]

        with true <- app != nil,
             {:ok, provider} <- MixDriver.RuntimeConfig.compile(file, options[:root], Mix.Project.app_path(), app) do
          settings
          |> Keyword.put(:runtime_config_path, false)
          |> Keyword.update(:config_providers, [provider], &[provider | &1])
        else
          _script -> Keyword.put(settings, :runtime_config_path, file)
        end
    end
  end

  defp load(name, options) do
    Mix.Release.from_config!(name, Mix.Project.config(), [])
  rescue
    error in Mix.Error ->
      case error.message do
        "Could not find application " <> app ->
          fail(
            "the release needs the application #{app}, which neither deps nor #{options[:otp_label]} provides. " <>
              "Is it one of Erlang/OTP, add it to the apps of #{options[:otp_label]}; else its mix_library to deps"
          )

        message ->
          fail(message)
      end
  end

  defp check(release, options) do
    static = MixDriver.Elf.static?(options[:otp])

    Enum.each(release.applications, fn {app, properties} ->
      path = to_string(properties[:path])

      # Mix takes it from where it runs itself, which is another Erlang/OTP, for another processor perhaps.
      if not properties[:otp_app?] and String.starts_with?(path, "#{:code.lib_dir()}/") do
        fail(
          "the release needs the application #{inspect(app)} of Erlang/OTP (for #{dependents(release, app)}), which " <>
            "#{options[:otp_label]} was built without. Add #{inspect(to_string(app))} to the apps of that target"
        )
      end

      if static and not properties[:otp_app?], do: check_native(app, path, options)

      with nil <- options[:suite],
           {:error, message} <- Config.Provider.validate_compile_env(properties[:compile_env] || [], false) do
        fail(
          "#{String.trim_trailing(message)}\nThe application #{inspect(app)} was compiled with another configuration than " <>
            "the release has. Give its mix_library the config of the release"
        )
      end
    end)
  end

  defp unpack(release, options) do
    archives =
      for {:otp_app, argument} <- options,
          [app, archive] = String.split(argument, "=", parts: 2),
          release.applications[String.to_atom(app)][:otp_app?],
          do: archive

    MixDriver.Otp.unpack_applications(options[:otp], archives)
  end

  defp dependents(release, app) do
    needs =
      for {other, properties} <- release.applications,
          app in ((properties[:applications] || []) ++ (properties[:included_applications] || [])),
          do: inspect(other)

    if needs == [], do: "the release itself", else: Enum.join(needs, ", ")
  end

  defp check_native(app, path, options) do
    for file <- Path.wildcard(Path.join(path, "priv/**/*.so*")), MixDriver.Elf.elf?(file) do
      fail(
        "the application #{inspect(app)} has the native library #{Path.relative_to(file, path)}, which #{options[:otp_label]}, a static " <>
          "Erlang/OTP, cannot load. Take the library out of priv of its mix_library and link a NIF in with nif_library and " <>
          "nifs of that Erlang/OTP, or release on an erlang_otp with linkage = \"dynamic\""
      )
    end
  end

  # Stripped files are compressed only if asked for, others as they were.
  defp compressed?(strip), do: strip == false or (is_list(strip) and strip[:compress] == true)

  # Compressed once, by the image, they are smaller, and nothing inflates each of them when it is loaded.
  defp uncompress(out) do
    for file <- Path.wildcard(Path.join(out, "{lib,releases}/**/*.beam")), head(file, 2) == <<0x1F, 0x8B>> do
      File.write!(file, file |> File.read!() |> :zlib.gunzip())
    end
  end

  defp head(file, size), do: File.open!(file, [:read], &IO.binread(&1, size))

  # The kernel application's list of what every system loads before anything runs has Erlang's parser and evaluator,
  # a sixth of all the code that a release loads when it starts: they go to the rest of stdlib, which is loaded then in
  # embedded mode alone.
  @when_called [:erl_eval, :erl_lint, :erl_parse]

  defp load_when_called(file) do
    {:ok, [{:script, id, instructions}]} = :file.consult(file)

    instructions =
      Enum.map(instructions, fn
        {:primLoad, modules} ->
          cond do
            :erl_scan in modules -> {:primLoad, Enum.sort(@when_called ++ modules)}
            :erl_parse in modules -> {:primLoad, modules -- @when_called}
            true -> {:primLoad, modules}
          end

        instruction ->
          instruction
      end)

    File.write!(file, IO.chardata_to_string(:io_lib.format("~tp.\n", [{:script, id, instructions}])))
    :ok = file |> Path.rootname() |> String.to_charlist() |> :systools.script2boot()
  end

  # The readable form of boot scripts, and headers.
  defp remove_unused(out) do
    Path.wildcard(Path.join(out, "releases/*/*.script")) |> Enum.each(&File.rm!/1)
    Path.wildcard(Path.join(out, "lib/*/include")) |> Enum.each(&File.rm_rf!/1)
  end

  defp metadata(release, options) do
    [otp_version] = Path.wildcard(Path.join(options[:otp], "releases/*/OTP_VERSION"))

    applications =
      for {app, properties} <- Enum.sort(release.applications), do: {app, to_string(properties[:vsn])}

    object(
      [
        name: release.name,
        version: release.version,
        erts_version: to_string(release.erts_version),
        otp_version: otp_version |> File.read!() |> String.trim()
      ] ++
        openssl_version(options[:otp]) ++
        [
          elixir_version: System.version(),
          applications: applications
        ]
    )
  end

  # That of the library inside, as the emulator itself tells it.
  defp openssl_version(otp) do
    [emulator] = Path.wildcard(Path.join(otp, "erts-*/bin/beam.smp"))

    case Regex.run(~r/OpenSSL (\d+\.\d+\.\d+\S*) +\d+ [A-Z][a-z]{2} \d{4}/, File.read!(emulator)) do
      [_text, version] -> [openssl_version: version]
      nil -> []
    end
  end

  # In this order, which a map would not keep.
  defp object(pairs) do
    members =
      for {name, value} <- pairs do
        [JSON.encode!(to_string(name)), ":", if(is_list(value), do: object(value), else: JSON.encode!(value))]
      end

    ["{", Enum.intersperse(members, ","), "}"]
  end
end
