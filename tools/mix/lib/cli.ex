# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.CLI do
  @moduledoc """
  Runs Mix for an action of Bazel, in the directory of the project.

      compile  --label LABEL --root WORKSPACE --sdk TAR --app APP --out DIR [--config FILE] [--deps APP,APP]
               [--warnings-as-errors] [--no-native]
      erlang   --label LABEL --root WORKSPACE --sdk TAR --app APP --out DIR --app-src FILE [--version VERSION]
               [--rebar-config FILE] [--asn1-opt TERM]... [--erlc-opt TERM]...
      release  --label LABEL --root WORKSPACE --sdk TAR --app APP --out DIR [--config FILE] [--deps APP,APP]
               --otp DIR [--otp-app APP=TAR]... [--otp-shared APP,APP] --otp-label LABEL --release NAME --env-sh FILE --metadata FILE
               --parts DIR --project-apps APP,APP [--runtime-config FILE] [--suite DRIVER --suite-label LABEL]
      test     --label LABEL --root WORKSPACE --sdk TAR --app APP [--config FILE] [--deps APP,APP] -- [ARGUMENT]...
      task     --label LABEL --root WORKSPACE --app APP -- [TASK [ARGUMENT]...]

  `release` and `test` take `--executable FILE` for each file that is to be a program.
  """

  @modules [
    MixDriver.Compile,
    MixDriver.Coverage,
    MixDriver.Elf,
    MixDriver.Erlang,
    MixDriver.Failure,
    MixDriver.JUnit,
    MixDriver.Otp,
    MixDriver.Paths,
    MixDriver.Project,
    MixDriver.Provided,
    MixDriver.Release,
    MixDriver.RuntimeConfig,
    MixDriver.Selection,
    MixDriver.SuiteRelease,
    MixDriver.Task,
    MixDriver.Terms,
    MixDriver.Test
  ]

  @switches [
    app: :string,
    app_src: :string,
    asn1_opt: :keep,
    config: :string,
    deps: :string,
    env_sh: :string,
    erlc_opt: :keep,
    executable: :keep,
    label: :string,
    metadata: :string,
    native: :boolean,
    otp: :string,
    otp_app: :keep,
    otp_label: :string,
    otp_shared: :string,
    out: :string,
    parts: :string,
    project_apps: :string,
    rebar_config: :string,
    release: :string,
    root: :string,
    runtime_config: :string,
    sdk: :string,
    suite: :string,
    suite_label: :string,
    version: :string,
    warnings_as_errors: :boolean
  ]

  @spec main([String.t()]) :: :ok
  def main([command | arguments] \\ System.argv()) do
    {options, rest} = OptionParser.parse!(arguments, strict: @switches)
    options = Keyword.update(options, :deps, [], &String.split(&1, ",", trim: true))

    # Whatever the locale: the log is UTF-8.
    for device <- [:standard_io, :standard_error], do: :ok = :io.setopts(device, encoding: :unicode)

    # Mix takes off the code path what is not of the project.
    Code.ensure_all_loaded!(@modules)

    # They come as files like all others.
    for {:executable, file} <- options, do: File.chmod!(file, 0o755)

    try do
      case command do
        "compile" -> MixDriver.Compile.run(options)
        "erlang" -> MixDriver.Erlang.run(options)
        "release" -> MixDriver.Release.run(options)
        "task" -> MixDriver.Task.run(options, rest)
        "test" -> MixDriver.Test.run(options, rest)
      end
    catch
      kind, reason ->
        MixDriver.Failure.print(reason, kind, __STACKTRACE__, options[:root], options[:label])
        exit({:shutdown, 1})
    end
  end
end
