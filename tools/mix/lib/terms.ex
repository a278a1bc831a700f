# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Terms do
  @moduledoc "Files of Erlang terms."

  @doc """
  Writes the file again, with the keys of maps sorted.

  Else their order is that in which the emulator came across their names, which changes from run to run.
  """
  @spec sort(Path.t()) :: :ok
  def sort(file) do
    text = File.read!(file)

    if text =~ "\#{" do
      {:ok, terms} = :file.consult(file)
      comments = text |> String.split("\n") |> Enum.take_while(&String.starts_with?(&1, "%%"))
      terms = for term <- terms, do: :io_lib.format("~tkw.\n", [term])
      File.write!(file, [Enum.map(comments, &[&1, "\n"]), IO.chardata_to_string(terms)])
    else
      :ok
    end
  end
end
