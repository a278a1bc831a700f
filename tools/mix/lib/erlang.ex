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
    make_own(own)
    generate("yrl", :yecc, options[:root])
    generate("xrl", :leex, options[:root])

    sources = for file <- Path.wildcard("**/*.erl"), do: scan(file, opts)
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

      for key <- [:erl_opts, :erl_first_files] do
        {key, List.wrap(terms[key]) ++ List.wrap(prod[key])}
      end
    else
      []
    end
  end

  defp erlc_options(options, rebar) do
    given =
      for {:erlc_opt, text} <- options do
        with {:ok, tokens, _end} <- :erl_scan.string(String.to_charlist(text <> ".")),
             {:ok, term} <- :erl_parse.parse_term(tokens) do
          term
        else
          _ -> fail("erlc_opts: #{inspect(text)} is no Erlang term. Write one as in rebar.config, such as \"{d, 'NAME'}\"")
        end
      end

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

  # Parsers and scanners, beside the grammars they are made of.
  defp generate(extension, generator, root) do
    for file <- Path.wildcard("**/*.#{extension}") do
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
