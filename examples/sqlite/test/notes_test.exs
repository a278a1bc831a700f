# SPDX-License-Identifier: Apache-2.0
defmodule NotesTest do
  use ExUnit.Case, async: true

  alias Notes.Sqlite

  setup do
    {:ok, db} = Sqlite.open(":memory:")
    %{db: db}
  end

  test "values of each kind come back", %{db: db} do
    values = [nil, -1, 9_223_372_036_854_775_807, 0.5, "", "naïve"]
    assert Sqlite.query(db, "select ?, ?, ?, ?, ?, ?", values) == {:ok, [values]}
    assert_raise ArgumentError, fn -> Sqlite.query(db, "select ?", [:atom]) end
  end

  test "rows come in order", %{db: db} do
    assert {:ok, []} = Sqlite.query(db, "create table t (n)", [])
    for n <- 1..100, do: assert({:ok, []} = Sqlite.query(db, "insert into t values (?)", [n]))
    assert Sqlite.query(db, "select n from t order by n desc limit 3", []) == {:ok, [[100], [99], [98]]}
  end

  test "what is wrong is told", %{db: db} do
    assert Sqlite.query(db, "select missing", []) == {:error, "no such column: missing"}
    assert {:error, "unable to open database file"} = Sqlite.open("/nowhere/notes.db")
  end

  test "notes stay in their file" do
    file = Path.join(System.tmp_dir!(), "test_notes.db")
    {:ok, notes} = Notes.open(file)
    :ok = Notes.add(notes, "eggs")
    {:ok, again} = Notes.open(file)
    assert Notes.all(again) == ["eggs"]
  end

  test "full text", %{db: db} do
    assert {:ok, []} = Sqlite.query(db, "create virtual table t using fts5(text)", [])
    assert {:ok, []} = Sqlite.query(db, "insert into t values (?)", ["the quick brown fox"])
    assert Sqlite.query(db, "select text from t where t match 'fox'", []) == {:ok, [["the quick brown fox"]]}
  end
end
