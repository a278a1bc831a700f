# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Erlang do
  @moduledoc """
  Compiles an application of Erlang sources, laid out as Rebar has it, in the current directory.

  Neither Mix nor Rebar takes part: Mix knows no application without mix.exs.
  """

  alias MixDriver.Failure
  import Failure, only: [fail: 1]

  @spec run(keyword) :: :ok
  def run(options) do
    app = String.to_atom(options[:app])
    build = System.fetch_env!("MIX_BUILD_PATH")
    own = Path.join([build, "lib", options[:app]])
    properties = properties(app, options)
    rebar = rebar(options)
    opts = erlc_options(options, rebar)

    for ebin <- Path.wildcard(Path.join(build, "lib/*/ebin")), do: Code.append_path(ebin)
    needs = MixDriver.Otp.needs(properties) ++ MixDriver.Otp.provided_needs(build)
    generate_asn1(rebar, options)
    make_own(own)
    generate("yrl", :yecc, options[:root])
    generate("xrl", :leex, options[:root])

    sources = for file <- sources("erl"), do: scan(file, opts)
    headers = for source <- sources, header <- source.headers, app = otp_app(header), do: app
    MixDriver.Otp.unpack_own_apps(Enum.uniq(needs ++ headers), options[:sdk])

    first = for file <- rebar[:erl_first_files] || [], do: Path.rootname(Path.basename("#{file}"))
    for {file, opts} <- order(sources, first, opts), do: compile(file, opts, Path.join(own, "ebin"), options[:root])

    modules = sources |> Enum.map(& &1.module) |> Enum.sort()
    write_app(app, properties ++ [modules: modules], own)
    MixDriver.Compile.pack(own, Path.join(options[:out], options[:app]), options[:root])
  end

  # Where include_lib and code:priv_dir find it.
  defp make_own(own) do
    File.mkdir_p!(Path.join(own, "ebin"))
    for dir <- ["include", "priv", "src"], File.dir?(dir), do: File.ln_s!(Path.expand(dir), Path.join(own, dir))
    Code.prepend_path(Path.join(own, "ebin"))
  end

  defp consult(file, root) do
    case :file.consult(file) do
      {:ok, terms} ->
        terms

      {:error, {line, module, reason}} ->
        Failure.diagnostic(file, line, :error, to_string(module.format_error(reason)), root)
        exit({:shutdown, 1})

      {:error, reason} ->
        fail("cannot read #{file}: #{:file.format_error(reason)}")
    end
  end

  # As the user calls it.
  defp name(file, options), do: Failure.place(file, nil, options[:root]) || file

  defp properties(app, options) do
    file = options[:app_src]

    case consult(file, options[:root]) do
      [{:application, ^app, properties}] ->
        # A release wants these.
        [registered: [], description: ~c"", applications: [:kernel, :stdlib]]
        |> Enum.reject(fn {key, _default} -> Keyword.has_key?(properties, key) end)
        |> Enum.concat(Keyword.delete(properties, :modules))
        |> put_version(options)

      [{:application, other, _properties}] ->
        fail(~s(the application of #{name(file, options)} is #{other}, not #{app}. Write app = "#{other}"))

      _ ->
        fail("#{name(file, options)} is to hold one term {application, #{app}, [...]}., and does not")
    end
  end

  defp put_version(properties, options) do
    cond do
      options[:version] ->
        Keyword.put(properties, :vsn, String.to_charlist(options[:version]))

      List.ascii_printable?(List.wrap(properties[:vsn])) and properties[:vsn] not in [nil, []] ->
        properties

      true ->
        fail(
          "#{name(options[:app_src], options)} has #{:io_lib.format("~0tp", [properties[:vsn]])} for the version, " <>
            "which an action cannot find out. Give the attribute version"
        )
    end
  end

  # What counts in rebar.config, with what its profile `prod` adds.
  defp rebar(options) do
    if file = options[:rebar_config] do
      terms = Enum.filter(consult(file, options[:root]), &match?({_key, _value}, &1))
      prod = get_in(terms, [:profiles, :prod]) || []
      get = fn key -> List.wrap(terms[key]) ++ List.wrap(prod[key]) end
      check_hooks(get, file, options)
      for key <- [:asn1_args, :asn1_opts, :erl_first_files, :erl_opts], do: {key, get.(key)}
    else
      []
    end
  end

  # Plugins without a hook are for other commands than the compilation; those for ASN.1 are not needed.
  defp check_hooks(get, file, options) do
    for key <- [:pre_hooks, :post_hooks], hook <- get.(key), command = command_hook(hook) do
      fail_hook(~s(the command "#{command}"), file, options)
    end

    for {_when, hooks} <- get.(:provider_hooks), {step, providers} <- hooks, compile?(step) do
      for {space, name} <- List.wrap(providers), space not in [:asn, :asn1, :default] do
        fail_hook("{#{space}, #{name}} of a plugin", file, options)
      end
    end
  end

  defp command_hook({step, command}), do: if(compile?(step), do: command)
  defp command_hook({pattern, step, command}), do: if(compile?(step) and platform?(pattern), do: command)
  defp command_hook(_other), do: nil

  defp compile?(step), do: step in [:app_compile, :compile, :erlc_compile]

  defp fail_hook(hook, file, options) do
    fail(
      "#{name(file, options)} has a hook that runs #{hook} at the compilation, and there is no Rebar here. " <>
        "Native code becomes a target for ports or nif_library; what the hook generates, files of another target in srcs. Then leave " <>
        "rebar_config out, with its erl_opts in erlc_opts. In place of a package of Hex such a target counts by hex.override"
    )
  end

  defp terms(switch, options, example) do
    for {^switch, text} <- options do
      with {:ok, tokens, _end} <- :erl_scan.string(String.to_charlist(text <> ".")),
           {:ok, term} <- :erl_parse.parse_term(tokens) do
        term
      else
        _ -> fail("#{switch}s: #{inspect(text)} is no Erlang term. Write one as in rebar.config, such as #{inspect(example)}")
      end
    end
  end

  defp erlc_options(options, rebar) do
    given = terms(:erlc_opt, options, "{d, 'NAME'}")
    opts = Enum.flat_map((rebar[:erl_opts] || []) ++ given, &rebar_option/1)
    if({:debug_info, false} in opts or :no_debug_info in opts, do: opts, else: opts ++ [:debug_info]) ++ [i: ~c"include", i: ~c"src", i: ~c"."]
  end

  # Those that only Rebar has.
  defp rebar_option({:platform_define, pattern, name}), do: if(platform?(pattern), do: [d: name], else: [])
  defp rebar_option({:platform_define, pattern, name, value}), do: if(platform?(pattern), do: [{:d, name, value}], else: [])
  defp rebar_option({:src_dirs, _dirs}), do: []
  defp rebar_option(option), do: [option]

  # As Rebar writes it, for Linux on 64 bits; the processor is whatever the release is for.
  defp platform?(pattern), do: Regex.match?(Regex.compile!("#{pattern}"), "#{System.otp_release()}-unknown-linux-gnu-64")

  # Modules and headers of ASN.1 specifications, where Rebar's plugins have them.
  defp generate_asn1(rebar, options) do
    case Path.wildcard("{asn1,src}/**/*.{asn,asn1}") do
      [] ->
        :ok

      files ->
        MixDriver.Otp.unpack_whole_apps([:asn1], options[:sdk])
        for dir <- [".asn1", "include", "src"], do: File.mkdir_p!(dir)
        dirs = for file <- files, do: {:i, file |> Path.dirname() |> String.to_charlist()}
        opts = asn1_options(rebar, options) ++ [:noobj, :deterministic, outdir: ~c".asn1"] ++ Enum.uniq(dirs)
        for file <- files, do: compile_asn1(file, opts, options[:root])
        move(".asn1/*.erl", "src")
        move(".asn1/*.hrl", "include")
    end
  end

  defp move(pattern, dir) do
    for file <- Path.wildcard(pattern, match_dot: true), do: File.rename!(file, Path.join(dir, Path.basename(file)))
  end

  # One plugin has the compiler's options, the other one a list with them.
  defp asn1_options(rebar, options) do
    args = rebar[:asn1_args] || []
    given = List.wrap(args[:encoding]) ++ List.wrap(args[:compile_opts]) ++ (rebar[:asn1_opts] || []) ++ terms(:asn1_opt, options, "per")
    # Where it is found and what is made of it is ours.
    Enum.reject(given, &(match?({key, _value} when key in [:asndir, :outdir], &1) or &1 == :verbose))
  end

  # It prints what it finds, and returns the errors.
  defp compile_asn1(file, opts, root) do
    {:ok, output} = StringIO.open("")
    leader = Process.group_leader()
    Process.group_leader(self(), output)
    result = :asn1ct.compile(String.to_charlist(file), opts)
    Process.group_leader(self(), leader)
    {:ok, {_input, printed}} = StringIO.close(output)

    case result do
      :ok ->
        IO.write(printed)

      {:error, reason} ->
        errors = for {:structured_error, _place, _module, _reason} = error <- List.wrap(reason), do: error
        if errors == [], do: IO.write(:stderr, [printed, file, ": ", inspect(reason), "\n"])

        for {:structured_error, place, module, reason} <- errors do
          {name, line} = if is_tuple(place), do: place, else: {file, nil}
          line = if is_integer(line), do: line
          Failure.diagnostic(specification(name, file), line, :error, to_string(module.format_error(reason)), root)
        end

        exit({:shutdown, 1})
    end
  end

  # Errors name the file or its module, which may be an imported one.
  defp specification(name, file) do
    if File.regular?("#{name}"), do: "#{name}", else: hd(Path.wildcard("{asn1,src}/**/#{name}.{asn,asn1}") ++ [file])
  end

  # What is in priv belongs to the application as it is.
  defp sources(extension), do: Enum.reject(Path.wildcard("**/*.#{extension}"), &String.starts_with?(&1, "priv/"))

  # Parsers and scanners, beside the grammars they are made of.
  defp generate(extension, generator, root) do
    for file <- sources(extension) do
      case generator.file(String.to_charlist(file), [:return, :deterministic, report: false]) do
        {:ok, _out, warnings} -> print(warnings, :warning, root)
        {:error, errors, warnings} -> failed(errors, warnings, root)
      end
    end
  end

  # A source with the modules that must be compiled before it, those of others among them.
  defp scan(file, opts) do
    includes = for {:i, dir} <- opts, do: dir
    macros = Enum.flat_map(opts, &macro/1)

    forms =
      case :epp.parse_file(String.to_charlist(file), includes: includes, macros: macros) do
        {:ok, forms} -> forms
        {:error, reason} -> fail("cannot read #{file}: #{:file.format_error(reason)}")
      end

    %{
      file: file,
      module: file |> Path.basename(".erl") |> String.to_atom(),
      headers: for({:attribute, _, :file, {name, _line}} <- forms, do: Path.expand("#{name}")) |> Enum.uniq(),
      needs: Enum.flat_map(forms, &form_needs/1)
    }
  end

  defp macro({:d, name}), do: [name]
  defp macro({:d, name, value}), do: [{name, value}]
  defp macro(_option), do: []

  defp form_needs({:attribute, _, key, module}) when key in [:behaviour, :behavior], do: [module]
  defp form_needs({:attribute, _, :compile, options}), do: transforms(options)
  defp form_needs(_form), do: []

  defp transforms(options), do: for({:parse_transform, module} <- List.wrap(options), do: module)

  # The application of Erlang/OTP that a header is of, else nil.
  defp otp_app(header) do
    with ["lib", app | _] <- Path.split(Path.relative_to(header, "#{:code.root_dir()}")) do
      app |> String.split("-") |> hd() |> String.to_atom()
    else
      _ -> nil
    end
  end

  # The sources in the order of compilation, each with its options. Transforms that the options name are for all
  # modules but those that are compiled before.
  defp order(sources, first, opts) do
    by_module = Map.new(sources, &{&1.module, &1})
    everywhere = for module <- transforms(opts), by_module[module], do: module
    first = Enum.map(first, &String.to_atom/1) ++ everywhere
    early = visit(first, by_module, [])
    plain = Enum.reject(opts, &match?({:parse_transform, module} when is_map_key(by_module, module), &1))

    sources
    |> Enum.map(& &1.module)
    |> Enum.sort()
    |> visit(by_module, early)
    |> Enum.reverse()
    |> Enum.map(&{by_module[&1].file, if(&1 in early, do: plain, else: opts)})
  end

  # Depth first; of a circle somebody is first, as in erlc.
  defp visit(modules, by_module, done, above \\ []) do
    Enum.reduce(modules, done, fn module, done ->
      if module in done or module in above or not is_map_key(by_module, module) do
        done
      else
        [module | visit(by_module[module].needs, by_module, done, [module | above])]
      end
    end)
  end

  defp compile(file, opts, ebin, root) do
    name = file |> Path.rootname() |> String.to_charlist()

    case :compile.file(name, opts ++ [:return, outdir: String.to_charlist(ebin)]) do
      {:ok, _module, warnings} -> print(warnings, :warning, root)
      {:error, errors, warnings} -> failed(errors, warnings, root)
      :error -> fail("cannot compile #{file}: the compiler does not take the options #{inspect(opts)}")
    end
  end

  defp failed(errors, warnings, root) do
    print(warnings, :warning, root)
    print(errors, :error, root)
    if errors == [], do: IO.puts(:stderr, "warnings are errors: the compiler has the option warnings_as_errors")
    exit({:shutdown, 1})
  end

  defp print(messages, severity, root) do
    for {file, found} <- messages, diagnostic <- found do
      {position, module, reason} =
        case diagnostic do
          {module, reason} -> {nil, module, reason}
          {position, module, reason} -> {position, module, reason}
        end

      Failure.diagnostic("#{file}", position, severity, to_string(module.format_error(reason)), root)
    end

    :ok
  end

  defp write_app(app, properties, own) do
    text = :io_lib.format("~tkp.\n", [{:application, app, properties}])
    File.write!(Path.join(own, "ebin/#{app}.app"), IO.chardata_to_string(text))
  end
end
