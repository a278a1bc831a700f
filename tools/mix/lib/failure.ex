# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Failure do
  @moduledoc "Messages for who wrote the project: what is wrong, and at which line of the workspace."

  defexception [:message]

  @doc "Ends the action with a message, and no stack trace."
  @spec fail(String.t()) :: no_return
  def fail(message), do: raise(__MODULE__, message: message)

  @doc "Prints what went wrong."
  @spec print(Exception.t() | term, :error | :exit | :throw, Exception.stacktrace(), Path.t(), String.t()) :: :ok
  def print(%__MODULE__{message: message}, _kind, _stacktrace, _root, label) do
    IO.puts(:stderr, "#{label}: #{message}.")
  end

  # What Mix has said already.
  def print({:shutdown, _status}, :exit, _stacktrace, _root, _label), do: :ok

  def print(reason, kind, stacktrace, root, label) do
    place =
      case reason do
        %{file: file, line: line, column: column} when is_integer(column) -> place(file, {line, column}, root)
        %{file: file, line: line} when is_binary(file) -> place(file, line, root)
        %Mix.Error{} -> nil
        _ -> Enum.find_value(stacktrace, &frame(&1, root))
      end

    program = missing_program(reason, stacktrace)

    message =
      cond do
        program != nil ->
          "the program #{inspect(program)} is not there: of programs Mix finds those that the attribute tools names, and no others. " <>
            "Name a target for it, tools = {#{inspect(program)}: \"//…\"}"

        mix?(reason) -> Exception.message(reason)
        place != nil -> Exception.format_banner(kind, reason, stacktrace)
        true -> Exception.format(kind, reason, stacktrace)
      end

    place = if place, do: "#{place}: ", else: ""
    IO.puts(:stderr, String.replace("#{label}: #{place}#{message}#{remedy(reason)}", root <> "/", ""))
  end

  @doc "Prints what a compiler found in a file, as it names it."
  @spec diagnostic(Path.t() | nil, nil | integer | tuple, :error | :warning, String.t(), Path.t()) :: :ok
  def diagnostic(file, position, severity, message, root) do
    IO.puts(:stderr, "#{place(source(file), position, root) || file}: #{severity}: #{message}")
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

  # An action sees only what its target names.
  defp remedy(%File.Error{reason: :enoent}) do
    ". Add the file to config_srcs if the configuration reads it, else to srcs, rel or runtime_config"
  end

  defp remedy(_reason), do: ""

  # What System.cmd and System.shell look for, by the frames in which they fail.
  defp missing_program(:enoent, [{System, :cmd, [program | _], _} | _]), do: program
  defp missing_program(:enoent, [{System, function, _arguments, _} | _]) when function in [:do_shell, :shell], do: "sh"
  defp missing_program(_reason, _stacktrace), do: nil

  defp mix?(reason), do: is_exception(reason) and match?("Elixir.Mix." <> _, to_string(reason.__struct__))

  defp frame({_module, _function, _arity, location}, root) do
    if file = location[:file], do: place(to_string(file), location[:line], root)
  end

  @doc "`FILE:LINE` or `FILE:LINE:COLUMN` of a file of the workspace, else nil."
  @spec place(Path.t(), nil | integer | tuple, Path.t()) :: String.t() | nil
  def place(file, position, root) do
    absolute = Path.expand(file)
    relative = Path.relative_to(absolute, root)

    if relative != absolute and File.regular?(absolute) do
      case position do
        {line, column} -> "#{relative}:#{line}:#{column}"
        {line, column, _, _} -> "#{relative}:#{line}:#{column}"
        line when is_integer(line) and line > 0 -> "#{relative}:#{line}"
        _ -> relative
      end
    end
  end
end
