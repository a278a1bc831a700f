# SPDX-License-Identifier: Apache-2.0
defmodule Notes do
  @moduledoc "Notes in a database."

  alias Notes.Sqlite

  @spec open(String.t()) :: {:ok, Sqlite.db()} | {:error, String.t()}
  def open(file) do
    with {:ok, db} <- Sqlite.open(file),
         {:ok, []} <- Sqlite.query(db, "create table if not exists notes (id integer primary key, text text not null)", []),
         do: {:ok, db}
  end

  @spec add(Sqlite.db(), String.t()) :: :ok | {:error, String.t()}
  def add(db, text) do
    with {:ok, []} <- Sqlite.query(db, "insert into notes (text) values (?)", [text]), do: :ok
  end

  @spec all(Sqlite.db()) :: [String.t()]
  def all(db) do
    {:ok, rows} = Sqlite.query(db, "select text from notes order by id", [])
    List.flatten(rows)
  end

  @doc "Of SQLite."
  @spec version() :: String.t()
  def version do
    {:ok, db} = Sqlite.open(":memory:")
    {:ok, [[version]]} = Sqlite.query(db, "select sqlite_version()", [])
    version
  end
end
