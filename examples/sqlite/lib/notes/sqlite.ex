# SPDX-License-Identifier: Apache-2.0
defmodule Notes.Sqlite do
  @moduledoc "SQLite, in C."

  @on_load :load

  @doc false
  def load, do: :erlang.load_nif(:filename.join(:code.priv_dir(:notes), ~c"sqlite_nif"), 0)

  @type db :: reference
  @type value :: nil | integer | float | binary

  @doc "Opens a database file, or makes one."
  @spec open(String.t()) :: {:ok, db} | {:error, String.t()}
  def open(_file), do: :erlang.nif_error(:not_loaded)

  @doc "Runs one statement, and gives its rows."
  @spec query(db, String.t(), [value]) :: {:ok, [[value]]} | {:error, String.t()}
  def query(_db, _sql, _values), do: :erlang.nif_error(:not_loaded)
end
