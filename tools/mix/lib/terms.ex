# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Terms do
  @moduledoc "Files of Erlang terms."

  @doc """
  Writes the file again: with the keys of maps sorted, else their order is that in which the emulator came across their
  names, which changes from run to run; and without the line that says that it is UTF-8, which is so anyway.

  That line alone makes a system load `unicode_util` to understand it, the largest module of all.
  """
  @spec normalize(Path.t()) :: :ok
  def normalize(file) do
    text = File.read!(file)
    comments = text |> String.split("\n") |> Enum.take_while(&String.starts_with?(&1, "%%"))
    kept = Enum.reject(comments, &(&1 =~ ~r/coding: *utf-8/))
    lines = Enum.map(kept, &[&1, "\n"])

    if text =~ "\#{" do
      {:ok, terms} = :file.consult(file)
      terms = for term <- terms, do: :io_lib.format("~tkw.\n", [term])
      File.write!(file, [lines, IO.chardata_to_string(terms)])
    else
      File.write!(file, [lines, text |> String.split("\n") |> Enum.drop(length(comments)) |> Enum.intersperse("\n")])
    end
  end
end
